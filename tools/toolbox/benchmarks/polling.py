# SPDX-License-Identifier: Apache-2.0
"""Polling a million endpoints: our program and clients that fetch and count the same pages."""

import collections
import dataclasses
import json
import pathlib
import sys
from collections.abc import Callable
from statistics import median

from toolbox.benchmarks import exporter, machine, web
from toolbox.benchmarks.dataset import Dataset, Truth
from toolbox.benchmarks.machine import Cost
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number, spread

OURS, PYCURL, REQUESTS = "ours", "pycurl + orjson", "requests + json"


@dataclasses.dataclass(frozen=True)
class Contender:
    """A client that polls all pages once."""

    name: str
    command: tuple[object, ...]
    # Reads the counts of its output.
    read: Callable[[bytes], Truth]

    def poll(self, truth: Truth) -> Cost:
        cost, output = machine.run(*self.command)
        counted = self.read(output)
        assert counted == truth, f"{self.name} counted wrong: {counted} instead of {truth}"
        return cost


def measure(options: Options) -> Group:
    mixed = Dataset(options.scaled(1000), 1000)
    truth = mixed.make()
    sizes = [page.stat().st_size for page in mixed.folder.glob("*/*.json")]
    group = Group(
        f"Polling {truth['endpoints']:,} endpoints",
        ("transport", "program", "CPU s", "wall s", "peak MB", "ours ÷ this: CPU", "wall"),
        f"{mixed.workspaces:,} workspaces in {len(sizes):,} pages, {sum(sizes) / 1e6:,.0f} MB.",
    )
    for variant in web.VARIANTS:
        report(group, variant, measure_variant(options, variant, mixed, truth))
    return group


def measure_variant(options: Options, variant: web.Variant, mixed: Dataset, truth: Truth) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = collections.defaultdict(list)
    with web.nginx(mixed.folder) as api:
        everyone = contenders(options.program, api.base_url(variant), mixed)
        for turn in range(options.rounds):
            # Alternating order, so that changes of the machine affect all.
            for contender in everyone if turn % 2 == 0 else reversed(everyone):
                if turn == 0 or contender.name != REQUESTS:
                    options.say(f"polling, {variant.title}, turn {turn + 1}: {contender.name}")
                    costs[contender.name].append(contender.poll(truth))
    return costs


def contenders(program: pathlib.Path, base_url: str, mixed: Dataset) -> list[Contender]:
    urls = machine.BUILD / "urls"
    urls.write_text("".join(f"{base_url}{path}\n" for path in mixed.paths()), "ascii")

    def peer(name: str, module: str) -> Contender:
        command = (sys.executable, "-m", f"toolbox.benchmarks.peers.{module}", urls, web.certificates().path("ca.pem"))
        return Contender(name, command, json.loads)

    once = (program, "once", "--config.file", exporter.configure(base_url, mixed.ids()))
    return [
        Contender(OURS, once, exporter.read_truth),
        peer(PYCURL, "poll_pycurl"),
        peer(REQUESTS, "poll_requests"),
    ]


def report(group: Group, variant: web.Variant, costs: dict[str, list[Cost]]) -> None:
    cpu = {name: median([run.cpu for run in runs]) for name, runs in costs.items()}
    wall = {name: median([run.wall for run in runs]) for name, runs in costs.items()}
    for name, runs in costs.items():
        ratios = ("", "") if name == OURS else (number(cpu[OURS] / cpu[name]), number(wall[OURS] / wall[name]))
        group.add(
            variant.title, name, spread([run.cpu for run in runs]), spread([run.wall for run in runs]),
            number(max(run.peak_megabytes for run in runs)), *ratios,
        )  # fmt: skip
    if variant == web.PLAIN:
        group.target(f"{variant.title}: CPU ÷ that of {PYCURL}", cpu[OURS] / cpu[PYCURL], 0.5)
    group.target(f"{variant.title}: CPU ÷ that of {REQUESTS}", cpu[OURS] / cpu[REQUESTS], 1 / 15)
    group.target(f"{variant.title}: {OURS}: peak MB", max(run.peak_megabytes for run in costs[OURS]), 120)
