# SPDX-License-Identifier: Apache-2.0
"""A small idle exporter: startup time, CPU and memory."""

import contextlib
import pathlib
import subprocess
import time
from statistics import median

from toolbox.benchmarks import exporter, machine, web
from toolbox.benchmarks.dataset import Dataset
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number, spread
from toolbox.shared.exporter import environment
from toolbox.shared.processes import stop, wait_for

DATASET = Dataset(10, 100)
INTERVAL, SECONDS = "60s", 60


def measure(options: Options) -> Group:
    DATASET.make()
    group = Group(
        f"A small exporter: {DATASET.workspaces} workspaces of {DATASET.rows} endpoints every {INTERVAL}",
        ("what", "measured"),
    )
    with web.nginx(DATASET.folder) as api:
        configuration = exporter.configure(api.base_url(web.PLAIN), DATASET.ids(), "problems", INTERVAL)
        options.say("idle: starts")
        starts = [start(options.program, configuration) for _ in range(max(options.rounds, 3))]
        with exporter.serve(options.program, configuration) as server:
            # The first scrape creates cached pages.
            server.get("gzip")
            time.sleep(1)
            seconds = max(10.0, SECONDS * options.scale)
            options.say(f"idle: {seconds:g} seconds")
            before = server.cpu()
            time.sleep(seconds)
            share = (server.cpu() - before) / seconds
            resident, peak = server.memory_megabytes(), server.memory_megabytes("VmHWM")
    scrapeable, complete = zip(*starts, strict=True)
    group.add("start to the first page", f"{spread(scrapeable, 1e3)} ms")
    group.add("start to the first page with all workspaces", f"{spread(complete, 1e3)} ms")
    group.add(f"CPU over {seconds:g} s without a scrape", f"{share:.3%} of a core")
    group.add("resident memory after that; peak", f"{number(resident)} MB; {number(peak)} MB")
    group.target("start to the first page, ms", median(scrapeable) * 1e3, 100)
    group.target("idle CPU, % of a core", share * 100, 0.2)
    group.target("resident memory, MB", resident, 30)
    return group


def start(program: pathlib.Path, configuration: pathlib.Path) -> tuple[float, float]:
    """Returns the seconds from the start of the process to the first page, and to one with all workspaces."""
    server = machine.Server("start")
    command = ("taskset", "--cpu-list", str(server.core), program, "serve", "--config.file", configuration)
    begin = time.monotonic()
    server.process = subprocess.Popen(
        [*command, f"--web.listen-address={server.address}"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=environment(machine.BUILD), cwd=machine.BUILD,
    )  # fmt: skip

    def page() -> bytes:
        with contextlib.suppress(OSError):
            return server.get()
        return b""

    try:
        wait_for(page, 60, "the first page", 0.0005)
        scrapeable = time.monotonic() - begin
        wait_for(lambda: exporter.listed(page()) == DATASET.workspaces, 60, "a page with all workspaces", 0.0005)
        return scrapeable, time.monotonic() - begin
    finally:
        stop(server.process)
