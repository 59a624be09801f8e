# SPDX-License-Identifier: Apache-2.0
"""Changes of status between polls, against an independent count."""

import copy
import random

from toolbox.shared import configuration, pages
from toolbox.shared.cloud_data import Stored, Workspace, documented_row
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.expected import PREFIX, Key, transitions
from toolbox.shared.exporter import TEXT, Exporter, Running
from toolbox.shared.processes import wait_for

FAMILY = PREFIX + "endpoint_transitions_total"


def counted(running: Running) -> dict[Key, float]:
    """Returns the changes of status on the page, without those at zero."""
    page = pages.read(running.page(TEXT), TEXT)
    return {key: value for key, value in page.values().items() if key[0] == FAMILY and value > 0}


def test_transitions_equal_the_independent_count(exporter: Exporter) -> None:
    rng = random.Random(1)
    workspace = Workspace("w1", "lake", [Stored(documented_row(rng, number)) for number in range(120)])
    before = copy.deepcopy(workspace.rows)
    with ControlPlane([workspace]) as plane:
        source = Source(plane.base_url, [workspace])
        file = configuration.write(exporter.directory, "transitions.yaml", [source])
        with exporter.serve("--config.file", file) as running:
            running.ready()
            assert counted(running) == {}
            statuses = [row["status"] for row in workspace.rows]
            workspace.stored = [
                Stored({**entry.row, "status": rng.choice(statuses)}) for entry in workspace.stored[5:]
            ] + [Stored(documented_row(rng, 200))]  # fmt: skip
            wanted = transitions(before, workspace.rows, source.labels(workspace))
            assert sum(float(count) for count in wanted.values()) > 20
            assert wait_for(lambda: counted(running), 20, "changes of status") == wanted
