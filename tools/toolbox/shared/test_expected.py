# SPDX-License-Identifier: Apache-2.0
"""Tests the independent count with listings that were counted by hand."""

import datetime
import math
from typing import Any

import pytest

from toolbox.shared import expected
from toolbox.shared.json_text import Literal

BASE = {"source": "s", "workspace_id": "w", "workspace": "name"}
P = "dataarts_fabric_"


def key(family: str, **labels: str) -> expected.Key:
    return P + family, frozenset({**BASE, **labels}.items())


def zeros(kind: str, visibility: str) -> expected.Series:
    return {
        key("endpoints", endpoint_type=kind, status=status, visibility=visibility): 0.0
        for status in expected.DOCUMENTED_STATUSES
    }


def totals(listed: int, skipped: int, malformed: int, cut: int = 0) -> expected.Series:
    return {
        key("workspace_listed_records", **expected.LISTING): float(listed),
        key("workspace_skipped_records", **expected.LISTING): float(skipped),
        key("workspace_malformed_fields", **expected.LISTING): float(malformed),
        key("workspace_cut_values", **expected.LISTING): float(cut),
        key("workspace_dropped_details", **expected.LISTING): 0.0,
    }


def test_an_empty_listing() -> None:
    assert expected.count([], BASE) == totals(0, 0, 0)


def test_long_values() -> None:
    rows = [
        {"id": "é" * 128, "name": "端" * 200, "type": "x" * 256, "error_msg": "m" * 1001, "visibility": "PUBLIC"},
        {"id": "é" * 128 + "x", "name": "n" * 300},
    ]
    counted = expected.count(rows, BASE)
    assert counted[key("workspace_cut_values", **expected.LISTING)] == 2.0
    assert counted[key("workspace_skipped_records", **expected.LISTING)] == 1.0
    running = key("endpoints", endpoint_type="x" * 256, status="UNKNOWN", visibility="PUBLIC")
    assert counted[running] == 1.0
    reader = expected.Reader()
    texts = {"long": "端" * 200, "short": "n" * 256}
    assert [reader.label(texts, name) for name in texts] == ["端" * 85, "n" * 256]
    assert reader.cut == 1


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
    cap = {"cap_id": "c", "cap_version_id": "v"}
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
        key("endpoint_info", **endpoint, **cap, owner="alice", owner_id="u"): 1.0,
    }
    counted = expected.count([row], BASE)
    assert expected.differences({name: float(value) for name, value in counted.items()}, wanted, (0, 0)) == []
    by_id = expected.count([row], BASE, owner="id")
    assert by_id[key("endpoint_info", **endpoint, **cap, owner="u", owner_id="u")] == 1.0
    assert expected.count([row], BASE, owner="none")[key("endpoint_info", **endpoint, **cap)] == 1.0


def test_what_is_counted_by_visibility_and_what_has_details() -> None:
    def row(number: int, **more: Any) -> dict[str, Any]:
        return {"id": str(number), "type": "ray"} | more

    mine, theirs = {"visibility": "PRIVATE"}, {"visibility": "PUBLIC"}
    warm = {"reserved_resource": {"apu": {"warm_up_num": 2}}}
    statuses = ("RUNNING", "INACTIVE", "DELETED", "ABNORMAL", "ON_DEMAND_FROZEN", "FROZEN", "TRIAL_ENDED", "ODD")
    rows = [row(number, status=status, **mine) for number, status in enumerate(statuses)]
    rows += [row(10, status="DELETING", **mine, **warm), row(11, status="DELETING", **theirs, **warm)]
    rows += [row(12, status="RUNNING", **theirs, error_code="x"), row(13, status="RUNNING", **mine, error_code="x")]
    counted = expected.count(rows, BASE)
    for visibility in (mine, theirs):
        deleting = {"endpoint_type": "ray", "status": "DELETING"} | visibility
        running = {"endpoint_type": "ray", "status": "RUNNING"} | visibility
        assert counted[key("apu_reserved", **deleting)] == 2.0
        assert counted[key("endpoint_oldest_transition_timestamp_seconds", **deleting)] == expected.POLL
        assert counted[key("endpoints_with_error", **running, error_code="x")] == 1.0
    assert key("endpoints", endpoint_type="ray", status="ABNORMAL", **theirs) not in counted
    assert counted[key("endpoints", endpoint_type="ray", status="ABNORMAL", **mine)] == 1.0
    detailed = {dict(labels)["endpoint_id"] for name, labels in counted if name == P + "endpoint_info"}
    assert detailed == {"3", "4", "5", "6", "10", "11", "12", "13"}


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


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0), ("1970-01-01 08:00:01.5+08:00", 1.5), ("1970-01-01T00:00:00.250", 0.25),
        ("1969-12-31T20:30:00-03:30", 0.0), ("2025-02-29T00:00:00Z", None), ("1970-01-01", None), ("", None),
    ],
)  # fmt: skip
def test_times(text: str, seconds: float | None) -> None:
    assert expected.unix_seconds(text) == seconds


def test_implausible_times() -> None:
    now = datetime.datetime.now(datetime.UTC)

    def ahead(hours: float) -> str:
        return (now + datetime.timedelta(hours=hours)).isoformat()

    cases = {
        "0001-01-01T00:00:00Z": (None, 1), "1970-01-01T00:00:00Z": (None, 1), "2009-12-31T23:59:59.9Z": (None, 1),
        ahead(24.1): (None, 1), "9999-12-31T23:59:59Z": (None, 1), "2010-01-01T00:00:00Z": (1262304000.0, 0),
        ahead(2): (math.inf, 0), ahead(23.9): (math.inf, 0),
    }  # fmt: skip
    for text, (wanted, malformed) in cases.items():
        reader = expected.Reader()
        assert reader.time({"update_time": text}, "update_time") == wanted, text
        assert reader.malformed == malformed, text


def test_text_of_labels() -> None:
    assert expected.clean("a\ud83d\ude00\udc00\ud800b\0") == "a\U0001f600\ufffd\ufffdb\ufffd"


def test_differences_name_each_kind() -> None:
    wanted: expected.Series = {key("endpoints"): 1.0, key("apu_max"): 2.0, key("endpoint_x"): expected.POLL}
    actual = {key("endpoints"): 3.0, key("mu_max"): 2.0, key("endpoint_x"): 99.0}
    found = expected.differences(actual, wanted, (200.0, 201.0))
    assert [text.split(":")[0] for text in found] == ["differs", "differs", "missing", "unexpected"]


def test_history_keeps_zeros_of_the_right_families() -> None:
    before: expected.Series = {key("endpoints", status="X"): 2.0, key("endpoint_error"): 1.0, key("apu_max"): 3.0}
    assert expected.with_history(before, {}) == {key("endpoints", status="X"): 0.0, key("apu_max"): 0.0}
