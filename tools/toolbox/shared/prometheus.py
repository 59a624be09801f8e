# SPDX-License-Identifier: Apache-2.0
"""Prometheus, VictoriaMetrics and Alertmanager on loopback, and their query APIs."""

import contextlib
import json
import pathlib
import re
import time
import urllib.error
import urllib.parse
from collections.abc import Iterator
from typing import Any

from toolbox.shared.files import write
from toolbox.shared.processes import OPENER, Server

Labels = dict[str, str]


class QueryError(Exception):
    """Prometheus rejected a query; the message is its error."""


class Client:
    """The query API of a Prometheus, or of a server with the same API."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, path: str, **parameters: Any) -> Any:
        """Returns the `data` of a response. Sends POST, because a query may exceed the maximum length of a URL."""
        body = urllib.parse.urlencode(parameters, doseq=True).encode() if parameters else None
        try:
            with OPENER.open(self.url + path, data=body, timeout=30) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            with contextlib.suppress(ValueError, KeyError):
                text = json.loads(text)["error"]
            raise QueryError(text) from None

    def instant(self, expression: str, at: float | None = None) -> list[tuple[Labels, float]]:
        """Returns labels and values, without NaN and infinities."""
        data = self.ask("/api/v1/query", query=expression, time=at or time.time())
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        values = [(row["metric"], float(row["value"][1])) for row in data["result"]]
        return [(labels, value) for labels, value in values if abs(value) < float("inf")]

    def values(self, expression: str) -> list[float]:
        return [value for _, value in self.instant(expression)]

    def range(
        self, expression: str, start: float, end: float, step: float
    ) -> list[tuple[Labels, list[tuple[float, float]]]]:
        """Returns labels and points of time and value, without NaN and infinities."""
        data = self.ask("/api/v1/query_range", query=expression, start=start, end=end, step=step)
        result = []
        for row in data["result"]:
            points = [(float(at), float(value)) for at, value in row["values"]]
            if points := [(at, value) for at, value in points if abs(value) < float("inf")]:
                result.append((row["metric"], points))
        return result

    def label_values(self, expression: str) -> list[str]:
        """Returns the values of Grafana's label_values(series, label)."""
        match = re.fullmatch(r"label_values\((.*),\s*(\w+)\)", expression)
        assert match, expression
        end = time.time()
        rows = self.ask("/api/v1/series", **{"match[]": match[1], "start": end - 6 * 3600, "end": end})
        return sorted({row[match[2]] for row in rows if match[2] in row})

    def firing_alerts(self) -> list[Labels]:
        return [alert["labels"] for alert in self.ask("/api/v1/alerts")["alerts"] if alert["state"] == "firing"]

    def failed_rules(self) -> list[str]:
        """Returns the rules whose last evaluation failed."""
        groups = self.ask("/api/v1/rules")["groups"]
        return [f"{r['name']}: {r['lastError']}" for g in groups for r in g["rules"] if r.get("lastError")]


@contextlib.contextmanager
def prometheus(directory: pathlib.Path, configuration: str, *flags: str, folder: str = "") -> Iterator[Client]:
    """Runs Prometheus with this configuration. `directory` gets its files, and is where it looks for rule files.
    `folder`, with a slash at its end, has the program; empty for the one on the PATH."""
    server = Server("prometheus", directory)
    file = write(directory / "prometheus.yaml", configuration)
    with server.running(
        f"{folder}prometheus", f"--config.file={file}", f"--storage.tsdb.path={directory / 'data'}", "--log.level=warn",
        f"--web.listen-address={server.address}", *flags,
    ):  # fmt: skip
        yield Client(server.url)


@contextlib.contextmanager
def victoria_metrics(directory: pathlib.Path, configuration: str) -> Iterator[Client]:
    server = Server("victoria-metrics", directory)
    server.ready_path = "/health"
    file = write(directory / "victoria-metrics.yaml", configuration)
    with server.running(
        "victoria-metrics", f"-promscrape.config={file}", f"-storageDataPath={directory / 'victoria-metrics'}",
        f"-httpListenAddr={server.address}", "-search.latencyOffset=0s", "-loggerLevel=WARN",
        # VictoriaMetrics ignores settings of Prometheus for which it has flags.
        "-promscrape.config.strictParse=false",
    ):  # fmt: skip
        yield Client(server.url)


@contextlib.contextmanager
def alertmanager(directory: pathlib.Path, configuration: str) -> Iterator[Server]:
    server = Server("alertmanager", directory)
    file = write(directory / "alertmanager.yaml", configuration)
    with server.running(
        "prometheus-alertmanager", f"--config.file={file}", "--log.level=warn",
        f"--storage.path={directory / 'alertmanager'}", f"--web.listen-address={server.address}",
        "--cluster.listen-address=",
    ):  # fmt: skip
        yield server
