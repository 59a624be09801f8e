# SPDX-License-Identifier: Apache-2.0
"""Prometheus and VictoriaMetrics scrape the exporter and have the series of the page."""

import dataclasses
import pathlib
import shutil
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, expected, pages
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import OPENMETRICS, Exporter, Running
from toolbox.shared.processes import wait_for
from toolbox.shared.prometheus import Client, prometheus, victoria_metrics

pytestmark = [pytest.mark.alone, pytest.mark.prometheus]

CONFIGURATION = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: dataarts_fabric
    metrics_path: /telemetry
    static_configs:
      - targets: ["{target}"]
  # /sd says which path it is.
  - job_name: by_workspace
    http_sd_configs:
      - url: http://{target}/sd
        refresh_interval: 1s
"""
TARGET = ("__name__", "job", "instance")
UP = 'up{job="dataarts_fabric"}'


@dataclasses.dataclass
class Scraped:
    """A running exporter with endpoint details, its source, and the time before its first poll."""

    running: Running
    source: Source
    begin: float

    @property
    def configuration(self) -> str:
        return CONFIGURATION.format(target=self.running.address)

    def differences(self, client: Client) -> list[str]:
        """Compares the domain series of a database with the independent count."""
        names = "|".join(sorted(expected.DOMAIN_FAMILIES))
        rows = client.instant(f'{{__name__=~"{names}", job="dataarts_fabric"}}')
        # Without the labels of the target.
        actual = {
            (labels["__name__"], frozenset(pair for pair in labels.items() if pair[0] not in TARGET)): value
            for labels, value in rows
        }
        return expected.differences(actual, pages.wanted([self.source], "all"), (self.begin, time.time()))


@pytest.fixture(scope="module")
def scraped(exporter: Exporter) -> Iterator[Scraped]:
    cloud = list(new_cloud().values())
    with ControlPlane(cloud) as plane:
        source = Source(plane.base_url, cloud)
        file = configuration.write(exporter.directory, "scraped.yaml", [source], "all")
        begin = time.time()
        with exporter.serve("--config.file", file, "--web.telemetry-path=/telemetry") as running:
            running.ready()
            yield Scraped(running, source, begin)


@pytest.fixture(scope="module")
def client(scraped: Scraped, directory: pathlib.Path) -> Iterator[Client]:
    with prometheus(directory, scraped.configuration) as client:
        wait_for(lambda: client.values(UP) == [1.0], 10, "up == 1")
        yield client


def test_prometheus_scrapes_as_many_samples_as_the_page_has(scraped: Scraped, client: Client) -> None:
    def counts_agree() -> bool:
        page = pages.read(scraped.running.page(OPENMETRICS, "/telemetry"), OPENMETRICS)
        return client.values('scrape_samples_scraped{job="dataarts_fabric"}') == [float(len(page.values()))]

    wait_for(counts_agree, 8, "the counts agree", step=0.5)


def test_all_domain_series_in_prometheus_equal_the_independent_count(scraped: Scraped, client: Client) -> None:
    assert not (problems := scraped.differences(client)), problems


def test_a_sum_over_the_endpoints_is_the_number_of_endpoints(scraped: Scraped, client: Client) -> None:
    listed = 'dataarts_fabric_workspace_listed_records{job="dataarts_fabric", listing="endpoints"}'
    agree = (
        'sum by (workspace_id) (dataarts_fabric_endpoints{job="dataarts_fabric"})'
        f" == on (workspace_id) sum by (workspace_id) ({listed})"
    )
    assert len(client.values(agree)) >= len(scraped.source.workspaces) - 1


def test_service_discovery_gives_one_healthy_target_per_workspace(scraped: Scraped, client: Client) -> None:
    targets = float(len(scraped.source.workspaces))
    by_workspace = 'count(up{job="by_workspace"} == 1)'
    wait_for(lambda: client.values(by_workspace) == [targets], 12, "all are up")


@pytest.mark.skipif(not shutil.which("victoria-metrics"), reason="victoria-metrics not found")
def test_all_domain_series_in_victoria_metrics_equal_the_independent_count(
    scraped: Scraped, directory: pathlib.Path
) -> None:
    with victoria_metrics(directory, scraped.configuration) as client:
        wait_for(lambda: client.values(UP) == [1.0], 20, "up == 1", step=0.2)
        assert not (problems := scraped.differences(client)), problems
