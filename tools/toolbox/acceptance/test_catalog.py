# SPDX-License-Identifier: Apache-2.0
"""`metrics`: the catalog and the page agree; `demo`: all families of the catalog have samples."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from toolbox.shared import pages
from toolbox.shared import configuration
from toolbox.shared import expected
from toolbox.shared import exposition

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import FORMATS, TEXT
from report import Failure, Skip, require, require_equal, require_none, wait_for

DEMO_SECONDS = 15


def run(with_: Bench) -> None:
    entries = catalog(with_)
    markdown(with_, entries)
    page_within_catalog(with_, entries)


def catalog(with_: Bench) -> dict[str, dict[str, Any]]:
    """Returns the JSON catalog by full family name."""
    entries: dict[str, dict[str, Any]] = {}
    document: dict[str, Any] = {}
    with with_.report.check("metrics --format json: name, type, labels and help of every family"):
        outcome = with_.exporter.run("metrics", "--format", "json")
        require(outcome.status == 0, f"status {outcome.status}\n{outcome.everything[:500]}")
        document = json.loads(outcome.stdout)
        require_equal(set(document), {"families", "phases", "statuses"}, "the keys")
        for entry in document["families"]:
            for key in ("name", "type", "help"):
                require(isinstance(entry.get(key), str) and entry[key], f"{key} of {entry}")
            require(isinstance(entry.get("labels"), list), f"labels of {entry}")
            require(entry["name"] not in entries, f"{entry['name']} comes twice")
            entries[full_name(entry)] = entry
        require(len(entries) > 30, f"{len(entries)} families")
        require_none(sorted(expected.DOMAIN_FAMILIES - set(entries)), "missing from the catalog")
    with with_.report.check("metrics --format json: the phase of every documented status, and which have zeros"):
        require_equal(document["phases"], list(expected.PHASES), "the phases")
        wanted = {
            status: {"phase": phase, "zero_series": status in expected.DOCUMENTED_STATUSES}
            for phase, statuses in expected.PHASES.items()
            for status in statuses
        }
        actual = {entry.pop("status"): entry for entry in document["statuses"]}
        require_equal(actual, wanted, "the statuses")
    return entries


def full_name(entry: dict[str, Any]) -> str:
    """Returns the name in text 0.0.4; the catalog may use either name."""
    suffix = {"counter": "_total", "info": "_info"}.get(entry["type"], "")
    return str(entry["name"]).removesuffix(suffix) + suffix


def label_names(entry: dict[str, Any]) -> set[str]:
    return {label["name"] if isinstance(label, dict) else label for label in entry["labels"]}


def markdown(with_: Bench, entries: dict[str, dict[str, Any]]) -> None:
    with with_.report.check("metrics --format markdown names the same families"):
        outcome = with_.exporter.run("metrics", "--format", "markdown")
        require_equal(outcome.status, 0, "the status")
        words = set(re.findall(r"\b(?:dataarts_fabric|process)_[a-z0-9_]+", outcome.stdout.decode("utf-8")))
        names = {entry["name"] for entry in entries.values()}
        require_none(sorted(names - words), "only in JSON")
        require_none(sorted(words - names - set(entries)), "only in Markdown")


def page_within_catalog(with_: Bench, entries: dict[str, dict[str, Any]]) -> None:
    cloud = with_.cloud()
    with ControlPlane(list(cloud.values())) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        file = configuration.write(with_.directory, "catalog.yaml", [source], "all")
        with (
            with_.report.check("a page of serve has no family, type, help or label outside of the catalog"),
            with_.exporter.serve("--config.file", file) as running,
        ):
            running.ready()
            running.page()
            for format in FORMATS:
                compare(pages.read(running.page(format), format), entries)


def compare(page: exposition.Page, entries: dict[str, dict[str, Any]]) -> None:
    problems = []
    for family in page.families:
        entry = entries.get(page.full_name(family))
        if entry is None:
            problems.append(f"{family.name} is not in the catalog")
            continue
        types = {entry["type"], "gauge" if entry["type"] == "info" else entry["type"]}
        if family.type not in types | {"info"} or (family.type == "info" and not entry["name"].endswith("info")):
            problems.append(f"{family.name} is a {family.type}, in the catalog a {entry['type']}")
        labels = {name for sample in family.samples for name, _ in sample.labels} - {"le"}
        if extra := labels - label_names(entry):
            problems.append(f"{family.name} has labels that are not in the catalog: {sorted(extra)}")
    require_none(problems, "families")


def demo(with_: Bench) -> None:
    entries = catalog(with_)
    with (
        with_.report.check("demo starts and stops"),
        with_.exporter.serve(command="demo") as running,
    ):
        with with_.report.check(f"demo: within {DEMO_SECONDS} s every family of the catalog has a sample"):
            missing: list[str] = ["everything"]

            def complete() -> bool:
                page = pages.read(running.page(), TEXT)
                shown = {page.full_name(family) for family in page.families if family.samples}
                missing[:] = sorted(set(entries) - shown)
                return not missing

            try:
                left = running.started + DEMO_SECONDS - time.monotonic()
                wait_for(complete, left, "every family has a sample", step=0.25)
            except Failure:
                require_none(missing, f"families without a sample after {DEMO_SECONDS} s")
        for format in FORMATS:
            with with_.report.check(f"demo, {format}: the page is well formed"):
                pages.require_well_formed(running.page(format), format)
        with with_.report.check("demo: all series are in the catalog"):
            compare(pages.read(running.page(), TEXT), entries)
        with with_.report.check("demo: resident memory"):
            resident = running.resident_megabytes()
            print(f"  demo VmRSS {resident:.1f} MB")
            if with_.max_rss_mb is None:
                raise Skip(f"{resident:.1f} MB, no --max-rss-mb given")
            require(resident <= with_.max_rss_mb, f"{resident:.1f} MB, allowed {with_.max_rss_mb:g}")
        require_equal(running.terminate()[0], 0, "the exit status")
