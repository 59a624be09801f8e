# SPDX-License-Identifier: Apache-2.0
"""The dashboard of all workspaces: endpoints that need attention, alerts, polling health."""

from toolbox.dashboards import common, listings
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import FIRING, RUNBOOKS, SOURCE, STATUS_PAGE, WORKSPACE, dashboard

BY = q.WORKSPACE
ON = ", ".join(BY)
UP = q.each("workspace_up", q.OF_ENDPOINTS)
FAILURES = q.each("workspace_poll_failures_total", q.OF_ENDPOINTS, by=("reason",), value="increase({}[10m])")
# The most frequent recent failure reason of a workspace that is down.
REASON = f"topk by ({ON}) (1, {FAILURES} > 0) and on ({ON}) ({UP} == 0)"
DATA_AGE = q.age(f"min by ({ON}) ({common.LAST_SUCCESS})")
DOWN_FOR = q.age(f"min by ({ON}) ({q.each('workspace_failing_since_timestamp_seconds', q.OF_ENDPOINTS)})")
DOWN = p.table(
    "Down workspaces",
    "Workspaces whose last poll of endpoints failed, with the time since the first failed poll, and the most frequent"
    " reason of the last ten minutes. After a restart of the exporter the time begins again.",
    [f"{q.with_status_page(DOWN_FOR)} and on ({ON}) ({UP} == 0)", REASON, f"{DATA_AGE} and on ({ON}) ({UP} == 0)"],
    [
        p.column("Down for", unit="s", thresholds=p.DOWN, decimals=1, width=115),
        p.column("Reason", width=180), p.column("Source", width=200),
        p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE),
        p.column("Data age", unit="s", thresholds=p.DATA_AGE, decimals=1, width=120, cell="color-text"),
        p.column("Workspace ID", hidden=True), p.column("Status page", width=100, link=p.STATUS_PAGE_LINK),
    ],
    shown={"Value #A": "Down for", "reason": "Reason", "workspace": "Workspace", "source": "Source",
           "Value #C": "Data age", "workspace_id": "Workspace ID", "status_page": "Status page"},
    sort=[("Down for", True)], no_value="No workspaces down (or no data)")  # fmt: skip
TABLE = p.table(
    "Workspaces",
    "Each selected workspace: whether the last poll of its endpoints succeeded, endpoint counts without public ones,"
    " and data age. A workspace without counts has stale data (older than poll.stale_after). Its name links to the"
    " workspace dashboard.",
    [
        q.with_status_page(f"min by ({ON}) ({UP})"),
        q.or_zero(q.total(q.endpoints(), *BY), *BY),
        q.or_zero(q.total(q.endpoints(q.UNHEALTHY), *BY), *BY),
        q.or_zero(q.total(q.endpoints(q.TRANSITION), *BY), *BY),
        q.age(f"min by ({ON}) ({q.oldest_transition()})"),
        DATA_AGE,
        REASON,
        q.or_zero(q.total(q.endpoints(q.SUSPENDED), *BY), *BY),
    ],
    [
        p.column("Polling", mappings=p.UP_DOWN, width=80),
        p.column("Source", width=150),
        p.column("Reason", width=150),
        p.column("Endpoints", width=110),
        p.column("Failed or abnormal", thresholds=p.ANY_IS_CRITICAL, width=150, cell="color-text"),
        p.column("Suspended", thresholds=p.ANY_IS_WARNING, width=110, cell="color-text"),
        p.column("In transition", width=110),
        p.column("Longest in transition", unit="s", thresholds=p.TRANSITION_AGE, decimals=1, width=180,
                 cell="color-text"),
        p.column("Data age", unit="s", thresholds=p.DATA_AGE, decimals=1, width=120, cell="color-text"),
        p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE),
        p.column("Workspace ID", hidden=True),
        p.column("Status page", width=100, link=p.STATUS_PAGE_LINK),
    ],
    shown={"Value #A": "Polling", "workspace": "Workspace", "source": "Source", "reason": "Reason",
           "Value #B": "Endpoints", "Value #C": "Failed or abnormal", "Value #H": "Suspended",
           "Value #D": "In transition", "Value #E": "Longest in transition", "Value #F": "Data age",
           "workspace_id": "Workspace ID", "status_page": "Status page"},
    sort=[("Polling", False), ("Longest in transition", True)], no_value="No workspaces are polled")  # fmt: skip

# The critical alert of a pair stands for both.
SUBJECT = (
    "alertname, source, workspace_id, listing, endpoint_id, endpoint_type, status, visibility, service_instance_id,"
    " service_type, resource"
)
CRITICAL = q.label(FIRING.replace(".+", ".+Critical"), "alertname", "$1", "alertname", "(.+)Critical")
# The alert about endpoints stands for the same alert about other listings of the workspace, as in Alertmanager.
OTHERS, ENDPOINTS = (
    FIRING.replace("}", f", {matcher}}}") for matcher in ('listing!~"endpoints|"', 'listing="endpoints"')
)
REPEATED = f"({OTHERS} and on (alertname, source, workspace_id) {ENDPOINTS})"
CHOSEN = q.label(
    f"{FIRING} unless on ({SUBJECT}) {CRITICAL} unless {REPEATED}", "runbook", "$1", "alertname", "(.+?)(Critical)?"
)
SINCE = FIRING.replace("ALERTS{", "ALERTS_FOR_STATE{").replace(', alertstate="firing"', "")
ALERT_LABELS = "severity, alertname, runbook, source, workspace, listing, reason"
ALERTS = p.table(
    "Firing alerts",
    "Firing alerts of the selected workspaces and of the exporter, from prometheus/alerts.yaml, critical ones first,"
    " and the time since the first of them became active. Each links to its runbook.",
    [
        f"count by ({ALERT_LABELS}) ({CHOSEN})",
        f"time() - min by ({ALERT_LABELS}) ({CHOSEN} * 0 + ignoring (alertstate, runbook) group_left () {SINCE})",
    ],
    [
        p.column("Severity", mappings=p.SEVERITY, width=95), p.column("Alert", width=330, link=p.RUNBOOK),
        p.column("Active for", unit="s", decimals=1, width=115), p.column("Count", decimals=0, width=80),
        p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE), p.column("Source", width=180),
        p.column("Listing", width=150), p.column("Reason", width=150), p.column("Runbook", hidden=True),
    ],
    shown={"severity": "Severity", "alertname": "Alert", "Value #B": "Active for", "Value #A": "Count",
           "workspace": "Workspace", "source": "Source", "listing": "Listing", "reason": "Reason",
           "runbook": "Runbook"},
    sort=[("Severity", False), ("Active for", False)],
    no_value="No firing alerts (or alerts.yaml is not loaded)")  # fmt: skip

FAILING = p.stat(
    "Workspaces down", "Workspaces whose last poll of endpoints failed.", f"sum(1 - {UP})", "short",
    p.ANY_IS_CRITICAL)  # fmt: skip
POLLED = p.stat(
    "Polled", "Workspaces that are polled, up or down.",
    f"count({q.each('workspace_polls_total', q.OF_ENDPOINTS)})", "short", decimals=0)  # fmt: skip
LARGEST = p.timeseries(
    "Endpoints by workspace", "Number of endpoints of each workspace, without public ones: top 10.",
    [(f"topk(10, {q.or_zero(q.total(q.endpoints(), 'workspace'), 'workspace')})", "{{workspace}}")], "short",
    decimals=0)  # fmt: skip

BOARD = dashboard(
    "overview", "Overview",
    "Endpoints that need attention and polling health, over all DataArts Fabric workspaces, and what else is"
    " collected.",
    [SOURCE, WORKSPACE, STATUS_PAGE, RUNBOOKS],
    [
        (None, (4, [(3, FAILING), (2, POLLED), (3, common.FAILED), (2, common.STUCK), (3, common.SUSPENDED),
                    (3, common.WITH_ERROR), (3, common.LONGEST_TRANSITION), (3, common.DATA_AGE),
                    (2, common.ENDPOINTS)])),
        ("Needs attention",
         (6, [(24, DOWN)]), (12, [(24, common.needs_attention(overview=True))]), (10, [(24, ALERTS)])),
        ("Workspaces", (11, [(24, TABLE)])),
        ("In transition", (9, [(24, common.in_transition(overview=True))])),
        ("History", (8, [(12, common.NOT_RUNNING), (12, common.OLDEST_BY_WORKSPACE)]),
         (8, [(12, common.BY_TYPE), (12, LARGEST)]),
         (8, [(12, common.transitions()), (12, common.time_to_running())]), (7, [(24, common.discovered())])),
        *listings.sections(overview=True),
    ])  # fmt: skip
