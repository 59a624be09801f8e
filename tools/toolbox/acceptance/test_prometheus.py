# SPDX-License-Identifier: Apache-2.0
"""Prometheus and VictoriaMetrics scrape the exporter and have the series of the page."""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

from toolbox.shared import pages
from toolbox.shared import configuration
from toolbox.shared import expected

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import HOST, OPENMETRICS, free_port
from report import Skip, require, require_none, wait_for

CONFIGURATION = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: dataarts_fabric
    static_configs:
      - targets: ["{target}"]
  - job_name: by_workspace
    http_sd_configs:
      - url: http://{target}/sd
        refresh_interval: 1s
"""


PROMETHEUS, VICTORIA_METRICS = "prometheus", "victoria-metrics"


def command(program: str, file: pathlib.Path, data: pathlib.Path, address: str) -> list[str]:
    if program == PROMETHEUS:
        return [
            program, f"--config.file={file}", f"--storage.tsdb.path={data}", f"--web.listen-address={address}",
            "--log.level=warn",
        ]  # fmt: skip
    return [
        program, f"-promscrape.config={file}", f"-storageDataPath={data}", f"-httpListenAddr={address}",
        "-search.latencyOffset=0s", "-loggerLevel=WARN",
        # VictoriaMetrics ignores settings of Prometheus for which it has flags.
        "-promscrape.config.strictParse=false",
    ]  # fmt: skip


class Prometheus:
    """A Prometheus on loopback, or a server with its query API, with temporary storage."""

    def __init__(
        self, target: str, directory: pathlib.Path, text: str | None = None, program: str = PROMETHEUS
    ) -> None:
        self.port = free_port()
        file, log = directory / "prometheus.yml", directory / "prometheus.log"
        file.write_text(text or CONFIGURATION.format(target=target), "utf-8")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command(program, file, directory / "data", f"{HOST}:{self.port}"),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory,
            )  # fmt: skip

    def ask(self, path: str, **query: str) -> Any:
        url = f"http://{HOST}:{self.port}{path}?{urllib.parse.urlencode(query)}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5) as response:
            return json.load(response)["data"]

    def query(self, expression: str) -> dict[expected.Key, float]:
        """Runs an instant query; returns values by name and labels, without target labels."""
        result = {}
        for series in self.ask("/api/v1/query", query=expression)["result"]:
            labels = {name: text for name, text in series["metric"].items() if name not in ("job", "instance")}
            name = labels.pop("__name__", "")
            result[(name, frozenset(labels.items()))] = float(series["value"][1])
        return result

    def ready(self) -> bool:
        with contextlib.suppress(OSError, urllib.error.URLError):
            self.ask("/api/v1/query", query="1")
            return True
        return False

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def scraping(target: str, text: str | None = None, program: str = PROMETHEUS) -> Iterator[Prometheus]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        prometheus = Prometheus(target, pathlib.Path(directory), text, program)
        try:
            wait_for(prometheus.ready, 15, f"{program} answers")
            yield prometheus
        finally:
            prometheus.stop()


def run(with_: Bench) -> None:
    if not shutil.which("prometheus"):
        with with_.report.check("Prometheus scrapes the exporter"):
            raise Skip("prometheus not found")
        return
    cloud = with_.cloud()
    with ControlPlane(list(cloud.values())) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        file = configuration.write(with_.directory, "prometheus.yaml", [source], "all")
        begin = time.time()
        with (
            with_.report.check("Prometheus and the exporter start"),
            with_.exporter.serve("--config.file", file) as running,
        ):
            running.ready()
            with scraping(f"{HOST}:{running.port}") as prometheus:
                with with_.report.check("Prometheus: up is 1"):
                    up = 'up{job="dataarts_fabric"}'
                    wait_for(lambda: list(prometheus.query(up).values()) == [1.0], 10, "up == 1")
                with with_.report.check("Prometheus: the number of scraped samples equals the number of series"):
                    scraped = 'scrape_samples_scraped{job="dataarts_fabric"}'

                    def counts_agree() -> bool:
                        page = pages.read(running.page(OPENMETRICS), OPENMETRICS)
                        return list(prometheus.query(scraped).values()) == [float(len(page.values()))]

                    wait_for(counts_agree, 8, "the counts agree", step=0.5)
                with with_.report.check("Prometheus: all domain series equal the independent count"):
                    names = "|".join(sorted(expected.DOMAIN_FAMILIES))
                    actual = prometheus.query(f'{{__name__=~"{names}", job="dataarts_fabric"}}')
                    wanted = pages.wanted([source], "all")
                    require_none(expected.differences(actual, wanted, (begin, time.time())), "series")
                with with_.report.check("Prometheus: a sum over the endpoints is the number of endpoints"):
                    family = "dataarts_fabric_workspace_listed_records"
                    one = 'job="dataarts_fabric", listing="endpoints"'
                    agree = 'sum by (workspace_id) (dataarts_fabric_endpoints{job="dataarts_fabric"})'
                    agree += f" == on (workspace_id) sum by (workspace_id) ({family}{{{one}}})"
                    require(len(prometheus.query(agree)) >= len(cloud) - 1, "they differ")
                with with_.report.check("Prometheus: /sd gives one healthy target per workspace"):
                    by_workspace = 'count(up{job="by_workspace"} == 1)'
                    wait_for(
                        lambda: list(prometheus.query(by_workspace).values()) == [float(len(cloud))], 12, "all are up"
                    )
            victoria(with_, f"{HOST}:{running.port}", source, begin)


def victoria(with_: Bench, target: str, source: Source, begin: float) -> None:
    with with_.report.check("VictoriaMetrics: all domain series equal the independent count"):
        if not shutil.which(VICTORIA_METRICS):
            raise Skip("victoria-metrics not found")
        with scraping(target, program=VICTORIA_METRICS) as database:
            wait_for(
                lambda: list(database.query('up{job="dataarts_fabric"}').values()) == [1.0], 20, "up == 1", step=0.2
            )
            names = "|".join(sorted(expected.DOMAIN_FAMILIES))
            actual = database.query(f'{{__name__=~"{names}", job="dataarts_fabric"}}')
            require_none(expected.differences(actual, pages.wanted([source], "all"), (begin, time.time())), "series")
