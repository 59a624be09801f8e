# SPDX-License-Identifier: Apache-2.0
"""Scraping pages of three sizes: our program and servers of the same page."""

import contextlib
import dataclasses
import gzip
import json
import math
import pathlib
import shutil
import sys
import urllib.request
from collections.abc import Callable, Iterator
from statistics import median

from toolbox.benchmarks import exporter, machine, web
from toolbox.benchmarks.dataset import Dataset
from toolbox.benchmarks.machine import Server
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number, spread
from toolbox.shared.processes import OPENER

OURS, NGINX, PUSHGATEWAY = "ours", "nginx, a file", "pushgateway"
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


def scrape(server: Server, encoding: str, clients: int, requests: int) -> Scraped:
    before = server.cpu()
    command = (sys.executable, "-m", "toolbox.benchmarks.client", server.url + server.path, encoding)
    _, output = machine.run(*command, clients, requests, core=machine.BESIDE)
    cpu = server.cpu() - before
    told = json.loads(output)
    p99 = sorted(told["latencies"])[math.ceil(requests * 0.99) - 1]
    return Scraped(cpu / requests, requests / told["wall"], told["bytes"] / requests, p99)


@contextlib.contextmanager
def ours(options: Options, page: pathlib.Path) -> Iterator[Server]:
    """Runs our program; creates the page that the others serve."""
    with web.nginx(DATASET.folder) as api:
        workspaces = DATASET.ids()[: WORKSPACES[int(page.stem)]]
        configuration = exporter.configure(api.base_url(web.COMPRESSED), workspaces, "problems")
        with exporter.serve(options.program, configuration) as server:
            if not page.exists():
                page.write_bytes(server.get())
                # gzip_static, as nginx' documentation recommends: the compressed file exists.
                page.with_name(f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), 6, mtime=0))
            yield server


def nginx(_: Options, page: pathlib.Path) -> contextlib.AbstractContextManager[Server]:
    return web.nginx(page.parent, machine.MEASURED, f"/{page.name}")


@contextlib.contextmanager
def pushgateway(_: Options, page: pathlib.Path) -> Iterator[Server]:
    """Runs a Go server that renders at each scrape. It has its own families `process_…`, and accepts no others."""
    own = (b"process_", b"# HELP process_", b"# TYPE process_")
    pushed = b"".join(line for line in page.read_bytes().splitlines(True) if not line.startswith(own))
    server = Server("pushgateway")
    with server.pinned("prometheus-pushgateway", f"--web.listen-address={server.address}"):
        request = urllib.request.Request(f"{server.url}/metrics/job/bench", pushed, method="PUT")
        OPENER.open(request, timeout=600).close()
        yield server


SERVERS: dict[str, Callable[[Options, pathlib.Path], contextlib.AbstractContextManager[Server]]] = {
    OURS: ours, NGINX: nginx, PUSHGATEWAY: pushgateway,
}  # fmt: skip

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
    for megabytes in WORKSPACES:
        for turn in range(options.rounds):
            names = [name for name in SERVERS if turn == 0 or name != PUSHGATEWAY]
            # Our program is first in the first round, because it creates the page that the others serve.
            for name in names if turn % 2 == 0 else reversed(names):
                options.say(f"scraping {megabytes} MB, turn {turn + 1}: {name}")
                with SERVERS[name](options, folder / f"{megabytes}.txt") as server:
                    for (encoding, clients), scraped in scrape_each_way(options, server, name):
                        results.setdefault((megabytes, encoding, clients, name), []).append(scraped)
    report(group, results)
    return group


def scrape_each_way(options: Options, server: Server, name: str) -> Iterator[tuple[tuple[str, int], Scraped]]:
    seconds = max(SECONDS * options.scale, LEAST_SECONDS)
    for encoding in ENCODINGS:
        # Checks the encoding, fills caches, and measures the number of requests needed.
        server.get(encoding)
        trial = scrape(server, encoding, 1, 5)
        # Its cost per response hardly depends on the number of clients.
        if name == PUSHGATEWAY:
            yield (encoding, 1), trial
            continue
        for clients in CLIENTS:
            wanted = min(REQUESTS, math.ceil(seconds * trial.rate / clients) * clients)
            yield (encoding, clients), scrape(server, encoding, clients, max(clients, wanted))


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
