# SPDX-License-Identifier: Apache-2.0
"""Panels that several dashboards share."""

from collections.abc import Iterable
from typing import NamedTuple

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
CODES = (*q.ENDPOINT_COUNT, "error_code")


class Unit(NamedTuple):
    """A unit of capacity: its family, the labels of that, and what selects the endpoints that count in this unit."""

    name: str
    family: str
    labels: tuple[str, ...]
    matchers: tuple[str, ...] = ()

    def each(self, kind: str, *matchers: str) -> str:
        """Capacity of every status but INACTIVE and DELETED, without public endpoints, as the recording rules."""
        return q.each(f"{self.family}_{kind}", q.COUNTED, q.OWN, *self.matchers, *matchers, by=self.labels)


APU, MU = Unit("APU", "apu", CAPACITY_LABELS), Unit("MU", "mu", CAPACITY_LABELS)
DCU, DPU = Unit("DCU", "dpu", DPU_LABELS, (q.DCU,)), Unit("DPU", "dpu", DPU_LABELS, (q.DPU,))
UNITS = (APU, DCU, DPU, MU)
# Capacity of AI DataLake is in cores and cards, with a minimum instead of reserved units.
LAKE_KINDS = {"min": "minimum", "max": "maximum"}


def lake_capacity(kind: str, *matchers: str) -> str:
    """Capacity of endpoints of AI DataLake, in every status but INACTIVE and DELETED."""
    labels = ("endpoint_type", "status", "resource", "resource_mode", "spec_code")
    return q.each(f"endpoint_capacity_{kind}", q.COUNTED, *matchers, by=labels)


# The columns of tables of endpoints, in their order.
ENDPOINT_COLUMNS = {
    "reason": "Reason", "Value": "Time in status", "Value #A": "Time in status", "status": "Status",
    "endpoint_name": "Endpoint", "workspace": "Workspace", "endpoint_type": "Type", "owner": "Owner",
    "error_code": "Error code", "source": "Source", "endpoint_id": "Endpoint ID", "Value #B": "Without details",
    "workspace_id": "Workspace ID", "status_page": "Status page",
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


def transitions() -> Json:
    labels = ("from_status", "to_status")
    changes = q.each("endpoint_transitions_total", by=("endpoint_type", *labels), value="increase({}[$__interval])")
    return p.timeseries(
        "Transitions",
        "Changes of status of endpoints, without public ones. The first change of a kind is not drawn, unless a"
        " transition ends with it (such as CREATING to RUNNING).",
        [(f"{q.total(changes, *labels)} > 0", "{{from_status}} to {{to_status}}")],
        "short", stacked=True, bars=True, interval="10m", decimals=0, no_value="No transitions")  # fmt: skip


def time_to_running() -> Json:
    created = q.per_source(
        "endpoint_creation_duration_seconds_bucket", by=("endpoint_type", "le"), value="increase({}[1d])")  # fmt: skip
    buckets = q.total(created, "endpoint_type", "le")
    return p.timeseries(
        "Time to RUNNING",
        "Time from the creation of endpoints until they were first seen RUNNING, over the last 24 hours and all"
        " workspaces of the selected sources, by type: p50 and p90.",
        [(f"histogram_quantile({quantile}, {buckets})", "{{endpoint_type}} " + name)
         for quantile, name in ((0.5, "p50"), (0.9, "p90"))], "s", no_value="No endpoints created")  # fmt: skip


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


def capacity(unit: Unit, description: str) -> Json:
    return p.timeseries(
        f"{unit.name} reserved and maximum", f"{description} The dashed line is the maximum.",
        [(q.total(unit.each(kind)), name) for kind, name in KINDS.items()],
        "short", overrides=[*p.colors(p.COLORS["reserved"]), p.dashed("maximum")], decimals=0,
        no_value=f"No endpoints with {unit.name}")  # fmt: skip


def endpoint_table(
    title: str, description: str, queries: list[str], leave_out: Iterable[str], sort: list[tuple[str, bool]],
    thresholds: Json | None, no_value: str, *, overview: bool,
) -> Json:  # fmt: skip
    """Returns a table of endpoints: on the overview with their workspace, else with their IDs."""
    leave_out = {*leave_out, "Value" if len(queries) > 1 else "Value #A", "endpoint_id" if overview else "workspace"}
    age_cell = "color-text" if thresholds else None
    columns = [
        p.column("Reason", mappings=p.REASON, width=105, link=p.RUNBOOK_OF_REASON),
        p.column("Time in status", unit="s", thresholds=thresholds, width=115, decimals=1, cell=age_cell),
        p.column("Without details", unit="short", decimals=0, width=125),
        p.column("Status", mappings=p.STATUS_MAPPING, width=165),
        p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE, width=170),
        p.column("Type", width=120),
        p.column("Owner", width=130),
        p.column("Error code", width=195),
        p.column("Source", width=125 if overview else None, hidden=not overview),
        p.column("Endpoint ID", width=280),
        p.column("Workspace ID", hidden=True),
        p.column("Status page", width=100, link=p.STATUS_PAGE_LINK),
    ]
    shown = {field: name for field, name in ENDPOINT_COLUMNS.items() if field not in leave_out}
    queries = [q.with_status_page(queries[0]), *queries[1:]]
    return p.table(title, description, queries, columns, shown=shown, sort=sort, no_value=no_value)


def needs_attention(*, overview: bool) -> Json:
    return endpoint_table(
        "Needs attention",
        "Endpoints that failed (orange: more than a day ago), are stuck in transition (red: beyond the critical"
        " threshold), abnormal or suspended, or report an error code: the worst first, and within a reason the most"
        " recent. The reason links to the runbook of its alert. The service's message is on the exporter's status"
        f" page; set its address at the top for a column of links. Rows named {q.NO_DETAILS} count endpoints without"
        " details. Public endpoints are excluded.",
        [q.needs_attention(), q.needs_attention_without_details()], [], [("Reason", False), ("Time in status", False)],
        None, "Nothing needs attention", overview=overview)  # fmt: skip


def in_transition(*, overview: bool) -> Json:
    return endpoint_table(
        "In transition, by age",
        f"Endpoints that are {status_list('in transition')}, by age. Orange from 30 minutes (stuck), red from 2 hours,"
        f" the default threshold of stuck. A row named {q.NO_DETAILS} stands for all endpoints of its type that have"
        " no details.",
        [q.in_transition()], ["reason", "Value #B"], [("Time in status", True)], p.TRANSITION_AGE,
        "No endpoints in transition", overview=overview)  # fmt: skip


ENDPOINTS = p.stat(
    "Endpoints", "Endpoints in the last complete listing of each selected workspace, without public ones.",
    q.or_zero(q.total(q.endpoints())), "short", decimals=0)  # fmt: skip
FAILED = p.stat(
    "Failed or abnormal",
    f"Endpoints in {status_list('failed')} or another status that ends in _FAILED, or in {status_list('abnormal')}.",
    q.or_zero(q.total(q.endpoints(q.UNHEALTHY))), "short", p.ANY_IS_CRITICAL)  # fmt: skip
STUCK = p.stat(
    "Stuck",
    f"Endpoints that are {status_list('in transition')} for longer than the warning threshold, by default 30 minutes."
    " Of endpoints without details only the oldest of each workspace, type and status counts.",
    q.or_zero(f"count({q.stuck('warning')})"), "short", p.ANY_IS_CRITICAL)  # fmt: skip
WITH_ERROR = p.stat(
    "With error code", "Endpoints that report an error_code, in any status except INACTIVE and DELETED.",
    q.or_zero(q.total(q.each("endpoints_with_error", q.COUNTED, q.OWN, by=CODES))), "short",
    p.ANY_IS_CRITICAL)  # fmt: skip
SUSPENDED = p.stat(
    "Suspended", f"Endpoints in {status_list('suspended')}: usually a billing issue.",
    q.or_zero(q.total(q.endpoints(q.SUSPENDED))), "short", p.ANY_IS_WARNING)  # fmt: skip
LONGEST_TRANSITION = p.stat(
    "Longest in transition",
    f"Longest time that an endpoint has been {status_list('in transition')}. Orange from 30"
    " minutes (stuck), red from 2 hours.",
    q.or_zero(f"({q.age(f'min({q.oldest_transition()})')})"), "s", p.TRANSITION_AGE, decimals=1,
    # Only without endpoints in transition.
    mappings=p.mapping(("0", "none", "green")))  # fmt: skip
LAST_SUCCESS = q.each("workspace_last_success_timestamp_seconds", q.OF_ENDPOINTS)
DATA_AGE = p.stat(
    "Max data age",
    "Maximum age of the last complete listing of endpoints over the selected workspaces. Orange from 2 minutes, red"
    " from 5, the default of poll.stale_after, when data is stale. Workspaces that were never listed are not"
    " included.",
    q.age(f"min({LAST_SUCCESS})"), "s", p.DATA_AGE, decimals=1)  # fmt: skip
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
    f"Longest time that an endpoint has been {status_list('in transition')}, per workspace: top 10. A line that keeps"
    " rising is a stuck endpoint.",
    [(f"topk(10, {q.age(f'min by (workspace) ({q.oldest_transition()})')})", "{{workspace}}")],
    "s", thresholds=p.TRANSITION_AGE, no_value="No endpoints in transition")  # fmt: skip
CAPACITY = {
    unit.name: capacity(unit, f"{description} that endpoints reserve.")
    for unit, description in (
        (APU, "APU"), (DCU, "DCU, the unit of SQL endpoints,"), (DPU, "DPU, the unit of all types but SQL,"),
        (MU, "Model units"),
    )
}  # fmt: skip


def lake(title: str, what: str, matcher: str) -> Json:
    return p.timeseries(
        f"AI DataLake: {title}, minimum and maximum",
        f"{what} of endpoints of AI DataLake (api: v2): the minimum that they keep, and the maximum (dashed)."
        " Endpoints of version 1 are counted in APU, DCU, DPU and MU instead.",
        [(q.total(lake_capacity(kind, matcher), "resource"), f"{{{{resource}}}} {name}")
         for kind, name in LAKE_KINDS.items()],
        "short", overrides=[p.dashed("/ maximum$/")], decimals=0,
        no_value=f"No endpoints of AI DataLake with {title}")  # fmt: skip


LAKE_CAPACITY = (
    lake("CPU cores", "CPU cores", 'resource="cpu"'), lake("accelerators", "GPU and NPU cards", 'resource!="cpu"')
)  # fmt: skip
