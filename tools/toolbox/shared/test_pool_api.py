# SPDX-License-Identifier: Apache-2.0
"""The control plane answers requests about pools as the official SDK's models document, and the count is right."""

import json
import random
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import huaweicloudsdkaidatalake.v2 as sdk
import pytest

from toolbox.shared import pool_api, pool_count, pools
from toolbox.shared.cloud_data import Body, Workspace
from toolbox.shared.control_plane import TOKEN, ControlPlane
from toolbox.shared.expected import DROPPED, PREFIX
from toolbox.shared.exporter import Answer, fetch

NOW = 1_750_000_040
MINUTE = 1_750_000_020
METRICS = {"step": 60, "metric_name": "CPU", "start_time": NOW - 900, "end_time": NOW, "compute_ids": "a"}
LIMIT = {"engine_type": "SparkJob", "compute_id": "a"}


def workspace() -> Workspace:
    rows: list[Any] = [{"id": "a", "name": "main", "status": "RUNNING"}, {"id": "b", "name": "mainly"}]
    held = Workspace("w", None, [], pools=rows)
    held.pool_metrics["a", "CPU"] = [pools.point(moment, ("main", 5)) for moment in (MINUTE - 3_600, MINUTE - 60)]
    held.pool_metrics["b", "CPU"] = [pools.point(MINUTE - 60, ("mainly", 7))]
    held.pool_limits["a"] = [pools.limit("CPU", 1_500)]
    held.pool_limits["b"] = Body(b"<html>")
    return held


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane([workspace()]) as plane:
        yield plane


def get(plane: ControlPlane, operation: str, query: dict[str, Any]) -> Answer:
    path = f"/v2/workspaces/w/{operation}?{urllib.parse.urlencode(query, doseq=True)}"
    return fetch(plane.port, path, headers={"X-Auth-Token": TOKEN})


@pytest.mark.parametrize(
    ("operation", "query"),
    [
        *((pool_api.LIST, {name: value}) for name, value in (("limit", 0), ("limit", 1_001), ("offset", -1))),
        (pool_api.LIST, {"engine_type": "SparkJob"}),
        *((pool_api.METRICS, {key: METRICS[key] for key in METRICS if key != name}) for name in METRICS),
        (pool_api.METRICS, METRICS | {"metric_name": "CPU,MEM"}),
        (pool_api.METRICS, METRICS | {"step": 61}),
        (pool_api.METRICS, METRICS | {"end_time": NOW * 1_000}),
        (pool_api.METRICS, METRICS | {"compute_ids": ["a", "b"]}),
        (pool_api.METRICS, METRICS | {"compute_ids": "a" * 1_111}),
        *((pool_api.LIMIT, {key: LIMIT[key] for key in LIMIT if key != name}) for name in LIMIT),
        (pool_api.LIMIT, LIMIT | {"engine_type": "Spark"}),
    ],
    ids=str,
)
def test_invalid_parameters_are_rejected(plane: ControlPlane, operation: str, query: dict[str, Any]) -> None:
    assert get(plane, operation, query).status == 400


@pytest.mark.parametrize(
    ("query", "names"),
    [({}, ["main", "mainly"]), ({"name": "main"}, ["main", "mainly"]), ({"compute_id": "b"}, ["mainly"]),
     ({"limit": 1, "offset": 1}, ["mainly"])],
    ids=str,
)  # fmt: skip
def test_filters_of_the_list(plane: ControlPlane, query: dict[str, Any], names: list[str]) -> None:
    body = get(plane, pool_api.LIST, query).json()
    assert [row["name"] for row in body["computes"]] == names
    assert body["total"] == (1 if "compute_id" in query else 2)


def test_points_are_those_of_the_pools_and_the_window(plane: ControlPlane) -> None:
    both = get(plane, pool_api.METRICS, METRICS | {"compute_ids": "a,b,c"}).json()
    assert both == {"data": [pools.point(MINUTE - 60, ("main", 5)), pools.point(MINUTE - 60, ("mainly", 7))]}
    assert get(plane, pool_api.METRICS, METRICS | {"metric_name": "GPU"}).json() == {"data": []}


def test_limits_are_an_array(plane: ControlPlane) -> None:
    assert get(plane, pool_api.LIMIT, LIMIT).json() == [pools.limit("CPU", 1_500)]
    assert get(plane, pool_api.LIMIT, LIMIT | {"compute_id": "c"}).json() == []
    assert get(plane, pool_api.LIMIT, LIMIT | {"compute_id": "b"}).raw == b"<html>"


def test_rows_have_only_fields_of_the_models() -> None:
    row = pools.full_row(random.Random(1), 0, "FAILED")
    assert row.keys() - {"visibility"} == set(sdk.V2ComputeInfo.attribute_map)
    assert pools.limit("NPU", 3).keys() == set(sdk.ResourceLimit.attribute_map)
    assert json.loads(json.dumps(row)) == row


def test_the_count_of_a_small_workspace() -> None:
    held = Workspace("w", None, [])
    held.pools = [
        {"id": "b", "name": "idle", "charge_mode": "prePaid", "status": "RUNNING", "capacity": [
            {"type": "CPU", "capacity": 8, "spec_code": "c"}, {"type": "CPU", "capacity": 2, "spec_code": "c"},
            {"type": "npu", "capacity": 4}]},
        {"id": "a", "name": "gone", "charge_mode": "prePaid", "status": "DELETED", "capacity": None},
        {"id": "c", "name": 7},
    ]  # fmt: skip
    newest = pools.point(MINUTE - 60, ("idle", 12.5), ("other", 99))
    held.pool_metrics["b", "CPU"] = [pools.point(MINUTE - 120, ("idle", 80)), newest, pools.point(MINUTE, ("other", 1))]
    held.pool_metrics["b", "NPU"] = [pools.point(MINUTE - 60, ("idle", 101))]
    held.pool_metrics["b", "GPU"] = [newest]
    held.pool_limits["b"] = [pools.limit("CPU", 1_500, "c"), pools.limit("CPU", 250, "c"), pools.limit("NPU", 3, None)]
    base = {"source": "s", "workspace_id": "w", "workspace": "w"}
    series = {
        (name.removeprefix(PREFIX), tuple(sorted(value for label, value in labels if label not in base))): value
        for (name, labels), value in pool_count.count(held, base, NOW, most=2).items()
        if name != DROPPED or value
    }
    zeros = {
        ("pools", tuple(sorted((mode, status)))): 0.0 for mode in ("prePaid", "unknown") for status in pools.STATUSES
    }
    assert series == zeros | {
        ("pools", ("RUNNING", "prePaid")): 1, ("pools", ("DELETED", "prePaid")): 1,
        ("pools", ("UNKNOWN", "unknown")): 1,
        ("pool_info", ("RUNNING", "b", "idle", "prePaid")): 1, ("pool_info", ("DELETED", "a", "gone", "prePaid")): 1,
        ("pool_capacity", ("b", "c", "cpu", "idle")): 10, ("pool_capacity", ("b", "idle", "npu")): 4,
        ("pool_allocatable", ("b", "c", "cpu", "idle")): 1.75, ("pool_allocatable", ("b", "idle", "npu")): 3,
        ("pool_utilization_ratio", ("b", "cpu", "idle")): 0.125,
        ("pool_utilization_timestamp_seconds", ("b", "cpu", "idle")): MINUTE - 60,
        ("workspace_listed_records", ("pools",)): 3, ("workspace_skipped_records", ("pools",)): 0,
        ("workspace_malformed_fields", ("pools",)): 2, ("workspace_cut_values", ("pools",)): 0,
        ("workspace_dropped_details", ("pools",)): 1,
    }  # fmt: skip


def test_all_kinds_of_responses_are_sent() -> None:
    held = pools.new_workspace("w", time.time())
    bodies = [value for value in (*held.pool_metrics.values(), *held.pool_limits.values()) if isinstance(value, Body)]
    assert {str(body.value)[:9] for body in bodies} >= {
        str(value)[:9] for value in pools.BAD_METRICS + pools.BAD_LIMITS
    }
    assert len(pools.running(held)) > len(pools.LIMITS + pools.ODD_LIMITS + pools.BAD_LIMITS)
