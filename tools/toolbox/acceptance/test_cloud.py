# SPDX-License-Identifier: Apache-2.0
"""Changes and failures in the cloud, and their effect on `/metrics` over time."""

from __future__ import annotations

import copy
import time

from toolbox.shared import pages
from toolbox.shared import configuration
from toolbox.shared import expected
from toolbox.shared import exposition

from toolbox.shared.cloud_data import Row, Workspace
from toolbox.shared.configuration import INTERVAL, Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import TEXT, Running
from report import require, require_equal, require_none, wait_for

SLACK = 3.0
STALE_AFTER = 4.0

def run(with_: Bench) -> None:
    changes(with_)
    death_and_return(with_)


def page_of(running: Running) -> exposition.Page:
    return pages.read(running.page(), TEXT)


def changes(with_: Bench) -> None:
    """Adds, edits, fails and removes a row."""
    cloud = with_.cloud("single", "small")
    single = cloud["single"]
    with ControlPlane(list(cloud.values())) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        file = configuration.write(with_.directory, "changes.yaml", [source], "all")
        begin = time.time()
        with (
            with_.report.check("changes: serve starts"),
            with_.exporter.serve("--config.file", file) as running,
        ):
            running.ready()
            state = pages.wanted([source], "all")
            pages.require_series(page_of(running), state, (begin, time.time()), "all")
            for title, row, read_as in steps():
                if row is None:
                    plane.remove(single.id, read_as["id"])
                else:
                    plane.put(single.id, row)
                seen = copy.deepcopy(single.stored)
                for entry in seen:
                    if row is not None and entry.row["id"] == row["id"]:
                        entry.row = read_as
                counted = Source(plane.base_url, [Workspace(single.id, single.name, seen), cloud["small"]])
                state = expected.with_history(state, pages.wanted([counted], "all"))
                with with_.report.check(f"{title}: on /metrics within one interval"):
                    await_series(running, state, begin)


def steps() -> list[tuple[str, Row | None, Row]]:
    """Yields the title of a step, the row as the API has it (None: removed), and the expected row."""
    first: Row = {
        "id": "c" * 32, "name": "made in the test", "type": "sql", "status": "UPDATING", "visibility": "PRIVATE",
        "create_time": "2025-01-01T00:00:00Z", "update_time": "2025-02-01T00:00:00Z",
        "reserved_resource": {"dpu": {"spec_code": "new", "warm_up_num": 5}},
    }  # fmt: skip
    edited = first | {
        "update_time": "2025-03-01T00:00:00Z",
        "reserved_resource": {"dpu": {"spec_code": "new", "warm_up_num": 6, "max_num": 9}},
    }
    failed = edited | {"status": "UPDATE_FAILED", "update_time": "2025-04-01T00:00:00Z", "error_code": "x.1"}
    again = edited | {"update_time": "2025-05-01T00:00:00Z"}
    return [
        ("an endpoint is created", first, first),
        ("an edit keeps the time of its status", edited, edited | {"update_time": first["update_time"]}),
        ("its update fails; zeros remain", failed, failed),
        ("it is updated again, with a new time", again, again),
        ("it is removed; zeros remain", None, first),
    ]


def await_series(running: Running, wanted: expected.Series, begin: float) -> None:
    def wrong() -> list[str]:
        return expected.differences(pages.domain(page_of(running)), wanted, (begin, time.time()))

    deadline = time.monotonic() + INTERVAL + SLACK
    while (problems := wrong()) and time.monotonic() < deadline:
        time.sleep(0.05)
    require_none(problems, f"domain series after {INTERVAL + SLACK:g} s")


def values(page: exposition.Page, source: Source, family: str, **labels: str) -> list[float | None]:
    """Returns the value of a family for each workspace of the source."""
    return [pages.sample_value(page, family, source.labels(held) | labels) for held in source.workspaces]


def death_and_return(with_: Bench) -> None:
    cloud = with_.cloud("single", "hundred", "hundred-and-one")
    plane = ControlPlane(list(cloud.values()))
    plane.start()
    plane.stop()
    source = Source(plane.base_url, list(cloud.values()))
    file = configuration.write(
        with_.directory, "death.yaml", [source], poll={"timeout": "2s", "stale_after": f"{STALE_AFTER:g}s"}
    )
    begin = time.time()
    try:
        with (
            with_.report.check("unreachable cloud: serve starts"),
            with_.exporter.serve("--config.file", file) as running,
        ):
            dead_at_start(with_, running, source)
            plane.start()
            before = comes_back(with_, running, source, begin)
            plane.stop()
            dies(with_, running, source, before)
            plane.start()
            comes_back(with_, running, source, begin)
    finally:
        plane.stop()


def dead_at_start(with_: Bench, running: Running, source: Source) -> None:
    with with_.report.check("unreachable cloud at start: /metrics returns 200 at once, without domain series"):
        began = time.monotonic()
        answer = running.fetch("/metrics")
        took = time.monotonic() - began
        require_equal(answer.status, 200, "the status")
        require(took < 1, f"it took {took:.2f} s")
        require_equal(pages.domain(pages.read(answer.text, TEXT)), {}, "domain series")
    with with_.report.check("unreachable cloud at start: workspace_up is 0 after the first failed poll"):
        downs = [0.0] * len(source.workspaces)
        wait_for(lambda: values(page_of(running), source, UP) == downs, 5, "workspace_up 0 everywhere")
    with with_.report.check("unreachable cloud at start: failures have the reason network only"):
        page = page_of(running)
        for reason in REASONS:
            counted = values(page, source, FAILURES, reason=reason)
            right = all(value and value >= 1 for value in counted) if reason == "network" else set(counted) == {0.0}
            require(right, f"failures by {reason}: {counted}")
    with with_.report.check("unreachable cloud at start: ready after the first failed polls"):
        running.ready(2 * INTERVAL + SLACK)


def comes_back(with_: Bench, running: Running, source: Source, begin: float) -> dict[expected.Key, float]:
    ups = [1.0] * len(source.workspaces)
    with with_.report.check("the cloud recovers: workspace_up is 1 and all series exist"):
        wait_for(lambda: values(page_of(running), source, UP) == ups, 2 * INTERVAL + SLACK, "workspace_up 1 everywhere")
        pages.require_series(page_of(running), pages.wanted([source], "problems"), (begin, time.time()))
    return pages.domain(page_of(running))


def dies(with_: Bench, running: Running, source: Source, before: dict[expected.Key, float]) -> None:
    downs = [0.0] * len(source.workspaces)
    with with_.report.check("the cloud fails: workspace_up is 0 and the last complete listing is unchanged"):
        wait_for(lambda: values(page_of(running), source, UP) == downs, 2 * INTERVAL + SLACK, "workspace_up 0")
        page = page_of(running)
        problems = expected.differences(pages.domain(page), dict(before), (0, 0))
        successes = [value or 0 for value in values(page, source, LAST_SUCCESS)]
        if time.time() < min(successes) + STALE_AFTER - 0.3:
            require_none(problems, "domain series")
    with with_.report.check("the cloud keeps failing: domain series are stale after stale_after, not before"):
        page = page_of(running)
        successes = [value or 0 for value in values(page, source, LAST_SUCCESS)]
        wait_for(lambda: len(pages.domain(page_of(running))) < len(before), STALE_AFTER + SLACK, "stale series")
        require(time.time() >= min(successes) + STALE_AFTER - 0.3, "stale too early")
        left = max(successes) + STALE_AFTER + SLACK - time.time()
        wait_for(lambda: not pages.domain(page_of(running)), max(left, SLACK), "all series are stale")
    with with_.report.check("the cloud keeps failing: health families remain"):
        page = page_of(running)
        for family in HEALTH:
            labels = {"reason": "network"} if family == FAILURES else {}
            require(None not in values(page, source, family, **labels), f"{family} is missing")
        pages.require_well_formed(running.page(), TEXT)
