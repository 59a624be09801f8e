# SPDX-License-Identifier: Apache-2.0
"""Panels that more than one dashboard shows, with the same query and the same words."""

import panels as p
import promql as q

RATE = "rate({}[$__rate_interval])"
# Polls are far apart: over less than this, their rate would jump between none and one.
POLL_STEP = "2m"
STATUS_ORDER = "RUNNING first, statuses on their way in blue and purple, failed ones in red."


def endpoints():
    return p.stat(
        "Endpoints", "Endpoints in the last complete listing of every selected workspace.",
        q.total(q.each("workspace_listed_endpoints")), "short", decimals=0)


def failed():
    return p.stat(
        "Failed", "Endpoints in CREATE_FAILED, UPDATE_FAILED or DELETE_FAILED.",
        q.total(q.each("endpoints", q.FAILED, by=("endpoint_type", "status", "visibility"))), "short", p.ANY_IS_BAD)


def with_error():
    by = ("endpoint_type", "status", "error_code")
    return p.stat(
        "With error code", "Endpoints that carry an error_code, whatever their status.",
        q.or_zero(q.total(q.each("endpoints_with_error", by=by))), "short", p.ANY_IS_BAD)


def suspended():
    return p.stat(
        "Suspended", "Endpoints that are FROZEN, TRIAL_ENDED or ON_DEMAND_FROZEN: mostly a matter of the account.",
        q.total(q.each("endpoints", q.SUSPENDED, by=("endpoint_type", "status", "visibility"))), "short",
        p.steps((None, "green"), (1, "orange")))


def longest_transition():
    by = ("endpoint_type", "status")
    oldest = q.each("endpoint_oldest_transition_timestamp_seconds", by=by)
    return p.stat(
        "Longest in transition",
        "How long the endpoint that has been CREATING, UPDATING or DELETING for longest has been in that status; zero when "
        "none is. Orange from 10 minutes, red from 30.",
        q.or_zero(f"({q.age(f'min({oldest})')})"), "s", p.TRANSITION_AGE, decimals=0)


def data_age():
    return p.stat(
        "Oldest data",
        "Age of the last complete listing of the selected workspace that was listed longest ago. Orange from 2 minutes, red "
        "from 5, the default of poll.stale_after, when its series are withdrawn. Those never listed are not in it.",
        q.age(f"min({q.each('workspace_last_success_timestamp_seconds')})"), "s", p.DATA_AGE, decimals=0)


def by_status():
    return p.timeseries(
        "Endpoints by status", "How many endpoints are in each status. " + STATUS_ORDER,
        [(q.total(q.each("endpoints", by=("endpoint_type", "status", "visibility")), "status") + " > 0", "{{status}}")],
        "short", stacked=True, overrides=p.colours(p.STATUS_COLOURS), decimals=0)


def not_running():
    return p.timeseries(
        "Endpoints that are not running, by status",
        "How many endpoints are in each status other than RUNNING, which would hide the others.",
        [(q.total(q.each("endpoints", 'status!="RUNNING"', by=("endpoint_type", "status", "visibility")), "status") + " > 0",
          "{{status}}")],
        "short", stacked=True, overrides=p.colours(p.STATUS_COLOURS), decimals=0, no_value="All are running")


def by_type():
    return by_label("Endpoints by type", "How many endpoints there are of each type.", "endpoint_type", p.TYPE_COLOURS)


def failed_polls(*matchers):
    return p.timeseries(
        "Failed polls by reason", "Polls per minute that ended without a complete listing, by reason.",
        [("60 * " + q.total(q.each("workspace_poll_failures_total", *matchers, by=("reason",), value=RATE), "reason")
          + " > 0", "{{reason}}")],
        "opm", stacked=True, bars=True, interval=POLL_STEP, no_value="No poll failed")


def discovered(*matchers):
    found = q.select("discovery_workspaces", *matchers, workspace=False)
    polled = q.each("workspace_polls_total", *matchers)
    return p.timeseries(
        "Workspaces discovered and polled",
        "How many workspaces the last successful discovery of each source found, and how many are polled, over all shards and "
        "with the configured ones (dashed). Zero means that the source has lost sight of everything, although nothing fails; of "
        "several exporters the one that found the fewest counts.",
        [(f"min by (source) ({found})", "{{source}} found"), (f"count by (source) ({polled})", "{{source}} polled")],
        "short", decimals=0, overrides=[p.dashed("/ polled$/")], no_value="No workspace is discovered or polled")


def by_label(title, description, label, fixed=None):
    return p.timeseries(
        title, description,
        [(q.total(q.each("endpoints", by=("endpoint_type", "status", "visibility")), label) + " > 0", f"{{{{{label}}}}}")],
        "short", stacked=True, decimals=0, overrides=p.colours(fixed or {}))


def oldest_by_workspace():
    return p.timeseries(
        "Longest in transition over time",
        "Time in status of the endpoint that has been CREATING, UPDATING or DELETING for longest, per workspace: the ten "
        "worst. A line that only rises is an endpoint that is stuck.",
        [("topk(10, " + q.age("min by (workspace) ("
          + q.each("endpoint_oldest_transition_timestamp_seconds", by=("endpoint_type", "status")) + ")") + ")",
          "{{workspace}}")],
        "s", thresholds=p.TRANSITION_AGE, no_value="Nothing is on its way")


def capacity(unit_name, family, meaning, labels=("endpoint_type", "status", "spec_code"), more=""):
    return p.timeseries(
        f"{unit_name} reserved and maximum", f"{meaning} The dashed line is the ceiling that it may grow to.{more}",
        [(q.total(q.each(f"{family}_reserved", q.COUNTED, by=labels)), "reserved"),
         (q.total(q.each(f"{family}_max", q.COUNTED, by=labels)), "maximum")],
        "short", overrides=[*p.colours(p.RESERVED_COLOURS), p.dashed("maximum")], decimals=0,
        no_value=f"No endpoint has {unit_name}")


DPU_LABELS = ("endpoint_type", "status", "spec_code", "public_resource")


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
        "Endpoints that failed or have an error code, those first that have been so for the shortest time; with "
        "metrics.endpoint_details: all also those that are frozen or whose trial has ended. The service's message is on the "
        "exporter's status page and in its log.",
        q.broken(), p.NEUTRAL, "Nothing has failed", descending=False, narrow=narrow,
        leave_out=("endpoint_type", "endpoint_id") if narrow else ())
