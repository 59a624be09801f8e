# SPDX-License-Identifier: Apache-2.0
"""The dashboard of one workspace: endpoints that need attention, counts, capacity, polling health."""

from __future__ import annotations

from toolbox.dashboards import common
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import SOURCE, WORKSPACES, dashboard, query_variable
from toolbox.dashboards.panels import Json

# Without "All", because the overview shows all workspaces.
WORKSPACE = query_variable("workspace", "Workspace", WORKSPACES, everything=False)


def information() -> Json:
    return p.table(
        "Workspace info", "Identity and configuration of the workspace.",
        [q.each("workspace_info", by=("region_id", "base_url", "enterprise_project_id", "discovered"))],
        [p.column("Workspace ID", width=310)],
        shown={"workspace": "Workspace", "workspace_id": "Workspace ID", "source": "Source", "region_id": "Region",
               "enterprise_project_id": "Enterprise project", "discovered": "Discovered", "base_url": "API"},
        sort=[("Workspace", False)], no_value="No data")  # fmt: skip


def board() -> Json:
    up = p.stat(
        "Status", "Whether the last poll of endpoints succeeded (Up) or failed (Down).",
        f"min({q.each('workspace_up', q.OF_ENDPOINTS)})", "none", p.ONE_IS_GOOD, mappings=p.UP_DOWN)  # fmt: skip
    statuses = common.status_list("serving")
    running = p.stat("Running", f"Endpoints in {statuses}.", q.total(q.endpoints(q.SERVING)), "short")
    duration = p.timeseries(
        "Poll duration", "Duration of the last poll, including retries and waits.",
        [(q.each("workspace_last_poll_duration_seconds", by=("listing",)), "{{workspace}} {{listing}}")],
        "s")  # fmt: skip
    workers = {"ray_workers_min": "min workers", "ray_workers_max": "max workers", "ray_heads": "head groups"}
    ray = p.timeseries(
        "Ray workers", "Ray head groups, and the minimum and maximum of workers in the worker groups.",
        [(q.total(q.each(family, q.OWN, by=common.CAPACITY_LABELS)), name) for family, name in workers.items()],
        "short", overrides=[p.dashed("max workers")], decimals=0, no_value="No Ray endpoints")  # fmt: skip
    apu, dpu, mu = common.capacities()
    listings = p.statetimeline(
        "Listings", "Whether the last poll of each listing succeeded (green) or failed (red).",
        q.each("workspace_up", by=("listing",)), "{{workspace}} {{listing}}", mappings=p.UP_DOWN,
        no_value="No polls yet")  # fmt: skip
    public_count, public_table = common.public()
    return dashboard(
        "dataarts-fabric-workspace", "DataArts Fabric / Workspace",
        "One DataArts Fabric workspace: endpoints that need attention, counts, capacity and polling health.",
        [SOURCE, WORKSPACE],
        [
            (None, (4, [(4, common.longest_transition()), (3, common.failed()), (4, common.with_error()), (3, up),
                        (4, common.data_age()), (3, running), (3, common.endpoints())])),
            ("Needs attention", (7, [(24, common.in_transition())]), (8, [(24, common.failed_endpoints())])),
            ("Endpoints",
             (8, [(12, common.by_status()), (12, common.oldest_by_workspace())]),
             (8, [(24, common.by_type())])),
            ("Capacity", (8, [(12, apu), (12, dpu)]), (8, [(12, mu), (12, ray)])),
            ("Polling health", (7, [(8, listings), (8, common.failed_polls()), (8, duration)]),
             (4, [(24, information())])),
            ("Public endpoints (other tenants')", (7, [(12, public_count), (12, public_table)])),
        ])  # fmt: skip
