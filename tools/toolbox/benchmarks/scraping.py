# SPDX-License-Identifier: Apache-2.0
"""Scraping pages of three sizes: our program and servers of the same page."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gzip
import http.client
import json
import math
import pathlib
import shutil
import sys
from collections.abc import Callable, Iterator
from statistics import median

from toolbox.benchmarks import machine, web
from toolbox.benchmarks.dataset import Dataset
from toolbox.benchmarks.machine import Server
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number, spread
from toolbox.shared.processes import HOST

OURS, PUSHGATEWAY = "ours", "pushgateway"
# With sendfile the kernel sends the page cache; without it nginx copies the data, as a server of generated pages must.
NGINX, COPYING = "nginx, a file", "nginx, a file, sendfile off"
CPP, PYTHON_CLIENT = "prometheus-cpp", "prometheus_client (Python)"
# Workspaces of one page each, by the megabytes of the scraped page.
WORKSPACES = {1: 21, 10: 210, 50: 1046}
DATASET = Dataset(1_046, 100)
ENCODINGS = ("identity", "gzip")
CLIENTS = (1, 4, 32)
# Seconds per measurement, at any scale at least the second; and the maximum number of requests.
SECONDS, LEAST_SECONDS, REQUESTS = 2.0, 0.3, 5000


@dataclasses.dataclass(frozen=True)
class Scraped:
    """Requests of one kind to one server."""

    cpu: float
    rate: float
    bytes: float
    p99: float


@dataclasses.dataclass(frozen=True)
class Page:
    """The page of one size, exported by our program."""

    megabytes: int
    workspaces: list[str]
    # The whole page for file servers; and without the exporter's own families, which other servers add themselves.
    whole: pathlib.Path
    common: pathlib.Path

    def keep(self, body: bytes) -> None:
        self.whole.write_bytes(body)
        # gzip_static, as nginx' documentation recommends: the compressed file exists.
        self.whole.with_name(f"{self.whole.name}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
        own = (b"process_", b"# HELP process_", b"# TYPE process_")
        self.common.write_bytes(b"".join(line for line in body.splitlines(True) if not line.startswith(own)))


def scrape(server: Server, encoding: str, clients: int, requests: int) -> Scraped:
    output = machine.BUILD / "scraped"
    before = server.cpu()
    command = (sys.executable, "-m", "toolbox.benchmarks.client", server.port, server.path, encoding)
    machine.run(*command, clients, requests, output=output, core=machine.BESIDE)
    cpu = server.cpu() - before
    told = json.loads(output.read_bytes())
    latencies = told["latencies"]
    assert len(latencies) == requests, f"{len(latencies)} responses to {requests} requests"
    p99 = sorted(latencies)[math.ceil(requests * 0.99) - 1]
    return Scraped(cpu / requests, requests / told["wall"], told["bytes"] / requests, p99)


@contextlib.contextmanager
def ours(options: Options, page: Page) -> Iterator[Server]:
    with web.nginx(DATASET.folder) as api:
        configuration = options.program.configure(api.base_url(web.COMPRESSED), page.workspaces, "problems")
        with options.program.serve(configuration) as server:
            if not page.whole.exists():
                page.keep(server.get())
            yield server


def nginx(_: Options, page: Page, sendfile: bool) -> contextlib.AbstractContextManager[Server]:
    return web.nginx(page.whole.parent, machine.MEASURED, f"/{page.whole.name}", sendfile)


@contextlib.contextmanager
def pushgateway(_: Options, page: Page) -> Iterator[Server]:
    server = Server("pushgateway")
    with server.pinned("prometheus-pushgateway", f"--web.listen-address={server.address}"):
        with contextlib.closing(http.client.HTTPConnection(HOST, server.port, timeout=600)) as connection:
            connection.request("PUT", "/metrics/job/bench", page.common.read_bytes())
            response = connection.getresponse()
            said = response.read()
        assert response.status == 200, f"pushgateway answered {response.status}: {said[:500]!r}"
        yield server


@contextlib.contextmanager
def peer(_: Options, page: Page, command: tuple[object, ...]) -> Iterator[Server]:
    """Runs a server of our own that reads the page, and exports its series with another library."""
    server = Server("peer")
    with server.pinned(*command, server.port, page.common, seconds=300):
        yield server


SERVERS: dict[str, Callable[[Options, Page], contextlib.AbstractContextManager[Server]]] = {
    OURS: ours,
    NGINX: functools.partial(nginx, sendfile=True),
    COPYING: functools.partial(nginx, sendfile=False),
    PUSHGATEWAY: pushgateway,
    CPP: functools.partial(peer, command=(machine.PROGRAMS / "serve-prometheus-cpp",)),
    PYTHON_CLIENT: functools.partial(
        peer, command=(sys.executable, "-m", "toolbox.benchmarks.peers.serve_prometheus_client")
    ),
}
SLOW = (PUSHGATEWAY, CPP, PYTHON_CLIENT)

# Megabytes, encoding, clients, name.
Key = tuple[int, str, int, str]


def measure(options: Options) -> Group:
    DATASET.make()
    group = Group(
        "Scraping",
        ("page", "encoding", "clients", "program", "CPU ms per request", "requests/s", "p99 ms", "ours ÷ this: CPU"),
    )
    folder = machine.BUILD / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    results: dict[Key, list[Scraped]] = {}
    for megabytes, workspaces in WORKSPACES.items():
        whole = folder / f"{megabytes}.txt"
        page = Page(megabytes, DATASET.ids()[:workspaces], whole, whole.with_suffix(".common"))
        for turn in range(max(options.rounds, options.slow_rounds)):
            names = [name for name in SERVERS if turn < (options.slow_rounds if name in SLOW else options.rounds)]
            # Our program is first in the first round, because it creates the page that the others serve.
            for name in names if turn % 2 == 0 else reversed(names):
                options.say(f"scraping {page.megabytes} MB, turn {turn + 1}: {name}")
                with SERVERS[name](options, page) as server:
                    for key, scraped in scrape_each_way(options, server, page, name):
                        results.setdefault(key, []).append(scraped)
    report(group, results)
    return group


def scrape_each_way(options: Options, server: Server, page: Page, name: str) -> Iterator[tuple[Key, Scraped]]:
    seconds = max(SECONDS * options.scale, LEAST_SECONDS)
    for encoding in ENCODINGS:
        # Fills caches, and measures the number of requests needed.
        trial = scrape(server, encoding, 1, 1)
        if name not in SLOW:
            trial = scrape(server, encoding, 1, 5)
        for clients in CLIENTS:
            wanted = min(REQUESTS, math.ceil(seconds * trial.rate / clients) * clients)
            key = (page.megabytes, encoding, clients, name)
            if name not in SLOW or trial.rate * seconds >= clients:
                yield key, scrape(server, encoding, clients, max(clients, wanted))
            elif clients == 1:
                # A single response exceeds the time limit; its cost does not depend on the number of clients.
                yield key, trial


def report(group: Group, results: dict[Key, list[Scraped]]) -> None:
    cpu = {key: median([scraped.cpu for scraped in runs]) for key, runs in results.items()}
    for key in sorted(results, key=lambda key: (key[0], ENCODINGS.index(key[1]), key[2], list(SERVERS).index(key[3]))):
        megabytes, encoding, clients, name = key
        runs = results[key]
        ratio = "" if name == OURS else number(cpu[megabytes, encoding, clients, OURS] / cpu[key])
        size = median([run.bytes for run in runs]) / 1e6
        group.add(
            f"{megabytes} MB", f"{encoding}, {number(size)} MB", str(clients), name,
            spread([run.cpu for run in runs], 1e3), number(median([run.rate for run in runs])),
            number(median([run.p99 for run in runs]) * 1e3), ratio,
        )  # fmt: skip
    for megabytes in (1, 10):
        for encoding in ENCODINGS:
            ratios = [cpu[megabytes, encoding, each, OURS] / cpu[megabytes, encoding, each, NGINX] for each in CLIENTS]
            text = f"{megabytes} MB, {encoding}: CPU per request ÷ that of nginx, maximum of 1, 4 and 32 clients"
            group.target(text, max(ratios), 1.3)
