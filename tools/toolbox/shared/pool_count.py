# SPDX-License-Identifier: Apache-2.0
"""The independent count of compute pools: their rows, utilization and what is allocatable."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from toolbox.shared import expected
from toolbox.shared.cloud_data import LARGEST, Body, Workspace
from toolbox.shared.json_text import Literal
from toolbox.shared.lake import LOWER_CASE
from toolbox.shared.pool_api import within
from toolbox.shared.pools import METRICS, ROWS_AT_MOST, STATUSES, asked, running

# The length of the window of utilization.
MINUTES = 15


def count(workspace: Workspace, base: Mapping[str, str], now: float, most: int | None = None) -> expected.Series:
    """Returns all domain series of the pools of one workspace, as polled at `now`. Of the pools, the first `most` by id
    have series of their own."""
    return PoolTally(base, workspace, now, most).count()


def failures(workspaces: Iterable[Workspace], source: str, now: float) -> expected.Series:
    """Returns the number of failed queries of one poll at `now` without faults: of pools whose id cannot be sent, and
    with bad responses."""
    counts: dict[str, int] = defaultdict(int)
    for workspace in workspaces:
        for row in running(workspace):
            is_sent = is_identifier(row["id"])
            counts["allocatable"] += not is_sent or limits_of(workspace, row["id"]) is None
            for metric in asked(row):
                counts["utilization"] += not is_sent or points_of(workspace, row["id"], metric, now) is None
    name = expected.PREFIX + "pool_query_failures_total"
    return {
        (name, frozenset({("source", source), ("query", query), ("reason", "response")})): float(number)
        for query, number in counts.items()
        if number
    }


def is_identifier(identity: str) -> bool:
    return len(identity) <= 36 and all(part.isalnum() for part in identity.split("-") if part) and identity.isascii()


def parsed(held: Any) -> Any:
    """Returns the JSON value of a body, or None if it is no JSON."""
    if isinstance(held, bytes):
        try:
            return json.loads(held)
        except ValueError:
            return None
    return held


def points_of(workspace: Workspace, identity: str, metric: str, now: float) -> list[Any] | None:
    """Returns the points of a response; None if it is a bad one."""
    held = workspace.pool_metrics.get((identity, metric), [])
    if isinstance(held, Body):
        body = parsed(held.value)
        points = body.get("data") if isinstance(body, dict) else None
        return points if isinstance(points, list) and is_readable(points) else None
    points = within(held, int(now) - 60 * MINUTES, int(now))
    return points if is_readable(points) else None


def limits_of(workspace: Workspace, identity: str) -> list[Any] | None:
    """Returns the rows of a response; None if it is a bad one."""
    held = workspace.pool_limits.get(identity, [])
    body = parsed(held.value) if isinstance(held, Body) else held
    return body if isinstance(body, list) and is_readable(body) else None


def is_readable(rows: list[Any]) -> bool:
    """Whether the exporter reads an array: one with too many rows, or with a number beyond 64 bits or the range of a
    double, is a bad response as a whole."""

    def fits(value: Any) -> bool:
        if isinstance(value, Literal):
            return number_of(value) is not None
        if isinstance(value, (list, dict)):
            return all(map(fits, value.values() if isinstance(value, dict) else value))
        return not isinstance(value, int) or expected.LOWEST <= value < 2**64

    return len(rows) <= ROWS_AT_MOST and fits(rows)


def number_of(value: Any) -> float | int | None:
    """Returns a JSON number; None for other values, and for numbers beyond the range of a double."""
    if isinstance(value, Literal):
        value = json.loads(value.text)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) == float("inf"):
        return None
    return value


class PoolTally(expected.Tally):
    listing = "pools"

    def __init__(self, base: Mapping[str, str], workspace: Workspace, now: float, most: int | None) -> None:
        super().__init__(base, "none", "none")
        self.workspace, self.now = workspace, now
        usable = sorted(row["id"] for row in workspace.pools if is_listed(row))
        self.shown = set(usable if most is None else usable[:most])
        self.dropped = len(usable) - len(self.shown)
        self.ratios: expected.Series = {}
        self.thousandths: dict[expected.Key, int] = defaultdict(int)

    def count(self) -> expected.Series:
        for row in self.workspace.pools:
            self.add(row)
        series = self.series() | self.ratios
        series |= {key: float(amount) / 1000 for key, amount in self.thousandths.items()}
        series[expected.DROPPED, expected.labeled(self.base, listing=self.listing)] = float(self.dropped)
        return series

    def add(self, row: Any) -> None:
        if is_listed(row) or not isinstance(row, dict):
            super().add(row)
            return
        # Its malformed fields are still counted, but it has no series.
        self.skipped += 1
        other = PoolTally(self.base, Workspace("", None, []), self.now, 0)
        other.take(row, "id", str)
        other.record(row, "")
        self.malformed += other.malformed

    def record(self, row: Mapping[str, Any], identity: str) -> None:
        label = self.label
        name, mode = label(row, "name"), label(row, "charge_mode") or "unknown"
        status = label(row, "status") or "UNKNOWN"
        self.take(row, "description", str)
        error = self.take(row, "error", dict) or {}
        label(error, "error_code")
        label(error, "error_msg", expected.MESSAGE_BYTES)
        for field in ("create_time", "update_time"):
            self.moment(row, field)
        for documented in STATUSES:
            self.sum("pools", 0, charge_mode=mode, status=documented)
        self.sum("pools", 1, charge_mode=mode, status=status)
        who = {"pool_id": identity, "pool": name}
        is_shown = identity in self.shown
        if is_shown:
            self.sum("pool_info", 1, **who, charge_mode=mode, status=status)
        for item in self.take(row, "capacity", list) or []:
            held = self.take({"item": item}, "item", dict)
            if held is None:
                continue
            resource = label(held, "type").translate(LOWER_CASE) or "unknown"
            amount, spec = self.take(held, "capacity", int), label(held, "spec_code")
            if is_shown and amount is not None:
                self.sum("pool_capacity", amount, **who, resource=resource, spec_code=spec)
        if is_shown and status == "RUNNING" and is_identifier(identity):
            for metric in asked(row):
                self.utilization(identity, row.get("name"), metric, who | {"resource": METRICS[metric]})
            self.allocatable(identity, who)

    def utilization(self, identity: str, listed: Any, metric: str, labels: dict[str, str]) -> None:
        """Adds the newest value with the pool's name. A time with different values has none."""
        name = expected.clean(listed) if isinstance(listed, str) else ""
        found: dict[float, set[float]] = defaultdict(set)
        for row in points_of(self.workspace, identity, metric, self.now) or []:
            held = row if isinstance(row, dict) else {}
            moment = number_of(held.get("collection_time"))
            if moment is None or moment != int(moment) or not self.is_plausible(moment):
                self.malformed += 1
                continue
            values = held.get("values")
            for value in values if isinstance(values, list) else []:
                entry = value if isinstance(value, dict) else {}
                measured = entry.get("compute_value")
                if not isinstance(entry.get("compute_name"), str) or measured is None:
                    continue
                if expected.clean(entry["compute_name"]) != name:
                    continue
                percent = number_of(measured)
                if percent is None or not 0 <= percent <= 100:
                    self.malformed += 1
                else:
                    found[moment].add(percent / 100)
        if not found:
            return
        newest = max(found)
        if len(found[newest]) > 1:
            self.malformed += 1
            return
        base = expected.labeled(self.base, **labels)
        self.ratios[expected.PREFIX + "pool_utilization_ratio", base] = found[newest].pop()
        self.ratios[expected.PREFIX + "pool_utilization_timestamp_seconds", base] = float(newest)

    def is_plausible(self, moment: float) -> bool:
        return expected.EARLIEST <= moment <= self.now + expected.TOLERANCE

    def allocatable(self, identity: str, who: dict[str, str]) -> None:
        for row in limits_of(self.workspace, identity) or []:
            held = row if isinstance(row, dict) else {}
            kind = held.get("type")
            if kind is not None and not isinstance(kind, str):
                self.malformed += 1
            resource = kind.lower() if isinstance(kind, str) else ""
            if resource not in ("cpu", "gpu", "npu"):
                continue
            amounts = held.get("compute_allocatable")
            amount = amounts.get("cpu" if resource == "cpu" else "accelerator") if isinstance(amounts, dict) else None
            if amount is None:
                continue
            exact = expected.natural(amount)
            if exact is None:
                self.malformed += 1
                continue
            spec = held.get("spec_code")
            octets = expected.clean(spec).encode() if isinstance(spec, str) else b""
            text = octets[: expected.LABEL_BYTES].decode(errors="ignore")
            labels = expected.labeled(self.base, **who, resource=resource, spec_code=text)
            amount = exact if resource == "cpu" else min(exact * 1000, LARGEST)
            self.thousandths[expected.PREFIX + "pool_allocatable", labels] += amount


def is_listed(row: Any) -> bool:
    """Whether a row has an id that the exporter accepts."""
    identity = row.get("id") if isinstance(row, dict) else None
    return isinstance(identity, str) and 0 < len(expected.clean(identity).encode()) <= expected.LABEL_BYTES
