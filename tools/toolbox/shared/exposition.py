# SPDX-License-Identifier: Apache-2.0
"""A strict parser of exposition pages in both formats, stricter than scrapers and the parsers of prometheus_client.

`parse` returns the page and the problems of its lines; `check` returns these and the problems of the page as a whole.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

Labels = frozenset[tuple[str, str]]
Key = tuple[str, Labels]

FORBIDDEN_LABELS = frozenset(
    ("type", "region", "instance", "job", "service", "endpoint", "namespace", "pod", "cluster", "env")
)
UNITS = ("seconds", "bytes")
SUFFIXES = {"counter": ("_total",), "info": ("_info",), "histogram": ("_bucket", "_sum", "_count")}
NAME = "[a-zA-Z_][a-zA-Z0-9_]*"
LABEL = rf'({NAME})="((?:[^"\\\n]|\\["\\n])*)"'
LABELS = re.sub(r"\((?!\?)", "(?:", f"{LABEL}(?:,{LABEL})*")
NUMBER = r"[+-]Inf|NaN|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABELS})\}})? ({NUMBER})")
METADATA = re.compile(f"# (TYPE|HELP|UNIT) ({NAME}) (.+)")
HELP = {False: re.compile(r"(?:[^\\]|\\[\\n])*"), True: re.compile(r'(?:[^"\\]|\\[\\n"])*')}
# Absolute values in between are written without an exponent, whole ones without a fraction.
ORDINARY = (1e-4, 1e15)


class Sample(NamedTuple):
    name: str
    labels: Labels
    value: float

    @property
    def key(self) -> Key:
        return self.name, self.labels


@dataclasses.dataclass
class Family:
    """A metric family of the page. `metadata` has its lines in their order, as kind and text."""

    name: str
    metadata: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    samples: list[Sample] = dataclasses.field(default_factory=list)

    @property
    def type(self) -> str:
        return dict(self.metadata).get("TYPE", "")


@dataclasses.dataclass
class Page:
    openmetrics: bool
    families: list[Family] = dataclasses.field(default_factory=list)

    def samples(self) -> Iterator[Sample]:
        return itertools.chain.from_iterable(family.samples for family in self.families)

    def values(self) -> dict[Key, float]:
        return {sample.key: sample.value for sample in self.samples()}

    def full_name(self, family: Family) -> str:
        """Returns the name of the family in text 0.0.4."""
        suffix = {"counter": "_total", "info": "_info"}.get(family.type, "") if self.openmetrics else ""
        return family.name + suffix

    def full_names(self) -> set[str]:
        return {self.full_name(family) for family in self.families}


def parse(text: str, openmetrics: bool) -> tuple[Page, list[str]]:
    """Returns the page and the problems of its lines."""
    page, problems = Page(openmetrics), []
    ending = "\n# EOF\n" if openmetrics else "\n"
    if not text.endswith(ending):
        problems.append(f"does not end with {ending!r}")
    for at, line in enumerate(text.removesuffix(ending).split("\n"), 1):
        family = page.families[-1] if page.families else Family("")
        if match := METADATA.fullmatch(line):
            if family.name != match[2] or family.samples:
                family = Family(match[2])
                page.families.append(family)
            family.metadata.append((match[1], match[3]))
            if match[1] == "HELP" and not HELP[openmetrics].fullmatch(match[3]):
                problems.append(f"line {at}: HELP is not escaped as this format requires")
        elif match := SAMPLE.fullmatch(line):
            name, pairs, value = match[1], re.findall(LABEL, match[2] or ""), float(match[3])
            sample = Sample(name, frozenset((label, unescape(text)) for label, text in pairs), value)
            family.samples.append(sample)
            problems += [f"line {at}: {problem}" for problem in sample_problems(sample, family, openmetrics)]
            if len({label for label, _ in pairs}) != len(pairs):
                problems.append(f"line {at}: a label name comes twice")
            is_ordinary = value == 0 or ORDINARY[0] <= abs(value) < ORDINARY[1]
            if is_ordinary and match[3] != canonical(value):
                problems.append(f"line {at}: value {match[3]!r} should be {canonical(value)!r}")
        else:
            problems.append(f"line {at}: neither a sample nor metadata: {line[:200]!r}")
    return page, problems


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def canonical(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def sample_problems(sample: Sample, family: Family, openmetrics: bool) -> Iterator[str]:
    has_suffix = openmetrics or family.type == "histogram"
    suffixes = SUFFIXES.get(family.type, ("",)) if has_suffix else ("",)
    if sample.name not in [family.name + suffix for suffix in suffixes]:
        yield f"sample {sample.name} is outside its family"
    if family.type == "counter" and not sample.value >= 0:
        yield f"counter {sample.name} is {sample.value}"
    if sample.name.endswith("_info") and sample.value != 1:
        yield f"{sample.name} is {sample.value}, should be 1"
    for label, text in sample.labels:
        if label in FORBIDDEN_LABELS or label.startswith("__"):
            yield f"label name {label} must not be used"
        if not text or "\0" in text:
            yield f"label {label} is empty or contains NUL"
        if label == "le" and not sample.name.endswith("_bucket"):
            yield "le outside a bucket"


def check(text: str, openmetrics: bool) -> list[str]:
    """Returns all problems of a page."""
    page, problems = parse(text, openmetrics)
    series = collections.Counter(sample.key for sample in page.samples())
    problems += [f"same series {times} times: {key}" for key, times in series.items() if times > 1]
    # Sorted by the name of the metadata or by that in text 0.0.4.
    orders = [[family.name for family in page.families], [page.full_name(family) for family in page.families]]
    if all(names != sorted(set(names)) for names in orders):
        problems.append(f"families are not sorted, or come twice: {orders[0]}")
    for family in page.families:
        problems += [f"{family.name}: {problem}" for problem in family_problems(family, openmetrics)]
        if family.type == "histogram":
            problems += histogram_problems(family)
    return problems


def family_problems(family: Family, openmetrics: bool) -> Iterator[str]:
    name, kinds = family.name, [kind for kind, _ in family.metadata]
    if family.type not in ("counter", "gauge", "histogram", *["info"] * openmetrics):
        yield f"type {family.type!r}"
    if name.endswith("_total") != (family.type == "counter" and not openmetrics):
        yield f"a {family.type} with or without _total in its name"
    if family.type == "info" and name.endswith("_info"):
        yield "an info family is named without _info"
    unit = next((unit for unit in UNITS if name.endswith(f"_{unit}")), None)
    if openmetrics and dict(family.metadata).get("UNIT") != unit:
        yield f"UNIT should be {unit!r}"
    wanted = ["TYPE", *["UNIT"] * bool(unit), "HELP"] if openmetrics else ["HELP", "TYPE"]
    if kinds != wanted:
        yield f"metadata is {kinds}, should be {wanted}"


def histogram_problems(family: Family) -> Iterator[str]:
    """Checks that bounds increase, counts never decrease, the last bucket is +Inf, and bounds are canonical."""
    groups: dict[Labels, dict[str, list[tuple[str, float]]]] = collections.defaultdict(
        lambda: {family.name + suffix: [] for suffix in SUFFIXES["histogram"]}
    )
    for name, labels, value in family.samples:
        bound = dict(labels).get("le", "")
        groups[labels - {("le", bound)}].setdefault(name, []).append((bound, value))
    for labels, parts in groups.items():
        where, (buckets, sums, counts) = f"{family.name}{dict(labels)}", list(parts.values())[:3]
        if len(sums) != 1 or len(counts) != 1 or buckets[-1:] != [("+Inf", counts[0][1])]:
            yield f"{where}: needs one _sum and one _count, and a last bucket +Inf that equals it"
        if any(one[1] > other[1] for one, other in itertools.pairwise(buckets)):
            yield f"{where}: buckets are not cumulative: {buckets}"
        bounds = [number(bound) for bound, _ in buckets]
        if any(not one < other for one, other in itertools.pairwise(bounds)):
            yield f"{where}: bounds do not rise: {buckets}"
        for bound, _ in buckets:
            if bound != "+Inf" and (bound != repr(number(bound)) or number(bound).is_integer()):
                yield f"{where}: bound {bound!r} is a whole number or not canonical"


def number(text: str) -> float:
    return float(text) if re.fullmatch(NUMBER, text) else float("nan")


def pair_problems(text: Page, openmetrics: Page, equal: frozenset[str] = frozenset()) -> list[str]:
    """Checks that both formats have the same families and series, and equal values in the families `equal`."""
    here, there = text.values(), openmetrics.values()
    single = [*(text.full_names() ^ openmetrics.full_names()), *(here.keys() ^ there.keys())]
    problems = [f"in one format only: {item}" for item in sorted(map(str, single))]
    for key in here.keys() & there.keys():
        if key[0] in equal and here[key] != there[key]:
            problems.append(f"{key}: {here[key]} in text 0.0.4, {there[key]} in OpenMetrics")
    return problems
