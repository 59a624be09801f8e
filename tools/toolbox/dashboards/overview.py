# SPDX-License-Identifier: Apache-2.0
"""The dashboard of all workspaces: endpoints that need attention, alerts, polling health."""

from toolbox.dashboards import common
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import SOURCE, WORKSPACE, dashboard

BY = ("source", "workspace")
UP = q.each("workspace_up", q.OF_ENDPOINTS)
FAILURES = q.each("workspace_poll_failures_total", q.OF_ENDPOINTS, by=("reason",), value="increase({}[10m])")
TABLE = p.table(
    "Workspaces",
    "Each selected workspace: status of the last poll of its endpoints, endpoint counts without public ones, and"
    " data age. A workspace without counts has stale data (older than poll.stale_after). Its name links to the"
    " workspace dashboard.",
    [
        f"min by (source, workspace) ({UP})",
        q.or_zero(q.total(q.endpoints(), *BY), *BY),
        q.total(q.endpoints(q.UNHEALTHY), *BY),
        q.total(q.endpoints(q.TRANSITION), *BY),
        q.age(f"min by (source, workspace) ({q.oldest_transition()})"),
        q.age(f"min by (source, workspace) ({common.LAST_SUCCESS})"),
        # The most frequent recent failure reason of a workspace that is down.
        f"topk by (source, workspace) (1, {FAILURES} > 0) and on (source, workspace) ({UP} == 0)",
    ],
    [
        p.column("Status", mappings=p.UP_DOWN, width=80),
        p.column("Source", width=150),
        p.column("Reason", width=150),
        p.column("Endpoints", width=110),
        p.column("Failed", thresholds=p.ANY_IS_CRITICAL, width=110, cell="color-text"),
        p.column("In transition", width=110),
        p.column("Longest in transition", unit="s", thresholds=p.TRANSITION_AGE, decimals=0, width=180,
                 cell="color-text"),
        p.column("Data age", unit="s", thresholds=p.DATA_AGE, decimals=0, width=120, cell="color-text"),
        p.column("Workspace", link=p.WORKSPACE_LINK),
    ],
    shown={"Value #A": "Status", "workspace": "Workspace", "source": "Source", "reason": "Reason",
           "Value #B": "Endpoints", "Value #C": "Failed", "Value #D": "In transition",
           "Value #E": "Longest in transition", "Value #F": "Data age"},
    sort=[("Status", False), ("Longest in transition", True)], no_value="No workspaces are polled")  # fmt: skip

CHOSEN = 'alertname=~"DataArtsFabric.+", alertstate="firing", source=~"$source|", workspace=~"$workspace|"'
SAME = "on (alertname, source, workspace_id, listing, endpoint_id, endpoint_type, status, visibility)"
CRITICAL, OTHERS = (f'ALERTS{{{CHOSEN}, severity{operator}"critical"}}' for operator in ("=", "!="))
ALERT_LABELS = "severity, alertname, source, workspace, listing, reason"
ALERTS = p.table(
    "Firing alerts",
    "Firing alerts of the selected workspaces and of the exporter, from prometheus/alerts.yaml. A critical alert is"
    " not counted as a warning too. Each alert has a runbook of the same name.",
    [f"count by ({ALERT_LABELS}) ({CRITICAL} or ({OTHERS} unless {SAME} {CRITICAL}))"],
    [
        p.column("Severity", mappings=p.SEVERITY, width=110), p.column("Alert", width=380),
        p.column("Workspace", link=p.WORKSPACE_LINK), p.column("Source", width=200), p.column("Listing", width=160),
        p.column("Reason", width=160), p.column("Count", width=120),
    ],
    shown={"severity": "Severity", "alertname": "Alert", "workspace": "Workspace", "source": "Source",
           "listing": "Listing", "reason": "Reason", "Value": "Count"},
    sort=[("Severity", False), ("Count", False)],
    no_value="No firing alerts (or alerts.yaml is not loaded)")  # fmt: skip

FAILING = p.stat(
    "Workspaces down", "Workspaces whose last poll of endpoints failed.", f"sum(1 - {UP})", "short",
    p.ANY_IS_CRITICAL)  # fmt: skip
POLLED = p.stat(
    "Workspaces polled", "Workspaces that are polled, up or down.",
    f"count({q.each('workspace_polls_total', q.OF_ENDPOINTS)})", "short", decimals=0)  # fmt: skip
LARGEST = p.timeseries(
    "Endpoints by workspace", "Number of endpoints of each workspace, without public ones: top 10.",
    [(f"topk(10, {q.or_zero(q.total(q.endpoints(), 'workspace'), 'workspace')})", "{{workspace}}")], "short",
    decimals=0)  # fmt: skip

BOARD = dashboard(
    "overview", "Overview",
    "Endpoints that need attention and polling health, over all DataArts Fabric workspaces.",
    [SOURCE, WORKSPACE],
    [
        (None, (4, [(3, common.LONGEST_TRANSITION), (3, common.FAILED), (3, common.WITH_ERROR), (3, common.SUSPENDED),
                    (3, FAILING), (3, common.DATA_AGE), (3, POLLED), (3, common.ENDPOINTS)])),
        ("Needs attention",
         (10, [(12, common.in_transition(narrow=True)), (12, common.failed_endpoints(narrow=True))]),
         (9, [(24, ALERTS)])),
        ("Workspaces", (11, [(24, TABLE)])),
        ("History", (8, [(12, common.NOT_RUNNING), (12, common.OLDEST_BY_WORKSPACE)]),
         (8, [(12, common.BY_TYPE), (12, LARGEST)]), (7, [(24, common.discovered())])),
    ])  # fmt: skip
