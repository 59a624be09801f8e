# SPDX-License-Identifier: Apache-2.0
"""Medians, ratios and targets, as Markdown tables."""

import dataclasses
from collections.abc import Iterable, Sequence
from statistics import median


@dataclasses.dataclass
class Group:
    """A table of measurements with targets."""

    title: str
    columns: Sequence[str]
    note: str = ""
    rows: list[Sequence[str]] = dataclasses.field(default_factory=list)
    targets: list[Sequence[str]] = dataclasses.field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append(cells)

    def target(self, text: str, value: float, limit: float) -> None:
        """Adds the maximum of a value, such as a ratio."""
        self.targets.append((text, number(value), number(limit), "yes" if value <= limit else "**no**"))

    def markdown(self) -> str:
        parts = [f"## {self.title}", self.note, table(self.columns, self.rows)]
        if self.targets:
            parts.append(table(("target", "measured", "bound", "reached"), self.targets))
        return "\n\n".join(filter(None, parts)) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns), *rows))


def number(value: float) -> str:
    """Formats a number with three significant digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread(values: Sequence[float], scale: float = 1) -> str:
    """Formats the median and, if rounds differ, minimum and maximum."""
    scaled = [value * scale for value in values]
    middle = number(median(scaled))
    return middle if len(scaled) == 1 else f"{middle} ({number(min(scaled))}–{number(max(scaled))})"
