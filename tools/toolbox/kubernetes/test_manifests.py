# SPDX-License-Identifier: Apache-2.0
"""The shipped manifests, which must equal the chart's, and the values in the documents."""

from __future__ import annotations

import copy
import re
import shutil
from pathlib import Path

import pytest
import yaml

from toolbox.kubernetes import generate, policy, schemas
from toolbox.kubernetes.chart import CASES, CHART, Manifest, manifests, of, render
from toolbox.kubernetes.problems import problems
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import ROOT, attempt

pytestmark = pytest.mark.prometheus

SHIPPED = sorted(path for path in generate.FOLDER.glob("*.yaml") if path.name != "kustomization.yaml")
OPERATOR = {"PrometheusRule": "prometheus-rule.yaml", "ServiceMonitor": "service-monitor.yaml"}
TEXTS = [path.read_text("utf-8") for path in (ROOT / "docs/kubernetes.md", CHART / "README.md")]
EXAMPLES = [block for text in TEXTS for block in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]
[KUSTOMIZATION] = [block for block in EXAMPLES if "kind: Kustomization" in block]
[PATCH] = [block for block in EXAMPLES if "kind: ConfigMap" in block]
# The others are values, except for Prometheus' configuration, which the tests of the documents check.
BLOCKS = [block for block in EXAMPLES if block not in (KUSTOMIZATION, PATCH) and "scrape_configs:" not in block]


def load(path: Path) -> list[Manifest]:
    return manifests({path.name: path.read_text("utf-8")})


def operator(kind: str) -> list[Manifest]:
    return load(ROOT / "dashboards/operator" / OPERATOR[kind])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_each_file_is_valid_and_the_service_monitor_selects_its_service(path: Path, exporter: Exporter) -> None:
    assert not (found := problems(load(path), exporter)), found
    assert not (found := policy.problems(load(path) + operator("ServiceMonitor"))), found


def test_the_files_are_current() -> None:
    shipped = {path.name: path.read_text("utf-8") for path in generate.FOLDER.iterdir()}
    assert shipped == generate.current(), "run scripts/generate-kubernetes"


@pytest.mark.kubectl
def test_kustomize_builds_the_manifests() -> None:
    status, output = attempt("kubectl", "kustomize", str(generate.FOLDER))
    assert status == 0, output

    def by_name(objects: list[Manifest]) -> dict[tuple[str, str], Manifest]:
        return {(manifest["kind"], manifest["metadata"]["name"]): manifest for manifest in objects}

    assert by_name(manifests({"built.yaml": output})) == by_name(load(generate.FOLDER / "exporter.yaml"))


@pytest.mark.kubectl
def test_the_kustomization_in_the_document_replaces_the_configuration_and_the_image(
    tmp_path: Path, exporter: Exporter
) -> None:
    shutil.copytree(generate.FOLDER, tmp_path / "packaging/kubernetes")
    (tmp_path / "kustomization.yaml").write_text(KUSTOMIZATION, "utf-8")
    (tmp_path / "configuration.yaml").write_text(PATCH, "utf-8")
    status, output = attempt("kubectl", "kustomize", str(tmp_path))
    assert status == 0, output
    built = manifests({"built.yaml": output})
    assert {manifest["metadata"]["namespace"] for manifest in built} == {"monitoring"}
    assert of(built, "ConfigMap")["data"] == yaml.safe_load(PATCH)["data"]
    assert not (found := problems(built, exporter)), found
    [container] = of(built, "Deployment")["spec"]["template"]["spec"]["containers"]
    [shipped] = of(load(generate.FOLDER / "exporter.yaml"), "Deployment")["spec"]["template"]["spec"]["containers"]
    tag = shipped["image"].rpartition(":")[2]
    assert container["image"] == f"registry.example/fabric/dataarts-fabric-exporter:{tag}"


@pytest.mark.parametrize("block", BLOCKS)
def test_values_in_the_documents_are_accepted(block: str, exporter: Exporter) -> None:
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
