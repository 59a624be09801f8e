# SPDX-License-Identifier: Apache-2.0
"""An independent count: computes from the rows of a listing all domain series of the metric contract.

Shares no code with the exporter. A value is a number, or `POLL` for the time of the poll itself.
"""

import datetime
import json
import math
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from toolbox.shared.json_text import Literal

Labels = frozenset[tuple[str, str]]
Key = tuple[str, Labels]
POLL = "the poll's own time"
Value = float | str
Series = dict[Key, Value]

# The statuses of version 1, which are exported at zero.
DOCUMENTED_STATUSES = (
    "CREATING", "RUNNING", "CREATE_FAILED", "DELETING", "DELETED", "UPDATING", "UPDATE_FAILED", "DELETE_FAILED",
    "FROZEN", "INACTIVE", "TRIAL_ENDED",
)  # fmt: skip
# The same of version 2.
LAKE_STATUSES = (*(status for status in DOCUMENTED_STATUSES if status != "INACTIVE"), "ON_DEMAND_FROZEN", "ABNORMAL")
MOVING = ("CREATING", "UPDATING", "DELETING")
PHASES = {
    "in transition": MOVING,
    "serving": ("RUNNING",),
    "failed": ("CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"),
    "abnormal": ("ABNORMAL",),
    "suspended": ("FROZEN", "ON_DEMAND_FROZEN", "TRIAL_ENDED"),
    "inactive": ("INACTIVE",),
    "gone": ("DELETED",),
    "unknown": ("UNKNOWN",),
}
# The statuses of service instances, which are exported at zero, and those in transition.
SERVICE_STATUSES = (
    "PENDING", "CREATING", "RUNNING", "UPDATING", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED", "DELETING", "DELETED",
)  # fmt: skip
# The statuses of job runs that are counted, and those of runs that wait.
RUN_STATUSES = ("PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "SUCCEEDED", "STOPPED", "FAILED")
RUNS_WAITING = ("PENDING", "CREATING")
SERVICES_MOVING = ("PENDING", "CREATING", "UPDATING", "STOPPING", "DELETING")
# The statuses whose endpoints have details without an error code, in addition to those that end in _FAILED.
DETAILED = {status for phase in ("in transition", "failed", "abnormal", "suspended") for status in PHASES[phase]}
LISTING = {"listing": "endpoints"}
PREFIX = "dataarts_fabric_"
CAPACITY = (
    "apu_reserved", "apu_max", "dpu_reserved", "dpu_max", "mu_reserved", "mu_max", "ray_heads", "ray_workers_min",
    "ray_workers_max", "endpoint_capacity_min", "endpoint_capacity_max",
)  # fmt: skip
COUNTS = (
    "endpoints", "endpoints_with_error", "endpoint_oldest_transition_timestamp_seconds", "workspace_listed_records",
    "workspace_skipped_records", "workspace_malformed_fields", "workspace_cut_values",
)  # fmt: skip
DETAILS = (
    "dataarts_fabric_endpoint_status_since_timestamp_seconds", "dataarts_fabric_endpoint_error",
    "dataarts_fabric_endpoint_info", "dataarts_fabric_workspace_dropped_details",
)  # fmt: skip
SERVICES = (
    "service_instances", "service_instances_with_error", "service_instance_oldest_transition_timestamp_seconds",
    "service_instance_status_since_timestamp_seconds",
)  # fmt: skip
RUNS = (
    "job_runs", "job_run_oldest_waiting_timestamp_seconds", "job_run_newest_failure_timestamp_seconds",
)  # fmt: skip
QUOTAS = ("quota_used", "quota_limit")
POOLS = (
    "pools", "pool_info", "pool_capacity", "pool_allocatable", "pool_utilization_ratio",
    "pool_utilization_timestamp_seconds",
)  # fmt: skip
DOMAIN_FAMILIES = frozenset(
    (*(PREFIX + name for name in CAPACITY + COUNTS + SERVICES + RUNS + QUOTAS + POOLS), *DETAILS)
)
KEPT_AT_ZERO = frozenset(PREFIX + name for name in (*CAPACITY, "endpoints", "service_instances", "pools"))
DROPPED = DETAILS[-1]

# Labels of endpoint_info by object and field.
INFO = {("owner", "user_name"): "owner", ("owner", "user_id"): "owner_id", ("cap", "cap_id"): "cap_id",
        ("cap", "version_id"): "cap_version_id"}  # fmt: skip
# The fields with the bounds of a reserved resource.
RESERVED = {"apu": ("warm_up_num", "max_num"), "dpu": ("warm_up_num", "max_num"), "mu": ("min", "max")}
LOWEST, HIGHEST = -(2**63), 2**63 - 1

# A time before 2010 or more than a day in the future counts as absent; one in the near future, as the poll's.
EARLIEST = datetime.datetime(2010, 1, 1, tzinfo=datetime.UTC).timestamp()
TOLERANCE = 24 * 3600

# Maximum bytes of a label value, an id and an error message.
LABEL_BYTES, MESSAGE_BYTES = 256, 1000

# Of the ISO 8601 formats that the standard library reads, those of the API.
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def unix_seconds(text: str) -> float | None:
    """Returns the seconds since 1970 of an ISO 8601 time, or None."""
    match = TIME.fullmatch(text)
    try:
        return datetime.datetime.fromisoformat(text if match[2] else text + "Z").timestamp() if match else None
    except ValueError:
        return None


def clean(text: str) -> str:
    """Returns the text with surrogate pairs joined, and NUL and lone surrogates replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def labeled(base: Mapping[str, str], **labels: str) -> Labels:
    """Returns the base labels and these, without empty ones."""
    return frozenset((name, clean(text)) for name, text in {**base, **labels}.items() if text)


def count(rows: Iterable[Any], base: Mapping[str, str], details: str = "problems", owner: str = "name") -> Series:
    """Returns all domain series of one workspace. `base` has the three labels that all of them have; `owner` is
    `metrics.owner`."""
    tally = Tally(base, details, owner)
    for row in rows:
        tally.add(row)
    return tally.series()


def transitions(before: Iterable[Any], after: Iterable[Any], base: Mapping[str, str]) -> Series:
    """Returns the changes of status between two listings of well-formed rows. Public endpoints, new ones and those that
    left are not counted."""
    statuses = {row["id"]: row.get("status") or "UNKNOWN" for row in before}
    changes: dict[Key, int] = defaultdict(int)
    for row in after:
        status = row.get("status") or "UNKNOWN"
        last = statuses.get(row["id"], status)
        if last != status and (row.get("visibility") or "PRIVATE") == "PRIVATE":
            labels = labeled(base, endpoint_type=row.get("type") or "unknown", from_status=last, to_status=status)
            changes[PREFIX + "endpoint_transitions_total", labels] += 1
    return dict(changes)


def count_services(rows: Iterable[Any], base: Mapping[str, str], details: str = "problems") -> Series:
    """Returns all domain series of the service instances of one workspace."""
    tally = ServiceTally(base, details, "none")
    for row in rows:
        tally.add(row)
    return tally.series()


def count_runs(rows: Iterable[Any], base: Mapping[str, str]) -> Series:
    """Returns all domain series of the job runs of one workspace. Of each status only the first run is read: the oldest
    one, or the newest failed one. Runs without a readable time are last."""
    tally = RunTally(base, "none", "none")
    every = list(rows)
    for status in RUN_STATUSES:
        tally.add_status(status, [row for row in every if row.get("status") == status])
    return tally.series()


def count_quotas(rows: Iterable[Any], source: str, limit: int = 200) -> Series:
    """Returns the series of the quotas of a source's project. A resource with contradictory rows has none."""
    found: dict[str, set[tuple[int | None, int | None]]] = defaultdict(set)
    for row in rows:
        name = row.get("type") if isinstance(row, dict) else None
        if isinstance(name, str) and name:
            resource = clean(name).encode()[:LABEL_BYTES].decode(errors="ignore")
            used, most = natural(row.get("used")), natural(row.get("quota"))
            found[resource].add((used, most))
    series: Series = {}
    usable = sorted((name for name, values in found.items() if len(values) == 1), key=str.encode)
    for name in usable[:limit]:
        labels = labeled({"source": source}, resource=name)
        for family, value in zip(QUOTAS, next(iter(found[name])), strict=True):
            if value is not None:
                series[PREFIX + family, labels] = float(value)
    return series


def natural(value: Any) -> int | None:
    """Returns a number that is not negative and fits 63 bits, or None. A float with a zero fraction is an integer."""
    if isinstance(value, Literal):
        value = json.loads(value.text)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST
    return value if valid else None


class Tally:
    listing = LISTING["listing"]

    def __init__(self, base: Mapping[str, str], details: str, owner: str) -> None:
        self.base, self.details, self.owner = base, details, owner
        self.listed = self.skipped = self.malformed = self.cut = 0
        self.sums: dict[Key, int] = defaultdict(int)
        # The earliest time of each series, infinity for the poll's.
        self.times: dict[Key, float] = {}

    def add(self, row: Any) -> None:
        identity = self.take(row, "id", str) if isinstance(row, dict) else None
        if identity and len(clean(identity).encode()) <= LABEL_BYTES:
            self.listed += 1
            self.record(row, identity)
            return
        self.skipped += 1
        if isinstance(row, dict):
            # Its malformed fields are still counted.
            other = type(self)(self.base, self.details, self.owner)
            other.record(row, "")
            self.malformed += other.malformed

    def label(self, holder: Mapping[str, Any], name: str, most: int = LABEL_BYTES) -> str:
        """Returns the field as a label value: truncated to `most` bytes, between two characters."""
        octets = clean(self.take(holder, name, str) or "").encode()
        self.cut += len(octets) > most
        return octets[:most].decode(errors="ignore")

    def take(self, holder: Mapping[str, Any], name: str, kind: type) -> Any:
        """Returns the field as a `str`, `int`, `bool`, `dict` or `list`; None if absent, null or of another type."""
        value = holder.get(name)
        if isinstance(value, Literal):
            value = json.loads(value.text)
        if value is None:
            return None
        if kind is int and isinstance(value, float) and value.is_integer():
            return int(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.malformed += 1
            return None
        return value

    def moment(self, holder: Mapping[str, Any], name: str) -> float | None:
        """Returns the field as seconds since 1970, infinity for the poll's time; None if absent or malformed."""
        text = self.take(holder, name, str)
        if text is None:
            return None
        seconds = unix_seconds(text)
        now = time.time()
        if seconds is None or not EARLIEST <= seconds <= now + TOLERANCE:
            self.malformed += 1
            return None
        return math.inf if seconds > now else seconds

    def sum(self, family: str, amount: int, **labels: str) -> None:
        key = PREFIX + family, labeled(self.base, **labels)
        self.sums[key] = max(LOWEST, min(HIGHEST, self.sums[key] + amount))

    def time(self, family: str, moment: float, **labels: str) -> None:
        key = PREFIX + family, labeled(self.base, **labels)
        self.times[key] = min(self.times.get(key, math.inf), moment)

    def record(self, row: Mapping[str, Any], identity: str) -> None:
        label = self.label
        name, kind, status = label(row, "name"), label(row, "type") or "unknown", label(row, "status") or "UNKNOWN"
        visibility, error = label(row, "visibility") or "PRIVATE", label(row, "error_code")
        label(row, "error_msg", MESSAGE_BYTES)
        self.take(row, "description", str)
        group = {"endpoint_type": kind, "status": status, "visibility": visibility}
        for documented in DOCUMENTED_STATUSES:
            self.sum("endpoints", 0, **group | {"status": documented})
        self.sum("endpoints", 1, **group)
        if error:
            self.sum("endpoints_with_error", 1, **group, error_code=error)
        times = [self.moment(row, field) for field in ("create_time", "update_time")]
        known = [moment for moment in (times if status == "CREATING" else reversed(times)) if moment is not None]
        entered = known[0] if known else math.inf
        if status in MOVING:
            self.time("endpoint_oldest_transition_timestamp_seconds", entered, **group)
        self.capacity(row, group)
        info = self.info(row)
        problem = status in DETAILED or status.endswith("_FAILED") or bool(error)
        if self.details == "all" or (self.details == "problems" and problem):
            who = {"endpoint_id": identity, "endpoint_name": name, "endpoint_type": kind}
            self.time("endpoint_status_since_timestamp_seconds", entered, **who | group)
            if error:
                self.sum("endpoint_error", 1, **who | group, error_code=error)
            self.sum("endpoint_info", 1, **who, **info)

    def info(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Returns the labels of endpoint_info in addition to the endpoint's own."""
        holders = {name: self.take(row, name, dict) or {} for name in ("owner", "cap")}
        values = {label: self.label(holders[holder], field) for (holder, field), label in INFO.items()}
        if self.owner == "id":
            values["owner"] = values["owner_id"]
        elif self.owner == "none":
            values["owner"] = values["owner_id"] = ""
        return values

    def capacity(self, row: Mapping[str, Any], group: Mapping[str, str]) -> None:
        take, label = self.take, self.label
        reserved = take(row, "reserved_resource", dict) or {}
        for kind, (low, high) in RESERVED.items():
            held = take(reserved, kind, dict)
            if held is None:
                continue
            labels = {**group, "spec_code": label(held, "spec_code")}
            if kind == "dpu":
                labels["public_resource"] = "true" if take(held, "use_public_resource", bool) else "false"
            self.bounds(f"{kind}_reserved", f"{kind}_max", take(held, low, int), take(held, high, int), labels)
        ray = take(row, "ray_resource", dict) or {}
        head = take(ray, "head_group_spec", dict)
        if head is not None:
            self.sum("ray_heads", 1, **group, spec_code=label(head, "spec_code"))
        for worker in take(ray, "worker_group_spec", list) or []:
            if worker is not None:
                labels = {**group, "spec_code": label(worker, "spec_code")}
                least, most = take(worker, "min_replicas", int), take(worker, "max_replicas", int)
                self.bounds("ray_workers_min", "ray_workers_max", least, most, labels)

    def bounds(self, low: str, high: str, least: int | None, most: int | None, labels: dict[str, str]) -> None:
        """Adds to two families; without a maximum, it is the minimum."""
        self.sum(low, least or 0, **labels)
        self.sum(high, (least or 0) if most is None else most, **labels)

    def series(self) -> Series:
        totals = (self.listed, self.skipped, self.malformed, self.cut, 0)
        families = (*(PREFIX + name for name in COUNTS[-4:]), DROPPED)
        every = labeled(self.base, listing=self.listing)
        return {
            **{key: float(amount) for key, amount in self.sums.items()},
            **{key: POLL if moment == math.inf else moment for key, moment in self.times.items()},
            **{(family, every): float(total) for family, total in zip(families, totals, strict=True)},
        }


class ServiceTally(Tally):
    listing = "service_instances"

    def record(self, row: Mapping[str, Any], identity: str) -> None:
        label = self.label
        name, kind, status = label(row, "name"), label(row, "type") or "unknown", label(row, "status") or "UNKNOWN"
        visibility, error = label(row, "visibility") or "PRIVATE", label(row, "error_code")
        endpoint = label(row, "endpoint_id")
        label(row, "error_msg", MESSAGE_BYTES)
        self.take(row, "description", str)
        group = {"service_type": kind, "status": status, "visibility": visibility}
        for documented in SERVICE_STATUSES:
            self.sum("service_instances", 0, **group | {"status": documented})
        self.sum("service_instances", 1, **group)
        if error:
            self.sum("service_instances_with_error", 1, **group, error_code=error)
        times = [self.moment(row, field) for field in ("create_time", "update_time")]
        first = times if status in ("PENDING", "CREATING") else reversed(times)
        known = [moment for moment in first if moment is not None]
        entered = known[0] if known else math.inf
        if status in SERVICES_MOVING:
            self.time("service_instance_oldest_transition_timestamp_seconds", entered, **group)
        problem = status in DETAILED | {*SERVICES_MOVING, "FAILED"} or status.endswith("_FAILED") or bool(error)
        if self.details == "all" or (self.details == "problems" and problem):
            who = {"service_instance_id": identity, "service_instance_name": name, "endpoint_id": endpoint}
            self.time("service_instance_status_since_timestamp_seconds", entered, **who | group)


class RunTally(Tally):
    listing = "job_runs"

    def add_status(self, status: str, rows: list[Mapping[str, Any]]) -> None:
        self.sum("job_runs", len(rows), status=status)
        self.listed += len(rows)
        if not rows:
            return
        timed = [(row["create_time"], row) for row in rows if isinstance(row.get("create_time"), str)]
        choose = max if status == "FAILED" else min
        first = choose(timed, key=lambda entry: entry[0])[1] if timed else rows[0]
        created, updated = self.moment(first, "create_time"), self.moment(first, "update_time")
        if status in RUNS_WAITING and created is not None:
            self.time("job_run_oldest_waiting_timestamp_seconds", created)
        failed = created if updated is None else updated
        if status == "FAILED" and failed is not None:
            self.time("job_run_newest_failure_timestamp_seconds", failed)


def with_history(before: Series, now: Series) -> Series:
    """Returns `now` with the series that stay at zero once they were seen."""
    kept = {key: 0.0 for key in before if key[0] in KEPT_AT_ZERO and key not in now}
    return now | kept


def describe(key: Key) -> str:
    return key[0] + "{" + ", ".join(f"{name}={value!r}" for name, value in sorted(key[1])) + "}"


def differences(
    actual: Mapping[Key, float], wanted: Series, poll: tuple[float, float], optional: Iterable[str] = ()
) -> list[str]:
    """Returns messages about missing, unexpected and different series. `optional` families may be missing."""
    found: list[str] = []
    skipped = {name for name in optional if not any(key[0] == name for key in actual)}
    wanted = {key: value for key, value in wanted.items() if key[0] not in skipped}
    for key, value in wanted.items():
        if key not in actual:
            found.append(f"missing: {describe(key)} (should be {value})")
        elif not same(key[0], actual[key], value, poll):
            found.append(f"differs: {describe(key)} is {actual[key]!r}, should be {value!r}")
    found.extend(f"unexpected: {describe(key)} is {actual[key]!r}" for key in actual if key not in wanted)
    return sorted(found)


def same(family: str, actual: float, wanted: Value, poll: tuple[float, float]) -> bool:
    """Whether values are equal. Times may differ by a millisecond, the poll's own by its duration."""
    if isinstance(wanted, str):
        return poll[0] - 1 <= actual <= poll[1] + 1
    if family.endswith("_timestamp_seconds"):
        return abs(actual - wanted) <= 0.001001
    return actual == wanted
