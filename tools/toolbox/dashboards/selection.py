# SPDX-License-Identifier: Apache-2.0
"""The values that Grafana substitutes for variables."""

import re
import time

from toolbox.dashboards.panels import Json
from toolbox.shared.prometheus import Client, QueryError


def panel_step(panel: Json, interval: int) -> int:
    """Returns the minimum step of a panel's queries: its own, or Prometheus' scrape interval."""
    return int(panel["interval"].rstrip("m")) * 60 if "interval" in panel else interval


class Selection:
    """Values of a dashboard's variables: the chosen one, else all, else the first that Prometheus returns."""

    def __init__(
        self, dashboard: Json, client: Client, chosen: dict[str, str], *, span: int, interval: int,
        end: float | None = None,
    ) -> None:  # fmt: skip
        self.end, self.span, self.interval = end or time.time(), span, interval
        self.values: dict[str, str] = {}
        for variable in dashboard["templating"]["list"]:
            name, query = variable["name"], variable["query"]
            if name in chosen or variable["type"] != "query":
                self.values[name] = chosen.get(name, query)
            elif variable["includeAll"]:
                self.values[name] = variable["allValue"]
            else:
                self.values[name] = next(iter(client.label_values(self.fill(query))), "")

    def fill(self, text: str, step: int | None = None) -> str:
        """Returns `text` with all variables substituted. An unknown one is an error: its query would have no data."""
        step = step or self.interval
        known = {
            "__range": f"{self.span}s",
            "__range_s": f"{self.span}",
            "__interval": f"{step}s",
            # As Grafana computes it: at least four scrapes.
            "__rate_interval": f"{max(4 * self.interval, step + self.interval)}s",
            **{name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in self.values.items()},
        }

        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name not in known:
                raise QueryError(f"no variable ${name} in: {text}")
            return known[name]

        return re.sub(r"\$(?:\{(\w+)\}|(\w+))", value, text)
