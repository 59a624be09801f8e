# SPDX-License-Identifier: Apache-2.0
"""A small idle exporter: startup time, CPU and memory."""

from __future__ import annotations

import dataclasses
import subprocess
import time

import machine
import web
from dataset import Dataset
from exporter import listed
from machine import BUILD, HOST, Broken
from options import Options
from table import Group, median, number, spread

DATASET = Dataset(10, 100)
INTERVAL, SECONDS = "60s", 60


@dataclasses.dataclass(frozen=True)
class Start:
    """Times since the start of the process, in seconds."""

    scrapeable: float
    complete: float


def measure(options: Options) -> Group:
    DATASET.make()
    group = Group(
        f"A small exporter: {DATASET.workspaces} workspaces of {DATASET.rows} endpoints every {INTERVAL}",
        ("what", "measured"),
    )
    with web.nginx(DATASET.folder, "nginx-api", machine.BESIDE) as api:
        base_url = api.base_url(web.Variant("h1", "identity"))
        configuration = options.exporter.configure(base_url, DATASET.ids(), "problems", INTERVAL)
        options.say("idle: starts")
        starts = [start(options, str(configuration)) for _ in range(max(options.rounds, 3))]
        with options.exporter.serve(configuration) as served:
            served.ready()
            # The first scrape creates cached pages.
            machine.get(served.port, "/metrics", {"Accept-Encoding": "gzip"})
            time.sleep(1)
            seconds = max(10.0, SECONDS * options.scale)
            options.say(f"idle: {seconds:g} seconds")
            before = machine.cpu_seconds(served.pid)
            time.sleep(seconds)
            share = (machine.cpu_seconds(served.pid) - before) / seconds
            resident = machine.memory_megabytes(served.pid)
            peak = machine.memory_megabytes(served.pid, "VmHWM")
    scrapeable = [one.scrapeable * 1e3 for one in starts]
    group.add("start to the first page", f"{spread(scrapeable)} ms")
    group.add("start to the first page with all workspaces", f"{spread([one.complete * 1e3 for one in starts])} ms")
    group.add(f"CPU over {seconds:g} s without a scrape", f"{share:.3%} of a core")
    group.add("resident memory after that; peak", f"{number(resident)} MB; {number(peak)} MB")
    group.target("start to the first page, ms", median(scrapeable), 100)
    group.target("idle CPU, % of a core", share * 100, 0.2)
    group.target("resident memory, MB", resident, 30)
    return group


def start(options: Options, configuration: str) -> Start:
    port = machine.free_port()
    address = f"--web.listen-address={HOST}:{port}"
    command = ["taskset", "--cpu-list", str(machine.MEASURED), options.exporter.program, "serve"]
    with (BUILD / "start.log").open("wb") as log:
        begin = time.monotonic()
        process = subprocess.Popen(
            [*command, "--config.file", configuration, address], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=machine.environment(), cwd=BUILD,
        )  # fmt: skip
    try:
        scrapeable = None
        while True:
            if time.monotonic() > begin + 60 or process.poll() is not None:
                raise Broken("no page with all workspaces within a minute of the start")
            try:
                status, page = machine.get(port, "/metrics")
            except OSError:
                time.sleep(0.0005)
                continue
            now = time.monotonic() - begin
            if status == 200:
                scrapeable = scrapeable or now
                if listed(page) == DATASET.workspaces:
                    return Start(scrapeable, now)
    finally:
        process.terminate()
        process.wait(10)
