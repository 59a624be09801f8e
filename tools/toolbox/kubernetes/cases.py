# SPDX-License-Identifier: Apache-2.0
"""Chart values for tests: valid ones, invalid ones, and changes that make rendered objects invalid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from toolbox.kubernetes.chart import Manifest

Values = dict[str, Any]

CONFIGURATION: Values = {
    "poll": {"interval": "2m", "requests_per_second": 0.5, "max_response_bytes": 33554432},
    "metrics": {"endpoint_details": "none"},
    "sources": [
        {
            "region": "cn-north-4",
            "auth": {"password": {"domain": "1234", "user": "on", "password_file": "/run/secrets/fabric/password"}},
            "discovery": {"include": "^prod-[a-z]+: #1 $", "filter": {"visibility": "ALL"}},
        }
    ],
}
MADE: Values = {"config": CONFIGURATION, "secret": {"files": {"password": 'p"ä$s: #\n'}}}
GIVEN: Values = {"config": CONFIGURATION, "secret": {"existingName": "given"}}
WEB = {"scheme": "https", "tlsConfig": {"insecureSkipVerify": True},
       "basicAuth": {"username": {"name": "web", "key": "u"}, "password": {"name": "web", "key": "p"}}}  # fmt: skip
ALL: Values = GIVEN | {
    "image": {"repository": "registry.example/fabric", "digest": f"sha256:{'0' * 64}", "pullSecrets": [{"name": "p"}]},
    "web": {"existingSecret": "web"},
    "log": {"level": "debug", "format": "json"},
    "extraArgs": ["--web.enable-lifecycle"],
    "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
    "extraVolumes": [{"name": "more", "emptyDir": {}}],
    "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
    "service": {"port": 80, "annotations": {"a": "b"}},
    "serviceAccount": {"name": "own", "annotations": {"a": "b"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "p"}, "runbookUrl": "https://wiki.example/fabric/"},
    "dashboards": {"enabled": True, "annotations": {"folder": "Fabric"}},
    "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
                      "to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "extraEgress": [{"ports": [{"port": 3128}]}]},
    "podLabels": {"team": "data"}, "podAnnotations": {"a": "b"}, "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"operator": "Exists"}], "affinity": {"podAntiAffinity": {}}, "priorityClassName": "high",
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
}  # fmt: skip
GOOD: dict[str, Values] = {
    "one exporter, with an existing Secret": GIVEN,
    "one exporter, with a new Secret": MADE,
    "a Secret whose file names YAML does not parse as strings": {
        "config": CONFIGURATION,
        "secret": {"files": {"password": "x", "1": "y", "on": "z"}},
    },
    "three shards": MADE | {"shards": 3, "serviceMonitor": {"enabled": True, "labels": {"release": "p"}}},
    "two replicas": GIVEN | {"replicas": 2, "podDisruptionBudget": {"maxUnavailable": "50%"}},
    "the demo": {"demo": True, "serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}},
    "all settings, with a ServiceMonitor": ALL | {"serviceMonitor": {"enabled": True, **WEB}},
    "all settings, with shards and a PodMonitor": ALL | {"shards": 2, "podMonitor": {"enabled": True, **WEB}},
}
# Invalid values by the expected message.
REJECTED: dict[str, Values] = {
    "config.sources is missing": {},
    "replicas is for one shard": GIVEN | {"shards": 2, "replicas": 2},
    "the demo does not support shards": {"demo": True, "shards": 2},
    "set only one of them": GIVEN | {"secret": {"existingName": "a", "files": {"b": "c"}}},
    "would scrape every pod twice": GIVEN | {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}},
    "replica": GIVEN | {"replica": 2},
    "shards": GIVEN | {"shards": 0},
    "level": GIVEN | {"log": {"level": "trace"}},
    "digest": GIVEN | {"image": {"digest": "sha256:1"}},
    "pullPolicy": GIVEN | {"image": {"pullPolicy": "Sometimes"}},
}


def of(manifests: list[Manifest], kind: str) -> Any:
    """Returns the first object of this kind."""
    return next(manifest for manifest in manifests if manifest["kind"] == kind)


def _pod(manifests: list[Manifest]) -> Any:
    return of(manifests, "StatefulSet")["spec"]["template"]["spec"]


def _container(manifests: list[Manifest]) -> Any:
    return _pod(manifests)["containers"][0]


# Changes of the objects of three shards by the expected message of the checks.
BROKEN: dict[str, Callable[[list[Manifest]], Any]] = {
    "'replica' was unexpected": lambda m: of(m, "StatefulSet")["spec"].update(replica=3),
    "'3' is not of type 'integer'": lambda m: of(m, "StatefulSet")["spec"].update(replicas="3"),
    "Couldn't find schema": lambda m: of(m, "Service").update(apiVersion="v2"),
    "'ports' was unexpected": lambda m: of(m, "ServiceMonitor")["spec"].update(ports=[]),
    "None is not valid under any": lambda m: of(m, "ServiceMonitor")["spec"].update(jobLabel=None),
    "'endpoints' is a required property": lambda m: of(m, "ServiceMonitor")["spec"].pop("endpoints"),
    "may run as root": lambda m: _pod(m)["securityContext"].update(runAsUser=0),
    "seccomp": lambda m: _pod(m)["securityContext"].pop("seccompProfile"),
    "mounts the token": lambda m: _pod(m).pop("automountServiceAccountToken"),
    "hostNetwork": lambda m: _pod(m).update(hostNetwork=True),
    "all users may read": lambda m: _pod(m)["volumes"][1]["secret"].update(defaultMode=0o444),
    "is a secret that all users": lambda m: _pod(m)["volumes"][1]["secret"].pop("defaultMode"),
    "escalate privileges": lambda m: _container(m)["securityContext"].pop("allowPrivilegeEscalation"),
    "root file system is writable": lambda m: _container(m)["securityContext"].update(readOnlyRootFilesystem=False),
    "capabilities": lambda m: _container(m)["securityContext"].pop("capabilities"),
    "no memory limit": lambda m: _container(m)["resources"].pop("limits"),
    "is not pinned": lambda m: _container(m).update(image="localhost:5000/fabric"),
    "livenessProbe requests": lambda m: _container(m)["livenessProbe"]["httpGet"].update(port="https"),
    "contains a secret": lambda m: _container(m)["env"].append(
        {"name": "X", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    ),
    "unknown Secret": lambda m: m.remove(of(m, "Secret")),
    "unknown ServiceAccount": lambda m: m.remove(of(m, "ServiceAccount")),
    "nothing is mounted": lambda m: _container(m)["volumeMounts"].pop(),
    "replicas have": lambda m: of(m, "StatefulSet")["spec"].update(replicas=4),
    "Service does not select": lambda m: of(m, "Service")["spec"]["selector"].update(a="b"),
    "has no target": lambda m: of(m, "Service")["spec"]["ports"][0].update(targetPort="web"),
    "NetworkPolicy opens": lambda m: of(m, "NetworkPolicy")["spec"]["ingress"].pop(),
    "does not restrict both directions": lambda m: of(m, "NetworkPolicy")["spec"].update(policyTypes=["Ingress"]),
    "selects 0 Services": lambda m: of(m, "Service")["metadata"].update(labels={"a": "b"}),
    "PodDisruptionBudget does not select": lambda m: of(m, "PodDisruptionBudget")["spec"]["selector"][
        "matchLabels"].update(a="b"),
    "several namespaces": lambda m: of(m, "Service")["metadata"].update(namespace="other"),
    "duplicate Service": lambda m: m.append(of(m, "Service")),
}  # fmt: skip
