# SPDX-License-Identifier: Apache-2.0
"""serve_prometheus_client.py PORT PAGE: exports the series of a page with Python's prometheus_client."""

from __future__ import annotations

import pathlib
import re
import sys
import threading

from prometheus_client import CollectorRegistry, Gauge, start_http_server

LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def main(port: int, page: pathlib.Path) -> None:
    registry = CollectorRegistry(auto_describe=False)
    helps: dict[str, str] = {}
    gauges: dict[str, Gauge] = {}
    with page.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("# HELP "):
                _, _, name, text = line.rstrip("\n").split(" ", 3)
                helps[name] = text
                continue
            if line.startswith("#"):
                continue
            key, value = line.rsplit(" ", 1)
            name, _, rest = key.partition("{")
            labels = dict(LABEL.findall(rest))
            if name not in gauges:
                gauges[name] = Gauge(name, helps.get(name, name), list(labels), registry=registry)
            gauge = gauges[name].labels(**labels) if labels else gauges[name]
            gauge.set(float(value))
    start_http_server(port, addr="127.0.0.1", registry=registry)
    threading.Event().wait()


main(int(sys.argv[1]), pathlib.Path(sys.argv[2]))
