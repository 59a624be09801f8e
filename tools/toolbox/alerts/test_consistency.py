# SPDX-License-Identifier: Apache-2.0
"""Rules, their tests, runbooks, consoles and the exporter's metrics are consistent; the checks refuse bad copies."""

import pathlib
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from toolbox.dashboards.catalog import CATALOG, FAMILIES, statuses
from toolbox.shared.expressions import names
from toolbox.shared.processes import ROOT

SEVERITIES = {"info", "warning", "critical"}
HEADINGS = {
    ".md": ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"],
    ".zh.md": ["## 含义", "## 影响", "## 诊断", "## 处置"],
}
HISTOGRAM = ("_bucket", "_sum", "_count")
# Series of Prometheus and node_exporter, and series that only users record.
OTHERS = {
    "up", "ALERTS", "node_textfile_mtime_seconds", "dataarts_fabric:ignored", "dataarts_fabric:alert_on_public",
}  # fmt: skip
METRICS = OTHERS | {
    family["name"] + end
    for family in CATALOG["families"]
    for end in (HISTOGRAM if family["type"] == "histogram" else ("",))
}
# Statuses by phase, with an undocumented one.
PHASES = {phase: set(statuses(phase)) for phase in CATALOG["phases"]}
PHASES["failed"].add("OTHER_FAILED")
PHASES["unknown"].add("OTHER")
# Rules that select only a part of a phase: endpoints in DELETING should not be running.
DIVIDED = {"workspace:dataarts_fabric_endpoints_wanted:sum": "in transition"}
THRESHOLD = "dataarts_fabric:endpoint_transition_seconds:threshold"
# Public endpoints and service instances are left out when these have been joined.
ALL_VISIBILITIES = {
    "endpoint:dataarts_fabric_status_since:with_error", "endpoint_error:dataarts_fabric_endpoints:max",
    "endpoint:dataarts_fabric_status_age_seconds:held", "service_instance:dataarts_fabric_status_age_seconds:held",
}  # fmt: skip
# Consoles have queries in template strings.
STATUS_MATCHER = re.compile(r'\bstatus(=~|!~|!=|=)\\?"([^"\\]*)')
SELECTOR = re.compile(r"(?<![\w:])(dataarts_fabric_\w+)(?![\w:])(\{[^}]*\})?")
OURS = re.compile(r"(?<![\w/.:-])(?:[a-z_]+:)?dataarts_fabric[:_][a-z0-9_:]+")


def load(path: pathlib.Path) -> Any:
    # Ten times as fast as safe_load.
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


class Shipped:
    """The rules, tests, runbooks and consoles of a dashboards folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.rules: dict[str, list[dict[str, Any]]] = {}
        textfile = load(folder / "prometheus/alerts-textfile.yaml")["groups"][:1]
        groups = [group for name in ("alerts", "rules") for group in load(folder / f"prometheus/{name}.yaml")["groups"]]
        for group in groups + textfile:
            for rule in group["rules"]:
                self.rules.setdefault(rule.get("alert") or rule["record"], []).append(rule)
        self.expressions = [(name, rule["expr"]) for name, rules in self.rules.items() for rule in rules]
        self.alerts = [(name, rule) for name, rules in self.rules.items() for rule in rules if "alert" in rule]
        self.records = self.rules.keys() - {name for name, _ in self.alerts}
        self.tests: list[dict[str, Any]] = []
        for path in sorted((folder / "prometheus/tests").glob("*.yaml")):
            self.tests += load(path)["tests"]
        self.runbooks = {path.name: path.read_text("utf-8") for path in sorted((folder / "runbooks").iterdir())}
        self.consoles = {path.name: path.read_text("utf-8") for path in sorted((folder / "consoles").glob("*.html"))}

    def cases(self, kind: str) -> list[dict[str, Any]]:
        return [case for test in self.tests for case in test.get(kind, [])]


def runbook(alert: str) -> str:
    """Returns the runbook of an alert, which a warning and its critical stage share."""
    return alert.removesuffix("Critical")


def fields(shipped: Shipped) -> Iterator[str]:
    prefixes = set()
    for name, alert in shipped.alerts:
        notes = alert.get("annotations", {})
        if set(alert.get("labels", {})) != {"severity"} or alert["labels"]["severity"] not in SEVERITIES:
            yield f"{name}: its only label must be severity, one of {sorted(SEVERITIES)}"
        if set(notes) != {"summary", "description", "runbook_url"}:
            yield f"{name}: has annotations {sorted(notes)}"
        prefix, _, file = notes.get("runbook_url", "").rpartition("/")
        prefixes.add(prefix)
        # An anchor may follow.
        if file.partition("#")[0] != f"{runbook(name)}.md":
            yield f"{name}: runbook_url does not end with {runbook(name)}.md"
        if "{{" in notes.get("summary", ""):
            yield f"{name}: its summary is not constant"
        if len(shipped.rules[name]) != 1:
            yield f"{name}: has several rules; one severity per name"
    if len(prefixes) != 1:
        yield f"runbook_url has several prefixes: {sorted(prefixes)}"


def metrics(shipped: Shipped) -> Iterator[str]:
    known = METRICS | shipped.records
    read = [(name, names(expression)) for name, expression in shipped.expressions]
    read += [(name, set(OURS.findall(text))) for name, text in shipped.runbooks.items()]
    for where, found in read:
        for name in sorted(found - known):
            yield f"{where}: reads the unknown metric {name}"


def phases(shipped: Shipped) -> Iterator[str]:
    for name, text in [*shipped.expressions, *shipped.runbooks.items(), *shipped.consoles.items()]:
        for operator, wanted in STATUS_MATCHER.findall(text):
            pattern = wanted if "~" in operator else re.escape(wanted)
            for phase, known in PHASES.items():
                chosen = {status for status in known if re.fullmatch(pattern, status)}
                if chosen not in (set(), known) and DIVIDED.get(name) != phase:
                    yield f'{name}: status{operator}"{wanted}" selects only a part of the phase {phase!r}'


def thresholds(shipped: Shipped) -> Iterator[str]:
    for level in ("warning", "critical"):
        labels = [rule["labels"] for rule in shipped.rules[THRESHOLD]]
        having = {each["status"] for each in labels if each["level"] == level}
        for status in sorted(having ^ PHASES["in transition"]):
            yield f"{THRESHOLD}: {status} is only one of: in transition, with a {level} threshold"


def public_endpoints(shipped: Shipped) -> Iterator[str]:
    for where, text in [*shipped.expressions, *shipped.consoles.items()]:
        for name, matchers in SELECTOR.findall(text):
            if (
                "visibility" in FAMILIES.get(name, ())
                and "visibility" not in matchers
                and where not in ALL_VISIBILITIES
            ):
                yield f"{where}: reads {name} including public endpoints"


def untested(shipped: Shipped) -> Iterator[str]:
    cases = shipped.cases("alert_rule_test")
    fired = {(case["alertname"], each["exp_labels"].get("severity")) for case in cases for each in case["exp_alerts"]}
    silent = {case["alertname"] for case in cases if not case["exp_alerts"]}
    for name, alert in shipped.alerts:
        severity = alert["labels"].get("severity")
        if (name, severity) not in fired:
            yield f"{name}: no test fires it with severity {severity}"
        if name not in silent:
            yield f"{name}: no test in which it does not fire"
    for name in sorted(({name for name, _ in fired} | silent) - {name for name, _ in shipped.alerts}):
        yield f"{name}: tested, but does not exist"
    read = [names(case["expr"]) for case in shipped.cases("promql_expr_test") if case.get("exp_samples")]
    for record in sorted(shipped.records - {name for found in read for name in found}):
        yield f"{record}: no test reads it"


def runbooks(shipped: Shipped) -> Iterator[str]:
    wanted = {runbook(name) + end: end for name, _ in shipped.alerts for end in HEADINGS}
    for name, end in wanted.items():
        if name not in shipped.runbooks:
            yield f"{name}: missing"
            continue
        text = shipped.runbooks[name]
        if re.findall(r"^## .*$", text, re.MULTILINE) != HEADINGS[end]:
            yield f"{name}: its headings must be {', '.join(HEADINGS[end])}"
        if any(len(section.strip()) < 20 for section in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]):
            yield f"{name}: has an empty section"
        if end == ".zh.md" and not re.search(r"[\u4e00-\u9fff]{20}", re.sub(r"\W", "", text)):
            yield f"{name}: is not in Chinese"
    for name in shipped.runbooks.keys() - wanted.keys():
        yield f"{name}: has no alert"


CHECKS: tuple[Callable[[Shipped], Iterator[str]], ...] = (
    fields, metrics, phases, thresholds, public_endpoints, untested, runbooks,
)  # fmt: skip
RULES, ALERTS, STALE = "prometheus/rules.yaml", "prometheus/alerts.yaml", "runbooks/DataArtsFabricDataStale"
# A file, the text to replace (None: all), its replacement (None: no file), and the problem.
BAD = (
    (f"{STALE}.zh.md", None, None, "DataArtsFabricDataStale.zh.md: missing"),
    ("runbooks/DataArtsFabricOther.md", None, "text", "DataArtsFabricOther.md: has no alert"),
    (f"{STALE}.md", "## Impact\n", "", "DataArtsFabricDataStale.md: its headings must be"),
    (ALERTS, "dataarts_fabric_workspace_up", "dataarts_fabric_workspace_upp", "reads the unknown metric"),
    (ALERTS, "FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED", "FROZEN|TRIAL_ENDED", "only a part of the phase 'suspended'"),
    (ALERTS, "{status: DELETING, level: warning,", "{status: DELETED, level: warning,", "DELETED is only one of"),
    (RULES, ', visibility!="PUBLIC"', "", "including public endpoints"),
    ("prometheus/tests/exporter.yaml", None, None, "no test fires it"),
    ("prometheus/tests/data.yaml", "alertname: DataArtsFabricDiscoveryFailing, exp_alerts: []",
     "alertname: DataArtsFabricDataStale, exp_alerts: []", "no test in which it does not fire"),
)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_shipped_files_are_consistent(check: Callable[[Shipped], Iterator[str]]) -> None:
    assert not (problems := list(check(Shipped(ROOT / "dashboards")))), problems


@pytest.mark.parametrize("change", BAD, ids=lambda change: change[-1])
def test_a_bad_copy_is_refused(tmp_path: pathlib.Path, change: tuple[str, str | None, str | None, str]) -> None:
    file, old, new, problem = change
    shutil.copytree(ROOT / "dashboards", tmp_path, dirs_exist_ok=True)
    path = tmp_path / file
    if new is None:
        path.unlink()
    elif old is None:
        path.write_text(new, "utf-8")
    else:
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    problems = [each for check in CHECKS for each in check(Shipped(tmp_path))]
    assert [each for each in problems if problem in each], problems
