# SPDX-License-Identifier: Apache-2.0
"""Each check of rendered objects fails on a bad sample."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from toolbox.kubernetes.chart import CASES, Manifest, manifests, of, render
from toolbox.kubernetes.problems import problems
from toolbox.shared.exporter import Exporter

pytestmark = pytest.mark.prometheus


def pod(objects: list[Manifest]) -> Any:
    return of(objects, "StatefulSet")["spec"]["template"]["spec"]


def container(objects: list[Manifest]) -> Any:
    return pod(objects)["containers"][0]


VARIABLE = {"name": "X", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
# Changes of the objects of three shards, by the expected message of the checks.
CHANGES: dict[str, Callable[[list[Manifest]], Any]] = {
    "'replica' was unexpected": lambda m: of(m, "StatefulSet")["spec"].update(replica=3),
    "'3' is not of type 'integer'": lambda m: of(m, "StatefulSet")["spec"].update(replicas="3"),
    "Couldn't find schema": lambda m: of(m, "Service").update(apiVersion="v2"),
    "'ports' was unexpected": lambda m: of(m, "ServiceMonitor")["spec"].update(ports=[]),
    "None is not valid under any": lambda m: of(m, "ServiceMonitor")["spec"].update(jobLabel=None),
    "'endpoints' is a required property": lambda m: of(m, "ServiceMonitor")["spec"].pop("endpoints"),
    "'runAsUser': 0": lambda m: pod(m)["securityContext"].update(runAsUser=0),
    "the pod's security context is": lambda m: pod(m)["securityContext"].pop("seccompProfile"),
    "mounts the token": lambda m: pod(m).pop("automountServiceAccountToken"),
    "hostNetwork": lambda m: pod(m).update(hostNetwork=True),
    "all users may read": lambda m: pod(m)["volumes"][1]["secret"].update(defaultMode=0o444),
    "is a secret that all users": lambda m: pod(m)["volumes"][1]["secret"].pop("defaultMode"),
    "context is {'capabilities": lambda m: container(m)["securityContext"].pop("allowPrivilegeEscalation"),
    "'readOnlyRootFilesystem': False": lambda m: container(m)["securityContext"].update(readOnlyRootFilesystem=False),
    "'readOnlyRootFilesystem': True}": lambda m: container(m)["securityContext"].pop("capabilities"),
    "no memory limit": lambda m: container(m)["resources"].pop("limits"),
    "is not pinned": lambda m: container(m).update(image="localhost:5000/fabric"),
    "livenessProbe requests": lambda m: container(m)["livenessProbe"]["httpGet"].update(port="https"),
    "contains a secret": lambda m: container(m)["env"].append(VARIABLE),
    "unknown Secret": lambda m: m.remove(of(m, "Secret")),
    "unknown ServiceAccount": lambda m: m.remove(of(m, "ServiceAccount")),
    "nothing is mounted": lambda m: container(m)["volumeMounts"].pop(),
    "replicas have": lambda m: of(m, "StatefulSet")["spec"].update(replicas=4),
    "Service does not select": lambda m: of(m, "Service")["spec"]["selector"].update(a="b"),
    "has no target": lambda m: of(m, "Service")["spec"]["ports"][0].update(targetPort="web"),
    "NetworkPolicy opens": lambda m: of(m, "NetworkPolicy")["spec"]["ingress"].pop(),
    "does not restrict both directions": lambda m: of(m, "NetworkPolicy")["spec"].update(policyTypes=["Ingress"]),
    "selects 0 Services": lambda m: of(m, "Service")["metadata"].update(labels={"a": "b"}),
    "Budget does not select": lambda m: of(m, "PodDisruptionBudget")["spec"]["selector"].update(matchLabels={}),
    "restricted: the pod's security context": lambda m: of(m, "Pod")["spec"].pop("securityContext"),
    "selects the pod of the test": lambda m: of(m, "Pod").update(metadata=of(m, "StatefulSet")["metadata"]),
    "selects the namespaces": lambda m: of(m, "ServiceMonitor")["metadata"].update(namespace="other"),
    "status has no flag --no": lambda m: of(m, "Pod")["spec"]["containers"][0]["args"].append("--no"),
    "several namespaces": lambda m: of(m, "Service")["metadata"].update(namespace="other"),
    "duplicate Service": lambda m: m.append(of(m, "Service")),
}  # fmt: skip


@pytest.fixture(scope="module")
def good() -> list[Manifest]:
    return manifests(render(CASES["good"]["three shards"]))


@pytest.mark.parametrize(("complaint", "change"), CHANGES.items(), ids=CHANGES.keys())
def test_a_changed_object_is_detected(
    complaint: str, change: Callable[[list[Manifest]], Any], good: list[Manifest], exporter: Exporter
) -> None:
    bad = copy.deepcopy(good)
    change(bad)
    assert complaint in "\n".join(problems(bad, exporter))


def test_what_the_program_or_promtool_rejects_is_detected(good: list[Manifest], exporter: Exporter) -> None:
    bad = copy.deepcopy(good)
    texts = of(bad, "ConfigMap")["data"]
    texts["config.yaml"] = texts["config.yaml"].replace("interval", "intervall")
    assert "unknown key" in "\n".join(problems(bad, exporter))
    bad = copy.deepcopy(good)
    container(bad)["args"].append("--web.enable-livecycle")
    assert "has no flag" in "\n".join(problems(bad, exporter))
    bad = manifests(render(CASES["good"]["the demo"]))
    of(bad, "PrometheusRule")["spec"]["groups"][0]["rules"][0]["expr"] = "vector("
    assert "promtool" in "\n".join(problems(bad, exporter))


def test_an_ingress_that_leads_nowhere_is_detected(exporter: Exporter) -> None:
    bad = manifests(render(CASES["good"]["an Ingress with two hosts"]))
    of(bad, "Service")["metadata"].update(name="other")
    assert "the Ingress leads to" in "\n".join(problems(bad, exporter))


def test_a_duplicate_key_is_detected() -> None:
    with pytest.raises(yaml.YAMLError, match="duplicate keys: a"):
        manifests({"twice.yaml": "a: 1\na: 2\n"})
