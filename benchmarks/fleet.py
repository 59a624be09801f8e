# SPDX-License-Identifier: Apache-2.0
"""Costs of a typical deployment: workspaces of 90 endpoints, of which 2 % change each second, polled every minute and
scraped every 15 seconds. With another program, both run in parallel with the same API."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import math
import os
import pathlib
import re
import threading
import time
from collections.abc import Iterator

import machine
import web
from dataset import Dataset
from exporter import Exporter, Served
from machine import Broken
from options import Options
from table import Group, median, number, spread

WORKSPACES = (10, 1_000, 10_000)
ROWS, TYPES = 90, ("sql", "inference")
INTERVAL, SCRAPES_EVERY, MINUTES = "60s", 15.0, 2
# The fraction of workspaces that change each second.
CHANGING = 0.02
# Maximum ratios of our program to the other: CPU of polling, CPU of a scrape, resident memory.
LIMITS = {"CPU a minute": 1.25, "CPU of a scrape": 2.0, "resident": 1.25}
FAILED = re.compile(rb"^dataarts_fabric_workspace_poll_failures_total\{.*\} (\d+)$", re.M)


@dataclasses.dataclass
class Figures:
    """The costs of one program."""

    minutes: list[float] = dataclasses.field(default_factory=list)
    scrapes: list[float] = dataclasses.field(default_factory=list)
    walls: list[float] = dataclasses.field(default_factory=list)
    resident: float = math.nan
    page: int = 0

    def named(self) -> dict[str, float]:
        return {
            "CPU a minute": median(self.minutes), "CPU of a scrape": median(self.scrapes), "resident": self.resident,
        }  # fmt: skip


def measure(options: Options) -> Group:
    group = Group(
        f"A fleet: {ROWS} endpoints in each workspace, {CHANGING:.0%} of the workspaces change each second, polled"
        f" every {INTERVAL}, scraped with gzip every {SCRAPES_EVERY:g} s",
        ("workspaces", "program", "CPU per minute without scrapes, s", "CPU of a scrape, ms", "scrape duration, ms",
         "resident MB", "page MB"),
    )  # fmt: skip
    programs = {"ours": options.exporter} | ({"the other": options.against} if options.against else {})
    for count in WORKSPACES:
        workspaces = options.scaled(count, 10)
        found = run(options, workspaces, programs)
        for name, figures in found.items():
            group.add(
                f"{workspaces:,}", name, spread(figures.minutes), spread([1e3 * one for one in figures.scrapes]),
                spread([1e3 * one for one in figures.walls]), number(figures.resident), number(figures.page / 1e6),
            )  # fmt: skip
        if len(found) > 1:
            ours, other = (figures.named() for figures in found.values())
            for what, limit in LIMITS.items():
                group.target(f"{workspaces:,} workspaces, {what}: ours ÷ the other", ours[what] / other[what], limit)
    return group


def run(options: Options, workspaces: int, programs: dict[str, Exporter]) -> dict[str, Figures]:
    dataset = Dataset(workspaces, ROWS, types=TYPES)
    dataset.make()
    minutes = max(1, round(MINUTES * min(1.0, options.scale * 10)))
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(web.nginx(dataset.folder, "nginx-fleet", machine.BESIDE, keeps_files=False))
        base_url = api.base_url(web.Variant("h1", "gzip"))
        stack.enter_context(changing(dataset))
        running: dict[str, Served] = {}
        for name, exporter in programs.items():
            file = exporter.configure(base_url, dataset.ids(), "problems", INTERVAL, f"fleet-{len(running)}")
            running[name] = stack.enter_context(exporter.serve(file, log=f"exporter-{len(running)}"))
        for served in running.values():
            served.ready()
        options.say(f"fleet: {workspaces:,} workspaces, {minutes + 1} minutes")
        # After the second poll, which is within an interval of the first, polls are spread evenly.
        observe(running, 1)
        return observe(running, minutes)


def observe(running: dict[str, Served], minutes: int) -> dict[str, Figures]:
    """Scrapes all programs regularly and reads their CPU clocks around each scrape."""
    found = {name: Figures() for name in running}
    for _ in range(minutes):
        begin = time.monotonic()
        before = {name: machine.cpu_seconds(served.pid) for name, served in running.items()}
        scraped = dict.fromkeys(running, 0.0)
        for turn in range(round(60 / SCRAPES_EVERY)):
            time.sleep(max(0.0, begin + turn * SCRAPES_EVERY - time.monotonic()))
            for name, served in running.items():
                cpu, clock = machine.cpu_seconds(served.pid), time.monotonic()
                status, body = machine.get(served.port, "/metrics", {"Accept-Encoding": "gzip"})
                found[name].walls.append(time.monotonic() - clock)
                found[name].scrapes.append(machine.cpu_seconds(served.pid) - cpu)
                if status != 200:
                    raise Broken(f"/metrics answered {status}")
                scraped[name] += found[name].scrapes[-1]
                found[name].page = len(body)
        time.sleep(max(0.0, begin + 60 - time.monotonic()))
        for name, served in running.items():
            cpu = machine.cpu_seconds(served.pid) - before[name] - scraped[name]
            found[name].minutes.append(cpu * 60 / (time.monotonic() - begin))
    for name, served in running.items():
        found[name].resident = machine.memory_megabytes(served.pid)
        if any(int(failures) for failures in FAILED.findall(served.page())):
            raise Broken(f"polls of {name} failed")
    return found


@contextlib.contextmanager
def changing(dataset: Dataset) -> Iterator[None]:
    """Alternates the pages of a fraction of the workspaces each second."""
    pages = [dataset.folder / workspace / "0.json.gz" for workspace in dataset.ids()]
    pages = [page for page in pages if not page.parent.is_symlink()]
    originals = {page: page.read_bytes() for page in pages}
    kinds = {page: [body, changed(body)] for page, body in originals.items()}
    ends = threading.Event()

    def change() -> None:
        each, place = max(1, round(len(pages) * CHANGING)), 0
        while not ends.wait(1):
            for page in (pages[(place + index) % len(pages)] for index in range(each)):
                kinds[page].reverse()
                write(page, kinds[page][0])
            place += each

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()
        for page, body in originals.items():
            write(page, body)


def changed(body: bytes) -> bytes:
    """Returns the compressed page with an endpoint in another status."""
    text = gzip.decompress(body)
    return gzip.compress(text.replace(b'"RUNNING"', b'"UPDATING"', 1), 6, mtime=0)


def write(page: pathlib.Path, body: bytes) -> None:
    """Writes a file atomically."""
    beside = page.with_name("next")
    beside.write_bytes(body)
    os.replace(beside, page)
