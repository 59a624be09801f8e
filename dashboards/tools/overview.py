# SPDX-License-Identifier: Apache-2.0
"""The fleet at a glance: what is stuck, what failed, whom we cannot see."""

import common
import panels as p
import promql as q
from board import SOURCE, WORKSPACE, dashboard


def workspaces_table():
    by = ("endpoint_type", "status")
    of_workspace = "max by (source, workspace) ({})".format
    oldest = q.each("endpoint_oldest_transition_timestamp_seconds", by=by)
    endpoints = ("endpoint_type", "status", "visibility")
    return p.table(
        "Workspaces",
        "Every selected workspace: whether the last poll ended in a complete listing, its endpoints, and how old what is "
        "shown is. A workspace without endpoint numbers has had no listing within poll.stale_after. The name leads to it.",
        [
            "min by (source, workspace) (" + q.each("workspace_up") + ")",
            q.total(q.each("workspace_listed_endpoints"), "source", "workspace"),
            q.total(q.each("endpoints", q.FAILED, by=endpoints), "source", "workspace"),
            q.total(q.each("endpoints", q.TRANSITION, by=endpoints), "source", "workspace"),
            q.age(f"min by (source, workspace) ({oldest})"),
            q.age(of_workspace(q.each("workspace_last_success_timestamp_seconds"))),
        ],
        [
            p.column("Answers", mappings=p.YES_NO, width=80),
            p.column("Failed", thresholds=p.ANY_IS_BAD, width=80, cell="color-text"),
            p.column("Longest in transition", unit="s", thresholds=p.TRANSITION_AGE, decimals=0, cell="color-text"),
            p.column("Data age", unit="s", thresholds=p.DATA_AGE, decimals=0, cell="color-text"),
            p.column("Workspace", link=p.WORKSPACE_LINK),
        ],
        shown={
            "Value #A": "Answers", "workspace": "Workspace", "source": "Source", "Value #B": "Endpoints",
            "Value #C": "Failed", "Value #D": "In transition", "Value #E": "Longest in transition", "Value #F": "Data age",
        },
        sort="Answers", descending=False, no_value="–")


def board():
    failing = p.stat(
        "Workspaces failing", "Workspaces whose last poll did not end in a complete listing: what they hold is unknown.",
        f"sum(1 - {q.each('workspace_up')})", "short", p.ANY_IS_BAD)
    workspaces = p.stat(
        "Workspaces", "Workspaces that are polled.", f"count({q.each('workspace_polls_total')})", "short", decimals=0)
    stuck = common.problem_table(
        "On their way, longest first",
        "Endpoints that are CREATING, UPDATING or DELETING, by the time they have been so. Orange from 10 minutes, red from "
        "30: stuck.",
        (q.TRANSITION,), p.TRANSITION_AGE, "Nothing is on its way", leave_out=("error_code", "endpoint_id"))
    broken = common.problem_table(
        "Failed or in error, longest first",
        "Endpoints in a failed status, with the error code that the service gives, by the time they have been so. The message "
        "is on the exporter's status page and in its log.",
        ('status!~"CREATING|UPDATING|DELETING"',), p.NEUTRAL, "Nothing has failed",
        leave_out=("endpoint_type", "endpoint_id"))
    return dashboard(
        "dataarts-fabric-overview", "DataArts Fabric / Overview",
        "What is stuck, what has failed and what cannot be seen, over all workspaces of DataArts Fabric.",
        [SOURCE, WORKSPACE],
        [
            (None, (4, [(4, common.longest_transition()), (3, common.failed()), (4, common.with_error()),
                        (4, failing), (3, common.data_age()), (3, workspaces), (3, common.endpoints())])),
            ("What needs somebody", (10, [(12, stuck), (12, broken)])),
            ("Workspaces", (11, [(24, workspaces_table())])),
            ("Over time",
             (8, [(12, common.by_status()), (12, common.oldest_by_workspace())]),
             (8, [(12, common.by_label("Endpoints by type", "How many endpoints there are of each type.",
                                       "endpoint_type")),
                  (12, common.by_label("Endpoints by workspace", "How many endpoints each workspace lists.",
                                       "workspace"))])),
        ])
