# SPDX-License-Identifier: Apache-2.0
"""Duration of scrapes while polls run at full speed."""

from __future__ import annotations

import math
import re
import time

import machine
import scraping
import web
from dataset import Dataset
from machine import BUILD, Broken
from options import Options
from table import Group, median, number

# Long enough that polls, which begin every 0.1 s, never pause.
ROWS, INTERVAL = 5_000, "100ms"
WORKSPACES, MEGABYTES, CLIENTS = 60, 1, 4
REQUESTS = 4_000
LISTED = re.compile(rb"^dataarts_fabric_api_requests_total\{[^}]*\} (\S+)$", re.M)


def measure(options: Options) -> Group:
    columns = (
        "polls",
        "clients",
        "encoding",
        "pages polled/s",
        "core used",
        "requests/s",
        "median ms",
        "p99 ms",
        "most ms",
    )
    group = Group(f"Latency of scrapes, {CLIENTS} clients", columns)
    dataset = Dataset(WORKSPACES, ROWS)
    dataset.make()
    with web.nginx(dataset.folder, "nginx-api", machine.BESIDE) as api:
        base_url = api.base_url(web.Variant("h1", "identity"))
        workspaces = dataset.ids()[: count_for_page(options, base_url, dataset)]
        for interval in ("1d", INTERVAL):
            configuration = options.exporter.configure(base_url, workspaces, "none", interval)
            with options.exporter.serve(configuration) as served:
                served.ready()
                for encoding in scraping.ENCODINGS:
                    for pause in (0.0, 0.1):
                        measure_one(options, group, served.pid, served.port, encoding, interval, pause)
    return group


def count_for_page(options: Options, base_url: str, dataset: Dataset) -> int:
    """Returns the number of workspaces for a page of the given size."""
    few, page = dataset.ids()[:5], BUILD / "counted"
    options.exporter.once(options.exporter.configure(base_url, few), page)
    each = page.stat().st_size / len(few)
    page.unlink()
    return min(dataset.workspaces, math.ceil(MEGABYTES * 1e6 / each))


def measure_one(
    options: Options, group: Group, pid: int, port: int, encoding: str, interval: str, pause: float
) -> None:
    polls = "none" if interval == "1d" else "at full speed"
    clients = "without pause" if pause == 0 else f"every {pause:g} s"
    options.say(f"latency, polls {polls}, {clients}, {encoding}")
    server = scraping.process(pid, port)
    scraping.scrape(server, encoding, 1, 1)
    requests = options.scaled(REQUESTS if pause == 0 else REQUESTS / 4, 200)
    runs, rates, shares = [], [], []
    for _ in range(options.rounds):
        before, begin, cpu = listed(port), time.monotonic(), machine.cpu_seconds(pid)
        runs.append(scraping.scrape(server, encoding, CLIENTS, requests, pause))
        took = time.monotonic() - begin
        shares.append((machine.cpu_seconds(pid) - cpu) / took)
        rates.append((listed(port) - before) / took)
    if polls != "none" and median(rates) < 100:
        raise Broken(f"only {median(rates):.0f} pages per second were polled, too few to disturb scrapes")
    p99 = median([run.p99 for run in runs]) * 1e3
    group.add(
        polls, clients, f"{encoding}, {number(runs[0].bytes / 1e6)} MB", number(median(rates)),
        f"{median(shares):.0%}", number(median([run.rate for run in runs])),
        number(median([run.median for run in runs]) * 1e3), number(p99), number(max(run.most for run in runs) * 1e3),
    )  # fmt: skip
    if polls != "none":
        group.target(f"{encoding}, clients {clients}, polls {polls}: p99 ms", p99, 20)


def listed(port: int) -> float:
    """Returns the number of requests to the API so far."""
    _, page = machine.get(port, "/metrics")
    return sum(float(value) for value in LISTED.findall(page))
