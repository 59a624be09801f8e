# SPDX-License-Identifier: Apache-2.0
"""Duration of scrapes while polls run at full speed."""

from __future__ import annotations

import math
import re
import time
from statistics import median

from toolbox.benchmarks import machine, scraping, web
from toolbox.benchmarks.dataset import Dataset
from toolbox.benchmarks.machine import Server
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number

# Long enough that polls, which begin every 0.1 s, never pause.
DATASET, INTERVAL = Dataset(60, 5_000), "100ms"
MEGABYTES, CLIENTS, REQUESTS = 1, 4, 4_000
API_REQUESTS = re.compile(rb"^dataarts_fabric_api_requests_total\{[^}]*\} (\S+)$", re.M)


def measure(options: Options) -> Group:
    group = Group(
        f"Latency of scrapes, {CLIENTS} clients",
        ("polls", "clients", "encoding", "pages polled/s", "core used", "requests/s", "median ms", "p99 ms", "most ms"),
    )
    DATASET.make()
    with web.api(DATASET.folder) as base_url:
        workspaces = DATASET.ids()[: count_for_page(options, base_url(web.PLAIN))]
        for interval in ("1d", INTERVAL):
            configuration = options.program.configure(base_url(web.PLAIN), workspaces, "none", interval)
            with options.program.serve(configuration) as server:
                for encoding in scraping.ENCODINGS:
                    for pause in (0.0, 0.1):
                        measure_one(options, group, server, encoding, interval, pause)
    return group


def count_for_page(options: Options, base_url: str) -> int:
    """Returns the number of workspaces for a page of the given size."""
    few, page = DATASET.ids()[:5], machine.BUILD / "counted"
    machine.run(options.program.program, "once", "--config.file", options.program.configure(base_url, few), output=page)
    return min(DATASET.workspaces, math.ceil(MEGABYTES * 1e6 * len(few) / page.stat().st_size))


def measure_one(options: Options, group: Group, server: Server, encoding: str, interval: str, pause: float) -> None:
    polls = "none" if interval == "1d" else "at full speed"
    clients = f"every {pause:g} s" if pause else "without pause"
    options.say(f"latency, polls {polls}, {clients}, {encoding}")
    scraping.scrape(server, encoding, 1, 1)
    requests = options.scaled(REQUESTS / 4 if pause else REQUESTS, 200)
    runs, rates, shares = [], [], []
    for _ in range(options.rounds):
        before, begin, cpu = polled(server), time.monotonic(), server.cpu()
        runs.append(scraping.scrape(server, encoding, CLIENTS, requests, pause))
        took = time.monotonic() - begin
        shares.append((server.cpu() - cpu) / took)
        rates.append((polled(server) - before) / took)
    rate = median(rates)
    assert polls == "none" or rate >= 100, f"only {rate:.0f} pages per second were polled, too few to disturb scrapes"
    p99 = median([run.p99 for run in runs]) * 1e3
    group.add(
        polls, clients, f"{encoding}, {number(runs[0].bytes / 1e6)} MB", number(rate), f"{median(shares):.0%}",
        number(median([run.rate for run in runs])), number(median([run.median for run in runs]) * 1e3), number(p99),
        number(max(run.most for run in runs) * 1e3),
    )  # fmt: skip
    if polls != "none":
        group.target(f"{encoding}, clients {clients}, polls {polls}: p99 ms", p99, 20)


def polled(server: Server) -> float:
    """Returns the number of requests to the API so far."""
    return sum(map(float, API_REQUESTS.findall(server.get())))
