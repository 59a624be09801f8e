# SPDX-License-Identifier: Apache-2.0
"""Renders the chart with many values and checks what comes out, and the manifests that are shipped beside it.

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
#: Secrets that the values, or documents, say somebody else makes.
ELSEWHERE = frozenset({"given", "web", "dataarts-fabric-exporter", "fabric-credentials"})
FLAG = re.compile(r"--[a-z][a-z0-9.-]*")


class Program:
    """What the program says of configurations and flags."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _say(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self._path, *arguments], capture_output=True, text=True, timeout=20, check=False)

    @property
    def version(self) -> str:
        return self._say("--version").stdout.split("version ")[1].split()[0].rstrip(",")

    def problems(self, objects: Manifests) -> list[str]:
        """Whether it takes the configuration, with the files that Secrets hold, and the arguments."""
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
            return [] if done.returncode == 0 else [f"the program refuses the configuration: {done.stderr}"]


def rule_problems(objects: Manifests) -> list[str]:
    """What promtool finds in PrometheusRules."""
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
    """Everything that is wrong with the objects of one installation."""
    found = [problem for manifest in objects for problem in schemas.problems(manifest)]
    # What is not even of the right form may break the checks that go further.
    return found or [*policy.problems(objects, ELSEWHERE), *program.problems(objects), *rule_problems(objects)]


def check_chart(report: Report, program: Program) -> None:
    report.begin("the chart")
    with report.check("its versions are the program's"):
        metadata = helm_python.Chart.load(CHART).metadata
        found = (metadata["version"], metadata["appVersion"])
        require_equal(found, (program.version, program.version), "version and appVersion")
    for title, values in cases.GOOD.items():
        with report.check(f"Helm's lint finds nothing: {title}"):
            messages = helm_python.lint(CHART, values, strict=True)["messages"]
            # An icon would have to be fetched from somewhere.
            require_none([str(m) for m in messages if m["error"] != "icon is recommended"], "lint")
        with report.check(f"what it makes is right: {title}"):
            require_none(problems(manifests(render(values)), program), title)
    for complaint, values in cases.REFUSED.items():
        with report.check(f"it refuses bad values: {complaint}"):
            try:
                render(values)
            except helm_python.HelmError as error:
                require(complaint in str(error), f"it said: {error}")
            else:
                raise Failure("it took them")


def check_details(report: Report) -> None:
    """What no schema and no rule for all can tell."""
    plain = manifests(render(cases.GIVEN))
    whole = manifests(render(cases.GOOD["all settings, with a ServiceMonitor"]))

    def of(objects: Manifests, kind: str) -> Any:
        return next(manifest for manifest in objects if manifest["kind"] == kind)

    def template(objects: Manifests) -> Any:
        return of(objects, "Deployment")["spec"]["template"]

    with report.check("the configuration is the one in the values, value by value"):
        text = of(plain, "ConfigMap")["data"]["config.yaml"]
        require_equal(yaml.safe_load(text), cases.CONFIGURATION, "the configuration")
    with report.check("a Secret's file is the one in the values, byte by byte"):
        data = of(manifests(render(cases.MADE)), "Secret")["data"]
        wanted = {name: text.encode() for name, text in cases.MADE["secret"]["files"].items()}
        require_equal({name: base64.b64decode(text) for name, text in data.items()}, wanted, "the Secret")
    with report.check("another configuration starts new pods, the same one does not"):
        other = cases.GIVEN | {"config": cases.CONFIGURATION | {"poll": {"interval": "3m"}}}
        require(template(manifests(render(other))) != template(plain), "the pods stay the same")
        require_equal(template(manifests(render(cases.GIVEN))), template(plain), "the pods of the same values")
    with report.check("from one exporter to shards and back, what stays is not asked to change what may not change"):
        one, three = (manifests(render(cases.MADE | {"shards": shards})) for shards in (1, 3))
        fixed = {(m["kind"], m["metadata"]["name"]): (m["spec"].get("clusterIP"), m["spec"].get("serviceName"))
                 for m in one if m["kind"] in ("Service", "Deployment", "StatefulSet")}  # fmt: skip
        for manifest in three:
            spec, name = manifest.get("spec", {}), (manifest["kind"], manifest["metadata"]["name"])
            now = spec.get("clusterIP"), spec.get("serviceName")
            require_equal(fixed.get(name, now), now, " ".join(name))
        require("None" in [m["spec"].get("clusterIP") for m in three if m["kind"] == "Service"], "no shard has a name")
    with report.check("runbooks lead where the values say"):
        text = str(of(whole, "PrometheusRule"))
        require("https://wiki.example/fabric/DataArtsFabricDataStale.md" in text, "no link leads there")
        require("exporter.example" not in text, "links lead to the example")
    with report.check("a digest is taken in place of the tag, and settings reach the pod"):
        pod = template(whole)["spec"]
        require_equal(pod["containers"][0]["image"], f"registry.example/fabric@sha256:{'0' * 64}", "the image")
        for name in ("nodeSelector", "tolerations", "affinity", "priorityClassName", "topologySpreadConstraints"):
            require_equal(pod[name], cases.ALL[name], name)
        require("--web.enable-lifecycle" in pod["containers"][0]["args"], "extraArgs are missing")
    title = "a packed chart makes the same, rules and dashboards included"
    with report.check(title), tempfile.TemporaryDirectory() as folder:
        packed = Path(helm_python.Chart.load(CHART).save(folder))
        values = cases.GOOD["all settings, with a ServiceMonitor"]
        require_equal(render(values, chart=packed) == render(values), True, "what it makes being the same")
    with report.check("by default a network policy is there, and nothing of the Operator or Grafana"):
        kinds = sorted(manifest["kind"] for manifest in plain)
        wanted = ["ConfigMap", "Deployment", "NetworkPolicy", "Service", "ServiceAccount"]
        require_equal(kinds, wanted, "the kinds")


def check_shipped(report: Report, program: Program) -> None:
    """Files beside the chart, which must say the same."""
    report.begin("shipped manifests")

    def load(path: Path) -> Manifests:
        return list(yaml.load_all(path.read_text("utf-8"), UniqueKeys))

    for path in sorted((ROOT / "packaging/kubernetes").glob("*.yaml")):
        with report.check(f"{path.name} is right"):
            require_none(problems(load(path), program), path.name)
    with report.check("they are what the chart makes"):
        _generate("--check")
    with report.check("and a changed one is seen"), tempfile.TemporaryDirectory() as folder:
        _generate("--output", folder)
        path = Path(folder) / "exporter.yaml"
        path.write_text(path.read_text("utf-8").replace("fsGroup: 65532", "fsGroup: 0"), "utf-8")
        try:
            _generate("--check", "--output", folder)
        except Failure:
            pass
        else:
            raise Failure("it is not")
    text = (ROOT / "docs/kubernetes.md").read_text("utf-8")
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE), 1):
        with report.check(f"the values that docs/kubernetes.md shows are taken: block {number}"):
            values = cases.GIVEN | yaml.load(block, UniqueKeys)
            require_none(problems(manifests(render(values)), program), f"block {number}")
    operator = ROOT / "dashboards/operator"
    made = manifests(render({"demo": True, "serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}}))
    for kind, name in (("PrometheusRule", "prometheus-rule.yaml"), ("ServiceMonitor", "service-monitor.yaml")):
        shipped = load(operator / name)
        with report.check(f"{name} is right"):
            require_none([p for manifest in shipped for p in schemas.problems(manifest)], name)
        with report.check(f"the chart's {kind} says what {name} says"):
            spec = copy.deepcopy(next(manifest for manifest in made if manifest["kind"] == kind)["spec"])
            if kind == "ServiceMonitor":
                # The chart may be installed twice in a namespace.
                spec["selector"]["matchLabels"].pop("app.kubernetes.io/instance")
                spec["endpoints"][0].pop("scrapeTimeout")
            require_equal(spec, shipped[0]["spec"], f"the {kind}")
    with report.check("the ServiceMonitor finds the Service of each file"):
        for path in sorted((ROOT / "packaging/kubernetes").glob("*.yaml")):
            both = load(path) + load(operator / "service-monitor.yaml")
            require_none(policy.problems(both, ELSEWHERE), path.name)


def _generate(*arguments: str) -> None:
    command = [ROOT / "scripts/generate-kubernetes", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    require(done.returncode == 0, done.stderr)


def check_checks(report: Report, program: Program) -> None:
    """Each check is shown something bad: one that lets it pass is worth nothing."""
    report.begin("the checks themselves")
    good = manifests(render(cases.GOOD["three shards"]))
    for complaint, breaks in cases.BROKEN.items():
        with report.check(f"a break is seen: {complaint}"):
            bad = copy.deepcopy(good)
            breaks(bad)
            found = problems(bad, program)
            require(any(complaint in problem for problem in found), f"the checks said {found}")
    with report.check("a configuration that the program refuses is seen"):
        bad = copy.deepcopy(good)
        texts = next(manifest for manifest in bad if manifest["kind"] == "ConfigMap")["data"]
        texts["config.yaml"] = texts["config.yaml"].replace("interval", "intervall")
        require(any("unknown key" in problem for problem in problems(bad, program)), "it is not")
    with report.check("a flag that the program does not have is seen"):
        bad = manifests(render(cases.GIVEN | {"extraArgs": ["--web.enable-livecycle"]}))
        require(any("has no flag" in problem for problem in problems(bad, program)), "it is not")
    with report.check("a rule that Prometheus refuses is seen"):
        bad = manifests(render(cases.GOOD["the demo"]))
        rule = next(manifest for manifest in bad if manifest["kind"] == "PrometheusRule")
        rule["spec"]["groups"][0]["rules"][0]["expr"] = "vector("
        require(any("promtool" in problem for problem in problems(bad, program)), "it is not")
    with report.check("a key that is given twice is seen"):
        try:
            manifests({"twice.yaml": "a: 1\na: 2\n"})
        except yaml.YAMLError:
            pass
        else:
            raise Failure("it is not")


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
