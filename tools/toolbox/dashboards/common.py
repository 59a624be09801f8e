# SPDX-License-Identifier: Apache-2.0
"""Panels that several dashboards share."""

import panels as p
import promql as q
from catalog import statuses

RATE = "rate({}[$__rate_interval])"
# Minimum step for rates of polls: over a shorter one they would alternate between zero and one.
POLL_STEP = "2m"


def status_list(*phases):
    """Returns the documented statuses of these phases as text for a description."""
    *first, last = statuses(*phases)
    return f"{', '.join(first)} or {last}" if first else last


STATUS_ORDER = "RUNNING is at the bottom; statuses in transition are blue and purple, failed ones red."


def endpoints():
    return p.stat(
        "Endpoints", "Endpoints in the last complete listing of each selected workspace, without public ones.",
        q.or_zero(q.total(q.endpoints())), "short", decimals=0)


def failed():
    return p.stat(
        "Failed or abnormal",
        f"Endpoints in {status_list('failed')} or another status that ends in _FAILED, or in {status_list('abnormal')}.",
        q.total(q.endpoints(q.UNHEALTHY)), "short", p.ANY_IS_CRITICAL)


def with_error():
    by = (*q.ENDPOINT_COUNT, "error_code")
    return p.stat(
        "With error code", "Endpoints that report an error_code, in any status.",
        q.or_zero(q.total(q.each("endpoints_with_error", q.OWN, by=by))), "short", p.ANY_IS_CRITICAL)


def suspended():
    return p.stat(
        "Suspended", f"Endpoints in {status_list('suspended')}: usually a billing issue.",
        q.total(q.endpoints(q.SUSPENDED)), "short",
        p.steps((None, "green"), (1, "orange")))


def longest_transition():
    oldest = q.oldest_transition()
    return p.stat(
        "Longest in transition",
        "Longest time that an endpoint has been CREATING, UPDATING or DELETING; zero without such endpoints. Orange from "
        "10 minutes, red from 30.",
        q.or_zero(f"({q.age(f'min({oldest})')})"), "s", p.TRANSITION_AGE, decimals=0)


def data_age():
    return p.stat(
        "Max data age",
        "Maximum age of the last complete listing of endpoints over the selected workspaces. Orange from 2 minutes, red from "
        "5, the default of poll.stale_after, when data is stale. Workspaces that were never listed are not included.",
        q.age(f"min({q.each('workspace_last_success_timestamp_seconds', q.OF_ENDPOINTS)})"), "s", p.DATA_AGE, decimals=0)


def by_status():
    return p.timeseries(
        "Endpoints by status", "Number of endpoints in each status. " + STATUS_ORDER,
        [(q.total(q.endpoints(), "status") + " > 0", "{{status}}")],
        "short", stacked=True, overrides=p.colors(p.STATUS_COLORS), decimals=0)


def not_running():
    return p.timeseries(
        "Non-running endpoints by status",
        "Number of endpoints in each status other than RUNNING, which would hide the others.",
        [(q.total(q.endpoints(q.NOT_SERVING), "status") + " > 0", "{{status}}")],
        "short", stacked=True, overrides=p.colors(p.STATUS_COLORS), decimals=0, no_value="All endpoints are running")


def by_type():
    return p.timeseries(
        "Endpoints by type", "Number of endpoints of each type.",
        [(q.total(q.endpoints(), "endpoint_type") + " > 0", "{{endpoint_type}}")],
        "short", stacked=True, decimals=0, overrides=p.colors(p.TYPE_COLORS))


def failed_polls(*matchers):
    return p.timeseries(
        "Failed polls by reason", "Failed polls per minute, by listing and reason.",
        [("60 * " + q.total(q.each("workspace_poll_failures_total", *matchers, by=("listing", "reason"), value=RATE),
                            "listing", "reason") + " > 0", "{{listing}}: {{reason}}")],
        "opm", stacked=True, bars=True, interval=POLL_STEP, no_value="No failed polls")


def discovered(*matchers):
    found = q.select("discovery_workspaces", *matchers, workspace=False)
    polled = q.each("workspace_polls_total", q.OF_ENDPOINTS, *matchers)
    return p.timeseries(
        "Workspaces discovered and polled",
        "Number of workspaces that the last successful discovery of each source found (with several exporters, the minimum), "
        "and that are polled over all shards, including configured ones (dashed). Zero means that discovery succeeds but "
        "returns nothing.",
        [(f"min by (source) ({found})", "{{source}} found"), (f"count by (source) ({polled})", "{{source}} polled")],
        "short", decimals=0, overrides=[p.dashed("/ polled$/")], no_value="No workspaces are discovered or polled")


def oldest_by_workspace():
    return p.timeseries(
        "Longest in transition over time",
        "Longest time that an endpoint has been CREATING, UPDATING or DELETING, per workspace: top 10. A line that keeps "
        "rising is a stuck endpoint.",
        [("topk(10, " + q.age(f"min by (workspace) ({q.oldest_transition()})") + ")", "{{workspace}}")],
        "s", thresholds=p.TRANSITION_AGE, no_value="No endpoints in transition")


CAPACITY_LABELS = (*q.ENDPOINT_COUNT, "spec_code")
DPU_LABELS = (*CAPACITY_LABELS, "public_resource")


def capacity(unit_name, family, meaning, labels=CAPACITY_LABELS, more=""):
    return p.timeseries(
        f"{unit_name} reserved and maximum", f"{meaning} The dashed line is the maximum.{more}",
        [(q.total(q.each(f"{family}_reserved", q.COUNTED, q.OWN, by=labels)), "reserved"),
         (q.total(q.each(f"{family}_max", q.COUNTED, q.OWN, by=labels)), "maximum")],
        "short", overrides=[*p.colors(p.RESERVED_COLORS), p.dashed("maximum")], decimals=0,
        no_value=f"No endpoints with {unit_name}")


def capacities():
    return (
        capacity("APU", "apu", "APU that endpoints reserve, billed even when idle."),
        capacity("DPU", "dpu", "DPU that endpoints reserve, billed even when idle.", DPU_LABELS,
                 " For SQL endpoints the unit is the DCU."),
        capacity("MU", "mu", "Model units that endpoints reserve."),
    )


ENDPOINT_COLUMNS = {
    "Value": "Time in status",
    "status": "Status",
    "endpoint_name": "Endpoint",
    "workspace": "Workspace",
    "error_code": "Error code",
    "endpoint_type": "Type",
    "source": "Source",
    "endpoint_id": "Endpoint ID",
}


def _endpoint_table(title, description, query, thresholds, no_value, *, descending, leave_out, narrow):
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
    return p.table(title, description, [query], columns, shown=shown, sort=[("Time in status", descending)],
                   no_value=no_value)


def in_transition(narrow=False):
    return _endpoint_table(
        "In transition, by age",
        "Endpoints that are CREATING, UPDATING or DELETING, oldest first. Orange from 10 minutes, red (stuck) from 30. A row "
        "without an endpoint name stands for all endpoints of its type that have no details.",
        q.in_transition(), p.TRANSITION_AGE, "No endpoints in transition", descending=True, narrow=narrow,
        leave_out=("error_code", "endpoint_id") if narrow else ())


def failed_endpoints(narrow=False):
    return _endpoint_table(
        "Failed endpoints, most recent first",
        "Endpoints that failed, are abnormal or suspended, or report an error code. The service's message is on the exporter's "
        "status page and in its log.",
        q.failed_endpoints(), p.NEUTRAL, "No failed endpoints", descending=False, narrow=narrow,
        leave_out=("endpoint_type", "endpoint_id") if narrow else ())


def public():
    """Panels of other tenants' endpoints: counts by status, and error codes."""
    number = p.timeseries(
        "Public endpoints by status",
        "Number of public endpoints (other tenants') in each status. Listed only with the filter visibility: ALL or PUBLIC. "
        "Other panels and alerts exclude them.",
        [(q.total(q.each("endpoints", q.PUBLIC, by=q.ENDPOINT_COUNT), "status") + " > 0", "{{status}}")],
        "short", stacked=True, overrides=p.colors(p.STATUS_COLORS), decimals=0, no_value="No public endpoints")
    codes = (*q.ENDPOINT_COUNT, "error_code")
    shown = p.table(
        "Public endpoints", "Number of public endpoints by type and status, and of those with an error code.",
        [q.total(q.each("endpoints", q.PUBLIC, by=q.ENDPOINT_COUNT), "source", "workspace", "endpoint_type", "status") + " > 0",
         q.total(q.each("endpoints_with_error", q.PUBLIC, by=codes), "source", "workspace", "endpoint_type", "status")],
        [p.column("Status", mappings=p.STATUS_MAPPING, width=165), p.column("Endpoints", unit="short", decimals=0, width=110),
         p.column("With error code", unit="short", decimals=0, width=150)],
        shown={"workspace": "Workspace", "source": "Source", "endpoint_type": "Type", "status": "Status",
               "Value #A": "Endpoints", "Value #B": "With error code"},
        sort=[("Endpoints", True)], no_value="No public endpoints")
    return number, shown
