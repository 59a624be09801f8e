# SPDX-License-Identifier: Apache-2.0
"""Medians, ratios, verdicts, and the Markdown that shows them."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Target:
    """A bound that a figure must keep: how many times less than another, say."""

    text: str
    value: float
    limit: float
    # Whether the figure must be at least, rather than at most, the limit.
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclasses.dataclass
class Group:
    """A table of measurements and the targets that they are held against."""

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
    """Three digits that count, and no more zeros than needed."""
    if value != value:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]


def spread(values: Sequence[float]) -> str:
    """The median, and where rounds differ, the least and the most."""
    middle = number(median(values))
    return middle if len(values) == 1 else f"{middle} ({number(min(values))}–{number(max(values))})"
