# SPDX-License-Identifier: Apache-2.0
"""Scraping pages of three sizes: our program and servers of the same page."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import http.client
import json
import math
import pathlib
import shutil
from collections.abc import Callable, Iterator

import machine
import web
from dataset import Dataset
from machine import BUILD, HOST, PEERS, PYTHON, Broken
from options import Options
from table import Group, median, number, percentile, spread

OURS, PUSHGATEWAY = "ours", "pushgateway"
# With sendfile the kernel sends the page cache; without it nginx copies the data, as a server of generated pages must.
NGINX, COPYING = "nginx, a file", "nginx, a file, sendfile off"
CPP, PYTHON_CLIENT = "prometheus-cpp", "prometheus_client (Python)"
MEGABYTES = (1, 10, 50)
ENCODINGS = ("identity", "gzip")
CLIENTS = (1, 4, 32)
# Workspaces of one page each; their number determines the size of the scraped page.
DATASET = Dataset(10_000, 100)
# Seconds per measurement, and the maximum number of requests.
SECONDS, REQUESTS = 2.0, 5000
# Minimum seconds of a measurement, at any scale.
LEAST_SECONDS = 0.3


@dataclasses.dataclass(frozen=True)
class Scraped:
    """Requests of one kind to one server."""

    cpu: float
    rate: float
    bytes: float
    median: float
    p99: float
    most: float


@dataclasses.dataclass(frozen=True)
class Server:
    """A running server with the page, and a function that reads its CPU time."""

    port: int
    path: str
    cpu: Callable[[], float]


@dataclasses.dataclass
class Page:
    """The page of one size, exported by our program."""

    megabytes: int
    workspaces: int
    # The whole page for file servers; and without the exporter's own families, which other servers add themselves.
    whole: pathlib.Path
    common: pathlib.Path


def scrape(server: Server, encoding: str, clients: int, requests: int, pause: float = 0) -> Scraped:
    output = BUILD / "scraped"
    before = server.cpu()
    command = (PYTHON, machine.ROOT / "benchmarks/client.py", str(server.port), server.path, encoding)
    machine.run([*command, str(clients), str(requests), str(pause)], output, core=machine.BESIDE)
    cpu = server.cpu() - before
    told = json.loads(output.read_bytes())
    latencies = told["latencies"]
    if len(latencies) != requests:
        raise Broken(f"{len(latencies)} responses to {requests} requests")
    return Scraped(
        cpu / requests, requests / told["wall"], told["bytes"] / requests, median(latencies),
        percentile(latencies, 0.99), max(latencies),
    )  # fmt: skip


def process(pid: int, port: int, path: str = "/metrics") -> Server:
    return Server(port, path, lambda: machine.cpu_seconds(pid))


@contextlib.contextmanager
def ours(options: Options, page: Page) -> Iterator[Server]:
    with web.nginx(DATASET.folder, "nginx-api", machine.BESIDE) as api:
        base_url = api.base_url(web.Variant("h1", "gzip"))
        configuration = options.exporter.configure(base_url, DATASET.ids()[: page.workspaces], "problems")
        with options.exporter.serve(configuration) as served:
            served.ready()
            if not page.whole.exists():
                keep_page(page, served.page())
            yield process(served.pid, served.port)


def keep_page(page: Page, body: bytes) -> None:
    page.whole.write_bytes(body)
    # gzip_static, as nginx' documentation recommends: the compressed file exists.
    page.whole.with_name(f"{page.whole.name}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    own = (b"process_", b"# HELP process_", b"# TYPE process_")
    page.common.write_bytes(b"".join(line for line in body.splitlines(True) if not line.startswith(own)))


@contextlib.contextmanager
def files(_: Options, page: Page, sendfile: bool = True) -> Iterator[Server]:
    with web.nginx(page.whole.parent, "nginx-files", machine.MEASURED, sendfile) as nginx:
        # The port with gzip_static serves both encodings.
        yield Server(nginx.ports[web.Variant("h1", "gzip")], f"/{page.whole.name}", nginx.cpu_seconds)


def copied_files(options: Options, page: Page) -> contextlib.AbstractContextManager[Server]:
    return files(options, page, sendfile=False)


@contextlib.contextmanager
def pushgateway(_: Options, page: Page) -> Iterator[Server]:
    port = machine.free_port()
    command = [str(shutil.which("prometheus-pushgateway")), f"--web.listen-address={HOST}:{port}"]
    with machine.server(command, "pushgateway", port, core=machine.MEASURED) as running:
        connection = http.client.HTTPConnection(HOST, port, timeout=600)
        connection.request("PUT", "/metrics/job/bench", page.common.read_bytes())
        response = connection.getresponse()
        said = response.read()
        connection.close()
        if response.status != 200:
            raise Broken(f"pushgateway answered {response.status}: {said[:500]!r}")
        yield process(running.pid, port)


@contextlib.contextmanager
def prometheus_cpp(_: Options, page: Page) -> Iterator[Server]:
    port = machine.free_port()
    command = [BUILD / "bin/serve-prometheus-cpp", str(port), page.common]
    with machine.server(command, "prometheus-cpp", port, core=machine.MEASURED) as running:
        yield process(running.pid, port)


@contextlib.contextmanager
def prometheus_client(_: Options, page: Page) -> Iterator[Server]:
    port = machine.free_port()
    command = [PYTHON, PEERS / "serve_prometheus_client.py", str(port), page.common]
    with machine.server(command, "prometheus-client", port, core=machine.MEASURED, seconds=300) as running:
        yield process(running.pid, port)


SERVERS: dict[str, Callable[[Options, Page], contextlib.AbstractContextManager[Server]]] = {
    OURS: ours,
    NGINX: files,
    COPYING: copied_files,
    PUSHGATEWAY: pushgateway,
    CPP: prometheus_cpp,
    PYTHON_CLIENT: prometheus_client,
}
SLOW = (PUSHGATEWAY, CPP, PYTHON_CLIENT)

Key = tuple[int, str, int, str]


def measure(options: Options) -> Group:
    DATASET.make()
    group = Group(
        "Scraping",
        ("page", "encoding", "clients", "program", "CPU ms per request", "requests/s", "p99 ms", "ours ÷ this: CPU"),
    )
    results: dict[Key, list[Scraped]] = {}
    for page in pages(options):
        for turn in range(max(options.rounds, options.slow_rounds)):
            names = [name for name in SERVERS if present(options, name)]
            names = [name for name in names if turn < (options.slow_rounds if name in SLOW else options.rounds)]
            # Our program is first in the first round, because it creates the page that the others serve.
            for name in names if turn % 2 == 0 else reversed(names):
                options.say(f"scraping {page.megabytes} MB, turn {turn + 1}: {name}")
                with SERVERS[name](options, page) as server:
                    for key, scraped in scrape_each_way(options, server, page, name):
                        results.setdefault(key, []).append(scraped)
    report(group, results)
    return group


def present(options: Options, name: str) -> bool:
    missing = (name == PUSHGATEWAY and not shutil.which("prometheus-pushgateway")) or (
        name == CPP and not (BUILD / "bin/serve-prometheus-cpp").exists()
    )
    if missing:
        options.say(f"skipped: {name} is not installed")
    return not missing


def pages(options: Options) -> list[Page]:
    """Yields the pages of all sizes, with the number of workspaces for about this size."""
    folder = BUILD / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sample = Page(0, 20, folder / "sample.txt", folder / "sample.common")
    with ours(options, sample):
        each = sample.whole.stat().st_size / sample.workspaces
    made = []
    for megabytes in MEGABYTES:
        workspaces = min(math.ceil(megabytes * 1e6 / each), DATASET.workspaces)
        made.append(Page(megabytes, workspaces, folder / f"{megabytes}.txt", folder / f"{megabytes}.common"))
    return made


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
    def cpu(key: Key) -> float:
        return median([scraped.cpu for scraped in results[key]])

    for key in sorted(results, key=lambda key: (key[0], ENCODINGS.index(key[1]), key[2], list(SERVERS).index(key[3]))):
        megabytes, encoding, clients, name = key
        runs = results[key]
        ratio = "" if name == OURS else number(cpu((megabytes, encoding, clients, OURS)) / cpu(key))
        size = median([run.bytes for run in runs]) / 1e6
        group.add(
            f"{megabytes} MB", f"{encoding}, {number(size)} MB", str(clients), name,
            spread([run.cpu * 1e3 for run in runs]), number(median([run.rate for run in runs])),
            number(median([run.p99 * 1e3 for run in runs])), ratio,
        )  # fmt: skip
    for megabytes in (1, 10):
        for encoding in ENCODINGS:
            ratios = [
                cpu((megabytes, encoding, clients, OURS)) / cpu((megabytes, encoding, clients, NGINX))
                for clients in CLIENTS
            ]
            text = f"{megabytes} MB, {encoding}: CPU per request ÷ that of nginx, maximum of 1, 4 and 32 clients"
            group.target(text, max(ratios), 1.3)
    for megabytes in MEGABYTES:
        pushed = (megabytes, "gzip", 1, PUSHGATEWAY)
        if pushed in results:
            ratio = cpu(pushed) / cpu((megabytes, "gzip", 1, OURS))
            group.target(f"{megabytes} MB, gzip: pushgateway's CPU per request ÷ ours", ratio, 50, at_least=True)
