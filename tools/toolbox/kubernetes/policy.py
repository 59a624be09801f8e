# SPDX-License-Identifier: Apache-2.0
"""Checks that no schema covers: pods are unprivileged, and references between objects are valid."""

from __future__ import annotations

from collections.abc import Iterator

from toolbox.kubernetes.chart import Manifest

WORKLOADS = ("Deployment", "StatefulSet")
# The folder of credential files in the configuration.
SECRETS = "/run/secrets/fabric"


def problems(manifests: list[Manifest], secrets: frozenset[str] = frozenset()) -> list[str]:
    """Yields the problems of the objects of one installation; `secrets` are those that users create."""
    workloads = [manifest for manifest in manifests if manifest["kind"] in WORKLOADS]
    found = [] if len(workloads) == 1 else [f"{len(workloads)} workloads"]
    for workload in workloads:
        found += pod_problems(workload["spec"]["template"]["spec"])
        found += reference_problems(workload, manifests, secrets)
        found += selection_problems(workload, manifests)
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests]
    found += [f"duplicate {kind} {name}" for kind, name in set(names) if names.count((kind, name)) > 1]
    namespaces = {manifest["metadata"].get("namespace") for manifest in manifests}
    return found + ([f"several namespaces: {namespaces}"] if len(namespaces) > 1 else [])


def pod_problems(pod: Manifest) -> Iterator[str]:
    """Checks a pod by the `restricted` standard of Kubernetes and additional rules."""
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        yield "the pod may run as root"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "the pod has no seccomp profile"
    if pod.get("automountServiceAccountToken") is not False:
        yield "the pod mounts the token of its service account"
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield f"the pod has {name}"
    for volume in pod.get("volumes", []):
        if "hostPath" in volume:
            yield f"volume {volume['name']} is the node's {volume['hostPath']['path']}"
        # The default is 0644.
        if "secret" in volume and volume["secret"].get("defaultMode", 0o644) & 0o7:
            yield f"volume {volume['name']} is a secret that all users may read"
    for container in pod["containers"] + pod.get("initContainers", []):
        yield from container_problems(container)


def container_problems(container: Manifest) -> Iterator[str]:
    security = container.get("securityContext", {})
    if security.get("privileged") or security.get("allowPrivilegeEscalation") is not False:
        yield "the container may escalate privileges"
    if not security.get("readOnlyRootFilesystem"):
        yield "the container's root file system is writable"
    if security.get("capabilities") != {"drop": ["ALL"]}:
        yield "the container has capabilities"
    if not set(security) <= {"allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities", "privileged"}:
        yield "the container's security context has additional settings"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= resources.get("requests", {}).keys() or "memory" not in resources.get("limits", {}):
        yield "the container has no resource requests or no memory limit"
    image = container["image"]
    if image.endswith(":latest") or ":" not in image.rpartition("/")[2]:
        yield f"the image {image} is not pinned"
    ports = {port["name"] for port in container["ports"]}
    if any("hostPort" in port for port in container["ports"]):
        yield "the container has a host port"
    for probe, path in (("livenessProbe", "/-/healthy"), ("readinessProbe", "/-/ready")):
        request = container.get(probe, {}).get("httpGet", {})
        if request.get("path") != path or request.get("port") not in ports:
            yield f"{probe} requests {request}"
    for variable in container.get("env", []):
        if "secretKeyRef" in variable.get("valueFrom", {}):
            yield f"variable {variable['name']} contains a secret"
    if "envFrom" in container:
        yield "variables come from other objects"


def reference_problems(workload: Manifest, manifests: list[Manifest], secrets: frozenset[str]) -> Iterator[str]:
    """Checks references to objects and volumes."""
    pod = workload["spec"]["template"]["spec"]
    there = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests}
    there |= {("Secret", name) for name in secrets}
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    wanted = [("ServiceAccount", pod["serviceAccountName"])]
    for volume in volumes.values():
        if "configMap" in volume:
            wanted.append(("ConfigMap", volume["configMap"]["name"]))
        if "secret" in volume:
            wanted.append(("Secret", volume["secret"]["secretName"]))
    yield from (f"unknown {kind} {name}" for kind, name in wanted if (kind, name) not in there)
    mounted = {mount["name"]: mount for container in pod["containers"] for mount in container.get("volumeMounts", [])}
    yield from (f"unknown volume {name}" for name in mounted.keys() - volumes.keys())
    yield from (f"volume {name} is not mounted" for name in volumes.keys() - mounted.keys())
    paths = [mount["mountPath"] for mount in mounted.values()]
    yield from (f"two volumes at {path}" for path in {path for path in paths if paths.count(path) > 1})
    text = "".join(str(manifest["data"]) for manifest in manifests if manifest["kind"] == "ConfigMap")
    if f"{SECRETS}/" in text and SECRETS not in paths:
        yield f"the configuration has files in {SECRETS}, where nothing is mounted"
    shards = [argument for argument in pod["containers"][0]["args"] if argument.startswith("--shard")]
    if workload["kind"] == "StatefulSet":
        if ("Service", workload["spec"]["serviceName"]) not in there:
            yield f"unknown Service {workload['spec']['serviceName']}"
        if shards != [f"--shard=auto/{workload['spec']['replicas']}"]:
            yield f"{workload['spec']['replicas']} replicas have {shards}"
    elif shards:
        yield "a Deployment has no shards"


def selection_problems(workload: Manifest, manifests: list[Manifest]) -> Iterator[str]:
    """Checks selectors and ports."""
    template = workload["spec"]["template"]
    labels = template["metadata"]["labels"]
    ports = {port["name"] for port in template["spec"]["containers"][0]["ports"]}
    services = [manifest for manifest in manifests if manifest["kind"] == "Service"]
    if not chosen(workload["spec"]["selector"]["matchLabels"], labels):
        yield "the workload does not select its pods"
    for manifest in manifests:
        kind, spec = manifest["kind"], manifest.get("spec", {})
        if kind == "Service" and not chosen(spec["selector"], labels):
            yield "the Service does not select the pods"
        if kind == "Service":
            yield from (f"the Service's port {p['name']} has no target" for p in spec["ports"]
                        if p["targetPort"] not in ports)  # fmt: skip
        if kind in ("PodMonitor", "PodDisruptionBudget") and not chosen(spec["selector"]["matchLabels"], labels):
            yield f"the {kind} does not select the pods"
        if kind == "PodMonitor" and any(end["port"] not in ports for end in spec["podMetricsEndpoints"]):
            yield "the PodMonitor uses an unknown port"
        if kind == "NetworkPolicy":
            if not chosen(spec["podSelector"]["matchLabels"], labels):
                yield "the NetworkPolicy does not select the pods"
            if {"Ingress", "Egress"} != set(spec["policyTypes"]):
                yield "the NetworkPolicy does not restrict both directions"
            open_ports = {port["port"] for rule in spec["ingress"] for port in rule["ports"]}
            if open_ports != ports:
                yield f"the NetworkPolicy opens {sorted(open_ports)}, the pods have {sorted(ports)}"
        if kind == "ServiceMonitor":
            selected = [s for s in services if chosen(spec["selector"]["matchLabels"], s["metadata"]["labels"])]
            if len(selected) != 1:
                yield f"the ServiceMonitor selects {len(selected)} Services"
            known = {port["name"] for service in selected for port in service["spec"]["ports"]}
            if any(end["port"] not in known for end in spec["endpoints"]):
                yield "the ServiceMonitor uses an unknown port"


def chosen(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()
