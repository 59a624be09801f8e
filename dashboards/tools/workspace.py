# SPDX-License-Identifier: Apache-2.0
"""One workspace: its problems by name, its endpoints over time, its capacity, and whether it can be seen."""

import common
import panels as p
import promql as q
from board import SOURCE, dashboard, query_variable

# One workspace is the subject, so "All" is not offered: that is what the overview shows.
WORKSPACE = query_variable(
    "workspace", "Workspace", 'label_values(dataarts_fabric_workspace_polls_total{source=~"$source"}, workspace)',
    everything=False)


def information():
    return p.table(
        "What it is", "What is known of the workspace beside its endpoints.",
        [q.each("workspace_info", by=("region_id", "base_url", "enterprise_project_id", "discovered"))],
        [p.column("Workspace id", width=310)],
        shown={"workspace": "Workspace", "workspace_id": "Workspace id", "source": "Source", "region_id": "Region",
               "enterprise_project_id": "Enterprise project", "discovered": "Discovered", "base_url": "API"},
        sort=[("Workspace", False)], no_value="Not known")


def board():
    up = p.stat(
        "Answers", "Whether the last poll ended in a complete listing.", f"min({q.each('workspace_up')})", "none",
        p.ONE_IS_GOOD, mappings=p.YES_NO)
    running = p.stat(
        "Running", "Endpoints in RUNNING.",
        q.total(q.each("endpoints", 'status="RUNNING"', by=("endpoint_type", "status", "visibility"))), "short")
    duration = p.timeseries(
        "Poll duration", "How long the last poll took, retries and waits included.",
        [(q.each("workspace_last_poll_duration_seconds"), "{{workspace}}")], "s")
    ray = p.timeseries(
        "Ray workers", "Ray head groups, and the fewest and most workers that the worker groups may have.",
        [(q.total(q.each("ray_workers_min", by=("endpoint_type", "status", "spec_code"))), "workers, fewest"),
         (q.total(q.each("ray_workers_max", by=("endpoint_type", "status", "spec_code"))), "workers, most"),
         (q.total(q.each("ray_heads", by=("endpoint_type", "status", "spec_code"))), "head groups")],
        "short", overrides=[p.dashed("workers, most")], decimals=0, no_value="No Ray endpoints")
    apu, dpu, mu = common.capacities()
    return dashboard(
        "dataarts-fabric-workspace", "DataArts Fabric / Workspace",
        "One workspace of DataArts Fabric: its problems, endpoints and capacity, and whether it can be seen.",
        [SOURCE, WORKSPACE],
        [
            (None, (4, [(4, common.longest_transition()), (3, common.failed()), (4, common.with_error()), (3, up),
                        (4, common.data_age()), (3, running), (3, common.endpoints())])),
            ("What needs somebody", (7, [(24, common.on_their_way())]), (8, [(24, common.broken())])),
            ("Endpoints",
             (8, [(12, common.by_status()), (12, common.oldest_by_workspace())]),
             (8, [(12, common.by_type()),
                  (12, common.by_label("Endpoints by visibility", "How many endpoints are PRIVATE, and how many PUBLIC.",
                                       "visibility", p.VISIBILITY_COLOURS))])),
            ("Capacity", (8, [(12, apu), (12, dpu)]), (8, [(12, mu), (12, ray)])),
            ("Can it be seen?", (7, [(12, common.failed_polls()), (12, duration)]), (4, [(24, information())])),
        ])
