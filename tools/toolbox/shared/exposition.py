# SPDX-License-Identifier: Apache-2.0
"""A strict parser of exposition pages in both formats, stricter than scrapers.

`parse` returns the page and the problems of its lines; `check` returns these and the problems of the page as a whole.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterator

Labels = frozenset[tuple[str, str]]
Key = tuple[str, Labels]

FORBIDDEN_LABELS = frozenset(
    ("type", "region", "instance", "job", "service", "endpoint", "namespace", "pod", "cluster", "env")
)
UNITS = ("seconds", "bytes")
SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "info": ("_info",),
    "histogram": ("_bucket", "_sum", "_count"),
}
METADATA = re.compile(r"# (TYPE|HELP|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)", re.DOTALL)
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)", re.DOTALL)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,?)', re.DOTALL)
ORDINARY = (1e-4, 1e15)


@dataclasses.dataclass
class Sample:
    name: str
    labels: Labels
    value: float
    line: int

    @property
    def key(self) -> Key:
        return self.name, self.labels


@dataclasses.dataclass
class Family:
    """A metric family of the page. `order` is the order of its metadata lines."""

    name: str
    type: str = ""
    help: str | None = None
    unit: str | None = None
    order: list[str] = dataclasses.field(default_factory=list)
    samples: list[Sample] = dataclasses.field(default_factory=list)


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
    reader = Reader(openmetrics)
    if not text.endswith("\n"):
        reader.problem(0, "no line feed at the end")
    lines = text.removesuffix("\n").split("\n")
    if openmetrics:
        if lines[-1] != "# EOF":
            reader.problem(len(lines), "no # EOF at the end")
        else:
            lines.pop()
    for number, line in enumerate(lines, 1):
        reader.read(number, line)
    return reader.page, reader.problems


class Reader:
    def __init__(self, openmetrics: bool) -> None:
        self.page = Page(openmetrics)
        self.problems: list[str] = []
        self.known: dict[str, Family] = {}

    def problem(self, line: int, text: str) -> None:
        self.problems.append(f"line {line}: {text}")

    def read(self, number: int, line: str) -> None:
        if line == "":
            self.problem(number, "blank line")
        elif line.startswith("#"):
            self.metadata(number, line)
        else:
            self.sample(number, line)

    def metadata(self, number: int, line: str) -> None:
        match = METADATA.fullmatch(line)
        if not match:
            self.problem(number, f"comment that is not metadata: {line!r}")
            return
        kind, name, rest = match.groups()
        family = self.page.families[-1] if self.page.families else None
        if family is None or family.name != name:
            if name in self.known:
                self.problem(number, f"family {name} is not contiguous")
            family = self.known[name] = Family(name)
            self.page.families.append(family)
        if kind in family.order:
            self.problem(number, f"{kind} of {name} comes twice")
        if family.samples:
            self.problem(number, f"{kind} of {name} after its samples")
        family.order.append(kind)
        if kind == "TYPE":
            family.type = rest
        elif kind == "UNIT":
            family.unit = rest
        else:
            family.help = rest
            allowed = '[^"\\\\]|\\\\[\\\\n"]' if self.page.openmetrics else "[^\\\\]|\\\\[\\\\n]"
            if not re.fullmatch(f"(?:{allowed})*", rest, re.DOTALL):
                self.problem(number, f"HELP of {name} is not escaped as this format requires")

    def sample(self, number: int, line: str) -> None:
        match = SAMPLE.fullmatch(line)
        if not match:
            self.problem(number, f"not a sample: {line[:200]!r}")
            return
        name, label_text, value_text = match.groups()
        labels = self.labels(number, label_text or "")
        problem = value_problem(value_text)
        if problem:
            self.problem(number, problem)
        try:
            value = float(value_text.replace("_", "?"))
        except ValueError:
            return
        family = self.page.families[-1] if self.page.families else None
        if family is None or not belongs(name, family, self.page.openmetrics):
            self.problem(number, f"sample {name} is outside its family")
            return
        family.samples.append(Sample(name, labels, value, number))

    def labels(self, number: int, text: str) -> Labels:
        found: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            match = LABEL.match(text, position)
            if not match or (match[3] == "") != (match.end() == len(text)):
                self.problem(number, f"labels do not parse: {text[position:][:120]!r}")
                break
            found.append((match[1], unescape(match[2])))
            position = match.end()
        names = [name for name, _ in found]
        if len(set(names)) != len(names):
            self.problem(number, f"a label name comes twice: {names}")
        for name, value in found:
            if name in FORBIDDEN_LABELS or name.startswith("__"):
                self.problem(number, f"label name {name} must not be used")
            if value == "":
                self.problem(number, f"label {name} is empty; omit it")
            if "\0" in value:
                self.problem(number, f"label {name} contains a NUL")
        return frozenset(found)


def belongs(name: str, family: Family, openmetrics: bool) -> bool:
    if not openmetrics and family.type != "histogram":
        return name == family.name
    return name in tuple(family.name + suffix for suffix in SUFFIXES.get(family.type, ("",)))


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def value_problem(text: str) -> str | None:
    """Returns the problem of a number's format: integers have no fraction, ordinary numbers no exponent."""
    if text in ("+Inf", "-Inf", "NaN"):
        return None
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text):
        return f"value {text!r} is not a number"
    value = float(text)
    if value == 0:
        return None if text == "0" else f"value {text!r} should be 0"
    ordinary = ORDINARY[0] <= abs(value) < ORDINARY[1]
    if not ordinary:
        return None
    canonical = str(int(value)) if value.is_integer() else repr(value)
    return None if text == canonical else f"value {text!r} should be {canonical!r}"


def check(text: str, openmetrics: bool) -> list[str]:
    """Returns all problems of a page."""
    page, problems = parse(text, openmetrics)
    problems += order_problems(page)
    problems += duplicate_problems(page)
    for family in page.families:
        problems += family_problems(family, openmetrics)
        if family.type == "histogram":
            problems += histogram_problems(family)
    return problems


def order_problems(page: Page) -> list[str]:
    """Checks that families are sorted, by the name in TYPE or by the name in text 0.0.4."""
    names = [family.name for family in page.families]
    full = [page.full_name(family) for family in page.families]
    if names == sorted(names) or full == sorted(full):
        return []
    first = next(f"{a} before {b}" for a, b in itertools.pairwise(names) if a > b)
    return [f"families are not sorted: {first}"]


def duplicate_problems(page: Page) -> list[str]:
    seen: dict[Key, int] = {}
    problems = []
    for sample in page.samples():
        if sample.key in seen:
            problems.append(f"line {sample.line}: same series as line {seen[sample.key]}: {sample.name}")
        seen.setdefault(sample.key, sample.line)
    return problems


def family_problems(family: Family, openmetrics: bool) -> list[str]:
    name, problems = family.name, []
    types = {"counter", "gauge", "histogram", "info"} if openmetrics else {"counter", "gauge", "histogram"}
    if family.type not in types:
        problems.append(f"{name}: type {family.type!r}")
    if not family.help:
        problems.append(f"{name}: no HELP")
    total = name.endswith("_total")
    if family.type == "counter" and total == openmetrics:
        problems.append(f"{name}: a counter {'is named without' if openmetrics else 'must end in'} _total")
    if family.type != "counter" and total:
        problems.append(f"{name}: a {family.type} must not end in _total")
    if openmetrics and family.type == "info" and name.endswith("_info"):
        problems.append(f"{name}: an info family is named without _info")
    unit = next((unit for unit in UNITS if name.removesuffix("_total").endswith("_" + unit)), None)
    if openmetrics and family.unit != unit:
        problems.append(f"{name}: UNIT is {family.unit!r}, should be {unit!r}")
    if not openmetrics and family.unit is not None:
        problems.append(f"{name}: UNIT is not allowed in text 0.0.4")
    wanted = ["TYPE", "UNIT", "HELP"] if unit else ["TYPE", "HELP"]
    if openmetrics and family.order != wanted:
        problems.append(f"{name}: metadata in the order {family.order}, should be {wanted}")
    for sample in family.samples:
        if family.type == "counter" and not sample.value >= 0:
            problems.append(f"line {sample.line}: counter {name} is {sample.value}")
        if sample.name.endswith("_info") and sample.value != 1:
            problems.append(f"line {sample.line}: {sample.name} is {sample.value}, should be 1")
        if not sample.name.endswith("_bucket") and any(label == "le" for label, _ in sample.labels):
            problems.append(f"line {sample.line}: le outside a bucket")
    return problems


def histogram_problems(family: Family) -> list[str]:
    """Checks that bounds increase, counts never decrease, the last bucket is +Inf, and bounds are canonical."""
    problems = []
    groups: dict[Labels, dict[str, list[tuple[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for sample in family.samples:
        bound = dict(sample.labels).get("le", "")
        rest = frozenset(pair for pair in sample.labels if pair[0] != "le")
        groups[rest][sample.name.removeprefix(family.name)].append((bound, sample.value))
    for labels, parts in groups.items():
        where = f"{family.name}{dict(labels)}"
        if sorted(parts) != ["_bucket", "_count", "_sum"] or len(parts["_count"]) != 1 or len(parts["_sum"]) != 1:
            problems.append(f"{where}: needs buckets, one _sum and one _count, has {sorted(parts)}")
            continue
        texts = [bound for bound, _ in parts["_bucket"]]
        counts = [value for _, value in parts["_bucket"]]
        problems += [f"{where}: {text}" for text in filter(None, map(bound_problem, texts))]
        bounds = [number(text) for text in texts]
        if any(not a < b for a, b in itertools.pairwise(bounds)):
            problems.append(f"{where}: bounds do not rise: {texts}")
        if any(a > b for a, b in itertools.pairwise(counts)):
            problems.append(f"{where}: buckets are not cumulative: {counts}")
        if texts[-1] != "+Inf" or counts[-1] != parts["_count"][0][1]:
            problems.append(f"{where}: the last bucket must be +Inf and equal _count")
    return problems


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def bound_problem(text: str) -> str | None:
    if text == "+Inf":
        return None
    value = number(text)
    if math.isnan(value) or math.isinf(value) or text != repr(value):
        return f"bound {text!r} is not canonical"
    return f"bound {text!r} is a whole number" if value.is_integer() else None


def pair_problems(text: Page, openmetrics: Page, equal: frozenset[str] = frozenset()) -> list[str]:
    """Checks that both formats have the same families and series, and equal values in the families `equal`."""
    problems = []
    for what, ours, theirs in (
        ("family", text.full_names(), openmetrics.full_names()),
        ("series", set(text.values()), set(openmetrics.values())),
    ):
        problems += [f"{what} only in text 0.0.4: {item}" for item in sorted(map(str, ours - theirs))]
        problems += [f"{what} only in OpenMetrics: {item}" for item in sorted(map(str, theirs - ours))]
    here, there = text.values(), openmetrics.values()
    for key in here.keys() & there.keys():
        if key[0] in equal and here[key] != there[key]:
            problems.append(f"{key[0]}{dict(key[1])}: {here[key]} in text 0.0.4, {there[key]} in OpenMetrics")
    return problems
