# SPDX-License-Identifier: Apache-2.0
"""The chart, rendered with many values."""

from __future__ import annotations

import base64
import pathlib
from typing import Any

import helm_python
import pytest
import yaml

from toolbox.kubernetes import policy, schemas
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
    assert not (messages := helm_python.lint(CHART, values, strict=True)["messages"]), messages
    assert not (found := problems(manifests(render(values)), exporter)), found


@pytest.mark.parametrize(("complaint", "values"), CASES["insecure"].items(), ids=CASES["insecure"].keys())
def test_insecure_values_are_possible_and_the_checks_complain(complaint: str, values: Any) -> None:
    objects = manifests(render(values))
    assert not [problem for manifest in objects for problem in schemas.problems(manifest)]
    found = policy.problems(objects)
    assert found
    assert all(complaint in problem or "volume node is a folder" in problem for problem in found), found


@pytest.mark.parametrize(("complaint", "values"), CASES["rejected"].items(), ids=CASES["rejected"].keys())
def test_invalid_values_are_rejected(complaint: str, values: Any) -> None:
    with pytest.raises(helm_python.HelmError, match=complaint):
        render(values)


def test_files_may_be_in_the_image_or_in_volumes_of_its_own() -> None:
    def source(file: str) -> dict[str, Any]:
        return {
            "region": "a",
            "auth": {"token_file": file},
            "tls": {"ca_file": "/etc/ssl/certs/ca-certificates.crt"},
            "discovery": {},
        }

    inside = {"config": {"sources": [source("/run/secrets/fabric/token"), source("${FILE}")]}}
    assert render(inside | {"secret": {"files": {"token": "t"}}})
    mounted = {
        "extraVolumes": [{"name": "a", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "a", "mountPath": "/run/token"}],
    }
    assert render({"config": {"sources": [source("/run/token/t")]}} | mounted)


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
    assert kinds == ["ConfigMap", "Deployment", "NetworkPolicy", "Pod", "Service", "ServiceAccount"]


def test_by_default_the_ids_are_fixed(plain: list[Manifest]) -> None:
    assert template(plain)["spec"]["securityContext"] == policy.POD_SECURITY


def test_the_values_for_openshift_fix_no_ids_and_reach_its_dns() -> None:
    values = yaml.safe_load((CHART / "values-openshift.yaml").read_text("utf-8"))
    objects = manifests(render(CASES["given"] | values))
    assert not (found := [problem for manifest in objects for problem in schemas.problems(manifest)]), found
    assert not (found := policy.problems(objects)), found
    expected = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert template(objects)["spec"]["securityContext"] == expected
    assert "openshift-dns" in str(of(objects, "NetworkPolicy")["spec"]["egress"])


def test_the_tests_pod_may_scrape_and_is_missing_where_it_needs_a_credential(
    plain: list[Manifest], whole: list[Manifest]
) -> None:
    pod = of(plain, "Pod")
    assert pod["spec"]["containers"][0]["args"] == ["status", "http://fabric-dataarts-fabric-exporter:9942"]
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    restricted = manifests(render(CASES["given"] | {"networkPolicy": WHOLE["networkPolicy"]}))
    peers = of(restricted, "NetworkPolicy")["spec"]["ingress"][0]["from"]
    selectors = [peer["podSelector"]["matchLabels"] for peer in peers if "podSelector" in peer]
    assert any(selector.items() <= pod["metadata"]["labels"].items() for selector in selectors)
    assert "Pod" not in [manifest["kind"] for manifest in whole]


def test_the_tests_pod_reaches_the_exporter_and_fails_without_it(plain: list[Manifest], exporter: Exporter) -> None:
    [command, _] = of(plain, "Pod")["spec"]["containers"][0]["args"]
    with exporter.serve(command="demo") as server:
        assert exporter.run(command, f"http://127.0.0.1:{server.port}").status == 0
    assert exporter.run(command, "http://127.0.0.1:1").status != 0


def test_labels_of_pods_win_over_those_of_all_objects() -> None:
    objects = manifests(render(CASES["good"]["labels of all objects and of the pods"]))
    assert all(manifest["metadata"]["labels"]["team"] == "data" for manifest in objects)
    assert template(objects)["metadata"]["labels"]["tier"] == "b"
    assert of(objects, "Service")["metadata"]["labels"]["tier"] == "a"


def test_the_ingress_leads_to_the_service() -> None:
    objects = manifests(render(CASES["good"]["an Ingress with two hosts"]))
    rules = of(objects, "Ingress")["spec"]["rules"]
    paths = [(rule["host"], path["path"], path["pathType"]) for rule in rules for path in rule["http"]["paths"]]
    assert paths == [
        ("fabric.example.org", "/", "Prefix"),
        ("*.example.org", "/runbooks/", "Prefix"),
        ("*.example.org", "/status", "Exact"),
    ]


@pytest.mark.parametrize("name", ["a NodePort", "a LoadBalancer"])
def test_the_settings_of_the_service_reach_it(name: str) -> None:
    values = CASES["good"][name]
    service = of(manifests(render(values)), "Service")
    given = {key: value for key, value in values["service"].items() if key not in ("nodePort", "annotations")}
    assert given.items() <= service["spec"].items()
    assert service["spec"]["ports"][0].get("nodePort") == values["service"].get("nodePort")
    assert service["metadata"].get("annotations") == values["service"].get("annotations")


@pytest.mark.parametrize(
    ("kind", "name", "ends"),
    [
        ("ServiceMonitor", "a ServiceMonitor in another namespace", "endpoints"),
        ("PodMonitor", "a PodMonitor in another namespace", "podMetricsEndpoints"),
    ],
)
def test_the_settings_of_a_monitor_reach_it(kind: str, name: str, ends: str) -> None:
    values = CASES["good"][name][kind[0].lower() + kind[1:]]
    monitor = of(manifests(render(CASES["good"][name])), kind)
    metadata, spec = monitor["metadata"], monitor["spec"]
    assert (metadata["namespace"], metadata["labels"]["release"]) == ("monitors", "p")
    assert (spec["namespaceSelector"], spec["sampleLimit"]) == ({"matchNames": ["monitoring"]}, 50000)
    [end] = spec[ends]
    job = {"targetLabel": "job", "replacement": "dataarts-fabric"}
    assert end["relabelings"] == [job, *values["relabelings"]]
    assert end["metricRelabelings"] == values["metricRelabelings"]


def test_network_settings_and_containers_reach_the_pod() -> None:
    pod = template(manifests(render(CASES["good"]["name servers of its own"])))["spec"]
    assert (pod["dnsPolicy"], pod["dnsConfig"]) == ("None", CASES["good"]["name servers of its own"]["dnsConfig"])
    pod = template(manifests(render(CASES["given"] | {"hostNetwork": True})))["spec"]
    assert (pod["hostNetwork"], pod["dnsPolicy"]) == (True, "ClusterFirstWithHostNet")
    pod = template(manifests(render(CASES["good"]["containers before and beside the exporter"])))["spec"]
    assert [container["name"] for container in pod["initContainers"] + pod["containers"]] == [
        "before",
        "exporter",
        "beside",
    ]


def test_an_existing_configmap_is_mounted_and_none_is_created() -> None:
    objects = manifests(render(CASES["good"]["an existing ConfigMap"]))
    assert "ConfigMap" not in [manifest["kind"] for manifest in objects]
    assert template(objects)["spec"]["volumes"][0] == {"name": "config", "configMap": {"name": "given"}}


def notes(values: dict[str, Any]) -> str:
    return " ".join(render(CASES["given"] | values)["NOTES.txt"].split())


def test_notes_name_the_ingress_and_what_does_not_work_yet() -> None:
    plain = notes({"serviceMonitor": {"enabled": True}})
    assert "visit http://localhost:9942/." in plain
    for word in ("Ingress", "runbook", "does not scrape", "scheme"):
        assert word not in plain
    assert "Prometheus does not scrape it yet" in notes({})
    hosts = {"ingress": {"enabled": True, "hosts": [{"host": "a.example"}, {"host": "b.example"}]}}
    assert "The Ingress serves it at a.example b.example." in notes(hosts)
    links = "runbooks lead to http://fabric-dataarts-fabric-exporter.monitoring:9942/runbooks/"
    assert links in notes({"prometheusRule": {"enabled": True}})
    assert "runbooks" not in notes({"prometheusRule": {"enabled": True, "runbookUrl": "https://a.example/runbooks"}})
    protected = {"web": {"existingSecret": "web"}}
    assert "visit https://localhost:9942/ (http without a certificate in web.yaml)." in notes(protected)
    complaint = "The monitor uses http and no user"
    for monitor in ("serviceMonitor", "podMonitor"):
        assert complaint in notes(protected | {monitor: {"enabled": True}})
        assert complaint not in notes(protected | {monitor: {"enabled": True, "scheme": "https"}})
        assert complaint not in notes({monitor: {"enabled": True}})
