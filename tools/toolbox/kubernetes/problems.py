# SPDX-License-Identifier: Apache-2.0
"""All checks of the objects of one installation: schemas, policy, the program's `check` and flags, promtool."""

from __future__ import annotations

import base64
import functools
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from toolbox.kubernetes import policy, schemas
from toolbox.kubernetes.chart import Manifest
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import attempt

FLAG = re.compile(r"--[a-z][a-z0-9.-]*")


def problems(objects: list[Manifest], exporter: Exporter) -> list[str]:
    # Later checks require valid schemas.
    if found := [problem for manifest in objects for problem in schemas.problems(manifest)]:
        return found
    return [*policy.problems(objects), *program_problems(objects, exporter)]


@functools.cache
def known_flags(command: str, exporter: Exporter) -> set[str]:
    return set(FLAG.findall(exporter.run(command, "--help").text))


def program_problems(objects: list[Manifest], exporter: Exporter) -> Iterator[str]:
    """Yields what the program and promtool reject: configurations, with the files of Secrets, flags, and rules."""
    for manifest in objects:
        if manifest["kind"] == "ConfigMap" and "config.yaml" in manifest["data"]:
            yield from configuration_problems(manifest["data"]["config.yaml"], objects, exporter)
        if manifest["kind"] in (*policy.WORKLOADS, "Pod"):
            pod = manifest["spec"] if manifest["kind"] == "Pod" else manifest["spec"]["template"]["spec"]
            command, *rest = pod["containers"][0]["args"]
            flags = {argument.partition("=")[0] for argument in rest if argument.startswith("--")}
            yield from (f"{command} has no flag {flag}" for flag in sorted(flags - known_flags(command, exporter)))
        if manifest["kind"] == "PrometheusRule":
            with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
                yaml.safe_dump(manifest["spec"], file, allow_unicode=True)
                file.flush()
                status, output = attempt("promtool", "check", "rules", "--lint=all", "--lint-fatal", file.name)
            if status:
                yield f"promtool: {output}"


def configuration_problems(text: str, objects: list[Manifest], exporter: Exporter) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        held = [manifest.get("data", {}) for manifest in objects if manifest["kind"] == "Secret"]
        for name, content in (held or [{"password": "YQ=="}])[0].items():
            (Path(folder) / name).write_bytes(base64.b64decode(content))
        path = Path(folder) / "config.yaml"
        path.write_text(text.replace(policy.SECRETS, folder), "utf-8")
        pods = [each["spec"]["template"]["spec"] for each in objects if each["kind"] in policy.WORKLOADS]
        variables = [variable for pod in pods for variable in pod["containers"][0].get("env", [])]
        inside = Exporter(exporter.program, exporter.directory)
        inside.variables = {each["name"]: each["value"] for each in variables if "value" in each}
        outcome = inside.run("check", f"--config.file={path}")
        if outcome.status:
            yield f"the program rejects the configuration: {outcome.stderr}"
