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
        "Answers", "Whether the last poll of endpoints ended in a complete listing.",
        f"min({q.each('workspace_up', q.OF_ENDPOINTS)})", "none",
        p.ONE_IS_GOOD, mappings=p.YES_NO)
    running = p.stat(
        "Running", f"Endpoints in {common.words('serving')}.", q.total(q.endpoints(q.SERVING)), "short")
    duration = p.timeseries(
        "Poll duration", "How long the last poll took, retries and waits included.",
        [(q.each("workspace_last_poll_duration_seconds", by=("listing",)), "{{workspace}} {{listing}}")], "s")
    ray = p.timeseries(
        "Ray workers", "Ray head groups, and the fewest and most workers that the worker groups may have.",
        [(q.total(q.each("ray_workers_min", q.OWN, by=common.CAPACITY_LABELS)), "workers, fewest"),
         (q.total(q.each("ray_workers_max", q.OWN, by=common.CAPACITY_LABELS)), "workers, most"),
         (q.total(q.each("ray_heads", q.OWN, by=common.CAPACITY_LABELS)), "head groups")],
        "short", overrides=[p.dashed("workers, most")], decimals=0, no_value="No Ray endpoints")
    apu, dpu, mu = common.capacities()
    listings = p.statetimeline(
        "Listings", "When the last poll of each listing ended in a complete one (green) and when not (red).",
        q.each("workspace_up", by=("listing",)), "{{workspace}} {{listing}}", mappings=p.YES_NO, no_value="Not polled yet")
    public_count, public_table = common.public()
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
             (8, [(24, common.by_type())])),
            ("Capacity", (8, [(12, apu), (12, dpu)]), (8, [(12, mu), (12, ray)])),
            ("Can it be seen?", (7, [(8, listings), (8, common.failed_polls()), (8, duration)]), (4, [(24, information())])),
            ("Public endpoints, which are other tenants'", (7, [(12, public_count), (12, public_table)])),
        ])
