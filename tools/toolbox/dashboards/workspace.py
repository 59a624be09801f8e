# SPDX-License-Identifier: Apache-2.0
"""The dashboard of one workspace: endpoints that need attention, counts, capacity, polling health."""

from toolbox.dashboards import common, listings
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import RUNBOOKS, SOURCE, STATUS_PAGE, WORKSPACES, dashboard, query_variable

# Without "All", because the overview shows all workspaces.
WORKSPACE = query_variable("workspace", "Workspace", WORKSPACES, everything=False)

INFORMATION = p.table(
    "Workspace info", "Identity and configuration of the workspace.",
    [q.each("workspace_info", by=("region_id", "base_url", "enterprise_project_id", "discovered"))],
    [p.column("Workspace ID", width=310)],
    shown={"workspace": "Workspace", "workspace_id": "Workspace ID", "source": "Source", "region_id": "Region",
           "enterprise_project_id": "Enterprise project", "discovered": "Discovered", "base_url": "API"},
    sort=[("Workspace", False)], no_value="No workspace")  # fmt: skip
UP = p.stat(
    "Polling", "Whether the last poll of endpoints succeeded (Up) or failed (Down).",
    f"min({q.each('workspace_up', q.OF_ENDPOINTS)})", "none", p.ONE_IS_GOOD, mappings=p.UP_DOWN)  # fmt: skip
SERVING = f"Endpoints in {common.status_list('serving')}."
RUNNING = p.stat("Running", SERVING, q.or_zero(q.total(q.endpoints(q.SERVING))), "short")
DURATION = p.timeseries(
    "Poll duration", "Duration of the last poll, including retries and waits.",
    [(q.each("workspace_last_poll_duration_seconds", by=("listing",)), "{{listing}}")], "s")  # fmt: skip
WORKERS = {"ray_workers_min": "min workers", "ray_workers_max": "max workers", "ray_heads": "head groups"}
RAY = p.timeseries(
    "Ray workers", "Ray head groups, and the minimum and maximum of workers in the worker groups.",
    [(q.total(q.each(family, q.OWN, by=common.CAPACITY_LABELS)), name) for family, name in WORKERS.items()],
    "short", overrides=[p.dashed("max workers")], decimals=0, no_value="No Ray endpoints")  # fmt: skip
LISTINGS = p.chart(
    "state-timeline", "Listings", "Whether the last poll of each listing succeeded (green) or failed (red).",
    q.each("workspace_up", by=("listing",)), "{{listing}}", mappings=p.UP_DOWN,
    no_value="No polls yet")  # fmt: skip

# Other tenants' endpoints: counts by status, and error codes.
PUBLIC = q.each("endpoints", q.PUBLIC, by=q.ENDPOINT_COUNT)
ERRORS = q.each("endpoints_with_error", q.PUBLIC, by=common.CODES)
PUBLIC_COUNT = common.stacked_endpoints(
    "Public endpoints by status",
    "Number of public endpoints (other tenants') in each status. Listed only with the filter visibility: ALL or"
    " PUBLIC. Other panels and alerts exclude them.",
    PUBLIC, no_value="No public endpoints")  # fmt: skip
BY = ("source", "workspace", "endpoint_type", "status")
PUBLIC_TABLE = p.table(
    "Public endpoints", "Number of public endpoints by type and status, and of those with an error code.",
    [q.total(PUBLIC, *BY) + " > 0", q.total(ERRORS, *BY)],
    [p.column("Status", mappings=p.STATUS_MAPPING, width=165),
     p.column("Endpoints", unit="short", decimals=0, width=110),
     p.column("With error code", unit="short", decimals=0, width=150)],
    shown={"workspace": "Workspace", "source": "Source", "endpoint_type": "Type", "status": "Status",
           "Value #A": "Endpoints", "Value #B": "With error code"},
    sort=[("Endpoints", True)], no_value="No public endpoints")  # fmt: skip

BOARD = dashboard(
    "workspace", "Workspace",
    "One DataArts Fabric workspace: endpoints that need attention, counts, capacity, polling health, and what else is"
    " collected of it.",
    [SOURCE, WORKSPACE, STATUS_PAGE, RUNBOOKS],
    [
        (None, (4, [(3, UP), (3, common.FAILED), (3, common.STUCK), (3, common.SUSPENDED), (3, common.WITH_ERROR),
                    (3, common.LONGEST_TRANSITION), (2, common.DATA_AGE), (2, RUNNING), (2, common.ENDPOINTS)])),
        ("Needs attention", (10, [(24, common.needs_attention(overview=False))]),
         (7, [(24, common.in_transition(overview=False))])),
        ("Endpoints", (8, [(12, common.BY_STATUS), (12, common.OLDEST_BY_WORKSPACE)]), (8, [(24, common.BY_TYPE)]),
         (8, [(12, common.transitions()), (12, common.time_to_running())])),
        ("Capacity", (8, [(8, common.CAPACITY[name]) for name in ("APU", "DCU", "DPU")]),
         (8, [(12, common.CAPACITY["MU"]), (12, RAY)]), (8, [(12, graph) for graph in common.LAKE_CAPACITY])),
        ("Polling health", (7, [(8, LISTINGS), (8, common.failed_polls()), (8, DURATION)]), (4, [(24, INFORMATION)])),
        ("Public endpoints (other tenants')", (7, [(12, PUBLIC_COUNT), (12, PUBLIC_TABLE)])),
        *listings.sections(overview=False),
    ])  # fmt: skip
