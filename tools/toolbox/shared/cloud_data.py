# SPDX-License-Identifier: Apache-2.0
"""The endpoints of the test cloud, generated from a seed.

Six workspaces have 0, 1, 10, 100, 101 and 357 rows. They contain all documented types and statuses, undocumented
ones, each field absent and null, hostile names, all time formats, sums beyond 63 bits, fields of wrong types and rows
without a usable id.
"""

import copy
import dataclasses
import functools
import random
import uuid
from typing import Any

from toolbox.shared.odd_rows import named_rows, odd_field_rows, timed_rows, unusable_rows

Row = dict[str, Any]

TYPES = ("service", "ray", "inference", "job", "ray_service", "sql", "container_job", "notebook", "quantum")
STATUSES = (
    "CREATING", "RUNNING", "CREATE_FAILED", "DELETING", "DELETED", "UPDATING", "UPDATE_FAILED", "DELETE_FAILED",
    "FROZEN", "INACTIVE", "TRIAL_ENDED", "ON_DEMAND_FROZEN", "ABNORMAL", "RESIZE_FAILED", "Running",
)  # fmt: skip
VISIBILITIES = ("PRIVATE", "PRIVATE", "PUBLIC", "HIDDEN")
SPECS = ("a1x", "d1x", "dpu.d1x", "mu", "fabric.sql.dcu.std", 'odd "spec" \\ of\ntwo lines', "规格")
ERRORS = ("dataartsfabric.00010011", "dataartsfabric.00000001", "common.00000500")
LARGEST = 2**63 - 1
SEED = 20250530

SIZES = {"empty": 0, "single": 1, "small": 10, "hundred": 100, "hundred-and-one": 101, "large": 357}

# Indexes of rows that two adjacent pages share, with pages of 100 (and of 50). Rows with countable errors must not be
# at these indexes.
PAGE_STEPS = (99, 100, 49, 50)


@dataclasses.dataclass
class Stored:
    """A row as listed, and what else the API stores about it."""

    row: Any
    mine: bool = True
    models: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Body:
    """The whole body of a response, in place of the value that the API would send."""

    value: Any


@dataclasses.dataclass
class Workspace:
    """A workspace of the test cloud. `name` is its name in the exporter's configuration, or None."""

    id: str
    name: str | None
    stored: list[Stored]
    # The rows of its list of endpoints of API v2.
    lake: list[Any] = dataclasses.field(default_factory=list)
    # The rows of its list of service instances.
    services: list[Any] = dataclasses.field(default_factory=list)
    # The rows of its list of job runs.
    runs: list[Any] = dataclasses.field(default_factory=list)
    # The rows of its list of compute pools.
    pools: list[Any] = dataclasses.field(default_factory=list)
    # The points of utilization by pool and metric, or a `Body`.
    pool_metrics: dict[tuple[str, str], Any] = dataclasses.field(default_factory=dict)
    # The rows of what is allocatable by pool, or a `Body`.
    pool_limits: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def rows(self) -> list[Any]:
        return [entry.row for entry in self.stored]

    @property
    def shown_name(self) -> str:
        return self.name if self.name is not None else self.id


def new_id(rng: random.Random) -> str:
    """Returns an id of 32 or 36 characters."""
    number = uuid.UUID(int=rng.getrandbits(128))
    return number.hex if rng.random() < 0.5 else str(number)


def documented_row(rng: random.Random, number: int) -> Row:
    """Returns a row with all documented fields, of the documented types."""
    created = f"2025-0{rng.randint(1, 9)}-{rng.randint(10, 28)}T{rng.randint(10, 23)}:24:30.{rng.randint(0, 999):03d}Z"
    updated = f"2025-1{rng.randint(0, 1)}-{rng.randint(10, 28)}T{rng.randint(10, 23)}:05:59.{rng.randint(0, 999):03d}Z"
    warm, low = rng.randint(0, 50), rng.randint(0, 20)
    status = rng.choice(STATUSES)
    row: Row = {
        "visibility": rng.choice(VISIBILITIES),
        "id": new_id(rng),
        "name": f"endpoint-{number}",
        "type": rng.choice(TYPES),
        "status": status,
        "description": "no \"metric\" {shows} this",
        "create_time": created,
        "update_time": updated,
        "owner": {"domain_name": "acme", "domain_id": new_id(rng), "user_name": "alice", "user_id": new_id(rng)},
        "cap": {"cap_id": new_id(rng), "version_id": new_id(rng)},
        "reserved_resource": {
            "apu": {"spec_code": rng.choice(SPECS), "warm_up_num": warm, "max_num": warm + rng.randint(0, 50)},
            "dpu": {
                "spec_code": rng.choice(SPECS), "warm_up_num": low, "max_num": low + rng.randint(0, 9),
                "use_public_resource": rng.random() < 0.5,
            },
            "mu": {"spec_code": "mu", "min": 0, "max": rng.randint(1, 1000)},
        },
        "ray_resource": {
            "head_group_spec": {"spec_code": rng.choice(SPECS)},
            "worker_group_spec": [worker_group(rng, index) for index in range(rng.randint(0, 4))],
        },
        "caches": [{"mnt_path": "/mnt/cache", "cache_ins_id": new_id(rng)}],
        "future_field": {"id": 7, "status": ["RUNNING", {"type": None}], "reserved_resource": "x"},
    }  # fmt: skip
    if status.endswith("_FAILED") or rng.random() < 0.1:
        row["error_code"] = rng.choice(ERRORS)
        row["error_msg"] = f'it failed: "{rng.randint(1, 9)}" times <b>'
    for kind in ("apu", "dpu", "mu"):
        if rng.random() < 0.4:
            del row["reserved_resource"][kind]
    keys = list(row)
    rng.shuffle(keys)
    return {key: row[key] for key in keys}


def worker_group(rng: random.Random, index: int) -> Row:
    group: Row = {"name": f"group-{index}", "spec_code": rng.choice(SPECS), "min_replicas": rng.randint(0, 5)}
    if rng.random() < 0.8:
        group["max_replicas"] = group["min_replicas"] + rng.randint(0, 10)
    return group


def saturating_rows(rng: random.Random) -> list[Row]:
    """Returns ten rows whose sums exceed 63 or 53 bits, or almost do."""
    rows = []
    for number in range(10):
        row = documented_row(rng, number)
        row.update(type="sql", status="RUNNING", visibility="PRIVATE", name=f"saturating-{number}")
        row["reserved_resource"] = {
            "apu": {"spec_code": "a1x", "warm_up_num": LARGEST if number < 2 else 1, "max_num": LARGEST},
            "dpu": {"spec_code": "d1x", "warm_up_num": 2**62 if number < 3 else 0, "use_public_resource": True},
            "mu": {"spec_code": "mu", "min": 2**53 + 1 if number == 0 else 0, "max": LARGEST - 9 if number == 0 else 1},
        }
        group = {"spec_code": "w1x", "min_replicas": LARGEST if number == 0 else 10000}
        row["ray_resource"] = {"worker_group_spec": [group, group]}
        rows.append(row)
    return rows


def arrange(size: int, delicate: list[Any], rng: random.Random) -> list[Any]:
    """Returns `size` rows: the special ones at seeded indexes where no page begins, documented ones elsewhere."""
    free = [index for index in range(size) if all(index % step for step in PAGE_STEPS)]
    places = dict(zip(rng.sample(free, len(delicate)), delicate, strict=True))
    return [places[index] if index in places else documented_row(rng, index) for index in range(size)]


def new_cloud(*names: str) -> dict[str, Workspace]:
    """Returns a new copy of the six workspaces, or of those with these keys of `SIZES`."""
    rng = random.Random(SEED)
    base = functools.partial(documented_row, rng)
    hostile = named_rows(base) + timed_rows(base)
    delicate = {
        "empty": [],
        "hundred": hostile,
        "hundred-and-one": unusable_rows(base)[:2] + odd_field_rows(base)[:6],
        "large": odd_field_rows(base) + copy.deepcopy(hostile) + unusable_rows(base),
    }
    rows = {key: arrange(SIZES[key], odd, rng) for key, odd in delicate.items()}
    rows["single"] = [documented_row(rng, 0)]
    rows["small"] = saturating_rows(rng)
    for listed in rows.values():
        renumber(listed, rng)
    shown = {"hundred": None, "large": '大型 "analytics" \\ team', "single": "one <b>&amp;"}
    cloud = {key: Workspace(new_id(rng), shown.get(key, key), [Stored(row) for row in rows[key]]) for key in SIZES}
    return {key: cloud[key] for key in names or SIZES}


def renumber(rows: list[Any], rng: random.Random) -> None:
    """Replaces the ids of rows made from one pattern, so that ids are unique within a workspace."""
    seen: set[str] = set()
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"]:
            while row["id"] in seen:
                row["id"] = new_id(rng)
            seen.add(row["id"])


def shared_rows(seed: int = SEED) -> list[Stored]:
    """Returns 24 rows with different owners and visibilities, for tests of filters."""
    rng = random.Random(seed + 1)
    models = [new_id(rng), new_id(rng)]
    stored = []
    for number in range(24):
        row = documented_row(rng, number)
        row["visibility"] = ("PRIVATE", "PUBLIC")[number % 2]
        row["type"] = TYPES[number % 6]
        row["name"] = f"etl-{number}" if number % 4 == 0 else f"other-{number}"
        stored.append(Stored(row, mine=number % 3 != 0, models=(models[number % 2],) if number % 5 == 0 else ()))
    return stored


def job_runs(count: int, seed: int = SEED) -> list[Any]:
    """Returns job runs with all documented statuses, others, and absent, null, Chinese and wrong values."""
    rng = random.Random(seed + 2)
    statuses = ("PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "SUCCEEDED", "STOPPED", "FAILED", "QUEUED",
                "failed", "", None, 7)  # fmt: skip
    runs: list[Any] = []
    for number in range(count):
        run: Row = {
            "id": new_id(rng),
            "name": f"每日作业-{number}" if number % 3 == 2 else f"run-{number}",
            "status": rng.choice(statuses),
            "create_time": f"2025-0{rng.randint(1, 9)}-{rng.randint(10, 28)}T{rng.randint(10, 23)}:24:30.{number:03d}Z",
            "update_time": rng.choice(("2025-11-11T11:05:59Z", "2025-12-01T00:00:00.5+08:00", None, "soon", 5)),
            "job": {"id": new_id(rng), "version_id": new_id(rng)},
            "type": rng.choice(("RAY_JOB", "SPARK_JOB", "任务", None)),
            "duration": rng.randint(0, 10_000),
        }
        for field in ("status", "create_time", "update_time", "id"):
            if rng.random() < 0.05:
                del run[field]
        if rng.random() < 0.05:
            run["create_time"] = rng.choice((None, "1970-01-01T00:00:00Z", 1_700_000_000, "0001-01-01T00:00:00Z"))
        runs.append(run)
    return runs
