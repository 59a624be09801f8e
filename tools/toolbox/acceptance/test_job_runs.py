# SPDX-License-Identifier: Apache-2.0
"""Job runs: exact counts, and failures that affect neither endpoints nor service instances."""

import time

import pytest

from toolbox.shared import configuration, exposition, pages
from toolbox.shared.cloud_data import job_runs, new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import FORBIDDEN, ControlPlane, Fault, runs_subject
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import wait_for


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_series_equals_the_independent_count(exporter: Exporter, seed: int) -> None:
    sizes = {"empty": 0, "single": 1, "small": 7, "hundred": 100, "hundred-and-one": 101, "large": 333}
    workspaces = list(new_cloud(*sizes).values())
    for workspace, size in zip(workspaces, sizes.values(), strict=True):
        workspace.runs = job_runs(size, seed)
    with ControlPlane(workspaces) as plane, ControlPlane(workspaces) as services:
        source = Source(plane.base_url, workspaces, services_url=services.base_url, collects_runs=True)
        file = configuration.write(exporter.directory, "runs.yaml", [source])
        begin = time.time()
        outcome = exporter.run("once", "--config.file", file)
        assert outcome.status == 0, outcome.everything
        page = exposition.parse(outcome.text)
        pages.require_series(page, pages.wanted([source], "problems"), (begin, time.time()))
        requests = [request for request in services.requests if "/jobs/runs" in request.path]
        assert len(requests) == 8 * len(workspaces)
        assert {tuple(sorted(request.query)) for request in requests} == {("limit", "order_by", "sort_by", "status")}
        assert not [request for request in plane.requests if "/jobs/" in request.path]


def test_a_failing_list_of_job_runs_affects_no_other_listing(exporter: Exporter) -> None:
    workspaces = list(new_cloud("small").values())
    workspace = workspaces[0]
    workspace.services = [{"id": "s" * 32, "status": "RUNNING", "type": "LLM_MODEL"}]
    workspace.runs = job_runs(40)
    with ControlPlane(workspaces) as plane:
        source = Source(plane.base_url, workspaces, services_url=plane.base_url, collects_runs=True)
        file = configuration.write(exporter.directory, "runs.yaml", [source])
        begin = time.time()
        subject, wanted = runs_subject(workspace.id), pages.wanted([source], "problems")
        unfiltered = {"total": 40, "job_runs": workspace.runs[:1]}
        with exporter.serve("--config.file", file) as running:
            running.ready()

            def up(listing: str) -> float | None:
                page = exposition.parse(running.page())
                return pages.sample_value(page, pages.UP, source.labels(workspace) | {"listing": listing})

            for fault in (
                Fault(status=403, body=FORBIDDEN), Fault("reset"), Fault(status=401, body={}),
                Fault(status=200, body=unfiltered), Fault("count", adjust=lambda total, number: -1),
            ):  # fmt: skip
                plane.faults[subject] = fault
                wait_for(lambda: up("job_runs") == 0, 30, "the list of job runs fails")
                assert up("endpoints") == up("service_instances") == 1
                del plane.faults[subject]
                wait_for(lambda: up("job_runs") == 1, 30, "the list of job runs recovers")
                page = exposition.parse(running.page())
                pages.require_series(page, wanted, (begin, time.time()))
