# SPDX-License-Identifier: Apache-2.0
"""Slow readers, clients that guess passwords, idle connections and status page readers at the same time, while
Prometheus scrapes a large page every second: all scrapes must succeed with bounded memory."""

from __future__ import annotations

import contextlib
import crypt
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from toolbox.shared import configuration
import prometheus_scrape

from toolbox.shared.cloud_data import Row, Stored, Workspace, new_id
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import HOST, Running
from toolbox.acceptance.test_web import authorization
from prometheus_scrape import Prometheus
from report import require, require_equal

SECONDS = 30
# Prometheus reads each response within its timeout of 1 s; parsing and storage take additional time.
MAXIMUM_SCRAPE_SECONDS = 2.0
MAXIMUM_PROBE_SECONDS = 1.0
MAXIMUM_MEGABYTES = 250
USER, PASSWORD = "prometheus", "the right one"
# The maximum number of endpoints with details in each workspace: 5 MiB of metrics.
WORKSPACES, ENDPOINTS = 16, 1_000
# Maximum seconds in which Prometheus creates its series; scrapes are measured after that.
WARM_UP_SECONDS = 5
CLIENTS = pathlib.Path(__file__).with_name("siege_clients.py")

SCRAPE = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: siege
    basic_auth: {{username: {user}, password: "{password}"}}
    static_configs: [{{targets: ["{target}"]}}]
"""


def workspaces() -> list[Workspace]:
    rng = random.Random(8)

    def row(number: int) -> Row:
        return {
            "id": new_id(rng), "name": f"endpoint-of-a-siege-{number:04}", "type": ("ray", "inference")[number % 2],
            "status": "RUNNING" if number % 10 else "CREATE_FAILED", "visibility": "PRIVATE",
            "create_time": "2025-05-12T10:24:30.123Z", "update_time": "2025-10-12T10:24:30.123Z",
            "owner": {"user_name": "alice"},
        }  # fmt: skip

    return [
        Workspace(new_id(rng), f"workspace-{index}", [Stored(row(number)) for number in range(ENDPOINTS)])
        for index in range(WORKSPACES)
    ]


def run(with_: Bench) -> None:
    cloud = workspaces()
    with ControlPlane(cloud) as plane:
        source = Source(plane.base_url, cloud)
        # Each poll changes the page, so that slow readers retain old ones.
        file = configuration.write(with_.directory, "siege.yaml", [source], "all", poll={"interval": "15s"})
        web = with_.directory / "siege-web.yml"
        web.write_text(web_text(), "utf-8")
        with (
            with_.report.check("the load test completed"),
            with_.exporter.serve("--config.file", file, "--web.config.file", str(web)) as running,
        ):
            running.ready(60)
            besiege(with_, running, source, web)


def web_text() -> str:
    """Returns a web configuration with a new hash, so that cached passwords are verified again."""
    hashed = crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=2**10))
    return f"basic_auth_users: {{{USER}: '{hashed}'}}\n"


def besiege(with_: Bench, running: Running, source: Source, web: pathlib.Path) -> None:
    target = f"{HOST}:{running.port}"
    text = SCRAPE.format(user=USER, password=PASSWORD, target=target)
    right = authorization(USER, PASSWORD) | {"Accept-Encoding": "gzip"}
    with clients(running, source) as siege, Probes(running, "/-/healthy") as probes:
        siege.begun()
        # The first scrape begins during the guesses, with a password that is not cached.
        with prometheus_scrape.scraping(target, text) as prometheus, Probes(running, "/metrics", right) as pages:
            time.sleep(WARM_UP_SECONDS)
            begin = time.time()
            time.sleep(SECONDS / 2)
            # A later scrape has a new hash.
            web.write_text(web_text(), "utf-8")
            time.sleep(SECONDS / 2)
            up, durations = (samples(prometheus, name, begin) for name in ("up", "scrape_duration_seconds"))
        memory = high_water_megabytes(running)
        outcome = siege.outcome()
    size = len(running.fetch("/metrics", headers=authorization(USER, PASSWORD)).body)
    say(with_, running, up, durations, (probes, pages), memory, outcome, size)
    with with_.report.check("siege: all scrapes of Prometheus succeed within 1 s"):
        require(len(up) >= SECONDS - 5, f"only {len(up)} scrapes")
        require_equal(up.count(0.0), 0, f"failed scrapes of {len(up)}")
    with with_.report.check(f"siege: a scrape including processing takes less than {MAXIMUM_SCRAPE_SECONDS:g} s"):
        require(max(durations) < MAXIMUM_SCRAPE_SECONDS, f"the longest took {max(durations):.3f} s")
    with with_.report.check(f"siege: peak memory is below {MAXIMUM_MEGABYTES} MB"):
        require(memory < MAXIMUM_MEGABYTES, f"{memory:.0f} MB")
    for asked in (probes, pages):
        with with_.report.check(f"siege: {asked.path} responds within {MAXIMUM_PROBE_SECONDS:g} s"):
            require(len(asked.seconds) >= SECONDS / 2, f"asked {len(asked.seconds)} times only")
            require(not asked.failures, f"{len(asked.failures)} failures: {asked.failures[:3]}")
            require(max(asked.seconds) < MAXIMUM_PROBE_SECONDS, f"the longest took {max(asked.seconds):.3f} s")
    with with_.report.check("siege: the clients generated the load"):
        counts = outcome["counts"]
        require(counts.get("guess 401", 0) > 0 and not counts.get("guess 200"), f"guesses: {counts}")
        require(counts.get("reader 200", 0) > 0 and counts.get("page 200", 0) > 0, f"readers: {counts}")


def samples(prometheus: Prometheus, name: str, begin: float) -> list[float]:
    result = prometheus.ask("/api/v1/query", query=f'{name}{{job="siege"}}[10m]')["result"]
    return [float(value) for series in result for at, value in series["values"] if at >= begin]


def high_water_megabytes(running: Running) -> float:
    status = pathlib.Path(f"/proc/{running.process.pid}/status").read_text("ascii", "replace")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    require(peak is not None, "no VmHWM")
    return int(peak[1]) / 1_024 if peak else 0


def say(
    with_: Bench, running: Running, up: list[float], durations: list[float], asked: tuple[Probes, ...], memory: float,
    outcome: dict[str, Any], size: int,
) -> None:  # fmt: skip
    """Prints the measurements."""
    ordered = sorted(durations) or [0.0]
    fields = pathlib.Path(f"/proc/{running.process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    processor = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    with_.report.say(
        f"  siege: {up.count(1.0)} of {len(up)} scrapes succeeded; median {ordered[len(ordered) // 2]:.3f} s,"
        f" longest {ordered[-1]:.3f} s; {size / 2**20:.1f} MiB of metrics"
    )
    with_.report.say(
        f"  siege: peak memory {memory:.0f} MB; processor time of the exporter {processor:.1f} s"
        + "".join(f"; {len(one.seconds)} times {one.path}, longest {max(one.seconds):.3f} s" for one in asked)
    )
    with_.report.say(f"  siege: clients {json.dumps(outcome)}")


class Probes:
    """Requests a path twice a second, on separate connections."""

    def __init__(self, running: Running, path: str, headers: dict[str, str] | None = None) -> None:
        self.running, self.path, self.headers = running, path, headers
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def ask(self) -> None:
        while not self.ends.wait(0.5):
            begin = time.monotonic()
            try:
                status = self.running.fetch(self.path, headers=self.headers).status
                if status != 200:
                    self.failures.append(f"status {status}")
            except OSError as problem:
                self.failures.append(str(problem))
            self.seconds.append(time.monotonic() - begin)

    def __enter__(self) -> Probes:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        self.thread.join()


class Clients:
    """The process of `siege_clients.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        require(self.process.stdout is not None, "no output")
        return self.process.stdout.readline() if self.process.stdout else ""

    def begun(self) -> None:
        require_equal(self.line(), "begun\n", "output of the clients")

    def outcome(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.line())
        return parsed


@contextlib.contextmanager
def clients(running: Running, source: Source) -> Iterator[Clients]:
    siege = {
        "port": running.port, "seconds": SECONDS + WARM_UP_SECONDS + 8, "user": USER, "password": PASSWORD,
        "source": source.name,
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, str(CLIENTS), json.dumps(siege)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Clients(process)
        finally:
            process.kill()
