# SPDX-License-Identifier: Apache-2.0
"""`serve`: the same series over HTTP, in the format and encoding that a scraper requests."""

import dataclasses
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, exposition, pages
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.expected import DOMAIN_FAMILIES, differences
from toolbox.shared.exporter import ACCEPT, CONTENT_TYPES, FORMATS, OPENMETRICS, TEXT, Exporter, Running

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)


@dataclasses.dataclass
class Served:
    """A running exporter that has polled the whole test cloud."""

    running: Running
    source: Source
    details: str
    begin: float


@pytest.fixture(scope="module", params=["problems", "all", "none"])
def served(exporter: Exporter, request: pytest.FixtureRequest) -> Iterator[Served]:
    cloud = list(new_cloud().values())
    with ControlPlane(cloud) as plane:
        source = Source(plane.base_url, cloud)
        file = configuration.write(exporter.directory, f"serve-{request.param}.yaml", [source], request.param)
        begin = time.time()
        with exporter.serve("--config.file", file) as running:
            running.ready()
            for format in FORMATS:  # The first scrapes add the exporter's own request counters.
                running.page(format)
            yield Served(running, source, request.param, begin)
            status, _ = running.terminate()
            assert status == 0


@pytest.mark.parametrize("format", FORMATS)
def test_domain_series_equal_the_independent_count(served: Served, format: str) -> None:
    text = served.running.page(format)
    pages.require_well_formed(text, format)
    wanted = pages.wanted([served.source], served.details)
    pages.require_series(pages.read(text, format), wanted, (served.begin, time.time()), served.details)


@pytest.mark.parametrize(
    ("headers", "format"),
    [({"Accept": PROMETHEUS}, OPENMETRICS), ({"Accept": "text/plain"}, TEXT), ({}, TEXT)],
    ids=["Prometheus", "text", "none"],
)
def test_accept_selects_the_format(served: Served, headers: dict[str, str], format: str) -> None:
    answer = served.running.fetch("/metrics", headers=headers)
    assert answer.status == 200
    assert answer.headers.get("content-type") == CONTENT_TYPES[format]
    assert not (problems := exposition.check(answer.text, format == OPENMETRICS)), problems
    assert {"accept", "accept-encoding"} <= {name.strip().lower() for name in answer.headers["vary"].split(",")}


@pytest.mark.parametrize("format", FORMATS)
def test_a_compressed_page_has_the_same_series(served: Served, format: str) -> None:
    answer = served.running.fetch("/metrics", headers={"Accept": ACCEPT[format], "Accept-Encoding": "gzip"})
    assert answer.headers.get("content-encoding") == "gzip"
    assert not (problems := exposition.check(answer.text, format == OPENMETRICS)), problems
    here, there = (pages.domain(pages.read(text, format)) for text in (answer.text, served.running.page(format)))
    assert not (problems := differences(here, dict(there), (0, 0))), problems
    assert len(answer.raw) * 4 < len(answer.body), "compression ratio is too low"


@pytest.mark.parametrize("encoding", ["gzip;q=0", "identity", "br"])
def test_a_page_is_not_compressed_against_the_request(served: Served, encoding: str) -> None:
    assert "content-encoding" not in served.running.fetch("/metrics", headers={"Accept-Encoding": encoding}).headers


def test_the_order_of_series_is_stable(served: Served) -> None:
    first, second = (
        [sample.key for sample in pages.read(served.running.page(), TEXT).samples() if sample.name in DOMAIN_FAMILIES]
        for _ in range(2)
    )
    assert first
    assert first == second
