# SPDX-License-Identifier: Apache-2.0
"""Renders the chart with many values and checks the objects and the shipped manifests.

usage: manifests.py PROGRAM
"""

from __future__ import annotations

import base64
import copy
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/acceptance"), str(ROOT / "scripts/kubernetes")]

import cases  # noqa: E402
import helm_python  # noqa: E402
import policy  # noqa: E402
import schemas  # noqa: E402
import yaml  # noqa: E402
from chart import CHART, UniqueKeys, manifests, render  # noqa: E402
from report import Failure, Report, require, require_equal, require_none  # noqa: E402

Manifests = list[dict[str, Any]]
#: Secrets that users create.
ELSEWHERE = frozenset({"given", "web", "dataarts-fabric-exporter", "fabric-credentials"})
FLAG = re.compile(r"--[a-z][a-z0-9.-]*")


class Program:
    """Checks configurations and flags with the program."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _say(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self._path, *arguments], capture_output=True, text=True, timeout=20, check=False)

    @property
    def version(self) -> str:
        return self._say("--version").stdout.split("version ")[1].split()[0].rstrip(",")

    def problems(self, objects: Manifests) -> list[str]:
        """Yields problems of the configuration, with the files of Secrets, and of the arguments."""
        found = []
        for manifest in objects:
            if manifest["kind"] == "ConfigMap" and "config.yaml" in manifest["data"]:
                found += self._check(manifest["data"]["config.yaml"], objects)
            if manifest["kind"] in policy.WORKLOADS:
                command, *rest = manifest["spec"]["template"]["spec"]["containers"][0]["args"]
                known = set(FLAG.findall(self._say(command, "--help").stdout))
                flags = {argument.partition("=")[0] for argument in rest}
                found += [f"{command} has no flag {flag}" for flag in sorted(flags - known)]
        return found

    def _check(self, text: str, objects: Manifests) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            held = [manifest.get("data", {}) for manifest in objects if manifest["kind"] == "Secret"]
            for name, content in (held or [{"password": "YQ=="}])[0].items():
                (directory / name).write_bytes(base64.b64decode(content))
            path = directory / "config.yaml"
            path.write_text(text.replace(policy.SECRETS, folder), "utf-8")
            done = self._say("check", f"--config.file={path}")
            return [] if done.returncode == 0 else [f"the program rejects the configuration: {done.stderr}"]


def rule_problems(objects: Manifests) -> list[str]:
    """Yields promtool's problems of PrometheusRules."""
    found = []
    for manifest in objects:
        if manifest["kind"] == "PrometheusRule":
            with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
                yaml.safe_dump(manifest["spec"], file, allow_unicode=True)
                file.flush()
                done = subprocess.run(["promtool", "check", "rules", "--lint=all", "--lint-fatal", file.name],
                                      capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
            found += [f"promtool: {done.stderr}{done.stdout}"] if done.returncode else []
    return found


def problems(objects: Manifests, program: Program) -> list[str]:
    """Returns all problems of the objects of one installation."""
    found = [problem for manifest in objects for problem in schemas.problems(manifest)]
    # Later checks require valid schemas.
    return found or [*policy.problems(objects, ELSEWHERE), *program.problems(objects), *rule_problems(objects)]


def check_chart(report: Report, program: Program) -> None:
    report.begin("the chart")
    with report.check("its versions equal the program's"):
        metadata = helm_python.Chart.load(CHART).metadata
        found = (metadata["version"], metadata["appVersion"])
        require_equal(found, (program.version, program.version), "version and appVersion")
    for title, values in cases.GOOD.items():
        with report.check(f"Helm's lint finds nothing: {title}"):
            messages = helm_python.lint(CHART, values, strict=True)["messages"]
            # An icon would be an external resource.
            require_none([str(m) for m in messages if m["error"] != "icon is recommended"], "lint")
        with report.check(f"valid objects: {title}"):
            require_none(problems(manifests(render(values)), program), title)
    for complaint, values in cases.REJECTED.items():
        with report.check(f"invalid values are rejected: {complaint}"):
            try:
                render(values)
            except helm_python.HelmError as error:
                require(complaint in str(error), f"message: {error}")
            else:
                raise Failure("accepted")


def check_details(report: Report) -> None:
    """Checks of specific values."""
    plain = manifests(render(cases.GIVEN))
    whole = manifests(render(cases.GOOD["all settings, with a ServiceMonitor"]))

    def of(objects: Manifests, kind: str) -> Any:
        return next(manifest for manifest in objects if manifest["kind"] == kind)

    def template(objects: Manifests) -> Any:
        return of(objects, "Deployment")["spec"]["template"]

    with report.check("the configuration equals the one in the values"):
        text = of(plain, "ConfigMap")["data"]["config.yaml"]
        require_equal(yaml.safe_load(text), cases.CONFIGURATION, "the configuration")
    with report.check("a Secret's file equals the one in the values"):
        data = of(manifests(render(cases.MADE)), "Secret")["data"]
        wanted = {name: text.encode() for name, text in cases.MADE["secret"]["files"].items()}
        require_equal({name: base64.b64decode(text) for name, text in data.items()}, wanted, "the Secret")
    with report.check("a changed configuration starts new pods, an unchanged one does not"):
        other = cases.GIVEN | {"config": cases.CONFIGURATION | {"poll": {"interval": "3m"}}}
        require(template(manifests(render(other))) != template(plain), "the pods stay the same")
        require_equal(template(manifests(render(cases.GIVEN))), template(plain), "the pods of the same values")
    with report.check("switching between one exporter and shards changes no immutable fields"):
        one, three = (manifests(render(cases.MADE | {"shards": shards})) for shards in (1, 3))
        fixed = {(m["kind"], m["metadata"]["name"]): (m["spec"].get("clusterIP"), m["spec"].get("serviceName"))
                 for m in one if m["kind"] in ("Service", "Deployment", "StatefulSet")}  # fmt: skip
        for manifest in three:
            spec, name = manifest.get("spec", {}), (manifest["kind"], manifest["metadata"]["name"])
            now = spec.get("clusterIP"), spec.get("serviceName")
            require_equal(fixed.get(name, now), now, " ".join(name))
        require("None" in [m["spec"].get("clusterIP") for m in three if m["kind"] == "Service"], "no shard label")
    with report.check("runbook links use the value"):
        text = str(of(whole, "PrometheusRule"))
        require("https://wiki.example/fabric/DataArtsFabricDataStale.md" in text, "no link uses it")
        require("exporter.example" not in text, "links use the example")
    with report.check("a digest replaces the tag, and settings reach the pod"):
        pod = template(whole)["spec"]
        require_equal(pod["containers"][0]["image"], f"registry.example/fabric@sha256:{'0' * 64}", "the image")
        for name in ("nodeSelector", "tolerations", "affinity", "priorityClassName", "topologySpreadConstraints"):
            require_equal(pod[name], cases.ALL[name], name)
        require("--web.enable-lifecycle" in pod["containers"][0]["args"], "extraArgs are missing")
    title = "a packaged chart renders the same objects, including rules and dashboards"
    with report.check(title), tempfile.TemporaryDirectory() as folder:
        packed = Path(helm_python.Chart.load(CHART).save(folder))
        values = cases.GOOD["all settings, with a ServiceMonitor"]
        require_equal(render(values, chart=packed) == render(values), True, "objects are equal")
    with report.check("by default there is a network policy, and nothing of the Operator or Grafana"):
        kinds = sorted(manifest["kind"] for manifest in plain)
        wanted = ["ConfigMap", "Deployment", "NetworkPolicy", "Service", "ServiceAccount"]
        require_equal(kinds, wanted, "the kinds")


def check_shipped(report: Report, program: Program) -> None:
    """Checks the shipped manifests, which must equal the chart's."""
    report.begin("shipped manifests")

    def load(path: Path) -> Manifests:
        return list(yaml.load_all(path.read_text("utf-8"), UniqueKeys))

    for path in sorted((ROOT / "packaging/kubernetes").glob("*.yaml")):
        with report.check(f"{path.name} is valid"):
            require_none(problems(load(path), program), path.name)
    with report.check("they are current"):
        _generate("--check")
    with report.check("an edited one is detected"), tempfile.TemporaryDirectory() as folder:
        _generate("--output", folder)
        path = Path(folder) / "exporter.yaml"
        path.write_text(path.read_text("utf-8").replace("fsGroup: 65532", "fsGroup: 0"), "utf-8")
        try:
            _generate("--check", "--output", folder)
        except Failure:
            pass
        else:
            raise Failure("not detected")
    text = (ROOT / "docs/kubernetes.md").read_text("utf-8")
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE), 1):
        with report.check(f"values in docs/kubernetes.md are accepted: block {number}"):
            values = cases.GIVEN | yaml.load(block, UniqueKeys)
            require_none(problems(manifests(render(values)), program), f"block {number}")
    operator = ROOT / "dashboards/operator"
    made = manifests(render({"demo": True, "serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}}))
    for kind, name in (("PrometheusRule", "prometheus-rule.yaml"), ("ServiceMonitor", "service-monitor.yaml")):
        shipped = load(operator / name)
        with report.check(f"{name} is valid"):
            require_none([p for manifest in shipped for p in schemas.problems(manifest)], name)
        with report.check(f"the chart's {kind} equals {name}"):
            spec = copy.deepcopy(next(manifest for manifest in made if manifest["kind"] == kind)["spec"])
            if kind == "ServiceMonitor":
                # The chart may be installed twice in a namespace.
                spec["selector"]["matchLabels"].pop("app.kubernetes.io/instance")
                spec["endpoints"][0].pop("scrapeTimeout")
            require_equal(spec, shipped[0]["spec"], f"the {kind}")
    with report.check("the ServiceMonitor selects the Service of each file"):
        for path in sorted((ROOT / "packaging/kubernetes").glob("*.yaml")):
            both = load(path) + load(operator / "service-monitor.yaml")
            require_none(policy.problems(both, ELSEWHERE), path.name)


def _generate(*arguments: str) -> None:
    command = [ROOT / "scripts/generate-kubernetes", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    require(done.returncode == 0, done.stderr)


def check_checks(report: Report, program: Program) -> None:
    """Tests that each check fails on a bad sample."""
    report.begin("self-tests")
    good = manifests(render(cases.GOOD["three shards"]))
    for complaint, breaks in cases.BROKEN.items():
        with report.check(f"detected: {complaint}"):
            bad = copy.deepcopy(good)
            breaks(bad)
            found = problems(bad, program)
            require(any(complaint in problem for problem in found), f"messages: {found}")
    with report.check("detected: a configuration that the program rejects"):
        bad = copy.deepcopy(good)
        texts = next(manifest for manifest in bad if manifest["kind"] == "ConfigMap")["data"]
        texts["config.yaml"] = texts["config.yaml"].replace("interval", "intervall")
        require(any("unknown key" in problem for problem in problems(bad, program)), "not detected")
    with report.check("detected: an unknown flag"):
        bad = manifests(render(cases.GIVEN | {"extraArgs": ["--web.enable-livecycle"]}))
        require(any("has no flag" in problem for problem in problems(bad, program)), "not detected")
    with report.check("detected: a rule that Prometheus rejects"):
        bad = manifests(render(cases.GOOD["the demo"]))
        rule = next(manifest for manifest in bad if manifest["kind"] == "PrometheusRule")
        rule["spec"]["groups"][0]["rules"][0]["expr"] = "vector("
        require(any("promtool" in problem for problem in problems(bad, program)), "not detected")
    with report.check("detected: a duplicate key"):
        try:
            manifests({"twice.yaml": "a: 1\na: 2\n"})
        except yaml.YAMLError:
            pass
        else:
            raise Failure("not detected")


def main() -> int:
    report = Report()
    program = Program(Path(sys.argv[1]).resolve())
    check_chart(report, program)
    check_details(report)
    check_shipped(report, program)
    check_checks(report, program)
    return report.summary()


if __name__ == "__main__":
    sys.exit(main())
