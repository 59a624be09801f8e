# SPDX-License-Identifier: Apache-2.0
"""The groups of checks, in the order they are run."""

from __future__ import annotations

from collections.abc import Callable

import group_auth
import group_browser
import group_catalogue
import group_cloud
import group_configuration
import group_connect
import group_connections
import group_http
import group_lifecycle
import group_once
import group_reasons
import group_schema
import group_serve
import group_sharding
import group_stop
import group_web
import prometheus_scrape
from bench import Bench

GROUPS: dict[str, Callable[[Bench], None]] = {
    "once": group_once.run,
    "configuration": group_configuration.run,
    "schema": group_schema.run,
    "connect": group_connect.run,
    "connections": group_connections.run,
    "serve": group_serve.run,
    "http": group_http.run,
    "web": group_web.run,
    "lifecycle": group_lifecycle.run,
    "cloud": group_cloud.run,
    "reasons": group_reasons.run,
    "auth": group_auth.run,
    "sharding": group_sharding.run,
    "stop": group_stop.run,
    "catalogue": group_catalogue.run,
    "demo": group_catalogue.demo,
    "browser": group_browser.run,
    "prometheus": prometheus_scrape.run,
}
