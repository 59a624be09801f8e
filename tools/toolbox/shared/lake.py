# SPDX-License-Identifier: Apache-2.0
"""Endpoints of API v2 (AI DataLake): rows of the test cloud, and the independent count."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

from toolbox.shared import expected
from toolbox.shared.cloud_data import LARGEST, SEED, SPECS, STATUSES, new_id, renumber
from toolbox.shared.json_text import Literal
from toolbox.shared.odd_rows import (
    OTHER_VALUES,
    TRICKY_NAMES,
    holder_of,
    named_rows,
    paths_of,
    removed,
    replaced,
    timed_rows,
    unusable_rows,
)

Row = dict[str, Any]

TYPES = ("AuraJob", "AuraJobV2", "SparkSql", "SparkJob", "FlinkJob", "RayCluster", "RayJob", "RayService", "Quantum")
RESOURCES = ("CPU", "GPU", "NPU", "cpu", "FPGA", "处理器 A")
MODES = ("RESERVED", "ONDEMAND", "HYBRID", "Spot", "")
LOWER_CASE = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def documented_row(rng: random.Random, number: int) -> Row:
    """Returns a row with all documented fields."""
    day = f"{rng.randint(1, 9)}-{rng.randint(10, 28)}"
    status = rng.choice(STATUSES)
    row: Row = {
        "id": new_id(rng),
        "name": f"lake-{number}",
        "display_name": rng.choice(("", f"湖-{number}")),
        "description": "not shown",
        "status": status,
        "engine": {"type": rng.choice(TYPES), "version": "3.5"},
        "capacity": [
            {"type": rng.choice(RESOURCES), "minimum_capacity": least, "maximum_capacity": least + rng.randint(0, 9),
             "spec_code": rng.choice(SPECS), "use_ondemand_resource": rng.random() < 0.5}
            for least in (rng.randint(0, 50) for _ in range(rng.randint(0, 3)))
        ],
        "resource_type": rng.choice(MODES),
        "create_time": f"2025-0{day}T10:24:30.{rng.randint(0, 999):03d}Z",
        "update_time": f"2025-0{day}T12:05:59Z",
        "compute_id": rng.choice((new_id(rng), None)),
        "credential": {"agency_name": "agency"},
        "creator": {"user_name": "alice", "user_id": new_id(rng)},
        "tags": [{"key": "team", "value": "risk"}],
        "workspace": {"id": new_id(rng), "name": "w"},
        "error": {"error_code": "AIDataLake.01011001", "error_msg": "broken <b>"} if "FAILED" in status else None,
        # The fields of v1, which do not count in v2.
        "type": "sql", "visibility": "PUBLIC", "owner": 7, "error_code": "v1", "reserved_resource": {"mu": {"min": 7}},
    }  # fmt: skip
    return row


def full_row(rng: random.Random, number: int) -> Row:
    """Returns a row with all fields of all levels that the exporter reads."""
    row = documented_row(rng, number)
    row["display_name"] = f"shown-{number}"
    row["compute_id"] = new_id(rng)
    row["capacity"] = [
        {"type": "CPU", "minimum_capacity": 4, "maximum_capacity": 16, "spec_code": "c1"},
        {"type": "NPU", "minimum_capacity": 8, "maximum_capacity": 24, "spec_code": "n1"},
    ]
    row["error"] = {"error_code": "AIDataLake.01011004", "error_msg": "not here"}
    return row


def lake_rows() -> list[Any]:
    """Returns rows with documented and odd values: each field absent, null and of a wrong type, hostile names, all time
    formats, sums beyond 63 bits, and rows without a usable id."""
    rng = random.Random(SEED + 3)

    def base(number: int) -> Row:
        return documented_row(rng, number) | {"display_name": ""}

    rows: list[Any] = [documented_row(rng, number) for number in range(150)]
    pattern = full_row(rng, 0)
    for number, path in enumerate(path for path in paths_of(pattern) if path != ("id",)):
        row = full_row(rng, number)
        rows += [removed(row, path), replaced(row, path, None)]
        right = type(holder_of(pattern, path)[path[-1]])
        values = [value for value in OTHER_VALUES if type(value) is not right]
        rows.append(replaced(row, path, values[number % len(values)]))
    for number, name in enumerate(TRICKY_NAMES):
        rows.append(full_row(rng, number) | {"display_name": name, "compute_id": name, "resource_type": name})
    for amount in (LARGEST, LARGEST, Literal("2e0"), 2**64):
        row = full_row(rng, 0)
        row["capacity"] = [{"type": "GPU", "minimum_capacity": amount, "spec_code": "g1"}, {}]
        rows.append(row)
    rows += [*named_rows(base), *timed_rows(base), *unusable_rows(base)]
    renumber(rows, rng)
    return rows


def count(rows: Iterable[Any], base: Mapping[str, str], details: str, owner: str) -> expected.Series:
    """Returns all domain series of one workspace of API v2; see `expected.count`."""
    tally = LakeTally(base, details, owner)
    for row in rows:
        tally.add(row)
    return tally.series()


class LakeTally(expected.Tally):
    def record(self, row: Mapping[str, Any], identity: str) -> None:
        take, label = self.take, self.label
        shown, name = take(row, "display_name", str), take(row, "name", str)
        name = label({"name": shown or name}, "name")
        take(row, "description", str)
        engine, creator, error = (take(row, key, dict) or {} for key in ("engine", "creator", "error"))
        kind, status = label(engine, "type") or "unknown", label(row, "status") or "UNKNOWN"
        code = label(error, "error_code")
        label(error, "error_msg", expected.MESSAGE_BYTES)
        group = {"endpoint_type": kind, "status": status}
        for documented in expected.LAKE_STATUSES:
            self.sum("endpoints", 0, **group | {"status": documented})
        self.sum("endpoints", 1, **group)
        if code:
            self.sum("endpoints_with_error", 1, **group, error_code=code)
        times = [self.moment(row, field) for field in ("create_time", "update_time")]
        known = [moment for moment in (times if status == "CREATING" else reversed(times)) if moment is not None]
        entered = known[0] if known else float("inf")
        if status in expected.MOVING:
            self.time("endpoint_oldest_transition_timestamp_seconds", entered, **group)
        self.resources(row, group)
        who = {"endpoint_id": identity, "endpoint_name": name, "endpoint_type": kind}
        user, user_id, pool = label(creator, "user_name"), label(creator, "user_id"), label(row, "compute_id")
        problem = status in expected.DETAILED or status.endswith("_FAILED") or bool(code)
        if self.details == "all" or (self.details == "problems" and problem):
            self.time("endpoint_status_since_timestamp_seconds", entered, **who | group)
            if code:
                self.sum("endpoint_error", 1, **who | group, error_code=code)
            owner = {"name": user, "id": user_id, "none": ""}[self.owner]
            user_id = "" if self.owner == "none" else user_id
            self.sum("endpoint_info", 1, **who, owner=owner, owner_id=user_id, pool_id=pool)

    def resources(self, row: Mapping[str, Any], group: Mapping[str, str]) -> None:
        """Adds the capacities, by resource and mode in lower case."""
        mode = self.label(row, "resource_type").translate(LOWER_CASE)
        for item in self.take(row, "capacity", list) or []:
            held = self.take({"item": item}, "item", dict)
            if held is None:
                continue
            resource = self.label(held, "type").translate(LOWER_CASE) or "unknown"
            labels = {**group, "resource": resource, "resource_mode": mode, "spec_code": self.label(held, "spec_code")}
            least, most = self.take(held, "minimum_capacity", int), self.take(held, "maximum_capacity", int)
            self.bounds("endpoint_capacity_min", "endpoint_capacity_max", least, most, labels)
