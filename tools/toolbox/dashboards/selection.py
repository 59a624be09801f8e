# SPDX-License-Identifier: Apache-2.0
"""A client of Prometheus' query API, and the values that Grafana substitutes for variables."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request


class QueryError(Exception):
    """Prometheus rejected a query; the message is its error."""


# Ignore proxies of the environment.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Prometheus:
    def __init__(self, address):
        self.address = address.rstrip("/")

    def _query(self, path, **parameters):
        # POST, because a query may exceed the maximum length of a URL.
        body = urllib.parse.urlencode(parameters, doseq=True).encode()
        try:
            with _OPENER.open(f"{self.address}{path}", data=body, timeout=30) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                text = json.loads(text)["error"]
            except (ValueError, KeyError):
                pass
            raise QueryError(text) from None

    def instant(self, expression, at=None):
        """Returns [(labels, value)] without NaN and infinities."""
        data = self._query("/api/v1/query", query=expression, time=at or time.time())
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        values = [(row["metric"], float(row["value"][1])) for row in data["result"]]
        return [(labels, value) for labels, value in values if abs(value) < float("inf")]

    def range(self, expression, start, end, step):
        """Returns [(labels, [(time, value)])] without NaN and infinities."""
        data = self._query("/api/v1/query_range", query=expression, start=start, end=end, step=step)
        result = []
        for row in data["result"]:
            points = [(float(at), float(value)) for at, value in row["values"]]
            points = [(at, value) for at, value in points if abs(value) < float("inf")]
            if points:
                result.append((row["metric"], points))
        return result

    def label_values(self, expression):
        """Returns the values of Grafana's label_values(series, label)."""
        match = re.fullmatch(r"label_values\((.*),\s*(\w+)\)", expression)
        if not match:
            raise QueryError(f"not label_values(series, label): {expression}")
        end = time.time()
        rows = self._query("/api/v1/series", **{"match[]": match[1], "start": end - 6 * 3600, "end": end})
        return sorted({row[match[2]] for row in rows if match[2] in row})


class Selection:
    """Values of a dashboard's variables: the chosen one, else all, else the first that Prometheus returns."""

    def __init__(self, dashboard, prometheus, chosen=None, *, end=None, span=3600, interval=15, step=None):
        self.end = end or time.time()
        self.span, self.interval, self.step = span, interval, step or interval
        self.values = {}
        for variable in dashboard["templating"]["list"]:
            name = variable["name"]
            if chosen and name in chosen:
                self.values[name] = chosen[name]
            elif variable["type"] == "datasource":
                self.values[name] = "prometheus"
            elif variable["type"] != "query":
                self.values[name] = variable["query"]
            elif variable.get("includeAll"):
                self.values[name] = variable["allValue"]
            else:
                known = prometheus.label_values(self.fill(variable["query"]))
                self.values[name] = known[0] if known else ""

    def fill(self, text, step=None):
        """Returns `text` with all variables substituted. An unknown one is an error, because its query would have no data."""
        step = step or self.step
        known = {
            "__range": f"{self.span:.0f}s",
            "__range_s": f"{self.span:.0f}",
            "__interval": f"{step:.0f}s",
            # As Grafana computes it: at least four scrapes.
            "__rate_interval": f"{max(4 * self.interval, step + self.interval):.0f}s",
            **{name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in self.values.items()},
        }

        def replace(match):
            name = match[1] or match[2]
            if name not in known:
                raise QueryError(f"no variable ${name} in: {text}")
            return known[name]

        return re.sub(r"\$(?:\{(\w+)\}|(\w+))", replace, text)
