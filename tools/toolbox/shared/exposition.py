# SPDX-License-Identifier: Apache-2.0
"""Reads pages in both formats."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from toolbox.shared.expected import Key, Labels
from toolbox.shared.processes import attempt

LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")


class Sample(NamedTuple):
    name: str
    labels: Labels
    value: float

    @property
    def key(self) -> Key:
        return self.name, self.labels


@dataclasses.dataclass
class Family:
    """A metric family, with its name in the page's format."""

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
        suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
        return family.name.removesuffix(suffix) + suffix

    def full_names(self) -> set[str]:
        return {self.full_name(family) for family in self.families}


def parse(text: str) -> Page:
    """Reads a page without problems; much faster than the parsers of prometheus_client."""
    page = Page([])
    for line in text.split("\n"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            page.families.append(Family(name, kind, []))
        elif line and not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            labels = frozenset((name, unescaped(value)) for name, value in LABEL.findall(match[2] or ""))
            page.families[-1].samples.append(Sample(match[1], labels, float(match[3])))
    return page


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text) if "\\" in text else text


def check(text: str, openmetrics: bool) -> list[str]:
    """Returns what promtool or the strict parser of OpenMetrics finds, and whether a series comes twice."""
    series = [sample.key for sample in parse(text).samples()]
    problems = [] if len(series) == len(set(series)) else ["a series comes twice"]
    if not openmetrics and (result := attempt("promtool", "check", "metrics", input=text)) != (0, ""):
        problems.append(f"promtool: {result}")
    if openmetrics:
        try:
            list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
        except ValueError as problem:
            problems.append(f"refused: {problem}")
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
