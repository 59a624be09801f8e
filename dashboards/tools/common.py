# SPDX-License-Identifier: Apache-2.0
"""Panels that more than one dashboard shows, with the same query and the same words."""

import panels as p
import promql as q
from catalogue import statuses

RATE = "rate({}[$__rate_interval])"
# Polls are far apart: over less than this, their rate would jump between none and one.
POLL_STEP = "2m"


def words(*phases):
    """The documented statuses of these phases, for a description."""
    *most, last = statuses(*phases)
    return f"{', '.join(most)} or {last}" if most else last


STATUS_ORDER = "RUNNING first, statuses in transition in blue and purple, failed ones in red."


def endpoints():
    return p.stat(
        "Endpoints", "Endpoints in the last complete listing of every selected workspace, without public ones.",
        q.or_zero(q.total(q.endpoints())), "short", decimals=0)


def failed():
    return p.stat(
        "Failed or abnormal",
        f"Endpoints in {words('failed')} or another status that ends in _FAILED, or in {words('abnormal')}.",
        q.total(q.endpoints(q.UNHEALTHY)), "short", p.ANY_IS_BAD)


def with_error():
    by = (*q.ENDPOINT_COUNT, "error_code")
    return p.stat(
        "With error code", "Endpoints that carry an error_code, whatever their status.",
        q.or_zero(q.total(q.each("endpoints_with_error", q.OWN, by=by))), "short", p.ANY_IS_BAD)


def suspended():
    return p.stat(
        "Suspended", f"Endpoints in {words('suspended')}: mostly because of the account.",
        q.total(q.endpoints(q.SUSPENDED)), "short",
        p.steps((None, "green"), (1, "orange")))


def longest_transition():
    oldest = q.oldest_transition()
    return p.stat(
        "Longest in transition",
        "How long the endpoint that has been CREATING, UPDATING or DELETING for longest has been in that status; zero when "
        "none is. Orange from 10 minutes, red from 30.",
        q.or_zero(f"({q.age(f'min({oldest})')})"), "s", p.TRANSITION_AGE, decimals=0)


def data_age():
    return p.stat(
        "Oldest data",
        "Age of the last complete listing of endpoints of the selected workspace that was listed longest ago. Orange from 2 "
        "minutes, red from 5, the default of poll.stale_after, when its series are withdrawn. Those never listed are not in it.",
        q.age(f"min({q.each('workspace_last_success_timestamp_seconds', q.OF_ENDPOINTS)})"), "s", p.DATA_AGE, decimals=0)


def by_status():
    return p.timeseries(
        "Endpoints by status", "How many endpoints are in each status. " + STATUS_ORDER,
        [(q.total(q.endpoints(), "status") + " > 0", "{{status}}")],
        "short", stacked=True, overrides=p.colours(p.STATUS_COLOURS), decimals=0)


def not_running():
    return p.timeseries(
        "Endpoints that are not running, by status",
        "How many endpoints are in each status other than RUNNING, which would hide the others.",
        [(q.total(q.endpoints(q.NOT_SERVING), "status") + " > 0", "{{status}}")],
        "short", stacked=True, overrides=p.colours(p.STATUS_COLOURS), decimals=0, no_value="All are running")


def by_type():
    return p.timeseries(
        "Endpoints by type", "How many endpoints there are of each type.",
        [(q.total(q.endpoints(), "endpoint_type") + " > 0", "{{endpoint_type}}")],
        "short", stacked=True, decimals=0, overrides=p.colours(p.TYPE_COLOURS))


def failed_polls(*matchers):
    return p.timeseries(
        "Failed polls by reason", "Polls per minute that ended without a complete listing, by listing and reason.",
        [("60 * " + q.total(q.each("workspace_poll_failures_total", *matchers, by=("listing", "reason"), value=RATE),
                            "listing", "reason") + " > 0", "{{listing}}: {{reason}}")],
        "opm", stacked=True, bars=True, interval=POLL_STEP, no_value="No poll failed")


def discovered(*matchers):
    found = q.select("discovery_workspaces", *matchers, workspace=False)
    polled = q.each("workspace_polls_total", q.OF_ENDPOINTS, *matchers)
    return p.timeseries(
        "Workspaces discovered and polled",
        "How many workspaces the last successful discovery of each source found, and how many are polled, over all shards and "
        "with the configured ones (dashed). Zero means that the source has lost sight of everything, although nothing fails; of "
        "several exporters the one that found the fewest counts.",
        [(f"min by (source) ({found})", "{{source}} found"), (f"count by (source) ({polled})", "{{source}} polled")],
        "short", decimals=0, overrides=[p.dashed("/ polled$/")], no_value="No workspace is discovered or polled")


def oldest_by_workspace():
    return p.timeseries(
        "Longest in transition over time",
        "Time in status of the endpoint that has been CREATING, UPDATING or DELETING for longest, per workspace: the ten "
        "worst. A line that only rises is an endpoint that is stuck.",
        [("topk(10, " + q.age(f"min by (workspace) ({q.oldest_transition()})") + ")", "{{workspace}}")],
        "s", thresholds=p.TRANSITION_AGE, no_value="Nothing is on its way")


CAPACITY_LABELS = (*q.ENDPOINT_COUNT, "spec_code")
DPU_LABELS = (*CAPACITY_LABELS, "public_resource")


def capacity(unit_name, family, meaning, labels=CAPACITY_LABELS, more=""):
    return p.timeseries(
        f"{unit_name} reserved and maximum", f"{meaning} The dashed line is the ceiling that it may grow to.{more}",
        [(q.total(q.each(f"{family}_reserved", q.COUNTED, q.OWN, by=labels)), "reserved"),
         (q.total(q.each(f"{family}_max", q.COUNTED, q.OWN, by=labels)), "maximum")],
        "short", overrides=[*p.colours(p.RESERVED_COLOURS), p.dashed("maximum")], decimals=0,
        no_value=f"No endpoint has {unit_name}")


def capacities():
    return (
        capacity("APU", "apu", "APU that endpoints keep warm, billed whether used or not."),
        capacity("DPU", "dpu", "DPU that endpoints keep warm, billed whether used or not.", DPU_LABELS,
                 " For SQL endpoints the unit is the DCU."),
        capacity("MU", "mu", "Model units that endpoints keep warm."),
    )


PROBLEM_COLUMNS = {
    "Value": "Time in status",
    "status": "Status",
    "endpoint_name": "Endpoint",
    "workspace": "Workspace",
    "error_code": "Error code",
    "endpoint_type": "Type",
    "source": "Source",
    "endpoint_id": "Endpoint id",
}


def _problems(title, description, query, thresholds, no_value, *, descending, leave_out, narrow):
    shown = {field: name for field, name in PROBLEM_COLUMNS.items() if field not in leave_out}
    columns = [
        p.column("Time in status", unit="s", thresholds=thresholds, width=115, decimals=0, cell="color-text"),
        p.column("Status", mappings=p.STATUS_MAPPING, width=165),
        p.column("Error code", width=205),
        p.column("Source", hidden=narrow, width=None if narrow else 150),
        p.column("Type", width=120),
        p.column("Endpoint id", width=280),
        p.column("Workspace", link=p.WORKSPACE_LINK if narrow else None, width=None if narrow else 170),
    ]
    return p.table(title, description, [query], columns, shown=shown, sort=[("Time in status", descending)],
                   no_value=no_value)


def on_their_way(narrow=False):
    return _problems(
        "On their way, longest first",
        "Endpoints that are CREATING, UPDATING or DELETING, by the time they have been so. Orange from 10 minutes, red from "
        "30: stuck. A row without an endpoint stands for all of its type, of which the exporter serves no details.",
        q.on_their_way(), p.TRANSITION_AGE, "Nothing is on its way", descending=True, narrow=narrow,
        leave_out=("error_code", "endpoint_id") if narrow else ())


def broken(narrow=False):
    return _problems(
        "Failed or in error, newest first",
        "Endpoints that failed, are abnormal or suspended, or have an error code, those first that have been so for the shortest "
        "time. The service's message is on the exporter's status page and in its log.",
        q.broken(), p.NEUTRAL, "Nothing has failed", descending=False, narrow=narrow,
        leave_out=("endpoint_type", "endpoint_id") if narrow else ())


def public():
    """Other tenants' endpoints: how many, and what is wrong with which of them."""
    number = p.timeseries(
        "Public endpoints by status",
        "How many public endpoints, which are other tenants', are in each status. A workspace has some only if its filter asks "
        "for them (visibility: ALL or PUBLIC); no other panel counts them, and no alert looks at them.",
        [(q.total(q.each("endpoints", q.PUBLIC, by=q.ENDPOINT_COUNT), "status") + " > 0", "{{status}}")],
        "short", stacked=True, overrides=p.colours(p.STATUS_COLOURS), decimals=0, no_value="No public endpoints")
    codes = (*q.ENDPOINT_COUNT, "error_code")
    shown = p.table(
        "Public endpoints", "Public endpoints by type and status, and how many of them have an error code.",
        [q.total(q.each("endpoints", q.PUBLIC, by=q.ENDPOINT_COUNT), "source", "workspace", "endpoint_type", "status") + " > 0",
         q.total(q.each("endpoints_with_error", q.PUBLIC, by=codes), "source", "workspace", "endpoint_type", "status")],
        [p.column("Status", mappings=p.STATUS_MAPPING, width=165), p.column("Endpoints", unit="short", decimals=0, width=110),
         p.column("With error code", unit="short", decimals=0, width=150)],
        shown={"workspace": "Workspace", "source": "Source", "endpoint_type": "Type", "status": "Status",
               "Value #A": "Endpoints", "Value #B": "With error code"},
        sort=[("Endpoints", True)], no_value="No public endpoints")
    return number, shown
