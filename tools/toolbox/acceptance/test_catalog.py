# SPDX-License-Identifier: Apache-2.0
"""`metrics`: the catalog and the page agree; `demo`: all families of the catalog have samples."""

import json
import operator
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import configuration, expected, exposition, pages
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import FORMATS, TEXT, Exporter, Running

DEMO_SECONDS = 15
DEMO_MEGABYTES = 40

Entries = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def document(exporter: Exporter) -> dict[str, Any]:
    outcome = exporter.run("metrics", "--format", "json")
    assert outcome.status == 0, outcome.everything
    document: dict[str, Any] = json.loads(outcome.stdout)
    return document


@pytest.fixture(scope="module")
def entries(document: dict[str, Any]) -> Entries:
    """The families of the catalog by their names in text 0.0.4; the catalog may use either name."""
    suffixes = {"counter": "_total", "info": "_info"}
    named = [(entry["name"], suffixes.get(entry["type"], ""), entry) for entry in document["families"]]
    return {name.removesuffix(suffix) + suffix: entry for name, suffix, entry in named}


def test_the_catalog_describes_every_family(document: dict[str, Any], entries: Entries) -> None:
    assert set(document) == {"families", "phases", "statuses"}
    for entry in document["families"]:
        assert all(isinstance(entry[key], str) and entry[key] for key in ("name", "type", "help")), entry
        assert isinstance(entry["labels"], list), entry
    assert len(entries) == len({entry["name"] for entry in document["families"]}) == len(document["families"])
    assert len(entries) > 30
    assert set(entries) >= expected.DOMAIN_FAMILIES


def test_the_catalog_has_the_phase_of_every_documented_status(document: dict[str, Any]) -> None:
    assert document["phases"] == list(expected.PHASES)
    wanted = [
        {
            "status": status,
            "phase": phase,
            "zero_series": status in expected.DOCUMENTED_STATUSES,
            "zero_series_v2": status in expected.LAKE_STATUSES,
        }
        for phase, statuses in expected.PHASES.items()
        for status in statuses
    ]
    by_status = operator.itemgetter("status")
    assert sorted(document["statuses"], key=by_status) == sorted(wanted, key=by_status)


def test_the_catalog_in_markdown_names_the_same_families(exporter: Exporter, entries: Entries) -> None:
    outcome = exporter.run("metrics", "--format", "markdown")
    assert outcome.status == 0
    words = set(re.findall(r"\b(?:dataarts_fabric|process)_[a-z0-9_]+", outcome.text))
    names = {entry["name"] for entry in entries.values()}
    assert names <= words <= names | set(entries)


def outside_of_catalog(page: exposition.Page, entries: Entries) -> list[str]:
    """Returns messages about families, types and labels of the page that the catalog does not have."""
    problems = []
    for family in page.families:
        entry = entries.get(page.full_name(family))
        if entry is None:
            problems.append(f"{family.name} is not in the catalog")
            continue
        types = {entry["type"], "gauge" if entry["type"] == "info" else entry["type"]}
        if family.type not in types | {"info"} or (family.type == "info" and not entry["name"].endswith("info")):
            problems.append(f"{family.name} is a {family.type}, in the catalog a {entry['type']}")
        known = {label["name"] if isinstance(label, dict) else label for label in entry["labels"]}
        if extra := {name for sample in family.samples for name, _ in sample.labels} - {"le"} - known:
            problems.append(f"{family.name} has labels that are not in the catalog: {sorted(extra)}")
    return problems


def test_pages_of_serve_are_within_the_catalog(exporter: Exporter, entries: Entries) -> None:
    cloud = list(new_cloud().values())
    with ControlPlane(cloud) as plane:
        file = configuration.write(exporter.directory, "catalog.yaml", [Source(plane.base_url, cloud)], "all")
        with exporter.serve("--config.file", file) as running:
            running.ready()
            running.page()  # The first scrape adds the exporter's own request counters.
            for format in FORMATS:
                problems = outside_of_catalog(pages.read(running.page(format), format), entries)
                assert not problems, problems


@pytest.fixture(scope="module")
def demo(exporter: Exporter) -> Iterator[Running]:
    with exporter.serve(command="demo") as running:
        yield running
        status, _ = running.terminate()
        assert status == 0


def test_every_family_of_the_catalog_has_a_sample_in_the_demo(demo: Running, entries: Entries) -> None:
    def missing() -> list[str]:
        page = pages.read(demo.page(), TEXT)
        return sorted(set(entries) - {page.full_name(family) for family in page.families if family.samples})

    deadline = demo.started + DEMO_SECONDS
    while (names := missing()) and time.monotonic() < deadline:
        time.sleep(0.25)
    assert not names


def test_the_demo_prints_its_addresses_and_the_places_of_its_situations(demo: Running) -> None:
    lines = [line for line in demo.log().splitlines() if line.startswith(("Demo: ", "  "))]
    assert f" http://{demo.address}/, metrics http://{demo.address}/metrics." in lines[0]
    workspaces = {row["name"] for row in demo.fetch("/api/v1/status").json()["workspaces"]}
    places = [re.split(r" {2,}", line.strip())[1].split(":")[0] for line in lines[1:]]
    assert len(places) == 14
    assert {place.split("/")[0] for place in places} <= workspaces
    page = demo.page()
    for place in places[:4]:
        workspace, endpoint = place.split("/")
        assert f'workspace="{workspace}"' in page
        assert f'endpoint_name="{endpoint}"' in page


@pytest.mark.parametrize("format", FORMATS)
def test_pages_of_the_demo_are_well_formed_and_within_the_catalog(demo: Running, entries: Entries, format: str) -> None:
    text = demo.page(format)
    pages.require_well_formed(text, format)
    assert not (problems := outside_of_catalog(pages.read(text, format), entries)), problems


def test_the_demo_needs_little_memory(demo: Running) -> None:
    for format in FORMATS:
        demo.page(format)
    assert demo.resident_megabytes() <= DEMO_MEGABYTES
