# SPDX-License-Identifier: Apache-2.0
"""Prometheus and Alertmanager accept the rules and example configurations, and the rules pass their tests."""

import pathlib

import pytest

from toolbox.shared.processes import ROOT, attempt, run

pytestmark = pytest.mark.prometheus

PROMETHEUS = ROOT / "dashboards/prometheus"
OPERATOR = ROOT / "scripts/generate-operator"
TEXTFILE = ROOT / "scripts/generate-alerts-textfile"


def test_rules_have_no_complaints(prometheus_folder: str) -> None:
    for name in ("alerts", "alerts-textfile", "rules", "exceptions"):
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


@pytest.mark.parametrize(
    ("script", "file"),
    [(OPERATOR, "operator/prometheus-rule.yaml"), (TEXTFILE, "prometheus/alerts-textfile.yaml")],
)
def test_generated_rules_are_current_and_others_are_not(
    tmp_path: pathlib.Path, script: pathlib.Path, file: str
) -> None:
    run(script, "--check")
    text = (ROOT / "dashboards" / file).read_text("utf-8")
    other = tmp_path / "rule.yaml"
    other.write_text(text.replace("severity: warning", "severity: info"), "utf-8")
    status, output = attempt(script, "--check", other)
    assert status == 1
    assert "is not current" in output
