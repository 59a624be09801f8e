# SPDX-License-Identifier: Apache-2.0
"""`serve --shard`: several processes with the shard assignment of docs/sharding.md."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, pages
from toolbox.shared.cloud_data import Stored, Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import TEXT, Exporter, Running
from toolbox.shared.processes import wait_for

WORD = 2**64 - 1
TOTAL = 3
WORKSPACES = [
    Workspace(f"{number:08x}-workspace", f"name-{number}", [Stored({"id": f"{number:032x}", "type": "sql"})])
    for number in range(48)
]


def owner(workspace: str) -> int:
    """Returns the shard of a workspace: rendezvous hashing with FNV-1a as the seed of SplitMix64."""
    seed = 0xCBF29CE484222325
    for byte in workspace.encode():
        seed = (seed ^ byte) * 0x100000001B3 & WORD
    weights = []
    for shard in range(TOTAL):
        weight = seed + (shard + 1) * 0x9E3779B97F4A7C15 & WORD
        weight = (weight ^ weight >> 30) * 0xBF58476D1CE4E5B9 & WORD
        weight = (weight ^ weight >> 27) * 0x94D049BB133111EB & WORD
        weights.append(weight ^ weight >> 31)
    return weights.index(max(weights))


OWN = [sorted(workspace.id for workspace in WORKSPACES if owner(workspace.id) == shard) for shard in range(TOTAL)]


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane(WORKSPACES) as plane:
        yield plane


@pytest.fixture(scope="module")
def shards(exporter: Exporter, plane: ControlPlane) -> Iterator[list[Running]]:
    """One process per shard, and a replica of shard 1."""
    with contextlib.ExitStack() as stack:
        # A third is configured, the others are discovered.
        source = Source(plane.base_url, WORKSPACES[:16], discovery="{interval: 1s}")
        file = configuration.write(exporter.directory, "shards.yaml", [source])

        def serve(shard: str) -> Running:
            return stack.enter_context(exporter.serve("--config.file", file, "--shard", shard))

        running = [serve(f"0/{TOTAL}")]
        for ordinal in range(1, TOTAL):
            exporter.variables = {"POD_NAME": f"fabric-exporter-{ordinal}"}
            running.append(serve(f"auto/{TOTAL}"))
        exporter.variables = {}
        yield [*running, serve(f"1/{TOTAL}")]


def listed(running: Running) -> list[str]:
    return sorted(
        dict(labels)["workspace_id"]
        for name, labels in pages.read(running.page(), TEXT).values()
        if name == "dataarts_fabric_workspace_listed_records" and ("listing", "endpoints") in labels
    )


def await_listed(running: Running, shard: int) -> None:
    wait_for(lambda: listed(running) == OWN[shard], 15, f"{OWN[shard]} are listed\n{running.log()[-1500:]}")


@pytest.mark.parametrize("shard", range(TOTAL))
def test_a_shard_polls_and_shows_exactly_its_workspaces(shards: list[Running], shard: int) -> None:
    process, own = shards[shard], OWN[shard]
    assert 4 <= len(own) <= 32
    await_listed(process, shard)
    page = pages.read(process.page(), TEXT)
    assert pages.sample_value(page, "dataarts_fabric_exporter_shard", {}) == shard
    assert pages.sample_value(page, "dataarts_fabric_exporter_shards", {}) == TOTAL
    status = json.loads(process.fetch("/api/v1/status").text)
    assert status["shard"] == {"ordinal": shard, "total": TOTAL}
    assert sorted(each["workspace_id"] for each in status["workspaces"]) == own
    targets = json.loads(process.fetch("/sd").text)
    assert sorted(each["labels"]["__param_workspace_id"] for each in targets) == own
    html = process.fetch("/").text
    assert f"Shard {shard} of {TOTAL}" in html
    others = [workspace.id for workspace in WORKSPACES if workspace.id not in own]
    assert not [other for other in others if other in html]
    assert process.fetch(f"/metrics?workspace_id={others[0]}").status == 404


def test_replicas_of_a_shard_export_the_same_series(shards: list[Running]) -> None:
    both = []
    for process in (shards[1], shards[TOTAL]):
        await_listed(process, 1)
        both.append(pages.domain(pages.read(process.page(), TEXT)))
    assert set(both[0]) == set(both[1])
    one, other = ({key: page[key] for key in page if key[0] in pages.STEADY_FAMILIES} for page in both)
    assert one == other


def test_a_workspace_that_is_discovered_later_is_polled_by_one_shard(
    plane: ControlPlane, shards: list[Running]
) -> None:
    late = Workspace("a-late-arrival", "late", [])
    with plane.lock:
        plane.workspaces[late.id] = late
    at = owner(late.id)
    wait_for(lambda: late.id in listed(shards[at]), 15, "its shard polls it")
    assert [late.id in listed(process) for process in shards[:TOTAL]] == [shard == at for shard in range(TOTAL)]
