# SPDX-License-Identifier: Apache-2.0
"""Changes and failures in the cloud, and their effect on `/metrics` over time."""

from __future__ import annotations

import copy
import time

from toolbox.shared import configuration, expected, exposition, pages
from toolbox.shared.cloud_data import Row, Stored, Workspace, new_cloud
from toolbox.shared.configuration import INTERVAL, Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import TEXT, Exporter, Running
from toolbox.shared.pages import FAILURES, HEALTH, LAST_SUCCESS, REASONS, UP
from toolbox.shared.processes import wait_for

SLACK = 3.0
STALE_AFTER = 4.0

CREATED: Row = {
    "id": "c" * 32, "name": "made in the test", "type": "sql", "status": "UPDATING", "visibility": "PRIVATE",
    "create_time": "2025-01-01T00:00:00Z", "update_time": "2025-02-01T00:00:00Z",
    "reserved_resource": {"dpu": {"spec_code": "new", "warm_up_num": 5}},
}  # fmt: skip
EDITED = CREATED | {
    "update_time": "2025-03-01T00:00:00Z",
    "reserved_resource": {"dpu": {"spec_code": "new", "warm_up_num": 6, "max_num": 9}},
}
FAILED = EDITED | {"status": "UPDATE_FAILED", "update_time": "2025-04-01T00:00:00Z", "error_code": "x.1"}
RETRIED = EDITED | {"update_time": "2025-05-01T00:00:00Z"}
# The endpoint as the API lists it step by step (None: removed), and as it must be counted.
STEPS: tuple[tuple[Row | None, Row | None], ...] = (
    (CREATED, CREATED),
    (EDITED, EDITED | {"update_time": CREATED["update_time"]}),  # An edit keeps the time of the status.
    (FAILED, FAILED),
    (RETRIED, RETRIED),
    (None, None),
)


def test_changes_of_an_endpoint_are_on_the_page_within_one_interval(exporter: Exporter) -> None:
    cloud = new_cloud("single", "small")
    single, small = cloud["single"], cloud["small"]
    others = copy.deepcopy(single.stored)
    with ControlPlane([single, small]) as plane:
        source = Source(plane.base_url, [single, small])
        file = configuration.write(exporter.directory, "changes.yaml", [source], "all")
        begin = time.time()
        with exporter.serve("--config.file", file) as running:
            running.ready()
            wanted = pages.wanted([source], "all")
            pages.require_series(page_of(running), wanted, (begin, time.time()), "all")
            for listed, counted in STEPS:
                if listed:
                    plane.put(single.id, listed)
                else:
                    plane.remove(single.id, CREATED["id"])
                seen = Workspace(single.id, single.name, [*others, *([Stored(counted)] if counted else [])])
                # Series that existed before remain, with zeros.
                wanted = expected.with_history(wanted, pages.wanted([Source(plane.base_url, [seen, small])], "all"))
                require_series_within_one_interval(running, wanted, begin)


def page_of(running: Running) -> exposition.Page:
    return pages.read(running.page(), TEXT)


def require_series_within_one_interval(running: Running, wanted: expected.Series, begin: float) -> None:
    def wrong() -> list[str]:
        return expected.differences(pages.domain(page_of(running)), wanted, (begin, time.time()))

    deadline = time.monotonic() + INTERVAL + SLACK
    while (problems := wrong()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not problems, problems


def values(page: exposition.Page, source: Source, family: str, **labels: str) -> list[float]:
    """Returns the value of a family for each workspace of the source; -1 if it is missing."""
    found = [pages.sample_value(page, family, source.labels(held) | labels) for held in source.workspaces]
    return [-1 if value is None else value for value in found]


def await_up(running: Running, source: Source, up: float, seconds: float = 2 * INTERVAL + SLACK) -> exposition.Page:
    """Waits until `workspace_up` of all workspaces has this value; returns the page."""

    def page() -> exposition.Page | None:
        page = page_of(running)
        return page if values(page, source, UP) == [up] * len(source.workspaces) else None

    return wait_for(page, seconds, f"{UP} is {up} everywhere")


def test_a_cloud_that_fails_and_recovers(exporter: Exporter) -> None:
    cloud = list(new_cloud("single", "hundred", "hundred-and-one").values())
    plane = ControlPlane(cloud)
    plane.start()
    plane.stop()
    source = Source(plane.base_url, cloud)
    poll = {"timeout": "2s", "stale_after": f"{STALE_AFTER:g}s"}
    file = configuration.write(exporter.directory, "death.yaml", [source], poll=poll)
    begin = time.time()
    try:
        with exporter.serve("--config.file", file) as running:
            fails_from_the_start(running, source)
            plane.start()
            before = recovers(running, source, begin)
            plane.stop()
            keeps_failing(running, source, before)
            plane.start()
            recovers(running, source, begin)
    finally:
        plane.stop()


def fails_from_the_start(running: Running, source: Source) -> None:
    begin = time.monotonic()
    assert pages.domain(page_of(running)) == {}
    assert time.monotonic() - begin < 1
    page = await_up(running, source, 0, 5)
    counted = {reason: values(page, source, FAILURES, reason=reason) for reason in REASONS}
    assert min(counted.pop("network")) >= 1
    assert all(set(failures) == {0} for failures in counted.values()), counted
    running.ready(2 * INTERVAL + SLACK)


def recovers(running: Running, source: Source, begin: float) -> dict[expected.Key, float]:
    page = await_up(running, source, 1)
    pages.require_series(page, pages.wanted([source], "problems"), (begin, time.time()))
    return pages.domain(page)


def keeps_failing(running: Running, source: Source, before: dict[expected.Key, float]) -> None:
    page = await_up(running, source, 0)
    successes = values(page, source, LAST_SUCCESS)
    # The last complete listing stays, until it is stale.
    if time.time() < min(successes) + STALE_AFTER - 0.3:
        assert pages.domain(page) == before
    wait_for(lambda: len(pages.domain(page_of(running))) < len(before), STALE_AFTER + SLACK, "stale series")
    assert time.time() >= min(successes) + STALE_AFTER - 0.3, "stale too early"
    left = max(successes) + STALE_AFTER + SLACK - time.time()
    wait_for(lambda: not pages.domain(page_of(running)), max(left, SLACK), "all series are stale")
    # Health families remain.
    page = page_of(running)
    for family in HEALTH:
        assert -1 not in values(page, source, family, **({"reason": "network"} if family == FAILURES else {})), family
    pages.require_well_formed(running.page(), TEXT)
