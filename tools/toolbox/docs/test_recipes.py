# SPDX-License-Identifier: Apache-2.0
"""The recipes of docs/recipes.md and the web configuration of docs/web.md, with the programs that they are for."""

import contextlib
import pathlib
import re
import shlex
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from toolbox.docs.markdown import Block, Document
from toolbox.shared import configuration
from toolbox.shared.certificates import Certificates
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter, Running, authorization
from toolbox.shared.processes import HOST, ROOT, Server, run, wait_for
from toolbox.shared.prometheus import Client, prometheus

RULES = ROOT / "dashboards/prometheus"
RECIPES, WEB = (Document(ROOT / f"docs/{name}.md") for name in ("recipes", "web"))
UP = 'up{job="dataarts-fabric"}'
# A series that the rules record.
RECORDED = "workspace_status:dataarts_fabric_endpoints:sum"


def block(document: Document, word: str) -> Block:
    """Returns the only block of a document that contains a word."""
    found = [each for each in document.blocks if word in each.text]
    assert len(found) == 1, f"{len(found)} blocks of {document.path} contain {word}"
    return found[0]


@pytest.fixture(scope="module")
def demo(program: pathlib.Path, directory: pathlib.Path) -> Iterator[Running]:
    with Exporter(program, directory).serve(command="demo") as running:
        running.ready(30)
        yield running


@pytest.fixture
def rules(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with the rules, which are evaluated every second."""
    for name in ("alerts", "rules"):
        text = (RULES / f"{name}.yaml").read_text("utf-8")
        (tmp_path / f"{name}.yaml").write_text(re.sub(r"(?m)^    interval: .*", "    interval: 1s", text), "utf-8")
    return tmp_path


def scrape_configuration(demo: Running) -> str:
    """Returns the recipe for Prometheus with short intervals and the demo as its target."""
    text = block(RECIPES, "evaluation_interval").text.replace("localhost:9942", demo.address)
    return re.sub(r"(_interval): \w+", r"\1: 1s", text)


def require_recorded(client: Client) -> None:
    wait_for(lambda: client.values(UP) == [1.0], 20, "the exporter is up", step=0.2)
    wait_for(lambda: client.values(f"sum({RECORDED})"), 30, "the rules have recorded series", step=0.2)


@pytest.mark.prometheus
def test_prometheus(demo: Running, rules: pathlib.Path, prometheus_folder: str) -> None:
    with prometheus(rules, scrape_configuration(demo), folder=prometheus_folder) as client:
        require_recorded(client)
        assert not client.failed_rules()


def started(name: str, block: Block, folder: pathlib.Path, ready: str, *more: str, **places: str) -> Any:
    """Runs the last command of a block in `folder`, which also has its absolute paths, on a free port."""
    server = Server(name, folder)
    server.ready_path = ready
    text = block.text.splitlines()[-1].replace(" /", f" {folder}/").replace("=/", f"={folder}/")
    for place, replacement in places.items():
        text = text.replace(place.replace("_", ":"), replacement)
    assert text.startswith(f"{name} "), text

    @contextlib.contextmanager
    def context() -> Iterator[Server]:
        with server.running(*shlex.split(text), *(flag.format(server.address) for flag in more)):
            yield server

    return context()


def all_evaluated(client: Client) -> bool:
    groups = client.ask("/api/v1/rules")["groups"]
    # vmalert reports the year 1 before the first time.
    times = [rule["lastEvaluation"] for group in groups for rule in group["rules"]]
    return len(times) > 50 and not any(time.startswith("0001-") for time in times)


@pytest.mark.skipif(not shutil.which("victoria-metrics"), reason="victoria-metrics not found")
def test_victoria_metrics_and_vmalert(demo: Running, rules: pathlib.Path) -> None:
    (rules / "prometheus.yaml").write_text(scrape_configuration(demo), "utf-8")
    storing, alerting = block(RECIPES, "victoria-metrics -"), block(RECIPES, "vmalert -rule")
    # Without the delay, which would only take time.
    flags = ("-httpListenAddr={}", "-search.latencyOffset=0s")
    with started("victoria-metrics", storing, rules, "/health", *flags) as store:
        run("bash", "-euc", alerting.text.splitlines()[0], cwd=rules)
        flags = ("-httpListenAddr={}", "-evaluationInterval=1s")
        places = {"localhost_8428": store.address, "localhost_9093": demo.address}
        with started("vmalert", alerting, rules, "/health", *flags, **places) as vmalert:
            require_recorded(Client(store.url))
            alerts = Client(vmalert.url)
            wait_for(lambda: all_evaluated(alerts), 20, "all rules were evaluated", step=0.5)
            assert not alerts.failed_rules()


@pytest.mark.skipif(not shutil.which("prometheus-node-exporter"), reason="prometheus-node-exporter not found")
def test_node_exporter(exporter: Exporter, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "var/lib/prometheus/node-exporter"
    folder.mkdir(parents=True)
    cloud = list(new_cloud("small").values())
    command = re.search(r"^ExecStart=/usr/local/bin/\S+ (.*)$", block(RECIPES, "ExecStart").text, re.MULTILINE)
    assert command
    with ControlPlane(cloud) as plane:
        written = configuration.write(exporter.directory, "once.yaml", [Source(plane.base_url, cloud)])
        words = (
            command[1]
            .replace("/etc/dataarts-fabric-exporter/config.yaml", str(written))
            .replace("=/var", f"={tmp_path}/var")
        )
        outcome = exporter.run(*shlex.split(words))
    assert (outcome.status, outcome.stdout, outcome.stderr) == (0, b"", "")
    flags = ("--web.listen-address={}", "--collector.disable-defaults", "--collector.textfile")
    reading = block(RECIPES, "--collector.textfile.directory")
    with started("prometheus-node-exporter", reading, tmp_path, "/metrics", *flags) as server:
        page = server.text("/metrics")
    assert "\nnode_textfile_scrape_error 0\n" in page
    assert f'\nnode_textfile_mtime_seconds{{file="{folder}/fabric.prom"}} ' in page
    assert re.search(r"^dataarts_fabric_workspace_up\{.*\} 1$", page, re.MULTILINE)
    # The file that the alert on its age looks for.
    pattern = re.search(
        r'node_textfile_mtime_seconds\{file=~"([^"]*)"', (RULES / "alerts-textfile.yaml").read_text("utf-8")
    )
    assert pattern
    assert re.fullmatch(pattern[1], f"{folder}/fabric.prom")


@pytest.mark.prometheus
def test_promtool_accepts_the_scrape_configuration_of_the_collector(tmp_path: pathlib.Path) -> None:
    receiver = yaml.safe_load(block(RECIPES, "prometheusremotewrite").text)["receivers"]["prometheus"]["config"]
    file = tmp_path / "prometheus.yaml"
    file.write_text(yaml.safe_dump(receiver), "utf-8")
    run("promtool", "check", "config", "--syntax-only", file)


@pytest.mark.prometheus3
@pytest.mark.skipif(not shutil.which("htpasswd"), reason="htpasswd not found")
def test_the_web_configuration(exporter: Exporter, tmp_path: pathlib.Path) -> None:
    password = "of-the-test"
    hashed = run("htpasswd", "-niBC", "10", "prometheus", input=password).strip()
    text = block(WEB, "client_auth_type").text.replace("prometheus: $2y$10$…", hashed.replace(":", ": ", 1))
    authority = Certificates(tmp_path)
    authority.make("server", "server", f"IP:{HOST}")
    authority.make("client", "prometheus", "DNS:prometheus.example")
    shutil.copy(tmp_path / "ca.pem", tmp_path / "clients.pem")
    file = tmp_path / "web.yml"
    file.write_text(text, "utf-8")
    run(ROOT / ".build-prometheus3/promtool", "check", "web-config", file)
    cloud = list(new_cloud("small").values())
    with ControlPlane(cloud) as plane:
        written = configuration.write(exporter.directory, "web.yaml", [Source(plane.base_url, cloud)])
        flags = ("--config.file", written, "--web.config.file", str(file))
        outcome = exporter.run("check", *flags)
        assert outcome.status == 0, outcome.everything
        assert outcome.text.endswith("Web configuration is valid: TLS with client certificates, 1 user, 5 headers.\n")
        with exporter.serve(*flags) as running:
            context, user = authority.context("client"), authorization("prometheus", password)
            page = running.fetch("/", headers=user, context=context)
        with exporter.serve("--config.file", written) as running:
            plain = running.fetch("/")
    assert page.status == 200
    # The policy of the pages stays, as they need it.
    policies = [sorted(answer.headers["content-security-policy"].split("; ")) for answer in (page, plain)]
    assert policies[0] == policies[1]
    assert page.headers["x-frame-options"] == "deny"


@pytest.mark.skipif(not shutil.which("htpasswd"), reason="htpasswd not found")
def test_a_certificate_of_its_own_and_a_password(exporter: Exporter, tmp_path: pathlib.Path) -> None:
    password = "of-the-test"
    create, hashing = block(WEB, "openssl req").text.split("\nhtpasswd ")
    run("sh", "-euc", create, cwd=tmp_path)
    hashed = run("htpasswd", "-i", *hashing.split(), input=password).strip()
    [text] = [each.text for each in WEB.blocks if each.text.startswith("tls_") and "client_auth_type" not in each.text]
    (tmp_path / "web.yml").write_text(text.replace("prometheus: $2y$10$…", hashed.replace(":", ": ", 1)), "utf-8")
    _, _, request = block(WEB, "curl --cacert").text.splitlines()
    cloud = list(new_cloud("small").values())
    with ControlPlane(cloud) as plane:
        written = configuration.write(exporter.directory, "web.yaml", [Source(plane.base_url, cloud)])
        with exporter.serve("--config.file", written, "--web.config.file", str(tmp_path / "web.yml")) as running:
            asked = request.replace("--user prometheus", f"--user prometheus:{password}").replace(
                "9942", str(running.port)
            )
            assert "dataarts_fabric_exporter_build_info{" in run(
                "sh", "-euc", f"{asked} --silent --noproxy '*'", cwd=tmp_path
            )
