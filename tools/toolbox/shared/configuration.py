# SPDX-License-Identifier: Apache-2.0
"""Writes configuration files for the exporter."""

import dataclasses
import json
import pathlib
from collections.abc import Sequence
from typing import Any

from toolbox.shared.cloud_data import Workspace
from toolbox.shared.control_plane import TOKEN

REGION = "cn-north-4"
INTERVAL = 1.0
# A short interval for frequent polls; long timeouts, so that a slow machine does not change results. Tests of timeouts
# set their own.
POLL = {"interval": f"{INTERVAL:g}s", "timeout": "10s", "stale_after": "60s"}


@dataclasses.dataclass
class Source:
    """A source of the configuration. `auth` is YAML flow text; the default reads the planted token from a file."""

    base_url: str
    workspaces: Sequence[Workspace]
    name: str = "acceptance"
    auth: str = "{token_file: token}"
    filters: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    # YAML flow text; empty: off.
    discovery: str | None = None
    proxy_url: str | None = None
    # The version of the API; None: the default.
    api: str | None = None
    # The address of the API for services; None: service instances are not collected.
    services_url: str | None = None
    # Whether job runs are collected from `services_url`, at the poll interval.
    collects_runs: bool = False
    # YAML flow text of `collect.quotas`; None: not collected.
    quotas: str | None = None
    # YAML flow text of `collect.pools`, of API v2; None: not collected.
    pools: str | None = None

    def lines(self) -> list[str]:
        proxy_url = self.proxy_url and quoted(self.proxy_url)
        settings = {"region": REGION, "api": self.api, "base_url": self.base_url, "auth": self.auth,
                    "discovery": self.discovery,
                    "proxy_url": proxy_url, "services_url": self.services_url,
                    "collect": self.collect()}  # fmt: skip
        lines = [f"  - name: {quoted(self.name)}"]
        lines += [f"    {key}: {value}" for key, value in settings.items() if value]
        lines += ["    workspaces:"] if self.workspaces else []
        for workspace in self.workspaces:
            named = {"id": workspace.id, "name": workspace.name, "filter": self.filters.get(workspace.id)}
            lines.append(f"      - {quoted({key: value for key, value in named.items() if value is not None})}")
        return lines

    def collect(self) -> str:
        """Returns the YAML flow text of `collect`, or an empty one."""
        listings = {
            "service_instances": self.services_url and "{}",
            "job_runs": self.collects_runs and f"{{interval: {INTERVAL:g}s}}", "quotas": self.quotas,
            "pools": self.pools,
        }  # fmt: skip
        wanted = [f"{key}: {value}" for key, value in listings.items() if value]
        return f"{{{', '.join(wanted)}}}" if wanted else ""

    def labels(self, workspace: Workspace) -> dict[str, str]:
        """Returns the three labels of all series of that workspace."""
        return {"source": self.name, "workspace_id": workspace.id, "workspace": workspace.shown_name}


def quoted(value: Any) -> str:
    """Returns a YAML flow value, as JSON."""
    return json.dumps(value, ensure_ascii=False)


def write(
    directory: pathlib.Path,
    name: str,
    sources: Sequence[Source],
    details: str | None = None,
    poll: dict[str, str] | None = None,
    metrics: dict[str, str] | None = None,
) -> str:
    """Writes the file and the token into `directory`; returns the file's name."""
    (directory / "token").write_text(TOKEN + "\n", "utf-8")
    shown = {**({"endpoint_details": details} if details else {}), **(metrics or {})}
    lines = ["poll:", *(f"  {key}: {value}" for key, value in {**POLL, **(poll or {})}.items())]
    lines += ["metrics:", *(f"  {key}: {value}" for key, value in shown.items())] if shown else []
    lines += ["sources:", *(line for source in sources for line in source.lines())]
    (directory / name).write_text("\n".join(lines) + "\n", "utf-8")
    return name
