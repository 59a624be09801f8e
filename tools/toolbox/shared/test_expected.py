# SPDX-License-Identifier: Apache-2.0
"""Tests the independent count with listings that were counted by hand."""

from typing import Any

from toolbox.shared import expected
from toolbox.shared.json_text import Literal

BASE = {"source": "s", "workspace_id": "w", "workspace": "name"}


def key(family: str, **labels: str) -> expected.Key:
    return expected.PREFIX + family, frozenset({**BASE, **labels}.items())


def zeros(kind: str, visibility: str) -> expected.Series:
    return {
        key("endpoints", endpoint_type=kind, status=status, visibility=visibility): 0.0
        for status in expected.DOCUMENTED_STATUSES
    }


def totals(listed: int, skipped: int, malformed: int) -> expected.Series:
    return {
        key("workspace_listed_records", **expected.LISTING): float(listed),
        key("workspace_skipped_records", **expected.LISTING): float(skipped),
        key("workspace_malformed_fields", **expected.LISTING): float(malformed),
        key("workspace_cut_values", **expected.LISTING): 0.0,
        key("workspace_dropped_details", **expected.LISTING): 0.0,
    }


def test_the_sample_of_the_reference() -> None:
    created = "2023-05-30T12:24:30.401Z"
    row: dict[str, Any] = {
        "id": "0b5633ba2b904511ad514346f4dxxxxx", "name": "endpoint1", "type": "job", "status": "CREATING",
        "visibility": "PRIVATE", "create_time": created, "update_time": created,
        "owner": {"domain_name": "acme", "domain_id": "d", "user_name": "alice", "user_id": "u"},
        "cap": {"cap_id": "c", "version_id": "v"},
        "reserved_resource": {
            "apu": {"spec_code": "a1x", "warm_up_num": 1, "max_num": 100},
            "dpu": {"spec_code": "d1x", "warm_up_num": 1, "max_num": 100, "use_public_resource": False},
            "mu": {"spec_code": "mu", "min": 0, "max": 1},
        },
        "ray_resource": {
            "head_group_spec": {"spec_code": "string"},
            "worker_group_spec": [{"name": "s", "spec_code": "string", "min_replicas": 10000, "max_replicas": 10000}],
        },
        "error_code": "string", "error_msg": "string",
    }  # fmt: skip
    at = 1685449470.401
    group = {"endpoint_type": "job", "status": "CREATING", "visibility": "PRIVATE"}
    endpoint = {"endpoint_id": row["id"], "endpoint_name": "endpoint1", "endpoint_type": "job"}
    who = endpoint | group
    wanted = zeros("job", "PRIVATE") | totals(1, 0, 0)
    wanted |= {
        key("endpoints", **group): 1.0,
        key("endpoints_with_error", **group, error_code="string"): 1.0,
        key("endpoint_oldest_transition_timestamp_seconds", **group): at,
        key("apu_reserved", **group, spec_code="a1x"): 1.0,
        key("apu_max", **group, spec_code="a1x"): 100.0,
        key("dpu_reserved", **group, spec_code="d1x", public_resource="false"): 1.0,
        key("dpu_max", **group, spec_code="d1x", public_resource="false"): 100.0,
        key("mu_reserved", **group, spec_code="mu"): 0.0,
        key("mu_max", **group, spec_code="mu"): 1.0,
        key("ray_heads", **group, spec_code="string"): 1.0,
        key("ray_workers_min", **group, spec_code="string"): 10000.0,
        key("ray_workers_max", **group, spec_code="string"): 10000.0,
        key("endpoint_status_since_timestamp_seconds", **who): at,
        key("endpoint_error", **who, error_code="string"): 1.0,
        key("endpoint_info", **endpoint, cap_id="c", cap_version_id="v", owner="alice", owner_id="u"): 1.0,
    }
    counted = expected.count([row], BASE)
    assert expected.differences({name: float(value) for name, value in counted.items()}, wanted, (0, 0)) == []


def test_odd_rows() -> None:
    rows: list[Any] = [
        {"id": "a"},
        {"id": "b", "type": "sql", "status": "RUNNING", "visibility": "", "name": "\ud800\0",
         "reserved_resource": {"apu": {"warm_up_num": 2**63 - 1}, "dpu": {"max_num": 1.5}, "mu": None}},
        {"id": "c", "type": "sql", "status": "RUNNING", "visibility": "PRIVATE", "error_code": 7,
         "reserved_resource": {"apu": {"warm_up_num": 2.0**62, "max_num": Literal("1e0")}}},
        {"id": 5, "status": 5},
        "nothing",
        {"id": "d", "type": "sql", "status": "DELETING", "update_time": "soon", "ray_resource": {
            "head_group_spec": {}, "worker_group_spec": [None, {"min_replicas": 3}, {"max_replicas": True}]}},
    ]  # fmt: skip
    group = {"endpoint_type": "sql", "status": "RUNNING", "visibility": "PRIVATE"}
    moving = {"endpoint_type": "sql", "status": "DELETING", "visibility": "PRIVATE"}
    wanted = zeros("unknown", "PRIVATE") | zeros("sql", "PRIVATE") | totals(4, 2, 6)
    wanted |= {
        key("endpoints", endpoint_type="unknown", status="UNKNOWN", visibility="PRIVATE"): 1.0,
        key("endpoints", **group): 2.0,
        key("endpoints", **moving): 1.0,
        key("apu_reserved", **group): 2.0**63,
        key("apu_max", **group): 2.0**63,
        key("dpu_reserved", **group, public_resource="false"): 0.0,
        key("dpu_max", **group, public_resource="false"): 0.0,
        key("ray_heads", **moving): 1.0,
        key("ray_workers_min", **moving): 3.0,
        key("ray_workers_max", **moving): 3.0,
        key("endpoint_oldest_transition_timestamp_seconds", **moving): expected.POLL,
        key("endpoint_status_since_timestamp_seconds", **moving, endpoint_id="d"): expected.POLL,
        key("endpoint_info", endpoint_type="sql", endpoint_id="d"): 1.0,
    }  # fmt: skip
    assert expected.count(rows, BASE) == wanted
    named = expected.count(rows, BASE, "all")
    shown = key("endpoint_status_since_timestamp_seconds", **group, endpoint_id="b", endpoint_name="\ufffd\ufffd")
    assert named[shown] == expected.POLL
    assert len(named) - len(wanted) == 6


def test_differences_name_each_kind() -> None:
    wanted: expected.Series = {key("endpoints"): 1.0, key("apu_max"): 2.0, key("endpoint_x"): expected.POLL}
    actual = {key("endpoints"): 3.0, key("mu_max"): 2.0, key("endpoint_x"): 99.0}
    found = expected.differences(actual, wanted, (200.0, 201.0))
    assert [text.split(":")[0] for text in found] == ["differs", "differs", "missing", "unexpected"]


def test_service_instances() -> None:
    rows: list[Any] = [
        {"id": "a", "type": "LLM_MODEL", "status": "FAILED", "name": "n", "endpoint_id": "e", "error_code": "E.1",
         "create_time": "2023-05-30T12:24:30Z", "update_time": "2023-05-30T12:25:30Z"},
        {"id": "b", "status": "PENDING", "create_time": "2023-05-30T12:24:30Z", "update_time": "2023-05-30T12:25:30Z"},
        {"name": "without an id", "status": 5},
    ]  # fmt: skip
    series = expected.count_services(rows, BASE)
    listing = {"listing": "service_instances"}
    failed = {"service_type": "LLM_MODEL", "status": "FAILED", "visibility": "PRIVATE"}
    pending = {"service_type": "unknown", "status": "PENDING", "visibility": "PRIVATE"}
    assert series[key("service_instances", **failed)] == 1
    assert series[key("service_instances", **failed | {"status": "RUNNING"})] == 0
    assert series[key("service_instances_with_error", **failed, error_code="E.1")] == 1
    oldest = "service_instance_oldest_transition_timestamp_seconds"
    assert series[key(oldest, **pending)] == 1685449470
    since = "service_instance_status_since_timestamp_seconds"
    who = {"service_instance_id": "a", "service_instance_name": "n", "endpoint_id": "e"}
    assert series[key(since, **who, **failed)] == 1685449530
    assert series[key("workspace_listed_records", **listing)] == 2
    assert series[key("workspace_skipped_records", **listing)] == 1
    assert series[key("workspace_malformed_fields", **listing)] == 1


def test_job_runs() -> None:
    def run(status: Any, created: Any, updated: Any = None) -> dict[str, Any]:
        return {"status": status, "create_time": created, "update_time": updated}

    rows = [
        run("FAILED", "2023-05-30T12:24:30Z", "2023-05-30T12:29:30Z"),
        run("FAILED", "2023-05-30T12:24:31Z", "2023-05-30T12:25:30Z"),
        run("PENDING", "2023-05-30T12:24:33Z"), run("PENDING", "2023-05-30T12:24:32Z"),
        run("CREATING", "2023-05-30T12:24:31Z"), run("SUCCEEDED", "1970-01-01T00:00:00Z", 5),
        run("SUCCEEDED", "2023-05-30T12:24:31Z", 5), run("QUEUED", "2023-05-30T12:00:00Z"), run(None, None), {},
    ]  # fmt: skip
    listing = {"listing": "job_runs"}
    counts = {"FAILED": 2.0, "PENDING": 2.0, "CREATING": 1.0, "SUCCEEDED": 2.0}
    assert expected.count_runs(rows, BASE) == {
        **{key("job_runs", status=status): counts.get(status, 0.0) for status in expected.RUN_STATUSES},
        key("job_run_oldest_waiting_timestamp_seconds"): 1685449471,
        key("job_run_newest_failure_timestamp_seconds"): 1685449530,
        key("workspace_listed_records", **listing): 7.0,
        key("workspace_skipped_records", **listing): 0.0,
        # Of the first succeeded run; the second one is not read.
        key("workspace_malformed_fields", **listing): 2.0,
        key("workspace_cut_values", **listing): 0.0,
        key("workspace_dropped_details", **listing): 0.0,
    }
    assert key("job_run_oldest_waiting_timestamp_seconds") not in expected.count_runs(rows[:2], BASE)


def test_quotas() -> None:
    rows: list[Any] = [
        {"type": "compute", "quota": 100, "used": 92}, {"type": "workspace", "quota": -1, "used": 0},
        {"type": "twice", "quota": 1, "used": 1}, {"type": "twice", "quota": 1, "used": 2},
        {"type": "odd", "quota": "7", "used": True}, {"type": "", "quota": 1, "used": 1}, None, {"used": 3},
        {"type": "float", "quota": 5.0, "used": 5.5}, {"type": "big", "quota": 2**63, "used": 2**63 - 1},
    ]  # fmt: skip
    base = {"source": "s"}
    assert expected.count_quotas(rows, "s") == {
        (expected.PREFIX + family, expected.labeled(base, resource=resource)): value
        for family, resource, value in (
            ("quota_used", "compute", 92.0), ("quota_limit", "compute", 100.0), ("quota_used", "workspace", 0.0),
            ("quota_limit", "float", 5.0), ("quota_used", "big", 2.0**63),
        )
    }  # fmt: skip
    many = [{"type": f"r{index:03}", "quota": 1, "used": 1} for index in range(300)]
    assert len(expected.count_quotas(many, "s")) == 400
