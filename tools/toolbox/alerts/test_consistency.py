# SPDX-License-Identifier: Apache-2.0
"""Checks that rules, their tests, runbooks, consoles and the exporter's metrics are consistent.

usage: consistency.py DASHBOARDS METRICS_JSON
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
from collections.abc import Iterator
from typing import Any

import yaml

FOREIGN = {"up", "ALERTS"}
SEVERITIES = {"info", "warning", "critical"}
HEADINGS = {
    ".md": ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"],
    ".zh.md": ["## 含义", "## 影响", "## 诊断", "## 处置"],
}
KEYWORDS = (
    "by without on ignoring group_left group_right and or unless offset bool vector time absent sum max min avg count"
    " group count_values topk bottomk rate increase min_over_time max_over_time avg_over_time sum_over_time"
    " last_over_time count_over_time changes timestamp clamp_min clamp_max sort sort_desc label_replace"
    " histogram_quantile le round scalar"
)
WORDS = set(KEYWORDS.split())
LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
NOT_NAMES = re.compile(r'"(?:\\.|[^"\\])*"|\{[^}]*\}|\[[^\]]*\]|\b\d[\w.]*')
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
# Rules that select only a part of a phase: endpoints in DELETING should not be running.
DIVIDED = {"workspace:dataarts_fabric_endpoints_wanted:sum": "in transition"}
# An undocumented status of a phase.
UNDOCUMENTED = {"failed": "OTHER_FAILED", "unknown": "OTHER"}
THRESHOLD = "dataarts_fabric:endpoint_transition_seconds:threshold"
# Consoles have queries in template strings.
STATUS_MATCHER = re.compile(r'\bstatus(=~|!~|!=|=)\\?"([^"\\]*)')
SELECTOR = re.compile(r"(?<![\w:])(dataarts_fabric_\w+)(?![\w:])(\{[^}]*\})?")
OURS = re.compile(r"(?<![\w/.:-])(?:[a-z_]+:)?dataarts_fabric[:_][a-z0-9_:]+")


def names(expression: str) -> set[str]:
    """Returns the metrics that a PromQL expression reads."""
    left = NOT_NAMES.sub(" ", LABELS.sub(" ", expression))
    return {name for name in NAME.findall(left) if name not in WORDS}


def load(path: pathlib.Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


class Catalog:
    """The families and statuses of `metrics --format json`."""

    def __init__(self, path: pathlib.Path) -> None:
        document = json.loads(path.read_text("utf-8"))
        self.names: set[str] = set()
        for family in document["families"]:
            histogram = family["type"] == "histogram"
            self.names |= {family["name"] + end for end in (("_bucket", "_sum", "_count") if histogram else ("",))}
        self.with_visibility = {each["name"] for each in document["families"] if "visibility" in each["labels"]}
        self.phases: dict[str, set[str]] = {phase: set() for phase in document["phases"]}
        for entry in document["statuses"]:
            self.phases[entry["phase"]].add(entry["status"])

    def divided_phases(self, text: str) -> Iterator[tuple[str, str]]:
        """Yields phases of which a matcher in `text` selects only some statuses, with the matcher."""
        for operator, wanted in STATUS_MATCHER.findall(text):
            for phase, known in self.phases.items():
                statuses = known | {UNDOCUMENTED.get(phase, "")} - {""}
                pattern = wanted if "~" in operator else re.escape(wanted)
                named = {status for status in statuses if re.fullmatch(pattern, status)}
                if named and named != statuses:
                    yield phase, f'status{operator}"{wanted}"'

    def with_public(self, text: str) -> set[str]:
        """Returns the families that `text` reads without a matcher of `visibility`."""
        chosen = SELECTOR.findall(text)
        return {name for name, matchers in chosen if name in self.with_visibility and "visibility" not in matchers}


class Shipped:
    """The rules, tests, runbooks and consoles of a dashboards folder."""

    def __init__(self, folder: pathlib.Path, catalog: Catalog) -> None:
        self.catalog = catalog
        self.runbooks, self.consoles = folder / "runbooks", folder / "consoles"
        self.rules: list[dict[str, Any]] = []
        for name in ("alerts.yaml", "rules.yaml"):
            self.rules += [rule for group in load(folder / "prometheus" / name)["groups"] for rule in group["rules"]]
        self.alerts = [rule for rule in self.rules if "alert" in rule]
        self.records = {rule["record"] for rule in self.rules if "record" in rule}
        self.tests: list[dict[str, Any]] = []
        for path in sorted((folder / "prometheus" / "tests").glob("*.yaml")):
            self.tests += load(path)["tests"]
        self.known = catalog.names | FOREIGN | self.records

    def problems(self) -> Iterator[str]:
        yield from self.annotations()
        yield from self.unknown_metrics()
        yield from self.statuses()
        yield from self.public_endpoints()
        yield from self.untested()
        yield from self.runbook_files()

    def annotations(self) -> Iterator[str]:
        prefixes = set()
        for alert in self.alerts:
            name, notes = alert["alert"], alert.get("annotations", {})
            if set(alert.get("labels", {})) != {"severity"} or alert["labels"]["severity"] not in SEVERITIES:
                yield f"{name}: its only label must be severity, one of {sorted(SEVERITIES)}"
            if set(notes) != {"summary", "description", "runbook_url"}:
                yield f"{name}: has annotations {sorted(notes)}"
            prefix, _, file = notes.get("runbook_url", "").rpartition("/")
            prefixes.add(prefix)
            if file != f"{name}.md":
                yield f"{name}: runbook_url does not end with {name}.md"
            if "{{" in notes.get("summary", ""):
                yield f"{name}: its summary is not constant"
        if len(prefixes) != 1:
            yield f"runbook_url has several prefixes: {sorted(prefixes)}"

    def unknown_metrics(self) -> Iterator[str]:
        for rule in self.rules:
            for name in sorted(names(rule["expr"]) - self.known):
                yield f"{rule.get('alert', rule.get('record'))}: reads the unknown metric {name}"
        for path in sorted(self.runbooks.glob("*.md")):
            for name in sorted(set(OURS.findall(path.read_text("utf-8"))) - self.known):
                yield f"{path.name}: contains the unknown metric {name}"

    def statuses(self) -> Iterator[str]:
        texts = [(rule.get("alert", rule.get("record")), rule["expr"]) for rule in self.rules]
        for path in sorted([*self.runbooks.glob("*.md"), *self.consoles.glob("*.html")]):
            texts.append((path.name, path.read_text("utf-8")))
        for name, text in texts:
            for phase, matcher in self.catalog.divided_phases(text):
                if DIVIDED.get(name) != phase:
                    yield f"{name}: {matcher} selects only a part of the phase {phase!r}"
        for level in ("warning", "critical"):
            thresholds = [rule["labels"] for rule in self.rules if rule.get("record") == THRESHOLD]
            having = {labels["status"] for labels in thresholds if labels["level"] == level}
            for status in sorted(having ^ self.catalog.phases["in transition"]):
                yield f"{THRESHOLD}: {status} is only one of: in transition, with a {level} threshold"

    def public_endpoints(self) -> Iterator[str]:
        for rule in self.rules:
            for name in sorted(self.catalog.with_public(rule["expr"])):
                yield f"{rule.get('alert', rule.get('record'))}: reads {name} including public endpoints"
        for path in sorted(self.consoles.glob("*.html")):
            for name in sorted(self.catalog.with_public(path.read_text("utf-8"))):
                yield f"{path.name}: reads {name} including public endpoints"

    def untested(self) -> Iterator[str]:
        fired: set[tuple[str, str]] = set()
        silent: set[str] = set()
        for case in (case for test in self.tests for case in test.get("alert_rule_test", [])):
            fired |= {(case["alertname"], each["exp_labels"].get("severity")) for each in case["exp_alerts"]}
            if not case["exp_alerts"]:
                silent.add(case["alertname"])
        for alert in self.alerts:
            name, severity = alert["alert"], alert["labels"].get("severity")
            if (name, severity) not in fired:
                yield f"{name}: no test fires it with severity {severity}"
            if name not in silent:
                yield f"{name}: no test in which it does not fire"
        existing = {alert["alert"] for alert in self.alerts}
        for name in sorted(({name for name, _ in fired} | silent) - existing):
            yield f"{name}: tested, but does not exist"
        read: set[str] = set()
        for case in (case for test in self.tests for case in test.get("promql_expr_test", [])):
            if case.get("exp_samples"):
                read |= names(case["expr"])
        for record in sorted(self.records - read):
            yield f"{record}: no test reads it"

    def runbook_files(self) -> Iterator[str]:
        wanted = {alert["alert"] + end: end for alert in self.alerts for end in HEADINGS}
        for name, end in sorted(wanted.items()):
            path = self.runbooks / name
            if not path.exists():
                yield f"runbooks/{name}: missing"
                continue
            lines = path.read_text("utf-8").splitlines()
            if [line for line in lines if line.startswith("## ")] != HEADINGS[end]:
                yield f"runbooks/{name}: its headings must be {', '.join(HEADINGS[end])}"
            sections = re.split(r"^## .*$", "\n".join(lines), flags=re.MULTILINE)[1:]
            if any(len(text.strip()) < 20 for text in sections):
                yield f"runbooks/{name}: has an empty section"
            if end == ".zh.md" and not re.search(r"[\u4e00-\u9fff]{20}", re.sub(r"\W", "", "".join(lines))):
                yield f"runbooks/{name}: is not in Chinese"
        for path in sorted(self.runbooks.iterdir()):
            if path.name not in wanted:
                yield f"runbooks/{path.name}: has no alert"


def main(folder: str, catalog: str) -> int:
    shipped = Shipped(pathlib.Path(folder), Catalog(pathlib.Path(catalog)))
    problems = list(shipped.problems())
    for problem in problems:
        print(f"consistency: {problem}", file=sys.stderr)
    if not problems:
        alerts = len({alert["alert"] for alert in shipped.alerts})
        print(f"consistency: {alerts} alerts, {len(shipped.records)} recorded series: tested, documented, known")
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
