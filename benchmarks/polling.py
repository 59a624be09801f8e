# SPDX-License-Identifier: Apache-2.0
"""Polling a million endpoints: our program and clients that fetch and count the same pages."""

from __future__ import annotations

import collections
import dataclasses
import json
import pathlib
from collections.abc import Callable

import exporter
import machine
import web
from dataset import Dataset
from machine import BUILD, PEERS, PYTHON, Broken, Cost
from options import Options
from table import Group, median, number, spread

OURS = "ours"
CURL, PYCURL, PIPED = "curl -Z, no parsing", "pycurl + orjson", "curl -Z + orjson"
ONE, SIXTEEN = "requests + json", "requests + json, 16 threads"
SDK, SDK_SIXTEEN = "official SDK for Python", "official SDK for Python, 16 threads"
# Slow peers; the SDK is another ten times slower, so it is measured with one variant only.
SLOW = (ONE, SIXTEEN, SDK, SDK_SIXTEEN)
PLAIN = web.Variant("h1", "identity")


@dataclasses.dataclass(frozen=True)
class Contender:
    """A client that polls all pages once and writes its counts to a file."""

    name: str
    dataset: Dataset
    poll: Callable[[pathlib.Path], Cost]
    # Reads the counts; None for a client that does not count.
    read: Callable[[pathlib.Path], dict[str, object]] | None


def measure(options: Options) -> Group:
    endpoints = 1000
    mixed = Dataset(options.scaled(1000), endpoints)
    size = int(str(mixed.make()["bytes"]))
    group = Group(
        f"Polling {mixed.endpoints:,} endpoints",
        ("transport", "program", "CPU s", "wall s", "peak MB", "ours ÷ this: CPU", "wall"),
        f"{mixed.workspaces:,} workspaces in {mixed.page_count():,} pages, {size / 1e6:,.0f} MB.",
    )
    for variant in web.VARIANTS:
        if variant.transport in options.transports:
            costs = measure_variant(options, variant, mixed)
            report(group, variant, costs)
    return group


def measure_variant(options: Options, variant: web.Variant, mixed: Dataset) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = collections.defaultdict(list)
    with web.nginx(mixed.folder, "nginx-mixed", machine.BESIDE) as plain:
        everyone = contenders(options.exporter, plain.base_url(variant), mixed)
        everyone = [one for one in everyone if variant == PLAIN or one.name not in (SDK, SDK_SIXTEEN)]
        for turn in range(max(options.rounds, options.slow_rounds)):
            # Alternating order, so that changes of the machine affect all.
            for contender in everyone if turn % 2 == 0 else reversed(everyone):
                if turn < (options.slow_rounds if contender.name in SLOW else options.rounds):
                    options.say(f"polling, {variant.title}, turn {turn + 1}: {contender.name}")
                    costs[contender.name].append(poll(contender))
    return {contender.name: costs[contender.name] for contender in everyone if costs[contender.name]}


def poll(contender: Contender) -> Cost:
    output = BUILD / "counted"
    cost = contender.poll(output)
    if contender.read:
        counted = contender.read(output)
        truth = {name: value for name, value in contender.dataset.make().items() if name != "bytes"}
        if counted != truth:
            raise Broken(f"{contender.name} counted wrong: {counted} instead of {truth}")
    output.unlink()
    return cost


def contenders(ours: exporter.Exporter, plain: str, mixed: Dataset) -> list[Contender]:
    urls = BUILD / "urls"
    urls.write_text("".join(f"{plain}{path}\n" for path in mixed.paths()), "ascii")

    def peer(*command: str | pathlib.Path) -> Callable[[pathlib.Path], Cost]:
        return lambda output: machine.run(command, output)

    def counted(output: pathlib.Path) -> dict[str, object]:
        read: dict[str, object] = json.loads(output.read_bytes())
        return read

    curl, ca = PEERS / "poll_curl", web.CERTIFICATE
    requests = (PYTHON, PEERS / "poll_requests.py", urls, ca)
    sdk = (PYTHON, PEERS / "poll_sdk.py", urls, ca)
    return [
        Contender(
            OURS, mixed, lambda page: ours.once(ours.configure(plain, mixed.ids(), "none"), page), exporter.read_truth
        ),
        Contender(CURL, mixed, peer(curl, urls, ca), None),
        Contender(PYCURL, mixed, peer(PYTHON, PEERS / "poll_pycurl.py", urls, ca), counted),
        Contender(PIPED, mixed, peer(curl, urls, ca, PYTHON), counted),
        Contender(ONE, mixed, peer(*requests, "1"), counted),
        Contender(SIXTEEN, mixed, peer(*requests, "16"), counted),
        Contender(SDK, mixed, peer(*sdk, "1"), counted),
        Contender(SDK_SIXTEEN, mixed, peer(*sdk, "16"), counted),
    ]


def report(group: Group, variant: web.Variant, costs: dict[str, list[Cost]]) -> None:
    def cpu(name: str) -> float:
        return median([cost.cpu for cost in costs[name]])

    def wall(name: str) -> float:
        return median([cost.wall for cost in costs[name]])

    for name, runs in costs.items():
        ratios = ("", "") if name == OURS else (number(cpu(OURS) / cpu(name)), number(wall(OURS) / wall(name)))
        group.add(
            variant.title, name, spread([run.cpu for run in runs]), spread([run.wall for run in runs]),
            number(max(run.peak_megabytes for run in runs)), *ratios,
        )  # fmt: skip
    title = variant.title
    rivals = [name for name in (PYCURL, PIPED) if name in costs]
    if variant == PLAIN:
        best = min(cpu(name) for name in rivals)
        group.target(f"{title}: CPU ÷ that of the better of curl + orjson", cpu(OURS) / best, 0.5)
    best = min(wall(name) for name in rivals)
    group.target(f"{title}: wall ÷ that of the faster of curl + orjson", wall(OURS) / best, 0.7)
    for name in SLOW:
        if name in costs:
            group.target(f"{title}: CPU ÷ that of {name}", cpu(OURS) / cpu(name), 1 / 15)
    group.target(f"{title}: {OURS}: peak MB", max(run.peak_megabytes for run in costs[OURS]), 120)
