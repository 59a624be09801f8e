# SPDX-License-Identifier: Apache-2.0
"""`serve --shard`: several processes; ShardTests.swift has the assignment of docs/sharding.md."""

import contextlib
import itertools
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, pages
from toolbox.shared.cloud_data import Stored, Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import TEXT, Exporter, Running
from toolbox.shared.processes import wait_for

TOTAL = 3
WORKSPACES = [
    Workspace(f"{number:08x}-workspace", f"name-{number}", [Stored({"id": f"{number:032x}", "type": "sql"})])
    for number in range(48)
]


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane(WORKSPACES) as plane:
        yield plane


@pytest.fixture(scope="module")
def shards(exporter: Exporter, plane: ControlPlane) -> Iterator[list[Running]]:
    """One process per shard."""
    # A third is configured, the others are discovered.
    source = Source(plane.base_url, WORKSPACES[:16], discovery="{interval: 1s}")
    file = configuration.write(exporter.directory, "shards.yaml", [source])
    with contextlib.ExitStack() as stack:
        running = []
        for ordinal, flag in enumerate((f"0/{TOTAL}", f"auto/{TOTAL}", f"auto/{TOTAL}")):
            exporter.variables = {"POD_NAME": f"fabric-exporter-{ordinal}"}
            flags = ("--config.file", file, "--shard", flag, "--web.external-url", "https://proxy.example/fabric/")
            running.append(stack.enter_context(exporter.serve(*flags)))
        yield running


def listed(running: Running) -> list[str]:
    return sorted(
        dict(labels)["workspace_id"]
        for name, labels in pages.read(running.page(), TEXT).values()
        if name == "dataarts_fabric_workspace_listed_records" and ("listing", "endpoints") in labels
    )


def test_each_workspace_is_polled_and_shown_by_exactly_one_shard(plane: ControlPlane, shards: list[Running]) -> None:
    def require_all(workspaces: list[Workspace]) -> None:
        ids = sorted(workspace.id for workspace in workspaces)
        wait_for(lambda: sorted(itertools.chain(*map(listed, shards))) == ids, 15, f"{ids} are listed")

    require_all(WORKSPACES)
    for ordinal, process in enumerate(shards):
        own = listed(process)
        assert 4 <= len(own) <= 32
        page = pages.read(process.page(), TEXT)
        assert pages.sample_value(page, "dataarts_fabric_exporter_shard", {}) == ordinal
        assert pages.sample_value(page, "dataarts_fabric_exporter_shards", {}) == TOTAL
        status = process.fetch("/api/v1/status").json()
        assert status["shard"] == {"ordinal": ordinal, "total": TOTAL}
        assert sorted(each["workspace_id"] for each in status["workspaces"]) == own
        targets = process.fetch("/sd").json()
        assert sorted(each["labels"]["__param_workspace_id"] for each in targets) == own
        for each in targets:
            assert each["targets"] == ["proxy.example"]
            assert each["labels"]["__scheme__"] == "https"
            assert each["labels"]["__metrics_path__"] == "/fabric/metrics"
        html = process.fetch("/").text
        assert f"shard {ordinal} of {TOTAL}" in html
        others = [workspace.id for workspace in WORKSPACES if workspace.id not in own]
        assert not [other for other in others if other in html]
        assert process.fetch(f"/metrics?workspace_id={others[0]}").status == 404
    # Also one that is discovered later.
    late = Workspace("a-late-arrival", "late", [])
    with plane.lock:
        plane.workspaces[late.id] = late
    require_all([*WORKSPACES, late])
