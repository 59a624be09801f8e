# SPDX-License-Identifier: Apache-2.0
"""Compute pools of AI DataLake: rows and measurements of the test cloud."""

import copy
import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import huaweicloudsdkaidatalake.v2 as sdk

from toolbox.shared.cloud_data import LARGEST, SEED, Body, Workspace, new_id, renumber
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
from toolbox.shared.pool_api import fields

Row = dict[str, Any]

# The documented statuses, which are exported at zero.
STATUSES = (
    "PREPARING", "RELEASING", "RUNNING", "SCALEIN", "SCALEOUT", "FREEZING", "DELETED", "DELETING", "FAILED",
    "ORDER_PAYING",
)  # fmt: skip
MODES = (sdk.ChargeMode.PREPAID, sdk.ChargeMode.POSTPAID)
SPECS = ("aidatalake.cpu.x86.general.1c2g", "aidatalake.npu.8", 'odd "spec" \\ of\ntwo lines', "规格")
# The label of a resource by the metric of its utilization. Only pools with such a capacity are asked for the last two.
METRICS = {"CPU": "cpu", "MEM": "memory", "GPU": "gpu", "NPU": "npu"}
ROWS_AT_MOST = 1_000


def documented_row(rng: random.Random, number: int, status: str | None = None) -> Row:
    """Returns a row with all fields of the SDK's model."""
    capacity = [
        sdk.ResourceCapacityItem(
            type=kind, capacity=rng.randint(0, 48_000), spec_code=rng.choice(SPECS), resource_id=new_id(rng)
        )
        for kind in rng.sample(("CPU", "GPU", "NPU"), rng.randint(0, 3))
    ]
    status = status or rng.choice((*STATUSES, "RUNNING"))
    failure = sdk.Error(error_code="AIDataLake.01020004", error_msg="sold out <b>") if status == "FAILED" else None
    row: Row = fields(
        sdk.V2ComputeInfo(
            id=new_id(rng), name=f"pool-{number}", description="not shown", charge_mode=rng.choice(MODES),
            capacity=capacity, properties={"vpc": "7"}, tags=[sdk.Tag(key="team", value="风控")],
            prometheus_config=sdk.PrometheusConfig(enable=True, aom_prometheus_id=new_id(rng)),
            create_time=f"2025-0{rng.randint(1, 9)}-{rng.randint(10, 28)}T10:24:30.{rng.randint(0, 999):03d}Z",
            update_time="2025-11-11T11:05:59.000Z", status=status, error=failure,
            creator=sdk.Creator(domain_name="acme", domain_id=new_id(rng), user_name="alice", user_id=new_id(rng)),
        )
    )  # fmt: skip
    # A field of endpoints, which does not count here.
    return row | {"visibility": "PUBLIC"}


def full_row(rng: random.Random, number: int, status: str = "RUNNING") -> Row:
    """Returns a row with all fields of all levels that the exporter reads."""
    row = documented_row(rng, number, status)
    items = [("CPU", 64, "c1"), ("NPU", 8, "n1")]
    row["capacity"] = [
        fields(sdk.ResourceCapacityItem(type=kind, capacity=amount, spec_code=spec)) for kind, amount, spec in items
    ]
    row["error"] = fields(sdk.Error(error_code="AIDataLake.01020001", error_msg="not here"))
    return row


def pool_rows() -> list[Any]:
    """Returns rows with documented and odd values: each field absent, null and of a wrong type, hostile names, unknown
    statuses, charge modes and resources, sums beyond 63 bits, and rows without a usable id."""
    rng = random.Random(SEED + 4)

    def base(number: int) -> Row:
        return documented_row(rng, number, "SCALEIN")

    rows: list[Any] = [documented_row(rng, number) for number in range(120)]
    pattern = full_row(rng, 0)
    for number, path in enumerate(path for path in paths_of(pattern) if path != ("id",)):
        row = full_row(rng, number)
        rows += [removed(row, path), replaced(row, path, None)]
        right = type(holder_of(pattern, path)[path[-1]])
        values = [value for value in OTHER_VALUES if type(value) is not right]
        rows.append(replaced(row, path, values[number % len(values)]))
    for number, name in enumerate(TRICKY_NAMES):
        status = "RUNNING" if number % 3 else name
        rows.append(full_row(rng, number, status) | {"name": name, "charge_mode": name})
        rows[-1]["capacity"][0] |= {"type": name, "spec_code": name}
    for status in ("running", "SUSPENDED", "RESIZE_FAILED", "FROZEN", ""):
        rows.append(documented_row(rng, 0) | {"status": status, "charge_mode": "Spot"})
    capacities: list[Any] = [
        [], [{}], [None, "CPU", [], 7], amounts("CPU", LARGEST, LARGEST), amounts("GPU", Literal("2e0"), 2**64, 1),
        amounts("NPU", -3, 0), amounts("cpu", 4, 8), amounts("FPGA", 2), amounts("MEM", 5), amounts("gpu", None),
    ]  # fmt: skip
    rows += [full_row(rng, number) | {"capacity": held} for number, held in enumerate(capacities)]
    rows += [*named_rows(base), *timed_rows(base), *unusable_rows(base)]
    renumber(rows, rng)
    for identity in ("with,comma", "a b", "x" * 37, "池"):
        rows.append(full_row(rng, 0) | {"id": identity})
    return rows


def amounts(kind: str, *values: Any) -> list[Row]:
    return [{"type": kind, "capacity": value, "spec_code": "same"} for value in values]


def point(moment: Any, *values: tuple[Any, Any]) -> Row:
    """Returns the measurements of a moment: names and percentages."""
    metrics = [sdk.ComputeMetric(compute_name=name, compute_value=value) for name, value in values]
    row: Row = fields(sdk.ComputeResourceMetrics(collection_time=moment, values=metrics))
    return row


Cases = list[Callable[[Any, int], Any]]
ODD_PERCENTAGES: list[Any] = [
    None, "50", True, [], {}, 100.001, -0.5, 2**64, Literal("5.0e1"), Literal("-0.0"), Literal("1e400"),
]  # fmt: skip
ODD_MOMENTS: list[Any] = [None, "1750000000", True, [], 0, -1, 1.5, 2**40, 2**63, 1_200_000_000]
ODD_VALUES: list[Any] = [None, "x", {}, [None, 3, [], {}]]
# What the service may return of a pool with this name; the second argument is the start of the current minute.
USUAL: Cases = [
    lambda name, now: [point(now - 60 * age, (name, 50 + age / 10)) for age in range(9, 0, -1)],
    # Three points with the newest in the middle.
    lambda name, now: [point(now - 60 * age, (name, 10 * age)) for age in (3, 1, 2)],
    lambda name, now: [point(now - 60 * age, (name, value)) for age, value in ((1, 0), (2, 100))],
    lambda name, now: [point(now - 60, (name, 100)), point(now - 120, (name, 0.0))],
    lambda name, now: [point(now - 60, ("other", 1), (name, 33.3), ("pool-1", 2))],
    lambda name, now: [],
    # All points are older than the window.
    lambda name, now: [point(now - 60 * age, (name, 5)) for age in (61, 62)],
]
ODD: Cases = [
    # The pool was renamed: the newest values are those of another pool that has its old name now.
    lambda name, now: [point(now - 120, (name, 12)), point(now - 60, ("renamed", 99))],
    lambda name, now: [point(now - 60, ("renamed", 99))],
    *(
        lambda name, now, value=value: [point(now - 180, (name, 7)), single(now - 60, name, value)]
        for value in ODD_PERCENTAGES
    ),
    # Sent even if they are outside of the window.
    *(
        lambda name, now, moment=moment: Body({"data": [single(moment, name, 9), point(now - 180, (name, 8))]})
        for moment in ODD_MOMENTS
    ),
    # Equal and contradictory values of the same time.
    lambda name, now: [point(now - 60, (name, 4), (name, 4)), point(now - 120, (name, 1), (name, 2))],
    lambda name, now: [point(now - 60, (name, 4), (name, 5)), point(now - 120, (name, 1))],
    lambda name, now: [point(now - 60, (name, 4)), point(now - 60, (name, 5))],
    lambda name, now: [None, "x", 7, [], {}, point(now - 60, (name, 41))],
    lambda name, now: [{"collection_time": now - 60, "values": values} for values in ODD_VALUES],
    lambda name, now: [{"collection_time": now - 60}, {"values": [{"compute_name": name, "compute_value": 3}]}],
    lambda name, now: [single(Literal(f"{now - 60}.0"), name, 6.5) | {"unit": "%"}],
    lambda name, now: [{"collection_time": now - 60, "values": [{"compute_value": 8}, {"compute_name": name}]}],
]
# Responses that are not measurements, or too many.
BAD_METRICS: list[Any] = [
    {}, [], None, "data", {"data": None}, {"data": {}}, {"data": "x"}, {"Data": []}, b"", b"{", b"<html></html>",
    {"data": [{}] * (ROWS_AT_MOST + 1)},
]  # fmt: skip


def single(moment: Any, name: Any, value: Any) -> Row:
    """Returns a point like `point`, with any JSON values."""
    return {"collection_time": moment, "values": [{"compute_name": name, "compute_value": value}]}


def limit(kind: Any, amount: Any, spec: Any = "c1", field: str | None = None) -> Row:
    """Returns a row of what is allocatable. Cores are in thousandths."""
    field = field or ("cpu" if kind == "CPU" else "accelerator")
    held = {"cpu": 0, "mem": 0, "accelerator": 0} | {field: amount}
    row: Row = fields(
        sdk.ResourceLimit(
            type=kind, spec_code=spec, compute_allocatable=sdk.ComputeAllocatable(**held),
            compute_size=sdk.ComputeSize(cpu=64_000, mem=262_144, accelerator=8),
            worker_sizes=[sdk.WorkerSizeInfo(cpu=1_000, mem=4_096, accelerator=0)],
        )
    )  # fmt: skip
    return row


LIMITS: list[Any] = [
    [limit("CPU", 1_500)],
    [limit("CPU", 0), limit("NPU", 3, "n1"), limit("GPU", 0, "g1")],
    [],
    # Rows of one resource and specification add up.
    [limit("CPU", 1_500), limit("CPU", 250), limit("CPU", 7, "c2"), limit("NPU", 1, "n1"), limit("NPU", 2, "n1")],
    [limit("CPU", LARGEST), limit("CPU", LARGEST), limit("GPU", LARGEST)],
]
ODD_CARDS: list[Any] = [None, "3", True, 1.5, -1, [], {}, 2**64, Literal("4e0"), Literal("2.50")]
ODD_ALLOCATABLE: list[Any] = [None, "x", 7, [], {}]
ODD_KINDS: list[Any] = ["FPGA", "cpu", "Npu", "", None, 7, []]
ODD_SPECS: list[Any] = [None, "", 7, [], *SPECS, "s" * 300, "nul \0", "\ud83d\ude80"]
ODD_LIMITS: list[Any] = [
    *([limit("CPU", 1), limit("NPU", 1) | {"compute_allocatable": {"accelerator": cards}}] for cards in ODD_CARDS),
    *([limit("CPU", 2) | {"compute_allocatable": held}] for held in ODD_ALLOCATABLE),
    *([limit("CPU", 3_001) | {"type": kind}] for kind in ODD_KINDS),
    *([limit("CPU", 4) | {"spec_code": spec}] for spec in ODD_SPECS),
    [removed(limit("CPU", 5), (name,)) for name in ("type", "spec_code", "compute_allocatable", "compute_size")],
    [limit("CPU", 6_000, field="accelerator"), limit("NPU", 6, field="cpu")],
    [None, "x", 7, [], {}, limit("CPU", 8)],
]
BAD_LIMITS: list[Any] = [{}, None, "x", 7, {"error_code": 0}, b"", b"[", [{}] * (ROWS_AT_MOST + 1)]


def asked(row: Any) -> Iterator[str]:
    """Yields the metrics that are queried of a pool: of a running one, those of its capacity in addition to cores and
    memory."""
    yield from ("CPU", "MEM")
    items = row.get("capacity")
    kinds = [item.get("type") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    upper = {kind.upper() for kind in kinds if isinstance(kind, str)}
    yield from sorted(upper & {"GPU", "NPU"})


def running(workspace: Workspace) -> list[Row]:
    """Returns the rows of the pools whose use is queried."""
    rows = [row for row in workspace.pools if isinstance(row, dict) and row.get("status") == "RUNNING"]
    return [row for row in rows if isinstance(row.get("id"), str) and 0 < len(row["id"].encode()) <= 256]


def measure(workspace: Workspace, now: float) -> None:
    """Gives the workspace's pools measurements of the last minutes, and limits: usual, odd and bad ones by turns."""
    minute = int(now) // 60 * 60
    cases = itertools.cycle([*USUAL, *ODD, *(bad(body) for body in BAD_METRICS)])
    limits = itertools.cycle([*LIMITS, *ODD_LIMITS, *(Body(body) for body in BAD_LIMITS)])
    for row in running(workspace):
        for metric in asked(row):
            workspace.pool_metrics[row["id"], metric] = next(cases)(row.get("name"), minute)
        workspace.pool_limits[row["id"]] = next(limits)


def bad(body: Any) -> Callable[[Any, int], Any]:
    return lambda name, now: Body(body)


def new_workspace(identity: str, now: float) -> Workspace:
    """Returns a workspace with all rows and measurements."""
    workspace = Workspace(identity, None, [], pools=copy.deepcopy(pool_rows()))
    measure(workspace, now)
    return workspace
