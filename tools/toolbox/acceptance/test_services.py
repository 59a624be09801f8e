# SPDX-License-Identifier: Apache-2.0
"""Service instances: complete lists, and failures that do not affect endpoints."""

import time

import pytest

from toolbox.shared import configuration, exposition, pages
from toolbox.shared.cloud_data import SIZES, new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import FORBIDDEN, ControlPlane, Fault, services_subject
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import wait_for


@pytest.mark.parametrize("details", ["problems", "all"])
def test_every_series_equals_the_independent_count(exporter: Exporter, details: str) -> None:
    workspaces = list(new_cloud(*SIZES).values())
    for workspace in workspaces:
        # The rows of endpoints have the fields of service instances, with all their odd values.
        workspace.services = [row | {"endpoint_id": "e"} if isinstance(row, dict) else row for row in workspace.rows]
    with ControlPlane(workspaces) as plane, ControlPlane(workspaces) as services:
        source = Source(plane.base_url, workspaces, services_url=services.base_url)
        file = configuration.write(exporter.directory, "services.yaml", [source], details)
        begin = time.time()
        outcome = exporter.run("once", "--config.file", file)
        assert outcome.status == 0, outcome.everything
        page = exposition.parse(outcome.text)
        pages.require_series(page, pages.wanted([source], details), (begin, time.time()), details)
        assert not [request for request in services.requests if "/services/" not in request.path]
        assert not [request for request in plane.requests if "/services/" in request.path]


def test_a_failing_list_of_services_does_not_affect_endpoints(exporter: Exporter) -> None:
    workspaces = list(new_cloud("small").values())
    workspace = workspaces[0]
    workspace.services = [{"id": "s" * 32, "status": "RUNNING", "type": "LLM_MODEL"}]
    with ControlPlane(workspaces) as plane:
        source = Source(plane.base_url, workspaces, services_url=plane.base_url)
        file = configuration.write(exporter.directory, "services.yaml", [source])
        begin = time.time()
        with exporter.serve("--config.file", file) as running:
            running.ready()
            wanted = pages.wanted([source], "problems")
            for fault in (Fault(status=403, body=FORBIDDEN), Fault("reset"), Fault(status=401, body={})):
                plane.faults[services_subject(workspace.id)] = fault
                labels = source.labels(workspace)

                def up(listing: str, labels: dict[str, str] = labels) -> float | None:
                    page = exposition.parse(running.page())
                    return pages.sample_value(page, pages.UP, labels | {"listing": listing})

                wait_for(lambda: up("service_instances") == 0, 30, "the list of services fails")
                assert up("endpoints") == 1
                del plane.faults[services_subject(workspace.id)]
                wait_for(lambda: up("service_instances") == 1, 30, "the list of services recovers")
                page = exposition.parse(running.page())
                pages.require_series(page, wanted, (begin, time.time()))
