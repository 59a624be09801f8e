# SPDX-License-Identifier: Apache-2.0
"""The fleet at a glance: what is stuck, what failed, whom we cannot see."""

import common
import panels as p
import promql as q
from board import SOURCE, WORKSPACE, dashboard


def workspaces_table():
    oldest = q.oldest_transition()
    up = q.each("workspace_up", q.OF_ENDPOINTS)
    failures = q.each("workspace_poll_failures_total", q.OF_ENDPOINTS, by=("reason",), value="increase({}[10m])") + " > 0"
    return p.table(
        "Workspaces",
        "Every selected workspace: whether the last poll of its endpoints ended in a complete listing, its endpoints without "
        "public ones, and how old what is shown is. A workspace without endpoint numbers has had no listing within "
        "poll.stale_after. The name leads to it.",
        [
            f"min by (source, workspace) ({up})",
            q.or_zero(q.total(q.endpoints(), "source", "workspace"), "source", "workspace"),
            q.total(q.endpoints(q.UNHEALTHY), "source", "workspace"),
            q.total(q.endpoints(q.TRANSITION), "source", "workspace"),
            q.age(f"min by (source, workspace) ({oldest})"),
            q.age("min by (source, workspace) (" + q.each("workspace_last_success_timestamp_seconds", q.OF_ENDPOINTS) + ")"),
            # Of a workspace that does not answer, the reason that its polls failed for most often of late.
            f"topk by (source, workspace) (1, {failures}) and on (source, workspace) ({up} == 0)",
        ],
        [
            p.column("Answers", mappings=p.YES_NO, width=80),
            p.column("Source", width=150),
            p.column("Why not", width=150),
            p.column("Endpoints", width=110),
            p.column("Failed", thresholds=p.ANY_IS_BAD, width=110, cell="color-text"),
            p.column("In transition", width=110),
            p.column("Longest in transition", unit="s", thresholds=p.TRANSITION_AGE, decimals=0, width=180, cell="color-text"),
            p.column("Data age", unit="s", thresholds=p.DATA_AGE, decimals=0, width=120, cell="color-text"),
            p.column("Workspace", link=p.WORKSPACE_LINK),
        ],
        shown={
            "Value #A": "Answers", "workspace": "Workspace", "source": "Source", "reason": "Why not", "Value #B": "Endpoints",
            "Value #C": "Failed", "Value #D": "In transition", "Value #E": "Longest in transition", "Value #F": "Data age",
        },
        sort=[("Answers", False), ("Longest in transition", True)], no_value="No workspace is polled")


def alerts():
    chosen = 'alertname=~"DataArtsFabric.+", alertstate="firing", source=~"$source|", workspace=~"$workspace|"'
    same = "on (alertname, source, workspace_id, listing, endpoint_id, endpoint_type, status, visibility)"
    critical = f'ALERTS{{{chosen}, severity="critical"}}'
    others = f'ALERTS{{{chosen}, severity!="critical"}}'
    return p.table(
        "Alerts that fire",
        "Alerts on the selection and on the exporter, from prometheus/alerts.yaml, and of how many endpoints or other things "
        "they are; what is critical is not counted as a warning too. Each has a runbook of its name.",
        [f"count by (severity, alertname, source, workspace, listing, reason) ({critical} or ({others} unless {same} {critical}))"],
        [
            p.column("Severity", mappings=p.SEVERITY, width=110), p.column("Alert", width=380),
            p.column("Workspace", link=p.WORKSPACE_LINK), p.column("Source", width=200), p.column("Listing", width=160),
            p.column("Reason", width=160), p.column("How many", width=120),
        ],
        shown={"severity": "Severity", "alertname": "Alert", "workspace": "Workspace", "source": "Source",
               "listing": "Listing", "reason": "Reason", "Value": "How many"},
        sort=[("Severity", False), ("How many", False)], no_value="None fires, or alerts.yaml is not loaded")


def board():
    failing = p.stat(
        "Workspaces failing",
        "Workspaces whose last poll of endpoints did not end in a complete listing: what they hold is unknown.",
        f"sum(1 - {q.each('workspace_up', q.OF_ENDPOINTS)})", "short", p.ANY_IS_BAD)
    workspaces = p.stat(
        "Workspaces polled", "Workspaces that are polled, whether they answer or not.",
        f"count({q.each('workspace_polls_total', q.OF_ENDPOINTS)})", "short", decimals=0)
    largest = p.timeseries(
        "Endpoints by workspace", "How many endpoints, without public ones, each workspace has: the ten largest.",
        [("topk(10, " + q.or_zero(q.total(q.endpoints(), "workspace"), "workspace") + ")", "{{workspace}}")], "short",
        decimals=0)
    return dashboard(
        "dataarts-fabric-overview", "DataArts Fabric / Overview",
        "What is stuck, what has failed and what cannot be seen, over all workspaces of DataArts Fabric.",
        [SOURCE, WORKSPACE],
        [
            (None, (4, [(3, common.longest_transition()), (3, common.failed()), (3, common.with_error()),
                        (3, common.suspended()), (3, failing), (3, common.data_age()), (3, workspaces),
                        (3, common.endpoints())])),
            ("What needs somebody", (10, [(12, common.on_their_way(narrow=True)), (12, common.broken(narrow=True))]),
             (9, [(24, alerts())])),
            ("Workspaces", (11, [(24, workspaces_table())])),
            ("Over time",
             (8, [(12, common.not_running()), (12, common.oldest_by_workspace())]),
             (8, [(12, common.by_type()),
                  (12, largest)]),
             (7, [(24, common.discovered())])),
        ])
