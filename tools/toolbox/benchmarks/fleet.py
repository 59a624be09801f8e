# SPDX-License-Identifier: Apache-2.0
"""Costs of a typical deployment: workspaces of 90 endpoints, of which 2 % change each second, polled every minute and
scraped every 15 seconds. With another program, both run in parallel with the same API."""

import contextlib
import dataclasses
import gzip
import itertools
import pathlib
import re
import threading
import time
from collections.abc import Iterator
from statistics import median

from toolbox.benchmarks import exporter, web
from toolbox.benchmarks.dataset import Dataset
from toolbox.benchmarks.machine import Server
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number, spread

WORKSPACES = (10, 1_000, 10_000)
ROWS, TYPES = 90, ("sql", "inference")
INTERVAL, SCRAPES_EVERY, MINUTES = "60s", 15.0, 2
# The fraction of workspaces that change each second.
CHANGING = 0.02
FAILURES = re.compile(rb"^dataarts_fabric_workspace_poll_failures_total\{.*\} (\d+)$", re.M)


@dataclasses.dataclass
class Figures:
    """The costs of one program."""

    minutes: list[float] = dataclasses.field(default_factory=list)
    scrapes: list[float] = dataclasses.field(default_factory=list)
    walls: list[float] = dataclasses.field(default_factory=list)
    resident: float = 0
    page: int = 0


def measure(options: Options) -> Group:
    group = Group(
        f"A fleet: {ROWS} endpoints in each workspace, {CHANGING:.0%} of the workspaces change each second, polled"
        f" every {INTERVAL}, scraped with gzip every {SCRAPES_EVERY:g} s",
        ("workspaces", "program", "CPU per minute without scrapes, s", "CPU of a scrape, ms", "scrape duration, ms",
         "resident MB", "page MB"),
    )  # fmt: skip
    programs = {"ours": options.program} | ({"the other": options.against} if options.against else {})
    for count in WORKSPACES:
        workspaces = options.scaled(count, 10)
        found = run(options, workspaces, programs)
        for name, figures in found.items():
            group.add(
                f"{workspaces:,}", name, spread(figures.minutes), spread(figures.scrapes, 1e3),
                spread(figures.walls, 1e3), number(figures.resident), number(figures.page / 1e6),
            )  # fmt: skip
        if len(found) > 1:
            ours, other = found.values()
            for what, ratio, limit in (
                ("CPU a minute", median(ours.minutes) / median(other.minutes), 1.25),
                ("CPU of a scrape", median(ours.scrapes) / median(other.scrapes), 2.0),
                ("resident", ours.resident / other.resident, 1.25),
            ):
                group.target(f"{workspaces:,} workspaces, {what}: ours ÷ the other", ratio, limit)
    return group


def run(options: Options, workspaces: int, programs: dict[str, pathlib.Path]) -> dict[str, Figures]:
    dataset = Dataset(workspaces, ROWS, TYPES)
    dataset.make()
    minutes = max(1, round(MINUTES * min(1.0, options.scale * 10)))
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(web.nginx(dataset.folder))
        stack.enter_context(changing(dataset))
        running: dict[str, Server] = {}
        for name, program in programs.items():
            file = exporter.configure(
                api.base_url(web.COMPRESSED), dataset.ids(), "problems", INTERVAL, f"fleet-{len(running)}"
            )
            running[name] = stack.enter_context(exporter.serve(program, file))
        options.say(f"fleet: {workspaces:,} workspaces, {minutes + 1} minutes")
        # After the second poll, which is within an interval of the first, polls are spread evenly.
        observe(running, 1)
        return observe(running, minutes)


def observe(running: dict[str, Server], minutes: int) -> dict[str, Figures]:
    """Scrapes all programs regularly and reads their CPU clocks around each scrape."""
    found = {name: Figures() for name in running}
    for _ in range(minutes):
        begin = time.monotonic()
        before = {name: server.cpu() for name, server in running.items()}
        scraped = dict.fromkeys(running, 0.0)
        for turn in range(round(60 / SCRAPES_EVERY)):
            time.sleep(max(0.0, begin + turn * SCRAPES_EVERY - time.monotonic()))
            for name, server in running.items():
                cpu, clock = server.cpu(), time.monotonic()
                body = server.get("gzip")
                found[name].walls.append(time.monotonic() - clock)
                found[name].scrapes.append(server.cpu() - cpu)
                scraped[name] += found[name].scrapes[-1]
                found[name].page = len(body)
        time.sleep(max(0.0, begin + 60 - time.monotonic()))
        for name, server in running.items():
            cpu = server.cpu() - before[name] - scraped[name]
            found[name].minutes.append(cpu * 60 / (time.monotonic() - begin))
    for name, server in running.items():
        found[name].resident = server.memory_megabytes()
        assert not any(map(int, FAILURES.findall(gzip.decompress(server.get("gzip"))))), f"polls of {name} failed"
    return found


@contextlib.contextmanager
def changing(dataset: Dataset) -> Iterator[None]:
    """Alternates the pages of a fraction of the workspaces each second."""
    paths = [dataset.folder / workspace / "0.json.gz" for workspace in dataset.ids()]
    originals = {path: path.read_bytes() for path in paths if not path.parent.is_symlink()}
    kinds = {path: itertools.cycle([changed(body), body]) for path, body in originals.items()}
    ends = threading.Event()

    def change() -> None:
        turns = itertools.cycle(kinds.items())
        while not ends.wait(1):
            for path, bodies in itertools.islice(turns, max(1, round(len(kinds) * CHANGING))):
                replace(path, next(bodies))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()
        for path, body in originals.items():
            replace(path, body)


def replace(path: pathlib.Path, body: bytes) -> None:
    path.with_name("next").write_bytes(body)
    path.with_name("next").replace(path)


def changed(body: bytes) -> bytes:
    """Returns the compressed page with an endpoint in another status."""
    text = gzip.decompress(body)
    return gzip.compress(text.replace(b'"RUNNING"', b'"UPDATING"', 1), 6, mtime=0)
