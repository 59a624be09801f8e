# SPDX-License-Identifier: Apache-2.0
"""PromQL as the dashboards need it.

Two exporters may watch the same workspaces, so that one can be restarted. What they say of a workspace is therefore taken
once (`max by`) before anything is added up.
"""

WORKSPACE = ("source", "workspace_id", "workspace")
TRANSITION = 'status=~"CREATING|UPDATING|DELETING"'
FAILED = 'status=~".+_FAILED"'
SUSPENDED = 'status=~".*FROZEN|TRIAL_ENDED"'
# Gone, or never enabled by the tenant: nobody's problem, and nothing that is kept for anybody.
COUNTED = 'status!~"INACTIVE|DELETED"'


def select(family, *matchers, source=True, workspace=True):
    """The family's series within the dashboard's selection."""
    chosen = []
    if source:
        chosen.append('source=~"$source"')
    if workspace:
        chosen.append('workspace=~"$workspace"')
    return f"dataarts_fabric_{family}{{{', '.join([*chosen, *matchers])}}}"


def each(family, *matchers, by=(), value="{}"):
    """One value per workspace and the further labels `by`, however many exporters report it.

    `value` wraps the selector, for example ``rate({}[5m])``.
    """
    return f"max by ({', '.join([*WORKSPACE, *by])}) ({value.format(select(family, *matchers))})"


def per_source(family, *matchers, by=(), value="{}"):
    """The same for families that know sources but no workspaces."""
    inner = value.format(select(family, *matchers, workspace=False))
    return f"max by ({', '.join(['source', *by])}) ({inner})"


def total(expression, *by):
    return f"sum by ({', '.join(by)}) ({expression})" if by else f"sum({expression})"


def or_zero(expression):
    """Nothing to report is zero, but only while there is a listing that says so."""
    return f"{expression} or 0 * {total(each('workspace_listed_endpoints'))}"


def age(expression):
    return f"time() - {expression}"


def _since(*matchers):
    by = ("endpoint_id", "endpoint_name", "endpoint_type", "status", "visibility")
    return each("endpoint_status_since_timestamp_seconds", *matchers, by=by)


def _with_code(since, *matchers):
    """`since` of the endpoints that have an error code, with the code. Of two exporters that disagree, one is believed."""
    key = "source, workspace_id, endpoint_id"
    code = f"topk by ({key}) (1, {each('endpoint_error', *matchers, by=('endpoint_id', 'error_code'))})"
    return f"{since} * on ({key}) group_left (error_code) {code} or on ({key})"


def on_their_way():
    """Seconds in status of each endpoint in transition. Where the exporter serves no details of the one that has been so
    for longest, one row without an endpoint stands for all of its workspace, type and status."""
    by = ("endpoint_type", "status")
    labels = ", ".join([*WORKSPACE, *by])
    oldest = each("endpoint_oldest_transition_timestamp_seconds", by=by)
    shown = f"min by ({labels}) ({select('endpoint_status_since_timestamp_seconds', TRANSITION)})"
    since = _since(TRANSITION)
    return (
        f"time() - ({_with_code(since, TRANSITION)} {since}"
        f" or ({oldest} unless on ({labels}) ({oldest} >= {shown})))"
    )


def broken():
    """Seconds in status of each endpoint that failed, is suspended or has an error code, whatever details are served."""
    settled = 'status!~"CREATING|UPDATING|DELETING|INACTIVE|DELETED"'
    bad = 'status=~".+_FAILED|.*FROZEN|TRIAL_ENDED"'
    return f"time() - ({_with_code(_since(settled), settled)} {_since(bad)})"
