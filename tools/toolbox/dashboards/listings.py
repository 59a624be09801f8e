# SPDX-License-Identifier: Apache-2.0
"""Panels of what is collected beside endpoints: service instances, job runs, compute pools, quotas.

Grafana cannot hide a row without data, so these rows are the last ones, and their panels say that nothing is collected.
"""

from toolbox.dashboards import panels as p
from toolbox.dashboards import pools
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import Section
from toolbox.dashboards.panels import Json

ON = ", ".join(q.WORKSPACE)
COLORS = p.colors(p.COLORS["run_status"])
NO_INSTANCES, NO_RUNS = "No service instances (or not collected)", "No job runs (or not collected)"
NO_QUOTAS = "No quotas (or not collected)"
WAITING, ACTIVE = 'status=~"PENDING|CREATING"', 'status=~"RUNNING|UPDATING|STOPPING"'
ENDED = 'status=~"SUCCEEDED|FAILED|STOPPED"'


def instances_that_need_attention(*, overview: bool) -> Json:
    """Returns a table: on the overview with the workspace, else with ids."""
    shown = {
        "reason": "Reason", "Value #A": "Time in status", "status": "Status",
        "service_instance_name": "Service instance", "workspace": "Workspace", "service_type": "Type",
        "source": "Source", "endpoint_id": "Endpoint ID", "service_instance_id": "Service instance ID",
        "Value #B": "Without details", "workspace_id": "Workspace ID", "status_page": "Status page",
    }  # fmt: skip
    left_out = {"service_instance_id", "endpoint_id"} if overview else {"workspace"}
    columns = [
        p.column("Reason", mappings=p.REASON, width=105, link=p.RUNBOOK_OF_SERVICE_REASON),
        p.column("Time in status", unit="s", width=115, decimals=1),
        p.column("Without details", unit="short", decimals=0, width=125),
        p.column("Status", mappings=p.RUN_STATUS_MAPPING, width=130),
        p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE, width=170),
        p.column("Type", width=120),
        p.column("Source", width=125 if overview else None, hidden=not overview),
        p.column("Endpoint ID", width=280),
        p.column("Service instance ID", width=280),
        p.column("Workspace ID", hidden=True),
        p.column("Status page", width=100, link=p.STATUS_PAGE_LINK),
    ]
    return p.table(
        "Service instances that need attention",
        "Service instances that failed (orange: more than a day ago) or are stuck in transition (red: beyond the"
        f" critical threshold), the worst first. Rows named {q.NO_DETAILS} count instances without details. Public ones"
        " are excluded.",
        [q.with_status_page(q.service_instances_that_need_attention()), q.failed_service_instances_without_details()],
        columns, shown={field: name for field, name in shown.items() if field not in left_out},
        sort=[("Reason", False), ("Time in status", False)],
        no_value="No service instances need attention (or not collected)")  # fmt: skip


INSTANCES_BY_STATUS = p.timeseries(
    "Service instances by status", "Number of service instances in each status, without public ones.",
    [(q.total(q.service_instances(), "status") + " > 0", "{{status}}")], "short", stacked=True, overrides=COLORS,
    decimals=0, no_value=NO_INSTANCES)  # fmt: skip
INSTANCE_ERRORS = p.timeseries(
    "Service instances by error code", "Number of service instances that report an error code, in any status.",
    [(q.total(q.each("service_instances_with_error", q.OWN, by=(*q.SERVICE_INSTANCES.series, "error_code")),
              "error_code"), "{{error_code}}")],
    "short", stacked=True, decimals=0, no_value="No error codes (or not collected)")  # fmt: skip


def runs(*matchers: str) -> str:
    return q.each("job_runs", *matchers, by=("status",))


WAITING_FOR = q.each("job_run_oldest_waiting_timestamp_seconds")
LAST_FAILURE = q.each("job_run_newest_failure_timestamp_seconds")
UNFINISHED_RUNS = p.timeseries(
    "Unfinished job runs", "Number of job runs that wait (PENDING, CREATING) or are active, by status.",
    [(q.total(runs(status), "status") + " > 0", "{{status}}") for status in (WAITING, ACTIVE)], "short", stacked=True,
    overrides=COLORS, decimals=0, no_value="No unfinished job runs (or not collected)")  # fmt: skip
LONGEST_WAITING = p.timeseries(
    "Longest waiting job run",
    "Time since the creation of the oldest job run that waits, per workspace: top 10. Orange from 30 minutes, red from"
    " 2 hours, the default thresholds of the alerts.",
    [(f"topk(10, {q.age(WAITING_FOR)})", "{{workspace}}")], "s", thresholds=p.TRANSITION_AGE,
    no_value="No waiting job runs (or not collected)")  # fmt: skip
ENDED_RUNS = p.timeseries(
    "Ended job runs", "Number of ended job runs that the service keeps, by status. It falls when runs are deleted.",
    [(q.total(runs(ENDED), "status"), "{{status}}")], "short", overrides=COLORS, decimals=0,
    no_value=NO_RUNS)  # fmt: skip
RUNS_BY_WORKSPACE = p.table(
    "Job runs",
    "Job runs of each workspace: the time that the oldest one waits (orange from 30 minutes, red from 2 hours), the"
    " number of waiting, active and failed ones, and the time since the newest failure (red: within the last hour)."
    " Failed ones count until they are deleted.",
    [
        q.age(WAITING_FOR), *(q.total(runs(status), *q.WORKSPACE) for status in (WAITING, ACTIVE, 'status="FAILED"')),
        q.age(LAST_FAILURE),
    ],
    [
        p.column("Waiting for", unit="s", thresholds=p.TRANSITION_AGE, decimals=1, width=130, cell="color-text"),
        p.column("Waiting", decimals=0, width=100), p.column("Active", decimals=0, width=100),
        p.column("Failed", decimals=0, width=100),
        p.column("Last failure", unit="s", decimals=1, width=130, cell="color-text",
                 thresholds=p.steps((None, "red"), (3600, "green"))),
        p.column("Source", width=150), p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE),
    ],
    shown={"workspace": "Workspace", "source": "Source",
           **p.values(["Waiting for", "Waiting", "Active", "Failed", "Last failure"])},
    sort=[("Waiting for", True), ("Last failure", False)], no_value=NO_RUNS)  # fmt: skip

BY_RESOURCE = ("resource",)
USED, LIMIT = (q.per_source(family, by=BY_RESOURCE) for family in ("quota_used", "quota_limit"))


def quotas(*, overview: bool) -> list[Json]:
    """Returns a table and a graph: on the overview of the selected sources, else of the source of the workspace."""
    ratio, used, limit = (
        expression if overview else f"{expression} and on (source) {q.each('workspace_info')}"
        for expression in (f"{USED} / ({LIMIT} > 0)", USED, LIMIT)
    )
    which = "each selected source" if overview else "the source"
    table = p.table(
        "Quotas",
        f"Use of the quotas of {which}. Orange from 90 %, red from 100 %, the default thresholds of the alerts. A dash"
        " means no limit.",
        [ratio, used, limit],
        [
            p.column("Used fraction", unit="percentunit", thresholds=p.QUOTA, decimals=0, width=120),
            p.column("Used", unit="short", width=100), p.column("Limit", unit="short", width=100),
        ],
        shown={"source": "Source", "resource": "Resource", **p.values(["Used fraction", "Used", "Limit"])},
        sort=[("Used fraction", True)], no_value=NO_QUOTAS)  # fmt: skip
    over_time = p.timeseries(
        "Used fraction of quotas", f"Used / limit of each quota of {which}: top 10.",
        [(f"topk(10, {ratio})", "{{source}} {{resource}}")], "percentunit", thresholds=p.QUOTA,
        no_value=NO_QUOTAS)  # fmt: skip
    return [table, over_time]


def sections(*, overview: bool) -> list[Section]:
    """Returns the rows of panels for the overview, or for the dashboard of a workspace."""
    attention = (6, [(24, instances_that_need_attention(overview=overview))])
    instances: Section = ("Service instances", attention, (7, [(12, INSTANCES_BY_STATUS), (12, INSTANCE_ERRORS)]))
    over_time = (7, [(8, UNFINISHED_RUNS), (8, LONGEST_WAITING), (8, ENDED_RUNS)])
    job_runs: Section = ("Job runs", (7, [(24, RUNS_BY_WORKSPACE)]), over_time) if overview else ("Job runs", over_time)
    compute: Section = ("Compute pools", (7, [(24, pools.table(pools.Pools(), "Compute pools"))]))
    return [instances, job_runs, compute, ("Quotas", (6, [(12, panel) for panel in quotas(overview=overview)]))]
