# SPDX-License-Identifier: Apache-2.0
"""Prometheus and Alertmanager accept the rules and example configurations, and the rules pass their tests."""

import pathlib

import pytest

from toolbox.shared.processes import ROOT, attempt, run

pytestmark = pytest.mark.prometheus

PROMETHEUS = ROOT / "dashboards/prometheus"
OPERATOR = ROOT / "scripts/generate-operator"


def test_rules_have_no_complaints(prometheus_folder: str) -> None:
    for name in ("alerts", "rules"):
        run(f"{prometheus_folder}promtool", "check", "rules", "--lint=all", "--lint-fatal", PROMETHEUS / f"{name}.yaml")


@pytest.mark.parametrize("name", sorted(path.stem for path in (PROMETHEUS / "tests").glob("*.yaml")))
def test_rules_pass(name: str, prometheus_folder: str) -> None:
    run(f"{prometheus_folder}promtool", "test", "rules", PROMETHEUS / f"tests/{name}.yaml", seconds=300)


@pytest.mark.parametrize("name", sorted(path.stem for path in PROMETHEUS.glob("scrape-*.yaml")))
def test_prometheus_accepts_the_configuration(name: str, prometheus_folder: str) -> None:
    # The certificates and passwords of the TLS example do not exist here.
    flags = ["--syntax-only"] if name == "scrape-tls" else []
    run(f"{prometheus_folder}promtool", "check", "config", *flags, PROMETHEUS / f"{name}.yaml")


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
