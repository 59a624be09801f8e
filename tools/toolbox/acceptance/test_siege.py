# SPDX-License-Identifier: Apache-2.0
"""Slow readers, clients that guess passwords, idle connections and status page readers at the same time, while
Prometheus scrapes a large page every second: all scrapes must succeed with bounded memory."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from toolbox.acceptance import siege_clients
from toolbox.shared import configuration
from toolbox.shared.cloud_data import Stored, Workspace, new_id
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter, Running, authorization
from toolbox.shared.prometheus import Client, prometheus

pytestmark = [pytest.mark.alone, pytest.mark.prometheus]

SECONDS = 30
# Prometheus reads each response within its timeout of 1 s; parsing and storage take additional time.
MAXIMUM_SCRAPE_SECONDS = 2.0
MAXIMUM_PROBE_SECONDS = 1.0
MAXIMUM_MEGABYTES = 250
USER, PASSWORD = "prometheus", "the right one"
# Two hashes of the password: with a new one, cached passwords are verified again.
HASHES = (
    "$2b$10$SmYqusNN1SfmkxRrNPMaSeHSWrHS0i.Xu95JAmbeK6LYJLKnFYp/e",
    "$2b$10$LDcYESrnCDUV9Ioib/W/AOKpKbMwmmXrEG6fHcV0D2r5pbm/kCZba",
)
# The maximum number of endpoints with details in each workspace: 5 MiB of metrics.
WORKSPACES, ENDPOINTS = 16, 1_000
# Maximum seconds in which Prometheus creates its series; scrapes are measured after that.
WARM_UP_SECONDS = 5
PROBED = ("/-/healthy", "/metrics")

SCRAPE = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: siege
    basic_auth: {{username: {user}, password: "{password}"}}
    static_configs: [{{targets: ["{target}"]}}]
"""


@dataclasses.dataclass
class Siege:
    """The measurements: results of scrapes, seconds of requests by path, and counts of the clients."""

    up: list[float]
    durations: list[float]
    megabytes: float
    probes: dict[str, list[float]]
    counts: dict[str, int]


@pytest.fixture(scope="module")
def siege(exporter: Exporter) -> Iterator[Siege]:
    cloud = workspaces()
    with ControlPlane(cloud) as plane:
        source = Source(plane.base_url, cloud)
        # Each poll changes the page, so that slow readers retain old ones.
        file = configuration.write(exporter.directory, "siege.yaml", [source], "all", poll={"interval": "15s"})
        web = exporter.directory / "siege-web.yml"
        web.write_text(web_text(HASHES[0]), "utf-8")
        with exporter.serve("--config.file", file, "--web.config.file", str(web)) as running:
            running.ready(60)
            yield besiege(running, source, web)


def workspaces() -> list[Workspace]:
    rng = random.Random(8)

    def row(number: int) -> Stored:
        return Stored({
            "id": new_id(rng), "name": f"endpoint-of-a-siege-{number:04}", "type": ("ray", "inference")[number % 2],
            "status": "RUNNING" if number % 10 else "CREATE_FAILED", "visibility": "PRIVATE",
            "create_time": "2025-05-12T10:24:30.123Z", "update_time": "2025-10-12T10:24:30.123Z",
            "owner": {"user_name": "alice"},
        })  # fmt: skip

    names = (f"workspace-{index}" for index in range(WORKSPACES))
    return [Workspace(new_id(rng), name, [row(number) for number in range(ENDPOINTS)]) for name in names]


def web_text(hashed: str) -> str:
    return f"basic_auth_users: {{{USER}: '{hashed}'}}\n"


def besiege(running: Running, source: Source, web: pathlib.Path) -> Siege:
    right = authorization(USER, PASSWORD) | {"Accept-Encoding": "gzip"}
    text = SCRAPE.format(user=USER, password=PASSWORD, target=running.address)
    options = {
        "port": running.port, "seconds": SECONDS + WARM_UP_SECONDS + 8, "user": USER, "password": PASSWORD,
        "source": source.name,
    }  # fmt: skip
    command = [sys.executable, "-m", siege_clients.__name__, json.dumps(options)]
    with contextlib.ExitStack() as stack:
        clients = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(clients.kill)
        assert clients.stdout
        health = stack.enter_context(probing(running, PROBED[0]))
        assert clients.stdout.readline() == "begun\n"
        # The first scrape begins during the guesses, with a password that is not cached.
        with prometheus(web.parent, text) as client, probing(running, PROBED[1], right) as pages:
            time.sleep(WARM_UP_SECONDS)
            begin = time.time()
            time.sleep(SECONDS / 2)
            # A later scrape has a new hash.
            web.write_text(web_text(HASHES[1]), "utf-8")
            time.sleep(SECONDS / 2)
            up, durations = (samples(client, name, begin) for name in ("up", "scrape_duration_seconds"))
        megabytes, counts = running.peak_megabytes(), json.loads(clients.stdout.readline())
    siege = Siege(up, durations, megabytes, dict(zip(PROBED, (health, pages), strict=True)), counts)
    print(
        f"{up.count(1.0)} of {len(up)} scrapes succeeded; median {statistics.median(durations):.3f} s, longest"
        f" {max(durations):.3f} s; {len(running.fetch('/metrics', headers=right).body) / 2**20:.1f} MiB of metrics\n"
        f"peak memory {megabytes:.0f} MB; CPU time of the exporter {running.cpu_seconds():.1f} s; longest requests"
        f" { {path: max(seconds) for path, seconds in siege.probes.items()} }\nclients {counts}"
    )
    return siege


@contextlib.contextmanager
def probing(running: Running, path: str, headers: dict[str, str] | None = None) -> Iterator[list[float]]:
    """Requests a path twice a second, on separate connections; returns the seconds, infinity for failures."""
    seconds: list[float] = []
    ends = threading.Event()

    def ask() -> None:
        while not ends.wait(0.5):
            begin, is_good = time.monotonic(), False
            with contextlib.suppress(OSError):
                is_good = running.fetch(path, headers=headers).status == 200
            seconds.append(time.monotonic() - begin if is_good else float("inf"))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield seconds
    finally:
        ends.set()
        thread.join()


def samples(client: Client, name: str, begin: float) -> list[float]:
    rows = client.ask("/api/v1/query", query=f'{name}{{job="siege"}}[10m]')["result"]
    return [float(value) for series in rows for at, value in series["values"] if at >= begin]


def test_all_scrapes_of_prometheus_succeed_within_1_s(siege: Siege) -> None:
    assert len(siege.up) >= SECONDS - 5
    assert siege.up.count(0.0) == 0


def test_a_scrape_including_processing_is_short(siege: Siege) -> None:
    assert max(siege.durations) < MAXIMUM_SCRAPE_SECONDS


def test_peak_memory_is_bounded(siege: Siege) -> None:
    assert siege.megabytes < MAXIMUM_MEGABYTES


@pytest.mark.parametrize("path", PROBED)
def test_requests_are_answered_soon(siege: Siege, path: str) -> None:
    assert len(siege.probes[path]) >= SECONDS / 2
    assert max(siege.probes[path]) < MAXIMUM_PROBE_SECONDS


def test_the_clients_generated_the_load(siege: Siege) -> None:
    assert {"guess 401", "reader 200", "page 200"} <= siege.counts.keys()
    assert "guess 200" not in siege.counts
