# SPDX-License-Identifier: Apache-2.0
"""Growth of costs: of a poll by workspaces and by endpoints, of a scrape by changes since the last scrape."""

from __future__ import annotations

import collections
import dataclasses
import gzip
import math
import re
import time

import machine
import web
from dataset import Dataset
from exporter import Served, listed
from machine import BUILD, Broken, Cost
from options import Options
from table import Group, median, number, spread

WORKSPACES = (1, 10, 100, 1_000, 10_000)
ENDPOINTS = (10, 100, 1_000, 10_000, 100_000)
# Maximum growth of the cost per item with ten times as many items.
FACTOR = 1.2
POLLED = re.compile(
    rb'^dataarts_fabric_workspace_last_poll_timestamp_seconds\{.*workspace_id="([^"]+)".*\} (.+)$', re.M
)
NOTHING, ONE, ALL = "nothing changed", "one workspace changed", "all rendered"
# Polls per second, slightly less than one between two scrapes; and the number of scrapes that count.
POLLS_A_SECOND, SAMPLES = 5, 20
PAUSE = 0.1


def measure(options: Options) -> Group:
    group = Group("Growth", ("what", "size", "CPU", "each further, µs", "÷ the previous one", "peak MB"))
    many = Dataset(WORKSPACES[-1], 100)
    sizes = [(count, many) for count in WORKSPACES if count <= options.scaled(WORKSPACES[-1], 100)]
    grow(options, group, "polling workspaces of 100 endpoints", sizes)
    sizes = [(1, Dataset(1, rows)) for rows in ENDPOINTS if rows <= options.scaled(ENDPOINTS[-1], 1000)]
    grow(options, group, "polling endpoints of one workspace", sizes)
    scrapes(options, group)
    return group


def grow(options: Options, group: Group, what: str, sizes: list[tuple[int, Dataset]]) -> None:
    costs: dict[int, list[Cost]] = collections.defaultdict(list)
    for turn in range(options.rounds):
        for workspaces, dataset in sizes if turn % 2 == 0 else reversed(sizes):
            size = workspaces if len({dataset for _, dataset in sizes}) == 1 else dataset.rows
            options.say(f"growth, turn {turn + 1}: {what}: {size:,}")
            costs[size].append(poll(options, workspaces, dataset))
    judge(group, what, costs)


def judge(group: Group, what: str, costs: dict[int, list[Cost]]) -> None:
    """Compares the marginal cost per item of each size with that of the previous size."""
    sizes = sorted(costs)
    cpu = {size: median([run.cpu for run in costs[size]]) for size in sizes}
    fixed = min(cpu.values())
    before, ratio = None, math.nan
    for size, smaller in zip(sizes, [None, *sizes], strict=False):
        each = (cpu[size] - cpu[smaller]) / (size - smaller) if smaller else math.nan
        # If fixed costs dominate, the marginal cost is within the noise.
        is_told = smaller is not None and cpu[size] - cpu[smaller] >= fixed / 2
        ratio = each / before if is_told and before else math.nan
        group.add(
            what, f"{size:,}", f"{spread([run.cpu for run in costs[size]])} s", number(each * 1e6) if is_told else "",
            number(ratio) if ratio == ratio else "", number(max(run.peak_megabytes for run in costs[size])),
        )  # fmt: skip
        if ratio == ratio:
            group.target(f"{what}: CPU per additional item at {size:,} ÷ at a tenth of them", ratio, FACTOR)
        before = each if is_told else None
    if ratio != ratio:
        # No result for the largest size counts as not reached.
        group.target(f"{what}: CPU per additional item at {sizes[-1]:,} ÷ at a tenth of them", math.nan, FACTOR)


def poll(options: Options, workspaces: int, dataset: Dataset) -> Cost:
    dataset.make()
    with web.nginx(dataset.folder, "nginx-api", machine.BESIDE) as api:
        base_url = api.base_url(web.Variant("h1", "identity"))
        configuration = options.exporter.configure(base_url, dataset.ids()[:workspaces])
        page = BUILD / "counted"
        cost = options.exporter.once(configuration, page)
    found = listed(page.read_bytes())
    page.unlink()
    if found != workspaces:
        raise Broken(f"{found} of {workspaces} workspaces are on the page")
    return cost


@dataclasses.dataclass(frozen=True)
class Scrape:
    cpu: float
    body: bytes


def scrapes(options: Options, group: Group) -> None:
    dataset = Dataset(options.scaled(1000, 100), 10)
    dataset.make()
    for encoding in ("identity", "gzip"):
        options.say(f"growth: scrapes after one workspace of {dataset.workspaces:,} changed, {encoding}")
        with web.nginx(dataset.folder, "nginx-api", machine.BESIDE) as api:
            base_url = api.base_url(web.Variant("h1", "identity"))
            interval = f"{max(1, dataset.workspaces // POLLS_A_SECOND)}s"
            configuration = options.exporter.configure(base_url, dataset.ids(), "problems", interval)
            with options.exporter.serve(configuration) as served:
                served.ready()
                found = sample(served, encoding, 2 * dataset.workspaces / POLLS_A_SECOND + 60)
        for what, costs in found.items():
            title = f"a scrape of {dataset.workspaces:,} workspaces, {encoding}"
            group.add(f"{title}: {what}", f"{len(costs)} scrapes", f"{spread([c * 1e3 for c in costs])} ms", "", "", "")
        ratio = median(found[ONE]) / median(found[ALL])
        group.target(f"a scrape, {encoding}: CPU where {ONE} ÷ where {ALL}", ratio, 0.1)


def sample(served: Served, encoding: str, seconds: float) -> dict[str, list[float]]:
    """Returns the CPU seconds of scrapes by the number of changed workspaces.

    A page with `?source=` is assembled for each request, which is the cost of rendering everything. These are requested
    before the second polls, which begin after a quarter of the interval. Later scrapes are grouped by the number of
    workspaces that were polled since the previous scrape. Scrapes during a poll are rare and do not affect the median.
    """
    scrape(served, "/metrics", encoding)
    found = {
        NOTHING: [scrape(served, "/metrics", encoding).cpu for _ in range(SAMPLES)],
        ONE: [],
        ALL: [scrape(served, "/metrics?source=bench", encoding).cpu for _ in range(SAMPLES)],
    }
    before = polled(scrape(served, "/metrics", encoding).body)
    end = time.monotonic() + seconds
    while len(found[ONE]) < SAMPLES:
        if time.monotonic() > end:
            raise Broken(f"only {len(found[ONE])} scrapes came after one change, of {SAMPLES}")
        time.sleep(PAUSE)
        one = scrape(served, "/metrics", encoding)
        now = polled(one.body)
        if sum(now[workspace] != before[workspace] for workspace in now) == 1:
            found[ONE].append(one.cpu)
        before = now
    return found


def scrape(served: Served, path: str, encoding: str) -> Scrape:
    before = machine.cpu_seconds(served.pid)
    status, body = machine.get(served.port, path, {"Accept-Encoding": encoding})
    cpu = machine.cpu_seconds(served.pid) - before
    if status != 200:
        raise Broken(f"{path} answered {status}")
    return Scrape(cpu, gzip.decompress(body) if encoding == "gzip" else body)


def polled(page: bytes) -> dict[bytes, bytes]:
    """Returns the time of the last poll of each workspace."""
    return dict(POLLED.findall(page))
