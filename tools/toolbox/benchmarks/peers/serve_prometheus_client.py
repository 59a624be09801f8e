# SPDX-License-Identifier: Apache-2.0
"""serve_prometheus_client PORT PAGE: exports the series of a page with Python's prometheus_client."""

from __future__ import annotations

import pathlib
import sys
import threading

from prometheus_client import CollectorRegistry, Gauge, start_http_server
from prometheus_client.parser import text_fd_to_metric_families

registry = CollectorRegistry(auto_describe=False)
gauges: dict[str, Gauge] = {}
with pathlib.Path(sys.argv[2]).open(encoding="utf-8") as page:
    for family in text_fd_to_metric_families(page):
        for sample in family.samples:
            if sample.name not in gauges:
                gauges[sample.name] = Gauge(sample.name, family.documentation, list(sample.labels), registry=registry)
            gauge = gauges[sample.name]
            (gauge.labels(**sample.labels) if sample.labels else gauge).set(sample.value)
start_http_server(int(sys.argv[1]), addr="127.0.0.1", registry=registry)
threading.Event().wait()
