# SPDX-License-Identifier: Apache-2.0
"""Reads and checks pages in both formats with the parsers of prometheus_client and, for text 0.0.4, with promtool."""

import dataclasses
import functools
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families as text_families

from toolbox.shared.processes import attempt

Labels = frozenset[tuple[str, str]]
Key = tuple[str, Labels]


class Sample(NamedTuple):
    name: str
    labels: Labels
    value: float

    @property
    def key(self) -> Key:
        return self.name, self.labels


@dataclasses.dataclass
class Family:
    """A metric family, with its name in OpenMetrics."""

    name: str
    type: str
    samples: list[Sample]


@dataclasses.dataclass
class Page:
    families: list[Family]

    def samples(self) -> Iterator[Sample]:
        return itertools.chain.from_iterable(family.samples for family in self.families)

    def values(self) -> dict[Key, float]:
        return {sample.key: sample.value for sample in self.samples()}

    @staticmethod
    def full_name(family: Family) -> str:
        """Returns the name of the family in text 0.0.4."""
        return family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")

    def full_names(self) -> set[str]:
        return {self.full_name(family) for family in self.families}


# Cached, because a page of the whole test cloud takes a second, and most tests check a page and read it.
@functools.lru_cache(maxsize=2)
def parse(text: str, openmetrics: bool) -> Page:
    """Fails with ValueError. The parser of OpenMetrics is strict, the other is not."""
    families = openmetrics_families(text) if openmetrics else text_families(text)  # type: ignore[no-untyped-call]
    page = Page([])
    for family in families:
        samples = [Sample(name, frozenset(labels.items()), float(value)) for name, labels, value, *_ in family.samples]
        page.families.append(Family(family.name, family.type, samples))
    return page


def check(text: str, openmetrics: bool) -> list[str]:
    """Returns the problems of a page."""
    try:
        page = parse(text, openmetrics)
    except ValueError as problem:
        return [f"refused: {problem}"]
    # The parser of OpenMetrics skips a series that comes again.
    lines = sum(not line.startswith("#") for line in text.split("\n") if line)
    problems = [f"{lines} samples of {len(page.values())} series"] if lines != len(page.values()) else []
    if not openmetrics and (result := attempt("promtool", "check", "metrics", input=text)) != (0, ""):
        problems.append(f"promtool: {result}")
    return problems


def pair_problems(text: Page, openmetrics: Page, equal: frozenset[str] = frozenset()) -> list[str]:
    """Checks that both formats have the same families and series, and equal values in the families `equal`."""
    here, there = text.values(), openmetrics.values()
    single = [*(text.full_names() ^ openmetrics.full_names()), *(here.keys() ^ there.keys())]
    problems = [f"in one format only: {item}" for item in sorted(map(str, single))]
    for key in here.keys() & there.keys():
        if key[0] in equal and here[key] != there[key]:
            problems.append(f"{key}: {here[key]} in text 0.0.4, {there[key]} in OpenMetrics")
    return problems
