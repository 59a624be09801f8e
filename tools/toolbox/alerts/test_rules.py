# SPDX-License-Identifier: Apache-2.0
"""Prometheus and Alertmanager accept the rules and example configurations, and the rules pass their tests."""

import pathlib
import shutil

import pytest

from toolbox.shared.processes import ROOT, attempt, run

pytestmark = pytest.mark.prometheus

PROMETHEUS = ROOT / "dashboards/prometheus"
OPERATOR = ROOT / "scripts/generate-operator"


def test_rules_have_no_complaints() -> None:
    run(
        "promtool",
        "check",
        "rules",
        "--lint=all",
        "--lint-fatal",
        PROMETHEUS / "alerts.yaml",
        PROMETHEUS / "rules.yaml",
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in (PROMETHEUS / "tests").glob("*.yaml")))
def test_rules_pass(name: str) -> None:
    run("promtool", "test", "rules", PROMETHEUS / f"tests/{name}.yaml", seconds=300)


def test_a_changed_threshold_fails(tmp_path: pathlib.Path) -> None:
    shutil.copytree(PROMETHEUS, tmp_path, dirs_exist_ok=True)
    rules = tmp_path / "alerts.yaml"
    rules.write_text(rules.read_text("utf-8").replace("vector(30 * 60)", "vector(29 * 60)", 1), "utf-8")
    status, output = attempt("promtool", "test", "rules", tmp_path / "tests/stuck.yaml")
    assert status == 1
    assert "FAILED" in output


@pytest.mark.parametrize("name", sorted(path.stem for path in PROMETHEUS.glob("scrape-*.yaml")))
def test_prometheus_accepts_the_configuration(name: str) -> None:
    # The certificates and passwords of the TLS example do not exist here.
    flags = ["--syntax-only"] if name == "scrape-tls" else []
    run("promtool", "check", "config", *flags, PROMETHEUS / f"{name}.yaml")


def test_alertmanager_accepts_the_configuration() -> None:
    run("amtool", "check-config", PROMETHEUS / "alertmanager.yaml")


def test_the_rules_of_the_operator_are_current_and_others_are_not(tmp_path: pathlib.Path) -> None:
    run(OPERATOR, "--check")
    text = (ROOT / "dashboards/operator/prometheus-rule.yaml").read_text("utf-8")
    other = tmp_path / "rule.yaml"
    other.write_text(text.replace("severity: warning", "severity: info"), "utf-8")
    status, output = attempt(OPERATOR, "--check", other)
    assert status == 1
    assert "is not current" in output
