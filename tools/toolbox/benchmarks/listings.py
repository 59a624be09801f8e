# SPDX-License-Identifier: Apache-2.0
"""Costs of the optional listings: programs that collect endpoints alone, one listing beside them, or all, poll the same
API in parallel. Their costs must add up, and none may cost more than endpoints for each request and record."""

import contextlib
from statistics import median

from toolbox.benchmarks import exporter, fleet, web
from toolbox.benchmarks.dataset import JOB_STATUSES, Dataset
from toolbox.benchmarks.machine import Server
from toolbox.benchmarks.options import Options
from toolbox.benchmarks.table import Group, number, spread

WORKSPACES, INTERVAL, MINUTES = 1_000, "60s", 3
SERVICES: dict[str, object] = {"service_instances": {}}
RUNS: dict[str, object] = {"job_runs": {"interval": INTERVAL}}
QUOTAS: dict[str, object] = {"quotas": {"interval": INTERVAL, "project_id": "0605c4"}}
# By name: what is collected, and the requests of a workspace.
KINDS: dict[str, tuple[dict[str, object], int]] = {
    "endpoints": ({}, 1),
    "and service instances": (SERVICES, 2),
    "and job runs": (RUNS, 1 + len(JOB_STATUSES)),
    "and all": (SERVICES | RUNS | QUOTAS, 2 + len(JOB_STATUSES)),
}
# The most by which a cost may exceed the one that it is compared with.
MOST_DIFFERENCE = 0.2


def measure(options: Options) -> Group:
    workspaces = options.scaled(WORKSPACES, 10)
    group = Group(
        f"Listings: {workspaces:,} workspaces of {fleet.ROWS} endpoints, {fleet.ROWS} service instances and job runs in"
        f" {len(JOB_STATUSES)} statuses, polled every {INTERVAL}, scraped with gzip every {fleet.SCRAPES_EVERY:g} s",
        ("collected", "requests per minute", "CPU per minute without scrapes, s", "CPU of a scrape, ms", "resident MB",
         "page MB"),
    )  # fmt: skip
    dataset = Dataset(workspaces, fleet.ROWS, fleet.TYPES, others=True)
    dataset.make()
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(web.nginx(dataset.folder))
        running: dict[str, Server] = {}
        for name, (collect, _) in KINDS.items():
            file = exporter.configure(
                api.base_url(web.COMPRESSED), dataset.ids(), "problems", INTERVAL, f"listings-{len(running)}", collect
            )
            running[name] = stack.enter_context(exporter.serve(options.program, file))
        minutes = max(1, round(MINUTES * min(1.0, options.scale * 10)))
        options.say(f"listings: {workspaces:,} workspaces, {minutes + 1} minutes")
        fleet.observe(running, 1)
        found = fleet.observe(running, minutes)
    for name, figures in found.items():
        group.add(
            name, number(workspaces * KINDS[name][1]), spread(figures.minutes), spread(figures.scrapes, 1e3),
            number(figures.resident), number(figures.page / 1e6),
        )  # fmt: skip
    cpu = [median(figures.minutes) for figures in found.values()]
    resident = [figures.resident for figures in found.values()]
    for what, (alone, services, runs, everything) in (("CPU", cpu), ("resident", resident)):
        parts = alone + (services - alone) + (runs - alone)
        group.target(f"{what}: all ÷ the sum of its parts", everything / parts, 1 + MOST_DIFFERENCE)
    group.target("CPU of a request: with service instances ÷ endpoints alone", cpu[1] / cpu[0] / 2, 1 + MOST_DIFFERENCE)
    group.target(
        "CPU of a request: with job runs ÷ endpoints alone", cpu[2] / cpu[0] / KINDS["and job runs"][1],
        1 + MOST_DIFFERENCE,
    )  # fmt: skip
    group.target("memory: with service instances ÷ endpoints alone", resident[1] / resident[0] / 2, 1 + MOST_DIFFERENCE)
    return group
