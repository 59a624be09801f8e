# SPDX-License-Identifier: Apache-2.0
"""Compute pools of AI DataLake: a complete list or none, and queries of their use that fail one by one."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import configuration, exposition, pages, pool_api, pool_count, pools
from toolbox.shared.cloud_data import Body, Workspace, new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import FORBIDDEN, ControlPlane, Fault
from toolbox.shared.expected import PREFIX, Series, with_history
from toolbox.shared.exporter import FORMATS, Exporter
from toolbox.shared.processes import wait_for

OFTEN = "{interval: 2s}"
FAST = {"requests_per_second": "0"}
UTILIZATION = PREFIX + "pool_utilization_ratio"
ALLOCATABLE = PREFIX + "pool_allocatable"
FAILURES = PREFIX + "pool_query_failures_total"


def pool(number: int, status: str = "RUNNING", **fields: Any) -> dict[str, Any]:
    """Returns the row of a pool with CPU and NPU."""
    capacity = [{"type": "CPU", "capacity": 64, "spec_code": "c1"}, {"type": "NPU", "capacity": 8, "spec_code": "n1"}]
    return {"id": f"{number:032x}", "name": f"pool-{number}", "charge_mode": "postPaid", "status": status,
            "capacity": capacity, **fields}  # fmt: skip


def new_workspace(*rows: dict[str, Any], identity: str = "w" * 32) -> Workspace:
    """Returns a workspace with these pools, and measurements and limits of the running ones."""
    workspace = Workspace(identity, None, [], pools=list(rows))
    minute = int(time.time()) // 60 * 60
    for row in pools.running(workspace):
        for metric in pools.asked(row):
            workspace.pool_metrics[row["id"], metric] = [pools.point(minute - 60, (row["name"], 25.5))]
        workspace.pool_limits[row["id"]] = [pools.limit("CPU", 1_500), pools.limit("NPU", 3, "n1")]
    return workspace


def wanted(source: Source, now: float, most: int | None = None) -> Series:
    """Returns the independent count of endpoints and pools."""
    series = pages.wanted([source], "problems")
    for workspace in source.workspaces:
        series |= pool_count.count(workspace, source.labels(workspace), now, most)
    return series


def failures(page: exposition.Page) -> dict[Any, float]:
    return {key: value for key, value in page.values().items() if key[0] == FAILURES and value}


def read_once(exporter: Exporter, source: Source, status: int = 0, **metrics: str) -> exposition.Page:
    """Returns the page of `once`, whose series must equal the independent count."""
    file = configuration.write(exporter.directory, "pools.yaml", [source], poll=FAST, metrics=metrics)
    begin = time.time()
    outcome = exporter.run("once", "--config.file", file)
    assert outcome.status == status, outcome.everything
    page = exposition.parse(outcome.text)
    most = int(metrics["max_endpoint_details"]) if metrics else None
    pages.require_series(page, wanted(source, begin, most), (begin, time.time()))
    return page


def queries(plane: ControlPlane, operation: str) -> list[dict[str, list[str]]]:
    return [request.query for request in plane.requests if request.path.endswith("/" + operation)]


def test_every_series_equals_the_independent_count(exporter: Exporter) -> None:
    others = list(new_cloud("empty", "small").values())
    others[1].pools = pools.pool_rows()[:7]
    workspaces = [pools.new_workspace("0" * 32, time.time()), *others]
    with ControlPlane(workspaces) as plane:
        source = Source(plane.base_url, workspaces, api="v2", pools="{}")
        page = read_once(exporter, source, max_endpoint_details="100000")
        assert failures(page) == pool_count.failures(workspaces, source.name, time.time())
        for query in queries(plane, pool_api.METRICS):
            assert (query["step"], len(query)) == (["60"], 5)
            assert int(query["end_time"][0]) - int(query["start_time"][0]) == 900
        asked = [(query["compute_ids"][0], query["metric_name"][0]) for query in queries(plane, pool_api.METRICS)]
        limits = [query["compute_id"][0] for query in queries(plane, pool_api.LIMIT)]
        rows = [row for workspace in workspaces for row in pools.running(workspace)]
        sent = [row for row in rows if pool_count.is_identifier(row["id"])]
        assert sorted(asked) == sorted((row["id"], metric) for row in sent for metric in pools.asked(row))
        assert sorted(limits) == sorted(row["id"] for row in sent)
        assert all(query == {"limit": ["100"], "offset": query["offset"]} for query in queries(plane, pool_api.LIST))


@pytest.mark.parametrize("format", FORMATS)
def test_pages_with_pools_are_well_formed(exporter: Exporter, format: str) -> None:
    workspaces = [pools.new_workspace("0" * 32, time.time())]
    with ControlPlane(workspaces) as plane:
        source = Source(plane.base_url, workspaces, api="v2", pools="{}")
        file = configuration.write(exporter.directory, "pools.yaml", [source], "all", poll=FAST)
        with exporter.serve("--config.file", file) as running:
            running.ready()
            wait_for(lambda: UTILIZATION in running.page(format), 30, "the pools are listed")
            pages.require_well_formed(running.page(format), format)


def test_a_renamed_pool_does_not_lend_its_values_to_one_with_its_old_name(exporter: Exporter) -> None:
    renamed, other = pool(1, name="new"), pool(2, name="old")
    workspace = new_workspace(renamed, other)
    minute = int(time.time()) // 60 * 60
    workspace.pool_metrics[renamed["id"], "CPU"] = [
        pools.point(minute - 180, ("old", 90)), pools.point(minute - 120, ("new", 80)),
        pools.point(minute - 60, ("old", 70)),
    ]  # fmt: skip
    workspace.pool_metrics[renamed["id"], "MEM"] = [pools.point(minute - 60, ("old", 60))]
    workspace.pool_metrics[other["id"], "CPU"] = []
    with ControlPlane([workspace]) as plane:
        source = Source(plane.base_url, [workspace], api="v2", pools="{}")
        page = read_once(exporter, source)
        values = {
            (dict(labels)["pool"], dict(labels)["resource"]): value
            for (name, labels), value in page.values().items()
            if name == UTILIZATION
        }
        assert values == {
            ("new", "cpu"): 0.8, ("new", "npu"): 0.255, ("old", "memory"): 0.255, ("old", "npu"): 0.255,
        }  # fmt: skip


def test_pools_with_one_name_have_their_own_values(exporter: Exporter) -> None:
    workspace = new_workspace(pool(1, name="same"), pool(2, name="same"))
    minute = int(time.time()) // 60 * 60
    workspace.pool_metrics[f"{1:032x}", "CPU"] = [pools.point(minute - 60, ("same", 10))]
    with ControlPlane([workspace]) as plane:
        page = read_once(exporter, Source(plane.base_url, [workspace], api="v2", pools="{}"))
        for number, ratio in ((1, 0.1), (2, 0.255)):
            labels = {"pool_id": f"{number:032x}", "resource": "cpu"}
            assert pages.sample_value(page, UTILIZATION, labels) == ratio


def test_pools_beyond_the_limit_are_counted_but_neither_shown_nor_queried(exporter: Exporter) -> None:
    workspace = new_workspace(*(pool(number) for number in range(1, 8)))
    with ControlPlane([workspace]) as plane:
        source = Source(plane.base_url, [workspace], api="v2", pools="{}")
        page = read_once(exporter, source, max_endpoint_details="5")
        assert sum(name == PREFIX + "pool_info" for name, _ in page.values()) == 5
        assert pages.sample_value(page, PREFIX + "pools", {"charge_mode": "postPaid", "status": "RUNNING"}) == 7
        assert len(queries(plane, pool_api.LIMIT)) == 5
        assert len(queries(plane, pool_api.METRICS)) == 15


def test_more_pools_than_a_page(exporter: Exporter) -> None:
    workspace = new_workspace(*(pool(number, "SCALEIN" if number % 50 else "RUNNING") for number in range(250)))
    with ControlPlane([workspace]) as plane:
        read_once(exporter, Source(plane.base_url, [workspace], api="v2", pools="{}"), max_endpoint_details="1000")
        # Pages overlap by one row, and are requested at the same time.
        assert sorted(int(query["offset"][0]) for query in queries(plane, pool_api.LIST)) == [0, 99, 198]
        assert len(plane.requests) - len(queries(plane, "endpoints")) >= 3 + 5 * 4


BAD = {
    "server": Fault(status=500, body={}),
    "forbidden": Fault(status=403, body=FORBIDDEN),
    "bad_request": Fault(status=400, body={"error_code": "common.01000001", "error_msg": "no"}),
    "network": Fault("reset"),
    "response": Fault(status=200, body={"data": "x"}),
}


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[ControlPlane, Workspace]]:
    """A control plane with two running pools, and one that does not run."""
    workspace = new_workspace(pool(1), pool(2), pool(3, "FAILED"))
    with ControlPlane([workspace]) as plane:
        yield plane, workspace


@pytest.mark.parametrize("operation", [pool_api.METRICS, pool_api.LIMIT])
@pytest.mark.parametrize("reason", BAD)
def test_a_failing_query_costs_only_its_own_value(
    exporter: Exporter, two: tuple[ControlPlane, Workspace], operation: str, reason: str
) -> None:
    plane, workspace = two
    source = Source(plane.base_url, [workspace], api="v2", pools=OFTEN)
    file = configuration.write(exporter.directory, "pools.yaml", [source], poll=FAST | {"retries": "0"})
    query = "utilization" if operation == pool_api.METRICS else "allocatable"
    family = UTILIZATION if operation == pool_api.METRICS else ALLOCATABLE
    with exporter.serve("--config.file", file) as running:
        running.ready()

        def values(family: str) -> dict[str, int]:
            """Returns the number of series by pool."""
            found: dict[str, int] = {}
            for name, labels in exposition.parse(running.page()).values():
                if name == family:
                    found[dict(labels)["pool"]] = found.get(dict(labels)["pool"], 0) + 1
            return found

        every = {UTILIZATION: {"pool-1": 3, "pool-2": 3}, ALLOCATABLE: {"pool-1": 2, "pool-2": 2}}
        wait_for(lambda: values(family) == every[family], 30, "all queries succeed")
        begin = time.time()
        plane.faults[pool_api.subject(operation, f"{2:032x}")] = BAD[reason]
        wait_for(lambda: set(values(family)) == {"pool-1"}, 30, "the queries of one pool fail")
        page = exposition.parse(running.page())
        assert all(values(other) == every[other] for other in every if other != family)
        labels = {"source": source.name, "query": query, "reason": reason}
        assert (pages.sample_value(page, FAILURES, labels) or 0) >= (3 if query == "utilization" else 1)
        assert pages.sample_value(page, pages.UP, source.labels(workspace) | {"listing": "pools"}) == 1
        plane.faults.clear()
        wait_for(lambda: values(family) == every[family], 30, "the queries recover")
        pages.require_series(exposition.parse(running.page()), wanted(source, time.time()), (begin, time.time()))


@pytest.mark.parametrize(
    "fault",
    [Fault(status=403, body=FORBIDDEN), Fault("reset"), Fault(status=200, body={"total": 3, "computes": None}),
     Fault("count", adjust=lambda total, number: total + number % 2 + 1)],
    ids=["forbidden", "reset", "no rows", "another total"],
)  # fmt: skip
def test_a_failing_list_keeps_the_last_complete_one(
    exporter: Exporter, two: tuple[ControlPlane, Workspace], fault: Fault
) -> None:
    plane, workspace = two
    source = Source(plane.base_url, [workspace], api="v2", pools=OFTEN)
    file = configuration.write(exporter.directory, "pools.yaml", [source], poll=FAST)
    with exporter.serve("--config.file", file) as running:
        running.ready()

        def up(listing: str) -> float | None:
            page = exposition.parse(running.page())
            return pages.sample_value(page, pages.UP, source.labels(workspace) | {"listing": listing})

        wait_for(lambda: up("pools") == 1, 30, "the pools are listed")
        begin = time.time()
        plane.faults[pool_api.subject(pool_api.LIST, workspace.id)] = fault
        wait_for(lambda: up("pools") == 0, 30, "the list of pools fails")
        assert up("endpoints") == 1
        pages.require_series(exposition.parse(running.page()), wanted(source, begin), (begin, time.time()))
        plane.faults.clear()
        wait_for(lambda: up("pools") == 1, 30, "the list of pools recovers")


def test_a_pool_that_leaves_has_no_series_and_its_count_stays_at_zero(exporter: Exporter) -> None:
    workspace = new_workspace(pool(1), pool(2, charge_mode="Spot", status="SUSPENDED"))
    with ControlPlane([workspace]) as plane:
        source = Source(plane.base_url, [workspace], api="v2", pools=OFTEN)
        file = configuration.write(exporter.directory, "pools.yaml", [source], poll=FAST)
        with exporter.serve("--config.file", file) as running:
            running.ready()

            def shown(number: int) -> float | None:
                page = exposition.parse(running.page())
                return pages.sample_value(page, PREFIX + "pool_info", {"pool": f"pool-{number}"})

            wait_for(lambda: shown(2) == 1, 30, "both pools are listed")
            begin, before = time.time(), wanted(source, time.time())
            workspace.pools.pop()
            wait_for(lambda: shown(2) is None, 30, "the pool is no longer listed")
            page = exposition.parse(running.page())
            series = with_history(before, wanted(source, begin))
            pages.require_series(page, series, (begin, time.time()))
            assert pages.sample_value(page, PREFIX + "pools", {"charge_mode": "Spot", "status": "SUSPENDED"}) == 0
            assert shown(1) == 1


def test_other_permissions_are_not_needed_for_the_list(exporter: Exporter) -> None:
    """Without the permission for queries, pools are listed without their use; the number of requests stays small."""
    workspace = new_workspace(*(pool(number) for number in range(1, 21)))
    with ControlPlane([workspace]) as plane:
        for operation in (pool_api.METRICS, pool_api.LIMIT):
            plane.faults[pool_api.subject(operation, workspace.id)] = Fault(status=403, body=FORBIDDEN)
        source = Source(plane.base_url, [workspace], api="v2", pools="{}")
        file = configuration.write(exporter.directory, "pools.yaml", [source], poll=FAST)
        outcome = exporter.run("once", "--config.file", file)
        assert outcome.status == 0, outcome.everything
        page = exposition.parse(outcome.text)
        workspace.pool_metrics.clear()
        workspace.pool_limits.clear()
        pages.require_series(page, wanted(source, time.time()), (time.time(), time.time()))
        labels = {"source": source.name, "reason": "forbidden"}
        assert pages.sample_value(page, FAILURES, labels | {"query": "allocatable"}) == 20
        assert pages.sample_value(page, FAILURES, labels | {"query": "utilization"}) == 60
        assert len(queries(plane, pool_api.LIMIT)) + len(queries(plane, pool_api.METRICS)) <= 20


def test_pools_of_version_1_are_refused(exporter: Exporter) -> None:
    source = Source("http://127.0.0.1:1", [new_workspace()], pools="{}")
    file = configuration.write(exporter.directory, "pools.yaml", [source])
    outcome = exporter.run("check", "--config.file", file)
    assert outcome.status != 0
    assert "pools" in outcome.everything


def test_a_response_that_is_not_json_has_no_values(exporter: Exporter) -> None:
    workspace = new_workspace(pool(1))
    workspace.pool_metrics[f"{1:032x}", "CPU"] = Body(b"<html>sign in</html>")
    with ControlPlane([workspace]) as plane:
        source = Source(plane.base_url, [workspace], api="v2", pools="{}")
        page = read_once(exporter, source)
        assert failures(page) == pool_count.failures([workspace], source.name, time.time())
        assert len(failures(page)) == 1
