# SPDX-License-Identifier: Apache-2.0
"""`serve --shard`: several processes with the shard assignment of docs/sharding.md."""

from __future__ import annotations

import contextlib
import json

from toolbox.shared import pages
from toolbox.shared import configuration

from toolbox.shared.cloud_data import Stored, Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import TEXT, Running
from report import require, require_equal, wait_for

WORD = 2**64 - 1
TOTAL = 3


def owner(workspace: str, total: int) -> int:
    """Returns the shard of a workspace: rendezvous hashing with FNV-1a as the seed of SplitMix64."""
    seed = 0xCBF29CE484222325
    for byte in workspace.encode():
        seed = (seed ^ byte) * 0x100000001B3 & WORD
    weights = []
    for shard in range(total):
        weight = seed + (shard + 1) * 0x9E3779B97F4A7C15 & WORD
        weight = (weight ^ weight >> 30) * 0xBF58476D1CE4E5B9 & WORD
        weight = (weight ^ weight >> 27) * 0x94D049BB133111EB & WORD
        weights.append(weight ^ weight >> 31)
    return weights.index(max(weights))


def cloud() -> list[Workspace]:
    return [
        Workspace(f"{number:08x}-workspace", f"name-{number}", [Stored({"id": f"{number:032x}", "type": "sql"})])
        for number in range(48)
    ]


def run(with_: Bench) -> None:
    workspaces = cloud()
    with contextlib.ExitStack() as stack:
        plane = stack.enter_context(ControlPlane(workspaces))
        # A third is configured, the others are discovered.
        source = Source(plane.base_url, workspaces[:16], discovery="{interval: 1s}")
        file = configuration.write(with_.directory, "shards.yaml", [source])
        running: list[Running] = []
        try:
            for ordinal in range(TOTAL):
                with_.exporter.variables = {"POD_NAME": f"fabric-exporter-{ordinal}"}
                shard = f"auto/{TOTAL}" if ordinal else f"0/{TOTAL}"
                running.append(stack.enter_context(with_.exporter.serve("--config.file", file, "--shard", shard)))
            twin = stack.enter_context(with_.exporter.serve("--config.file", file, "--shard", f"1/{TOTAL}"))
        finally:
            with_.exporter.variables = {}
        division(with_, running, workspaces)
        twins(with_, running[1], twin, workspaces)
        with_.report.say("  (the replica polls too)")
        arrival(with_, plane, running)


def listed(running: Running) -> list[str]:
    values = pages.read(running.page(TEXT), TEXT).values()
    return sorted(
        dict(labels)["workspace_id"] for name, labels in values
        if name == "dataarts_fabric_workspace_listed_records" and ("listing", "endpoints") in labels
    )  # fmt: skip


def wanted(workspaces: list[Workspace], shard: int) -> list[str]:
    return sorted(workspace.id for workspace in workspaces if owner(workspace.id, TOTAL) == shard)


def division(with_: Bench, running: list[Running], workspaces: list[Workspace]) -> None:
    for shard, process in enumerate(running):
        with with_.report.check(f"shard {shard} polls exactly its workspaces"):
            own = wanted(workspaces, shard)
            require(4 <= len(own) <= 32, f"{len(own)} workspaces")
            wait_for(lambda p=process, o=own: listed(p) == o, 15, f"{own} are listed\n{process.log()[-1500:]}")
            page = pages.read(process.page(TEXT), TEXT)
            require_equal(pages.sample_value(page, "dataarts_fabric_exporter_shard", {}), float(shard), "the shard")
            require_equal(pages.sample_value(page, "dataarts_fabric_exporter_shards", {}), float(TOTAL), "the shards")
        with with_.report.check(f"shard {shard}: /sd, the status page and its JSON show its workspaces and index"):
            status = json.loads(process.fetch("/api/v1/status").text)
            require_equal(status["shard"], {"ordinal": shard, "total": TOTAL}, "the shard")
            require_equal(sorted(each["workspace_id"] for each in status["workspaces"]), own, "workspaces of the JSON")
            targets = json.loads(process.fetch("/sd").text)
            require_equal(sorted(each["labels"]["__param_workspace_id"] for each in targets), own, "targets")
            html = process.fetch("/").text
            require(f"Shard {shard} of {TOTAL}" in html, "the page does not name the shard")
            others = [each.id for each in workspaces if each.id not in own]
            require(not any(other in html for other in others), "the page shows workspaces of other shards")
            answer = process.fetch(f"/metrics?workspace_id={others[0]}")
            require_equal(answer.status, 404, "the status of another shard's workspace")
    with with_.report.check("each workspace is polled by exactly one shard"):
        every = sorted(workspace for process in running for workspace in listed(process))
        require_equal(every, sorted(workspace.id for workspace in workspaces), "workspaces of all shards")


def twins(with_: Bench, one: Running, other: Running, workspaces: list[Workspace]) -> None:
    with with_.report.check("two replicas of a shard export the same series"):
        own = wanted(workspaces, 1)
        wait_for(lambda: listed(other) == own, 15, f"{own} are listed")
        pages = [pages.domain(pages.read(process.page(TEXT), TEXT)) for process in (one, other)]
        require_equal(set(pages[0]), set(pages[1]), "the series")
        steady = [{key: value for key, value in page.items() if key[0] in bench.STEADY_FAMILIES} for page in pages]
        require_equal(steady[0], steady[1], "their values")


def arrival(with_: Bench, plane: ControlPlane, running: list[Running]) -> None:
    with with_.report.check("a workspace that is discovered later is polled by one shard"):
        new = Workspace("a-late-arrival", "late", [])
        with plane.lock:
            plane.workspaces[new.id] = new
        at = owner(new.id, TOTAL)
        wait_for(lambda: new.id in listed(running[at]), 15, "its shard polls it")
        require(all(new.id not in listed(each) for n, each in enumerate(running) if n != at), "two shards poll it")
