# SPDX-License-Identifier: Apache-2.0
"""Checks that no schema covers: pods are unprivileged, and references between objects are valid."""

from __future__ import annotations

from collections.abc import Iterator

from toolbox.kubernetes.chart import Manifest

WORKLOADS = ("Deployment", "StatefulSet")
OPERATOR = ("ServiceMonitor", "PodMonitor", "PrometheusRule")
# The folder of credential files in the configuration.
SECRETS = "/run/secrets/fabric"
# What the `restricted` standard of Kubernetes requires, and more. The group lets only the exporter read Secrets.
POD_SECURITY = {
    "runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}  # fmt: skip
CONTAINER_SECURITY = {
    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
}  # fmt: skip

# What OpenShift's policy restricted-v2 allows. It assigns the ids, and refuses those outside the namespace's range.
OPENSHIFT_IDS = ("runAsUser", "fsGroup", "seLinuxOptions")
OPENSHIFT_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
}  # fmt: skip

# Objects that users or Kubernetes create.
ELSEWHERE = {("Secret", name) for name in ("given", "web", "dataarts-fabric-exporter", "fabric-credentials")} | {
    ("ConfigMap", "given"),
    ("ServiceAccount", "default"),
}

# Whether a check passes, and its message otherwise.
Checks = Iterator[tuple[bool, str]]


def problems(manifests: list[Manifest]) -> list[str]:
    """Returns the problems of the objects of one installation."""
    return [message for passed, message in all_checks(manifests) if not passed]


def all_checks(manifests: list[Manifest]) -> Checks:
    workloads = [manifest for manifest in manifests if manifest["kind"] in WORKLOADS]
    yield len(workloads) == 1, f"{len(workloads)} workloads"
    for workload in workloads:
        yield from pod_checks(workload["spec"]["template"]["spec"])
        yield from exporter_checks(workload["spec"]["template"]["spec"]["containers"][0])
        yield from reference_checks(workload, manifests)
        yield from selector_checks(workload, manifests)
    for manifest in manifests:
        if manifest["kind"] == "Pod":
            yield from pod_checks(manifest["spec"])
    names = [f"{manifest['kind']} {manifest['metadata']['name']}" for manifest in manifests]
    yield from ((names.count(name) == 1, f"duplicate {name}") for name in set(names))
    # The Operator's objects may be elsewhere.
    namespaces = {each["metadata"].get("namespace") for each in manifests if each["kind"] not in OPERATOR}
    yield len(namespaces) == 1, f"several namespaces: {namespaces}"


def pod_checks(pod: Manifest) -> Checks:
    security = pod.get("securityContext", {})
    if "runAsUser" in security:
        yield security == POD_SECURITY, f"the pod's security context is {security}"
    else:
        # Without an id of its own the pod is for OpenShift.
        yield from openshift_checks(pod)
    yield pod.get("automountServiceAccountToken") is False, "the pod mounts the token of its service account"
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        yield not pod.get(name), f"the pod has {name}"
    for volume in pod.get("volumes", []):
        yield "hostPath" not in volume, f"volume {volume['name']} is a folder of the node"
        # The default is 0644.
        mode = volume["secret"].get("defaultMode", 0o644) if "secret" in volume else 0
        yield mode & 0o7 == 0, f"volume {volume['name']} is a secret that all users may read"
    for container in pod["containers"] + pod.get("initContainers", []):
        yield from container_checks(container)


def openshift_checks(pod: Manifest) -> Checks:
    """Checks what OpenShift's restricted-v2 and the standard `restricted` require."""
    security = pod.get("securityContext", {})
    seccomp = {"type": "RuntimeDefault"}
    is_restricted = security.get("runAsNonRoot") is True and security.get("seccompProfile") == seccomp
    yield is_restricted, f"restricted: the pod's security context is {security}"
    for container in [pod, *pod["containers"], *pod.get("initContainers", [])]:
        fixed = [name for name in OPENSHIFT_IDS if name in container.get("securityContext", {})]
        yield not fixed, f"restricted-v2: fixed {fixed}"
    for volume in pod.get("volumes", []):
        odd = volume.keys() - {"name"} - OPENSHIFT_VOLUMES
        yield not odd, f"restricted-v2: volume {volume['name']} is {odd}"


def container_checks(container: Manifest) -> Checks:
    security, resources, image = container.get("securityContext"), container.get("resources", {}), container["image"]
    yield security == CONTAINER_SECURITY, f"the container's security context is {security}"
    yield {"cpu", "memory"} <= resources.get("requests", {}).keys(), "the container has no resource requests"
    yield "memory" in resources.get("limits", {}), "the container has no memory limit"
    is_pinned = ":" in image.rpartition("/")[2] and not image.endswith(":latest")
    yield is_pinned, f"the image {image} is not pinned"
    yield not any("hostPort" in port for port in container.get("ports", [])), "the container has a host port"
    for variable in container.get("env", []):
        is_secret = "secretKeyRef" in variable.get("valueFrom", {})
        yield not is_secret, f"variable {variable['name']} contains a secret"
    yield "envFrom" not in container, "variables come from other objects"


def exporter_checks(container: Manifest) -> Checks:
    ports = {port["name"] for port in container["ports"]}
    for probe, path in (("livenessProbe", "/-/healthy"), ("readinessProbe", "/-/ready")):
        request = container.get(probe, {}).get("httpGet", {})
        yield request.get("path") == path and request.get("port") in ports, f"{probe} requests {request}"


def reference_checks(workload: Manifest, manifests: list[Manifest]) -> Checks:
    """Checks references to objects and volumes."""
    kind, spec = workload["kind"], workload["spec"]
    pod = spec["template"]["spec"]
    there = ELSEWHERE | {(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests}
    volumes = pod.get("volumes", [])
    wanted = [("ServiceAccount", pod["serviceAccountName"])]
    wanted += [("ConfigMap", volume["configMap"]["name"]) for volume in volumes if "configMap" in volume]
    wanted += [("Secret", volume["secret"]["secretName"]) for volume in volumes if "secret" in volume]
    wanted += [("Service", spec["serviceName"])] if kind == "StatefulSet" else []
    yield from ((reference in there, f"unknown {' '.join(reference)}") for reference in wanted)
    containers = pod["containers"] + pod.get("initContainers", [])
    mounts = [mount for container in containers for mount in container.get("volumeMounts", [])]
    odd = {mount["name"] for mount in mounts} ^ {volume["name"] for volume in volumes}
    yield not odd, f"volumes that are unknown or not mounted: {odd}"
    paths = [mount["mountPath"] for mount in pod["containers"][0].get("volumeMounts", [])]
    yield len(paths) == len(set(paths)), f"two volumes at one path: {paths}"
    text = "".join(str(manifest["data"]) for manifest in manifests if manifest["kind"] == "ConfigMap")
    is_missing = f"{SECRETS}/" in text and SECRETS not in paths
    yield not is_missing, f"the configuration has files in {SECRETS}, where nothing is mounted"
    shards = [argument for argument in pod["containers"][0]["args"] if argument.startswith("--shard")]
    expected = [f"--shard=auto/{spec['replicas']}"] if kind == "StatefulSet" else []
    yield shards == expected, f"{spec.get('replicas')} replicas have {shards}"


def selector_checks(workload: Manifest, manifests: list[Manifest]) -> Checks:
    """Checks selectors and ports."""
    template = workload["spec"]["template"]
    labels = template["metadata"]["labels"]
    ports = {port["name"] for port in template["spec"]["containers"][0]["ports"]}
    services = [manifest for manifest in manifests if manifest["kind"] == "Service"]
    for manifest in manifests:
        kind, spec = manifest["kind"], manifest.get("spec", {})
        selector = spec.get("selector", spec.get("podSelector", {}))
        selects_pods = chosen(selector.get("matchLabels", selector), labels)
        if kind in (*WORKLOADS, "Service", "PodMonitor", "PodDisruptionBudget", "NetworkPolicy"):
            yield selects_pods, f"the {kind} does not select the pods"
        if kind == "Service":
            for port in spec["ports"]:
                yield port["targetPort"] in ports, f"the Service's port {port['name']} has no target"
            tests = [each for each in manifests if each["kind"] == "Pod"]
            wrong = [each for each in tests if chosen(selector, each["metadata"]["labels"])]
            yield not wrong, "the Service selects the pod of the test"
        if kind == "Ingress":
            yield from ingress_checks(manifest, services)
        if kind in ("ServiceMonitor", "PodMonitor"):
            there = spec.get("namespaceSelector", {}).get("matchNames", [manifest["metadata"].get("namespace")])
            yield there == [workload["metadata"].get("namespace")], f"the {kind} selects the namespaces {there}"
        if kind == "PodMonitor":
            yield (
                all(end["port"] in ports for end in spec["podMetricsEndpoints"]),
                "the PodMonitor uses an unknown port",
            )
        if kind == "NetworkPolicy":
            is_complete = {"Ingress", "Egress"} == set(spec["policyTypes"])
            yield is_complete, "the NetworkPolicy does not restrict both directions"
            open_ports = {port["port"] for rule in spec["ingress"] for port in rule["ports"]}
            yield open_ports == ports, f"the NetworkPolicy opens {sorted(open_ports)}, the pods have {sorted(ports)}"
        if kind == "ServiceMonitor":
            selected = [s for s in services if chosen(selector["matchLabels"], s["metadata"]["labels"])]
            yield len(selected) == 1, f"the ServiceMonitor selects {len(selected)} Services"
            known = {port["name"] for service in selected for port in service["spec"]["ports"]}
            yield all(end["port"] in known for end in spec["endpoints"]), "the ServiceMonitor uses an unknown port"


def ingress_checks(ingress: Manifest, services: list[Manifest]) -> Checks:
    known = {(service["metadata"]["name"], port["name"]) for service in services for port in service["spec"]["ports"]}
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            target = (backend["name"], backend["port"]["name"])
            yield target in known, f"the Ingress leads to {target}"


def chosen(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()
