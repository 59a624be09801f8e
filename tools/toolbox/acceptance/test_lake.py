# SPDX-License-Identifier: Apache-2.0
"""Sources of API v2 (AI DataLake): complete lists, filters and discovery, beside sources of v1."""

import time
from typing import Any

import pytest

from toolbox.shared import configuration, exposition, lake, pages
from toolbox.shared.cloud_data import Workspace, new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, Fault
from toolbox.shared.exporter import FORMATS, Exporter
from toolbox.shared.processes import wait_for


def lake_workspaces() -> list[Workspace]:
    """Returns two workspaces: one with all rows of v2 and some of v1, one with a few rows of each."""
    workspaces = list(new_cloud("hundred", "small").values())
    rows = lake.lake_rows()
    workspaces[0].lake, workspaces[1].lake = rows, rows[:7]
    return workspaces


@pytest.mark.parametrize(
    ("details", "owner"), [("problems", "name"), ("all", "name"), ("all", "id"), ("all", "none"), ("none", "name")]
)
def test_every_series_equals_the_independent_count(exporter: Exporter, details: str, owner: str) -> None:
    workspaces = lake_workspaces()
    with ControlPlane(workspaces) as plane:
        sources = [Source(plane.base_url, workspaces), Source(plane.base_url, workspaces, name="lake", api="v2")]
        metrics = {"owner": owner, "max_endpoint_details": "100000"}
        file = configuration.write(exporter.directory, "lake.yaml", sources, details, metrics=metrics)
        begin = time.time()
        outcome = exporter.run("once", "--config.file", file)
        assert outcome.status == 0, outcome.everything
        page = exposition.parse(outcome.text)
        wanted = pages.wanted(sources, details, owner=owner)
        pages.require_series(page, wanted, (begin, time.time()), details)
        assert {request.path.split("/")[1] for request in plane.requests} == {"v1", "v2"}
        assert all("visibility" not in request.query for request in plane.requests)


@pytest.mark.parametrize("format", FORMATS)
def test_pages_of_both_versions_are_well_formed(exporter: Exporter, format: str) -> None:
    workspaces = lake_workspaces()
    with ControlPlane(workspaces) as plane:
        sources = [Source(plane.base_url, workspaces), Source(plane.base_url, workspaces, name="lake", api="v2")]
        file = configuration.write(exporter.directory, "lake.yaml", sources, "all")
        with exporter.serve("--config.file", file) as running:
            running.ready()
            pages.require_well_formed(running.page(format), format)


def test_filters_select_the_same_rows(exporter: Exporter) -> None:
    workspaces = lake_workspaces()
    rows = workspaces[0].lake
    wanted = [row for row in rows[:150] if row["engine"]["type"] in ("RayJob", "SparkSql")]
    workspaces[0].lake = rows[:150]
    workspaces[1].lake = rows[:150]
    filters: dict[str, dict[str, Any]] = {
        workspaces[0].id: {"engine_types": ["SparkSql", "RayJob"]},
        workspaces[1].id: {"name": "lake-7"},
    }
    with ControlPlane(workspaces) as plane:
        source = Source(plane.base_url, workspaces, api="v2", filters=filters)
        file = configuration.write(exporter.directory, "lake.yaml", [source])
        begin = time.time()
        outcome = exporter.run("once", "--config.file", file)
        assert outcome.status == 0, outcome.everything
        workspaces[0].lake, workspaces[1].lake = wanted, [rows[7]]
        page = exposition.parse(outcome.text)
        pages.require_series(page, pages.wanted([source], "problems"), (begin, time.time()))


def test_discovery_and_a_failing_list(exporter: Exporter) -> None:
    workspaces = lake_workspaces()
    with ControlPlane(workspaces) as plane:
        source = Source(plane.base_url, [], api="v2", discovery="{}")
        file = configuration.write(exporter.directory, "lake.yaml", [source])
        listed = Source(plane.base_url, workspaces, api="v2")
        for workspace in workspaces:
            workspace.name = workspace.name or workspace.id
        begin = time.time()
        with exporter.serve("--config.file", file) as running:

            def up(workspace: Workspace) -> float | None:
                page = exposition.parse(running.page())
                return pages.sample_value(page, pages.UP, {"workspace_id": workspace.id})

            wait_for(lambda: all(up(workspace) == 1 for workspace in workspaces), 30, "workspaces are discovered")
            plane.faults[workspaces[0].id] = Fault(status=500, body={})
            wait_for(lambda: up(workspaces[0]) == 0, 30, "the list fails")
            assert up(workspaces[1]) == 1
            page = exposition.parse(running.page())
            pages.require_series(page, pages.wanted([listed], "problems"), (begin, time.time()))
        assert all(request.path.startswith("/v2/") for request in plane.requests)


def test_the_status_page_and_the_json_have_endpoints_of_both_versions(exporter: Exporter) -> None:
    workspaces = lake_workspaces()
    rows = workspaces[1].lake
    rows[0] |= {"name": "lake-failed", "display_name": "", "status": "CREATE_FAILED"}
    rows[1] |= {"status": "RUNNING", "error": None}
    with ControlPlane(workspaces) as plane:
        sources = [Source(plane.base_url, workspaces), Source(plane.base_url, workspaces, name="lake", api="v2")]
        file = configuration.write(exporter.directory, "lake.yaml", sources)
        with exporter.serve("--config.file", file) as running:
            running.ready()
            query = f"?source=lake&workspace_id={workspaces[1].id}"
            document = running.fetch(f"/api/v1/status{query}").json()
            listing = document["workspaces"][0]["listings"][0]
            endpoints = {row["endpoint_id"]: row for row in listing["served"]["endpoints"]}
            assert set(endpoints) == {row["id"] for row in rows}
            assert {row["visibility"] for row in endpoints.values()} == {None}
            failed, running_one = endpoints[rows[0]["id"]], endpoints[rows[1]["id"]]
            assert (failed["name"], failed["attention"]) == ("lake-failed", "failed")
            assert (running_one["owner"], running_one["attention"]) == ("alice", None)
            page = running.fetch("/endpoints?q=lake-failed&attention=failed").text
            assert rows[0]["id"] in page
            assert rows[1]["id"] not in page
            page = running.fetch("/endpoints?visibility=PUBLIC&q=lake-failed").text
            assert rows[0]["id"] not in page
