# SPDX-License-Identifier: Apache-2.0
"""Medians, ratios and targets, as Markdown tables."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Target:
    """A limit of a value, such as a maximum ratio."""

    text: str
    value: float
    limit: float
    # Whether the limit is a minimum instead of a maximum.
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclasses.dataclass
class Group:
    """A table of measurements with targets."""

    title: str
    columns: Sequence[str]
    note: str = ""
    rows: list[Sequence[str]] = dataclasses.field(default_factory=list)
    targets: list[Target] = dataclasses.field(default_factory=list)

    def add(self, *cells: str) -> None:
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(cells)

    def target(self, text: str, value: float, limit: float, at_least: bool = False) -> None:
        self.targets.append(Target(text, value, limit, at_least))

    def markdown(self) -> str:
        parts = [f"## {self.title}"]
        if self.note:
            parts.append(self.note)
        parts.append(table(self.columns, self.rows))
        if self.targets:
            verdicts = [
                (target.text, number(target.value), number(target.limit), "yes" if target.reached else "**no**")
                for target in self.targets
            ]
            parts.append(table(("target", "measured", "bound", "reached"), verdicts))
        return "\n\n".join(parts) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def number(value: float) -> str:
    """Formats a number with three significant digits."""
    if value != value:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the percentile of the values."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]


def spread(values: Sequence[float]) -> str:
    """Formats the median and, if rounds differ, minimum and maximum."""
    middle = number(median(values))
    return middle if len(values) == 1 else f"{middle} ({number(min(values))}–{number(max(values))})"
