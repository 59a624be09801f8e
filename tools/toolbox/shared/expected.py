# SPDX-License-Identifier: Apache-2.0
"""An independent count: computes from the rows of a listing all domain series of the metric contract.

Shares no code with the exporter. A value is a number, or `POLL` for the time of the poll itself.
"""

from __future__ import annotations

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
# The statuses whose endpoints have details without an error code, in addition to those that end in _FAILED.
DETAILED = {status for phase in ("in transition", "failed", "abnormal", "suspended") for status in PHASES[phase]}
LISTING = {"listing": "endpoints"}
PREFIX = "dataarts_fabric_"
CAPACITY = (
    "dataarts_fabric_apu_reserved", "dataarts_fabric_apu_max", "dataarts_fabric_dpu_reserved",
    "dataarts_fabric_dpu_max", "dataarts_fabric_mu_reserved", "dataarts_fabric_mu_max", "dataarts_fabric_ray_heads",
    "dataarts_fabric_ray_workers_min", "dataarts_fabric_ray_workers_max",
)  # fmt: skip
COUNTS = (
    "dataarts_fabric_endpoints", "dataarts_fabric_endpoints_with_error",
    "dataarts_fabric_endpoint_oldest_transition_timestamp_seconds", "dataarts_fabric_workspace_listed_records",
    "dataarts_fabric_workspace_skipped_records", "dataarts_fabric_workspace_malformed_fields",
    "dataarts_fabric_workspace_cut_values",
)  # fmt: skip
DETAILS = (
    "dataarts_fabric_endpoint_status_since_timestamp_seconds", "dataarts_fabric_endpoint_error",
    "dataarts_fabric_endpoint_info", "dataarts_fabric_workspace_dropped_details",
)  # fmt: skip
DOMAIN_FAMILIES = frozenset(CAPACITY + COUNTS + DETAILS)
KEPT_AT_ZERO = frozenset((*CAPACITY, PREFIX + "endpoints"))
DROPPED = PREFIX + "workspace_dropped_details"

ROW_TEXTS = ("name", "type", "status", "visibility", "error_code", "error_msg")
# Labels of endpoint_info by object and field.
INFO = {("owner", "user_name"): "owner", ("owner", "user_id"): "owner_id", ("cap", "cap_id"): "cap_id",
        ("cap", "version_id"): "cap_version_id"}  # fmt: skip
RESERVED: dict[str, tuple[dict[str, type], str, str]] = {
    "apu": ({"warm_up_num": int, "max_num": int}, "warm_up_num", "max_num"),
    "dpu": ({"warm_up_num": int, "max_num": int, "use_public_resource": bool}, "warm_up_num", "max_num"),
    "mu": ({"min": int, "max": int}, "min", "max"),
}
LOWEST, HIGHEST = -(2**63), 2**63 - 1

# A time before 2010 or more than a day in the future counts as absent; one in the near future, as the poll's.
EARLIEST = datetime.datetime(2010, 1, 1, tzinfo=datetime.UTC).timestamp()
TOLERANCE = 24 * 3600

# Maximum bytes of a label value, an id and an error message.
LABEL_BYTES, MESSAGE_BYTES = 256, 1000

TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:(Z)|([+-])(\d\d):(\d\d))?",
    re.ASCII,
)


class Reader:
    """Reads fields of decoded JSON and counts those of a wrong type."""

    def __init__(self) -> None:
        self.malformed = 0
        self.cut = 0

    def limit(self, text: str | None, most: int = LABEL_BYTES) -> str | None:
        """Returns the text as a label value: truncated to `most` bytes, between two characters."""
        if text is None:
            return None
        octets = clean(text).encode()
        if len(octets) > most:
            self.cut += 1
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

    def time(self, holder: Mapping[str, Any], name: str) -> float | None:
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


def unix_seconds(text: str) -> float | None:
    """Returns the seconds since 1970 of an ISO 8601 time, or None."""
    match = TIME.fullmatch(text)
    if not match:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    except ValueError:
        return None
    offset = 0
    if match[9]:
        offset = (int(match[10]) * 3600 + int(match[11]) * 60) * (1 if match[9] == "+" else -1)
    return moment.timestamp() - offset + (float(match[7]) if match[7] else 0.0)


def saturating(values: Iterable[int]) -> int:
    total = 0
    for value in values:
        total = max(LOWEST, min(HIGHEST, total + value))
    return total


def clean(text: str) -> str:
    """Returns the text with surrogate pairs joined, and NUL and lone surrogates replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def labeled(base: Mapping[str, str], **labels: str | None) -> Labels:
    """Returns the base labels and these, without empty ones."""
    named = {**base, **{name: clean(text) for name, text in labels.items() if text}}
    return frozenset((name, text) for name, text in named.items() if text)


def count(rows: Iterable[Any], base: Mapping[str, str], details: str = "problems", owner: str = "name") -> Series:
    """Returns all domain series of one workspace. `base` has the three labels that all of them have; `owner` is
    `metrics.owner`."""
    tally = Tally(base, details, owner)
    for row in rows:
        tally.add(row)
    return tally.series()


class Tally:
    def __init__(self, base: Mapping[str, str], details: str, owner: str = "name") -> None:
        self.base, self.details, self.owner = base, details, owner
        self.reader = Reader()
        self.skipped = 0
        self.ids: set[str] = set()
        self.statuses: dict[tuple[str, str], dict[str, int]] = {}
        self.errors: dict[Labels, int] = defaultdict(int)
        self.oldest: dict[Labels, float] = {}
        self.amounts: dict[Key, list[int]] = defaultdict(list)
        self.single: Series = {}

    def add(self, row: Any) -> None:
        if not isinstance(row, dict):
            self.skipped += 1
            return
        identity = self.reader.take(row, "id", str)
        texts = {name: self.reader.take(row, name, str) for name in ROW_TEXTS}
        if not identity or len(clean(identity).encode()) > LABEL_BYTES:
            # Malformed times and resources of the row are still counted.
            for name in ("create_time", "update_time"):
                self.reader.time(row, name)
            self.capacity(row, {}, Reader())
            self.info(row, Reader())
            self.skipped += 1
            return
        for name, text in texts.items():
            texts[name] = self.reader.limit(text, MESSAGE_BYTES if name == "error_msg" else LABEL_BYTES)
        times = {name: self.reader.time(row, name) for name in ("create_time", "update_time")}
        kind, status = texts["type"] or "unknown", texts["status"] or "UNKNOWN"
        visibility, error = texts["visibility"] or "PRIVATE", texts["error_code"]
        group = {"endpoint_type": kind, "status": status, "visibility": visibility}
        amounts = self.capacity(row, group, self.reader)
        info = self.info(row, self.reader)
        self.ids.add(identity)
        for key, amount in amounts:
            self.amounts[key].append(amount)
        pair = self.statuses.setdefault((kind, visibility), dict.fromkeys(DOCUMENTED_STATUSES, 0))
        pair[status] = pair.get(status, 0) + 1
        if error:
            self.errors[labeled(self.base, **group, error_code=error)] += 1
        first, second = ("create_time", "update_time") if status == "CREATING" else ("update_time", "create_time")
        entered = times[first] if times[first] is not None else times[second]
        if status in MOVING:
            moving = labeled(self.base, **group)
            self.oldest[moving] = min(self.oldest.get(moving, math.inf), math.inf if entered is None else entered)
        problem = status in DETAILED or status.endswith("_FAILED") or bool(error)
        if self.details == "all" or (self.details == "problems" and problem):
            who = dict(labeled(self.base, endpoint_id=identity, endpoint_name=texts["name"], endpoint_type=kind))
            since = labeled(who, status=status, visibility=visibility)
            self.single[(DETAILS[0], since)] = POLL if entered in (None, math.inf) else entered
            if error:
                error_labels = labeled(who, status=status, visibility=visibility, error_code=error)
                self.single[(DETAILS[1], error_labels)] = 1.0
            self.single[(DETAILS[2], labeled(who, **info))] = 1.0

    def info(self, row: Mapping[str, Any], limits: Reader) -> dict[str, str | None]:
        """Returns the labels of endpoint_info in addition to the endpoint's own. `limits` counts truncated values."""
        holders = {name: self.reader.take(row, name, dict) or {} for name in ("owner", "cap")}
        values = {
            label: limits.limit(self.reader.take(holders[holder], field, str))
            for (holder, field), label in INFO.items()
        }
        if self.owner == "id":
            values["owner"] = values["owner_id"]
        elif self.owner == "none":
            values["owner"] = values["owner_id"] = None
        return values

    def capacity(self, row: Mapping[str, Any], group: Mapping[str, str], limits: Reader) -> list[tuple[Key, int]]:
        """Adds one row to the capacity families. `limits` counts truncated values."""
        found: list[tuple[Key, int]] = []

        def note(family: str, amount: int, **labels: str | None) -> None:
            found.append(((PREFIX + family, labeled(self.base, **group, **labels)), amount))

        take = self.reader.take
        reserved = take(row, "reserved_resource", dict) or {}
        for kind, (members, low, high) in RESERVED.items():
            held = take(reserved, kind, dict)
            if held is None:
                continue
            spec = limits.limit(take(held, "spec_code", str))
            values = {name: take(held, name, shape) for name, shape in members.items()}
            warm = values[low] or 0
            ceiling = warm if values[high] is None else values[high]
            public = {"public_resource": "true" if values["use_public_resource"] else "false"} if kind == "dpu" else {}
            note(f"{kind}_reserved", warm, spec_code=spec, **public)
            note(f"{kind}_max", ceiling, spec_code=spec, **public)
        ray = take(row, "ray_resource", dict) or {}
        head = take(ray, "head_group_spec", dict)
        if head is not None:
            note("ray_heads", 1, spec_code=limits.limit(take(head, "spec_code", str)))
        for worker in take(ray, "worker_group_spec", list) or []:
            if worker is None:
                continue
            spec = limits.limit(take(worker, "spec_code", str))
            least, most = take(worker, "min_replicas", int), take(worker, "max_replicas", int)
            note("ray_workers_min", least or 0, spec_code=spec)
            note("ray_workers_max", (least or 0) if most is None else most, spec_code=spec)
        return found

    def series(self) -> Series:
        result: Series = {}
        for (kind, visibility), statuses in self.statuses.items():
            for status, number in statuses.items():
                labels = labeled(self.base, endpoint_type=kind, status=status, visibility=visibility)
                result[(COUNTS[0], labels)] = float(number)
        for group, number in self.errors.items():
            result[(COUNTS[1], group)] = float(number)
        for group, moment in self.oldest.items():
            result[(COUNTS[2], group)] = POLL if moment == math.inf else moment
        every = labeled(self.base, **LISTING)
        result[(COUNTS[3], every)] = float(len(self.ids))
        result[(COUNTS[4], every)] = float(self.skipped)
        result[(COUNTS[5], every)] = float(self.reader.malformed)
        result[(COUNTS[6], every)] = float(self.reader.cut)
        for key, amounts in self.amounts.items():
            result[key] = float(saturating(amounts))
        result[(DROPPED, every)] = 0.0
        return result | self.single


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
    for key, value in wanted.items():
        if key[0] in skipped:
            continue
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
