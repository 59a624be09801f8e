# SPDX-License-Identifier: Apache-2.0
"""The pages for people: their cost with many endpoints, and whether they delay scrapes on the same core."""

import contextlib
import dataclasses
import http.client
import itertools
import threading
import time
import urllib.parse
from collections.abc import Iterator
from statistics import median

from toolbox.benchmarks import exporter, web
from toolbox.benchmarks.dataset import Dataset
from toolbox.benchmarks.machine import Server
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number, spread
from toolbox.shared.processes import HOST

WORKSPACES, ROWS, TYPES = 10_000, 10, ("sql", "inference")
# Per page, and scrapes alone and beside pages.
REQUESTS, SCRAPES = 20, 40
MOST_SECONDS, MOST_BYTES, MOST_RATIO = 0.3, 1e6, 1.2
# Numbers that make URLs distinct, because the last page is kept for a moment.
TURNS = itertools.count()


@dataclasses.dataclass
class Figures:
    """The requests of one page."""

    seconds: list[float] = dataclasses.field(default_factory=list)
    cpu: list[float] = dataclasses.field(default_factory=list)
    bytes: int = 0


def paths(workspace: str) -> dict[str, str]:
    """Returns the pages to measure; `workspace` is the id of one."""
    query = urllib.parse.urlencode({"source": "bench", "workspace_id": workspace})
    return {
        "overview": "/?",
        "overview in Chinese, search": "/?lang=zh&q=team-99",
        "endpoints": "/endpoints?",
        "endpoints, search by name": "/endpoints?q=endpoint-000003",
        "endpoints, search that finds nothing": "/endpoints?q=nothing",
        "endpoints that need attention, page 5": "/endpoints?attention=any&page=5",
        "endpoints, the last page": "/endpoints?page=1000000",
        "a workspace": f"/?{query}",
        "a workspace, JSON": f"/api/v1/status?{query}",
    }


def measure(options: Options) -> Group:
    workspaces = options.scaled(WORKSPACES, 10)
    group = Group(
        f"Pages for people: {workspaces:,} workspaces of {ROWS} endpoints",
        ("request", "duration, ms", "CPU, ms", "kB"),
    )
    requests, scrapes = (max(5, round(count * min(1, options.scale * 10))) for count in (REQUESTS, SCRAPES))
    with polled(options, Dataset(workspaces, ROWS, TYPES)) as (server, ids):
        before = server.memory_megabytes()
        found = {name: Figures() for name in paths("")}
        for turn in range(requests):
            options.say(f"pages, turn {turn + 1}")
            for name, path in paths(ids[turn * len(ids) // requests]).items():
                request(server, path, found[name])
        alone, beside = contend(options, server, paths(ids[0]), scrapes)
        resident = server.memory_megabytes()
    with polled(options, Dataset(workspaces, 1, TYPES)) as (server, _):
        per_endpoint = (before - server.memory_megabytes()) / (workspaces * (ROWS - 1))
    for name, figures in (found | {"scrape, gzip": alone, "scrape, gzip, while pages are requested": beside}).items():
        group.add(
            name, spread(figures.seconds, 1e3), spread(figures.cpu, 1e3) if figures.cpu else "–",
            number(figures.bytes / 1e3),
        )  # fmt: skip
    group.note = (
        f"Resident memory: {number(before)} MB before the pages, {number(resident)} MB after them;"
        f" {number(per_endpoint * 1e6)} bytes per endpoint."
    )
    for name, figures in found.items():
        group.target(f"{name}, ms", median(figures.seconds) * 1e3, MOST_SECONDS * 1e3)
    group.target("largest page, kB", max(figures.bytes for figures in found.values()) / 1e3, MOST_BYTES / 1e3)
    group.target("scrape while pages are requested ÷ alone", median(beside.seconds) / median(alone.seconds), MOST_RATIO)
    return group


@contextlib.contextmanager
def polled(options: Options, dataset: Dataset) -> Iterator[tuple[Server, list[str]]]:
    """Runs an exporter that has polled the dataset once; yields it with the ids of the workspaces."""
    dataset.make()
    options.say(f"pages: {dataset.workspaces:,} workspaces of {dataset.rows} endpoints")
    with web.nginx(dataset.folder) as api:
        ids = dataset.ids()
        file = exporter.configure(api.base_url(web.COMPRESSED), ids, "problems", name="pages")
        with exporter.serve(options.program, file) as server:
            # The first scrapes create what later ones reuse.
            for _ in range(3):
                server.get("gzip")
            yield server, ids


def get(server: Server, path: str, encoding: str = "gzip") -> bytes:
    """Returns a response as sent."""
    with contextlib.closing(http.client.HTTPConnection(HOST, server.port, timeout=300)) as connection:
        connection.request("GET", path, headers={"Accept-Encoding": encoding, "Accept": "text/html"})
        response = connection.getresponse()
        assert response.status == 200, f"{path} answered {response.status}"
        return response.read()


def request(server: Server, path: str, figures: Figures) -> None:
    """Requests a page by a URL that was not requested before."""
    cpu, begin = server.cpu(), time.monotonic()
    body = get(server, f"{path}&turn={next(TURNS)}", "identity")
    figures.seconds.append(time.monotonic() - begin)
    figures.cpu.append(server.cpu() - cpu)
    figures.bytes = max(figures.bytes, len(body))


def contend(options: Options, server: Server, pages: dict[str, str], scrapes: int) -> tuple[Figures, Figures]:
    """Measures scrapes alone, and while a client requests pages without a pause. Both alternate."""
    alone, beside = Figures(), Figures()
    for turn in range(4):
        options.say(f"pages: scrapes, turn {turn + 1}")
        scrape(server, alone, scrapes // 4)
        with requesting(server, pages):
            scrape(server, beside, scrapes // 4)
    return alone, beside


def scrape(server: Server, figures: Figures, count: int) -> None:
    for _ in range(max(1, count)):
        begin = time.monotonic()
        figures.bytes = len(server.get("gzip"))
        figures.seconds.append(time.monotonic() - begin)
        # Between two scrapes the core is free for pages.
        time.sleep(0.05)


@contextlib.contextmanager
def requesting(server: Server, pages: dict[str, str]) -> Iterator[None]:
    """Requests one page after the other until the block ends."""
    ends, count = threading.Event(), [0]

    def run() -> None:
        for path in itertools.cycle(pages.values()):
            if ends.is_set():
                return
            get(server, f"{path}&turn={next(TURNS)}")
            count[0] += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()
    assert count[0] > 0, "no page was requested"
