# SPDX-License-Identifier: Apache-2.0
"""The groups of checks, in order."""

from __future__ import annotations

from collections.abc import Callable

import group_auth
import group_browser
import group_catalog
import group_clients
import group_cloud
import group_configuration
import group_connect
import group_connections
import group_http
import group_lifecycle
import group_memory
import group_once
import group_reasons
import group_schema
import group_secrets
import group_serve
import group_sharding
import group_siege
import group_stop
import group_web
import prometheus_scrape
from bench import Bench

# Groups that measure time or memory, or need the whole machine, run alone.
ALONE = frozenset({"siege", "memory", "prometheus"})

# With parallel groups, the longest ones start first.
GROUPS: dict[str, Callable[[Bench], None]] = {
    "auth": group_auth.run,
    "serve": group_serve.run,
    "once": group_once.run,
    "configuration": group_configuration.run,
    "schema": group_schema.run,
    "connect": group_connect.run,
    "connections": group_connections.run,
    "http": group_http.run,
    "clients": group_clients.run,
    "web": group_web.run,
    "lifecycle": group_lifecycle.run,
    "cloud": group_cloud.run,
    "memory": group_memory.run,
    "reasons": group_reasons.run,
    "secrets": group_secrets.run,
    "sharding": group_sharding.run,
    "stop": group_stop.run,
    "catalog": group_catalog.run,
    "demo": group_catalog.demo,
    "browser": group_browser.run,
    "prometheus": prometheus_scrape.run,
    "siege": group_siege.run,
}
