# SPDX-License-Identifier: Apache-2.0
"""The chart, rendered with many values."""

from __future__ import annotations

import base64
import pathlib
from typing import Any

import helm_python
import pytest
import yaml

from toolbox.kubernetes.chart import CASES, CHART, Manifest, manifests, of, render
from toolbox.kubernetes.problems import problems
from toolbox.shared.exporter import Exporter

pytestmark = pytest.mark.prometheus

WHOLE = CASES["good"]["all settings, with a ServiceMonitor"]


@pytest.fixture(scope="module")
def plain() -> list[Manifest]:
    return manifests(render(CASES["given"]))


@pytest.fixture(scope="module")
def whole() -> list[Manifest]:
    return manifests(render(WHOLE))


def template(objects: list[Manifest]) -> Any:
    return of(objects, "Deployment")["spec"]["template"]


def test_its_versions_equal_the_programs(exporter: Exporter) -> None:
    metadata = helm_python.Chart.load(CHART).metadata
    version = exporter.run("--version").text.split("version ")[1].split()[0]
    assert (metadata["version"], metadata["appVersion"]) == (version, version)


@pytest.mark.parametrize("values", CASES["good"].values(), ids=CASES["good"].keys())
def test_objects_are_valid_and_helms_lint_finds_nothing(values: Any, exporter: Exporter) -> None:
    messages = helm_python.lint(CHART, values, strict=True)["messages"]
    # An icon would be an external resource.
    assert [message["error"] for message in messages] in ([], ["icon is recommended"])
    assert not (found := problems(manifests(render(values)), exporter)), found


@pytest.mark.parametrize(("complaint", "values"), CASES["rejected"].items(), ids=CASES["rejected"].keys())
def test_invalid_values_are_rejected(complaint: str, values: Any) -> None:
    with pytest.raises(helm_python.HelmError, match=complaint):
        render(values)


def test_configuration_and_secret_equal_those_in_the_values(plain: list[Manifest]) -> None:
    assert yaml.safe_load(of(plain, "ConfigMap")["data"]["config.yaml"]) == CASES["configuration"]
    data = of(manifests(render(CASES["made"])), "Secret")["data"]
    files = {name: base64.b64decode(text).decode() for name, text in data.items()}
    assert files == CASES["made"]["secret"]["files"]


def test_only_a_changed_configuration_starts_new_pods(plain: list[Manifest]) -> None:
    other = CASES["given"] | {"config": CASES["configuration"] | {"poll": {"interval": "3m"}}}
    assert template(manifests(render(other))) != template(plain)
    assert template(manifests(render(CASES["given"]))) == template(plain)


def test_switching_between_one_exporter_and_shards_changes_no_immutable_fields() -> None:
    def fixed(shards: int) -> dict[tuple[str, str], Any]:
        return {
            (manifest["kind"], manifest["metadata"]["name"]): (spec.get("clusterIP"), spec.get("serviceName"))
            for manifest in manifests(render(CASES["made"] | {"shards": shards}))
            if (spec := manifest.get("spec")) and manifest["kind"] in ("Service", "Deployment", "StatefulSet")
        }

    one, three = fixed(1), fixed(3)
    assert {name: three[name] for name in one.keys() & three} == {name: one[name] for name in one.keys() & three}
    assert any(kind == "Service" and address == "None" for (kind, _), (address, _) in three.items())


def test_runbook_links_use_the_value(whole: list[Manifest]) -> None:
    text = str(of(whole, "PrometheusRule"))
    assert "https://wiki.example/fabric/DataArtsFabricDataStale.md" in text
    # The rules and the dashboards.
    assert "https://wiki.example/fabric/" in str([each for each in whole if each["kind"] == "ConfigMap"])
    assert "http://dataarts-fabric-exporter:9942" not in str(whole)


def test_runbook_links_lead_to_the_service_by_default() -> None:
    values = {"demo": True, "prometheusRule": {"enabled": True}, "dashboards": {"enabled": True}}
    text = str(manifests(render(values | {"service": {"port": 80}})))
    assert "http://fabric-dataarts-fabric-exporter.monitoring:80/runbooks/DataArtsFabricDataStale.md" in text
    assert "http://dataarts-fabric-exporter:9942" not in text


def test_a_digest_replaces_the_tag_and_settings_reach_the_pod(whole: list[Manifest]) -> None:
    pod = template(whole)["spec"]
    assert pod["containers"][0]["image"] == f"registry.example/fabric@sha256:{'0' * 64}"
    for name in ("nodeSelector", "tolerations", "affinity", "priorityClassName", "topologySpreadConstraints"):
        assert pod[name] == WHOLE[name]
    assert "--web.enable-lifecycle" in pod["containers"][0]["args"]


def test_a_packaged_chart_renders_the_same_objects_including_rules_and_dashboards(tmp_path: pathlib.Path) -> None:
    packed = pathlib.Path(helm_python.Chart.load(CHART).save(str(tmp_path)))
    assert render(WHOLE, chart=packed) == render(WHOLE)


def test_by_default_there_is_a_network_policy_and_nothing_of_the_operator_or_grafana(plain: list[Manifest]) -> None:
    kinds = sorted(manifest["kind"] for manifest in plain)
    assert kinds == ["ConfigMap", "Deployment", "NetworkPolicy", "Service", "ServiceAccount"]
