# SPDX-License-Identifier: Apache-2.0
"""packaging/compose: Compose accepts it, and its services run on this machine with the files that it mounts."""

from __future__ import annotations

import importlib.resources
import json
import pathlib
import re
import subprocess
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from toolbox.shared.processes import HOST, NAME, ROOT, attempt, run, stop, wait_for

FILE = ROOT / "packaging/compose/compose.yaml"
# The program itself, because the package's command succeeds even if it fails.
COMPOSE = importlib.resources.files("compose") / "docker-compose"
PROGRAMS = {"exporter": "", "prometheus": "prometheus", "alertmanager": "prometheus-alertmanager"}


def composition(file: pathlib.Path = FILE) -> Any:
    """Returns the composition as Compose reads it, which checks it against its schema."""
    return json.loads(run(COMPOSE, "--file", file, "config", "--format", "json"))


@pytest.fixture(scope="module")
def services() -> Any:
    return composition()["services"]


def mounts(service: Any, kind: str) -> dict[str, pathlib.Path]:
    """Returns the sources of mounts by their path in the container."""
    return {mount["target"]: pathlib.Path(mount["source"]) for mount in service["volumes"] if mount["type"] == kind}


def place(service: Any, path: str) -> pathlib.Path:
    """Returns the file or folder of this machine that has this path in the container."""
    [(target, source)] = [entry for entry in mounts(service, "bind").items() if f"{path}/".startswith(f"{entry[0]}/")]
    return source / path[len(target) :].lstrip("/") if path != target else source


def laid_out(service: Any, folder: pathlib.Path) -> pathlib.Path:
    """Creates the paths of the container that are mounted; returns its root."""
    for target, source in mounts(service, "bind").items():
        link = folder / target.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
    for target in mounts(service, "volume"):
        (folder / target.lstrip("/")).mkdir(parents=True)
    return folder


def test_compose_rejects_an_unknown_key(tmp_path: pathlib.Path) -> None:
    bad = tmp_path / "compose.yaml"
    bad.write_text(FILE.read_text().replace("pull_policy:", "pull_polici:"))
    status, output = attempt(COMPOSE, "--file", bad, "config")
    assert status != 0
    assert "pull_polici" in output


def test_images_are_pinned_ports_are_local_and_mounted_files_exist(services: Any, version: str) -> None:
    assert services["exporter"]["image"] == f"localhost/{NAME}:{version}"
    for name, service in services.items():
        assert re.fullmatch(r"\S+:v?\d+\.\d+\.\d+(-dev)?", service["image"]), name
        assert {port["host_ip"] for port in service["ports"]} == {HOST}, name
        for source in mounts(service, "bind").values() if "volumes" in service else ():
            # Docker would create a folder instead of a missing file.
            assert source.exists(), source


def test_links_in_alerts_lead_to_published_ports(services: Any) -> None:
    # By default they contain the name of the container, which no browser knows.
    for name in ("prometheus", "alertmanager"):
        [port] = services[name]["ports"]
        assert f"--web.external-url=http://localhost:{port['published']}" in services[name]["command"], name


def test_grafana_finds_prometheus_and_the_folder_of_the_dashboards(services: Any) -> None:
    grafana = services["grafana"]
    [source] = yaml.safe_load(place(grafana, "/etc/grafana/provisioning/datasources/prometheus.yaml").read_text())[
        "datasources"
    ]
    url = urllib.parse.urlparse(source["url"])
    assert url.port in [port["target"] for port in services[url.hostname]["ports"]]
    configuration = yaml.safe_load((FILE.parent / "prometheus.yaml").read_text())
    assert source["jsonData"]["timeInterval"] == configuration["global"]["scrape_interval"]
    files = list(place(grafana, "/etc/grafana/provisioning/dashboards").glob("*.yaml"))
    [provider] = [entry for file in files for entry in yaml.safe_load(file.read_text())["providers"]]
    titles = {
        json.loads(file.read_text())["title"] for file in place(grafana, provider["options"]["path"]).glob("*.json")
    }
    boards = {json.loads(file.read_text())["title"] for file in (ROOT / "dashboards/grafana").glob("*.json")}
    assert titles == boards
    assert boards


@pytest.mark.prometheus
def test_prometheus_accepts_its_configuration(services: Any, prometheus_folder: str, tmp_path: pathlib.Path) -> None:
    root = laid_out(services["prometheus"], tmp_path)
    [path] = [word.partition("=")[2] for word in services["prometheus"]["command"] if "--config.file=" in word]
    run(f"{prometheus_folder}promtool", "check", "config", f"{root}{path}")


class Network:
    """Namespaces in which the names of services are those of loopback. Other tests may use the same ports."""

    def __init__(self, directory: pathlib.Path, names: list[str]) -> None:
        self.directory = directory
        hosts = directory / "hosts"
        hosts.write_text(f"{HOST} localhost {' '.join(names)}\n")
        prepare = f"ip link set lo up && mount --bind {hosts} /etc/hosts && exec sleep infinity"
        self.holder = subprocess.Popen(["unshare", "--net", "--mount", "sh", "-c", prepare])
        self.processes = [self.holder]
        wait_for(lambda: not self.attempt("getent", "hosts", names[0])[0], 10, "the network is up")

    def command(self, *words: object) -> list[str]:
        return [str(word) for word in ("nsenter", f"--target={self.holder.pid}", "--net", "--mount", *words)]

    def attempt(self, *words: object) -> tuple[int, str]:
        return attempt(*self.command(*words))

    def start(self, name: str, *words: object) -> None:
        with (self.directory / f"{name}.log").open("wb") as log:
            self.processes.append(subprocess.Popen(self.command(*words), stdout=log, stderr=log))

    def ask(self, url: str) -> Any:
        """Returns the JSON of a page, or nothing if it cannot be obtained yet."""
        status, text = self.attempt("curl", "--silent", "--fail", "--noproxy", "*", url)
        return json.loads(text) if status == 0 else None

    def stop(self) -> None:
        for process in reversed(self.processes):
            stop(process)


@pytest.fixture
def network(services: Any, program: pathlib.Path, directory: pathlib.Path) -> Iterator[Network]:
    """Runs the commands of the services that this machine has a program for."""
    network = Network(directory, list(services))
    try:
        for name, installed in PROGRAMS.items():
            service = services[name] | {"volumes": services[name].get("volumes", [])}
            root = laid_out(service, directory / name)
            words = [word.replace("=/", f"={root}/") for word in service["command"]]
            network.start(name, installed or program, *words)
        yield network
    finally:
        network.stop()


@pytest.mark.root
@pytest.mark.prometheus
def test_prometheus_scrapes_the_demo_evaluates_the_rules_and_knows_alertmanager(network: Network) -> None:
    api = "http://prometheus:9090/api/v1"

    def up() -> bool:
        targets = (network.ask(f"{api}/targets") or {"data": {"activeTargets": []}})["data"]["activeTargets"]
        return sorted((target["scrapePool"], target["health"]) for target in targets) == [
            ("dataarts-fabric", "up"), ("prometheus", "up")
        ]  # fmt: skip

    def evaluated() -> list[Any]:
        rules = [rule for group in network.ask(f"{api}/rules")["data"]["groups"] for rule in group["rules"]]
        return rules if all(rule["health"] != "unknown" for rule in rules) else []

    wait_for(up, 40, "all targets are up", step=0.5)
    rules = wait_for(evaluated, 120, "all rules are evaluated", step=0.5)
    assert not [rule for rule in rules if rule["health"] != "ok"]
    mounted = [
        yaml.safe_load((ROOT / f"dashboards/prometheus/{name}.yaml").read_text()) for name in ("alerts", "rules")
    ]
    assert len(rules) == sum(len(group["rules"]) for file in mounted for group in file["groups"])
    managers = network.ask(f"{api}/alertmanagers")["data"]["activeAlertmanagers"]
    assert [manager["url"] for manager in managers] == ["http://alertmanager:9093/api/v2/alerts"]
    assert network.ask("http://alertmanager:9093/api/v2/status")["config"]["original"]
    status, page = network.attempt("curl", "--silent", "--noproxy", "*", "http://exporter:9942/metrics")
    assert status == 0
    assert "dataarts_fabric_workspace_up{" in page
