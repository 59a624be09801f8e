# SPDX-License-Identifier: Apache-2.0
"""The shipped manifests, which must equal the chart's, and the values in docs/kubernetes.md."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

from toolbox.kubernetes import generate, policy, schemas
from toolbox.kubernetes.chart import CASES, Manifest, manifests, of, render
from toolbox.kubernetes.problems import problems
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import ROOT

pytestmark = pytest.mark.prometheus

SHIPPED = sorted(generate.FOLDER.glob("*.yaml"))
OPERATOR = {"PrometheusRule": "prometheus-rule.yaml", "ServiceMonitor": "service-monitor.yaml"}
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/kubernetes.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


def load(path: Path) -> list[Manifest]:
    return manifests({path.name: path.read_text("utf-8")})


def operator(kind: str) -> list[Manifest]:
    return load(ROOT / "dashboards/operator" / OPERATOR[kind])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_each_file_is_valid_and_the_service_monitor_selects_its_service(path: Path, exporter: Exporter) -> None:
    assert not (found := problems(load(path), exporter)), found
    assert not (found := policy.problems(load(path) + operator("ServiceMonitor"))), found


def test_the_files_are_current() -> None:
    assert {path.name: path.read_text("utf-8") for path in SHIPPED} == generate.current(), (
        "run scripts/generate-kubernetes"
    )


@pytest.mark.parametrize("block", BLOCKS)
def test_values_in_the_document_are_accepted(block: str, exporter: Exporter) -> None:
    [values] = manifests({"values.yaml": block})
    assert not (found := problems(manifests(render(CASES["given"] | values)), exporter)), found


@pytest.mark.parametrize("kind", OPERATOR)
def test_the_operators_objects_are_valid_and_equal_the_charts(kind: str) -> None:
    shipped = operator(kind)
    assert not (found := [problem for manifest in shipped for problem in schemas.problems(manifest)]), found
    rules = {"enabled": True, "runbookUrl": "http://dataarts-fabric-exporter:9942/runbooks"}
    made = manifests(render({"demo": True, "serviceMonitor": {"enabled": True}, "prometheusRule": rules}))
    spec = copy.deepcopy(of(made, kind)["spec"])
    if kind == "ServiceMonitor":
        # The chart may be installed twice in a namespace.
        spec["selector"]["matchLabels"].pop("app.kubernetes.io/instance")
        spec["endpoints"][0].pop("scrapeTimeout")
    assert spec == shipped[0]["spec"]
