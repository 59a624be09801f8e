# SPDX-License-Identifier: Apache-2.0
"""`serve`: the same series over HTTP, in the format and encoding that a scraper requests."""

from __future__ import annotations

import itertools
import time

import bench
import configuration
import exposition
from bench import Bench
from configuration import Source
from control_plane import ControlPlane
from expected import DOMAIN_FAMILIES, differences
from exporter import ACCEPT, CONTENT_TYPES, FORMATS, OPENMETRICS, TEXT, Running
from report import require, require_equal, require_none

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
ACCEPTS: tuple[tuple[str | None, str], ...] = (
    (PROMETHEUS_2, OPENMETRICS),
    (PROMETHEUS_3, OPENMETRICS),
    (",".join(reversed(PROMETHEUS_3.split(","))), OPENMETRICS),
    ("text/plain;version=0.0.4;q=0.9, application/openmetrics-text; version=1.0.0; q=0.1", TEXT),
    ("application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0.5", TEXT),
    ("text/plain", TEXT),
    ("text/plain;version=0.0.4", TEXT),
    ("*/*", TEXT),
    ("application/json", TEXT),
    ("", TEXT),
    (None, TEXT),
)
ENCODINGS: tuple[tuple[str | None, bool], ...] = (
    ("gzip", True),
    ("deflate, gzip;q=0.5", True),
    ("gzip;q=0", False),
    ("identity", False),
    ("br", False),
    (None, False),
)


def run(with_: Bench) -> None:
    cloud = with_.cloud()
    with ControlPlane(list(cloud.values())) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        for details in ("problems", "all", "none"):
            file = configuration.write(with_.directory, f"serve-{details}.yaml", [source], details)
            begin = time.time()
            with (
                with_.report.check(f"serve, details {details}: it starts, serves and stops"),
                with_.exporter.serve("--config.file", file) as running,
            ):
                running.ready()
                pages(with_, running, source, details, begin)
                if details == "problems":
                    negotiation(with_, running)
                    encodings(with_, running)
                    stable_order(with_, running)
                status, _ = running.terminate()
                require_equal(status, 0, "the exit status")


def pages(with_: Bench, running: Running, source: Source, details: str, begin: float) -> None:
    for format in FORMATS:  # The first scrapes add the exporter's own request counters.
        running.page(format)
    texts = {format: running.page(format) for format in FORMATS}
    for format, text in texts.items():
        with with_.report.check(f"serve, details {details}, {format}: domain series equal the independent count"):
            page = bench.read(text, format)
            bench.require_series(page, bench.wanted([source], details), (begin, time.time()), details)
        with with_.report.check(f"serve, details {details}, {format}: the page is well formed"):
            bench.require_well_formed(text, format)
    with with_.report.check(f"serve, details {details}: both formats carry the same series, with the same values"):
        text_page, other = (bench.read(texts[format], format) for format in (TEXT, OPENMETRICS))
        require_none(exposition.pair_problems(text_page, other, DOMAIN_FAMILIES), "pages")


def negotiation(with_: Bench, running: Running) -> None:
    for accept, format in ACCEPTS:
        with with_.report.check(f"Accept {accept!r} gives {format}"):
            answer = running.fetch("/metrics", headers={} if accept is None else {"Accept": accept})
            require_equal(answer.status, 200, "the status")
            require_equal(answer.headers.get("content-type"), CONTENT_TYPES[format], "Content-Type")
            require_none(exposition.check(answer.text, format == OPENMETRICS), "page")
            vary = {name.strip().lower() for name in answer.headers.get("vary", "").split(",")}
            require(vary >= {"accept", "accept-encoding"}, f"Vary is {answer.headers.get('vary')!r}")


def encodings(with_: Bench, running: Running) -> None:
    for (encoding, zipped), format in itertools.product(ENCODINGS, FORMATS):
        with with_.report.check(f"Accept-Encoding {encoding!r}, {format}: {'gzip' if zipped else 'plain'}, same page"):
            headers = {"Accept": ACCEPT[format]} | ({} if encoding is None else {"Accept-Encoding": encoding})
            answer = running.fetch("/metrics", headers=headers)
            require_equal(answer.headers.get("content-encoding"), "gzip" if zipped else None, "Content-Encoding")
            require_none(exposition.check(answer.text, format == OPENMETRICS), "page")
            here = bench.domain(bench.read(answer.text, format))
            there = bench.domain(bench.read(running.page(format), format))
            require_none(differences(here, dict(there), (0, 0)), "domain series")
            require(not zipped or len(answer.raw) * 4 < len(answer.body), "compression ratio is too low")


def stable_order(with_: Bench, running: Running) -> None:
    with with_.report.check("the order of series is stable between scrapes"):
        first, second = (
            [sample.key for sample in bench.read(running.page(), TEXT).samples() if sample.name in DOMAIN_FAMILIES]
            for _ in range(2)
        )
        require(first == second, "the order changed")
        require(first, "no domain series")
