# SPDX-License-Identifier: Apache-2.0
"""Panels that several dashboards share."""

from collections.abc import Iterable

from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.catalog import statuses
from toolbox.dashboards.panels import Json

# Minimum step for rates of polls: over a shorter one they would alternate between zero and one.
POLL_STEP = "2m"
CAPACITY_LABELS = (*q.ENDPOINT_COUNT, "spec_code")
DPU_LABELS = (*CAPACITY_LABELS, "public_resource")
# What families of capacity end with, and what it is called.
KINDS = {"reserved": "reserved", "max": "maximum"}
ENDPOINT_COLUMNS = {
    "Value": "Time in status", "status": "Status", "endpoint_name": "Endpoint", "workspace": "Workspace",
    "error_code": "Error code", "endpoint_type": "Type", "source": "Source", "endpoint_id": "Endpoint ID",
}  # fmt: skip


def status_list(*phases: str) -> str:
    """Returns the documented statuses of these phases as text for a description."""
    *first, last = statuses(*phases)
    return f"{', '.join(first)} or {last}" if first else last


def stacked_endpoints(
    title: str, description: str, expression: str, label: str = "status", no_value: str | None = None
) -> Json:
    """Returns a graph of the number of endpoints, stacked by one label."""
    colors = p.colors(p.COLORS["status"] if label == "status" else p.COLORS["type"])
    queries = [(q.total(expression, label) + " > 0", f"{{{{{label}}}}}")]
    return p.timeseries(
        title, description, queries, "short", stacked=True, overrides=colors, decimals=0, no_value=no_value
    )


def failed_polls(*matchers: str) -> Json:
    labels = ("listing", "reason")
    failures = q.total(q.each("workspace_poll_failures_total", *matchers, by=labels, value=q.RATE), *labels)
    return p.timeseries(
        "Failed polls by reason", "Failed polls per minute, by listing and reason.",
        [(f"60 * {failures} > 0", "{{listing}}: {{reason}}")],
        "opm", stacked=True, bars=True, interval=POLL_STEP, no_value="No failed polls")  # fmt: skip


def discovered(*matchers: str) -> Json:
    found = q.select("discovery_workspaces", *matchers, workspace=False)
    polled = q.each("workspace_polls_total", q.OF_ENDPOINTS, *matchers)
    return p.timeseries(
        "Workspaces discovered and polled",
        "Number of workspaces that the last successful discovery of each source found (with several exporters, the"
        " minimum), and that are polled over all shards, including configured ones (dashed). Zero means that discovery"
        " succeeds but returns nothing.",
        [(f"min by (source) ({found})", "{{source}} found"), (f"count by (source) ({polled})", "{{source}} polled")],
        "short", decimals=0, overrides=[p.dashed("/ polled$/")],
        no_value="No workspaces are discovered or polled")  # fmt: skip


def capacity(unit: str, family: str, meaning: str, labels: Iterable[str] = CAPACITY_LABELS) -> Json:
    return p.timeseries(
        f"{unit} reserved and maximum", meaning,
        [(q.total(q.each(f"{family}_{kind}", q.COUNTED, q.OWN, by=labels)), name) for kind, name in KINDS.items()],
        "short", overrides=[*p.colors(p.COLORS["reserved"]), p.dashed("maximum")], decimals=0,
        no_value=f"No endpoints with {unit}")  # fmt: skip


def endpoint_table(
    title: str, description: str, query: str, thresholds: Json, no_value: str, *, descending: bool,
    leave_out: Iterable[str], narrow: bool,
) -> Json:  # fmt: skip
    shown = {field: name for field, name in ENDPOINT_COLUMNS.items() if field not in leave_out}
    columns = [
        p.column("Time in status", unit="s", thresholds=thresholds, width=115, decimals=0, cell="color-text"),
        p.column("Status", mappings=p.STATUS_MAPPING, width=165),
        p.column("Error code", width=205),
        p.column("Source", hidden=narrow, width=None if narrow else 150),
        p.column("Type", width=120),
        p.column("Endpoint ID", width=280),
        p.column("Workspace", link=p.WORKSPACE_LINK if narrow else None, width=None if narrow else 170),
    ]
    sort = [("Time in status", descending)]
    return p.table(title, description, [query], columns, shown=shown, sort=sort, no_value=no_value)


def in_transition(narrow: bool = False) -> Json:
    return endpoint_table(
        "In transition, by age",
        "Endpoints that are CREATING, UPDATING or DELETING, oldest first. Orange from 10 minutes, red (stuck) from 30."
        " A row without an endpoint name stands for all endpoints of its type that have no details.",
        q.in_transition(), p.TRANSITION_AGE, "No endpoints in transition", descending=True, narrow=narrow,
        leave_out=("error_code", "endpoint_id") if narrow else ())  # fmt: skip


def failed_endpoints(narrow: bool = False) -> Json:
    return endpoint_table(
        "Failed endpoints, most recent first",
        "Endpoints that failed, are abnormal or suspended, or report an error code. The service's message is on the"
        " exporter's status page and in its log.",
        q.failed_endpoints(), p.NEUTRAL, "No failed endpoints", descending=False, narrow=narrow,
        leave_out=("endpoint_type", "endpoint_id") if narrow else ())  # fmt: skip


ENDPOINTS = p.stat(
    "Endpoints", "Endpoints in the last complete listing of each selected workspace, without public ones.",
    q.or_zero(q.total(q.endpoints())), "short", decimals=0)  # fmt: skip
FAILED = p.stat(
    "Failed or abnormal",
    f"Endpoints in {status_list('failed')} or another status that ends in _FAILED, or in {status_list('abnormal')}.",
    q.total(q.endpoints(q.UNHEALTHY)), "short", p.ANY_IS_CRITICAL)  # fmt: skip
CODES = ("endpoint_type", "status", "visibility", "error_code")
WITH_ERROR = p.stat(
    "With error code", "Endpoints that report an error_code, in any status.",
    q.or_zero(q.total(q.each("endpoints_with_error", q.OWN, by=CODES))), "short", p.ANY_IS_CRITICAL)  # fmt: skip
SUSPENDED = p.stat(
    "Suspended", f"Endpoints in {status_list('suspended')}: usually a billing issue.",
    q.total(q.endpoints(q.SUSPENDED)), "short", p.ANY_IS_WARNING)  # fmt: skip
LONGEST_TRANSITION = p.stat(
    "Longest in transition",
    "Longest time that an endpoint has been CREATING, UPDATING or DELETING; zero without such endpoints. Orange"
    " from 10 minutes, red from 30.",
    q.or_zero(f"({q.age(f'min({q.oldest_transition()})')})"), "s", p.TRANSITION_AGE, decimals=0)  # fmt: skip
LAST_SUCCESS = q.each("workspace_last_success_timestamp_seconds", q.OF_ENDPOINTS)
DATA_AGE = p.stat(
    "Max data age",
    "Maximum age of the last complete listing of endpoints over the selected workspaces. Orange from 2 minutes, red"
    " from 5, the default of poll.stale_after, when data is stale. Workspaces that were never listed are not"
    " included.",
    q.age(f"min({LAST_SUCCESS})"), "s", p.DATA_AGE, decimals=0)  # fmt: skip
BY_STATUS = stacked_endpoints(
    "Endpoints by status",
    "Number of endpoints in each status. RUNNING is at the bottom; statuses in transition are blue and purple, failed"
    " ones red.",
    q.endpoints())  # fmt: skip
NOT_RUNNING = stacked_endpoints(
    "Non-running endpoints by status",
    "Number of endpoints in each status other than RUNNING, which would hide the others.",
    q.endpoints(q.NOT_SERVING), no_value="All endpoints are running")  # fmt: skip
BY_TYPE = stacked_endpoints("Endpoints by type", "Number of endpoints of each type.", q.endpoints(), "endpoint_type")
OLDEST_BY_WORKSPACE = p.timeseries(
    "Longest in transition over time",
    "Longest time that an endpoint has been CREATING, UPDATING or DELETING, per workspace: top 10. A line that"
    " keeps rising is a stuck endpoint.",
    [(f"topk(10, {q.age(f'min by (workspace) ({q.oldest_transition()})')})", "{{workspace}}")],
    "s", thresholds=p.TRANSITION_AGE, no_value="No endpoints in transition")  # fmt: skip
APU = capacity("APU", "apu", "APU that endpoints reserve, billed even when idle. The dashed line is the maximum.")
DPU = capacity(
    "DPU", "dpu",
    "DPU that endpoints reserve, billed even when idle. The dashed line is the maximum. For SQL endpoints the unit is"
    " the DCU.", DPU_LABELS)  # fmt: skip
MU = capacity("MU", "mu", "Model units that endpoints reserve. The dashed line is the maximum.")
