# SPDX-License-Identifier: Apache-2.0
"""PromQL as the dashboards need it.

Two exporters may watch the same workspaces, so that one can be restarted. What they say of a workspace is therefore taken
once (`max by`) before anything is added up.
"""

from catalogue import pattern

WORKSPACE = ("source", "workspace_id", "workspace")
ENDPOINT_COUNT = ("endpoint_type", "status", "visibility")
TRANSITION = f'status=~"{pattern("in transition")}"'
BAD = f'status=~"{pattern("failed", "abnormal", "suspended")}"'
UNHEALTHY = f'status=~"{pattern("failed", "abnormal")}"'
SUSPENDED = f'status=~"{pattern("suspended")}"'
NOT_SERVING = f'status!~"{pattern("serving")}"'
SERVING = f'status=~"{pattern("serving")}"'
# Gone, or never enabled: nothing that needs attention, and nothing that is kept for anybody.
COUNTED = f'status!~"{pattern("inactive", "gone")}"'
# Public endpoints are other tenants'. Those of AI DataLake have no visibility.
OWN = 'visibility!="PUBLIC"'
PUBLIC = 'visibility="PUBLIC"'
# The health of a workspace's endpoints, which are always collected.
OF_ENDPOINTS = 'listing="endpoints"'


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


def endpoints(*matchers):
    """The tenant's own endpoints by type, status and visibility."""
    return each("endpoints", OWN, *matchers, by=ENDPOINT_COUNT)


def oldest_transition():
    """When the endpoint that has been in transition for longest entered its status, by type, status and visibility."""
    return each("endpoint_oldest_transition_timestamp_seconds", OWN, by=ENDPOINT_COUNT)


def listed(*by):
    """Zero while there is a listing of endpoints that says so."""
    return f"0 * {total(each('workspace_listed_records', OF_ENDPOINTS), *by)}"


def or_zero(expression, *by):
    """Nothing to report is zero, but only while there is a listing of endpoints that says so."""
    return f"{expression} or {listed(*by)}"


def age(expression):
    return f"time() - {expression}"


def _since(*matchers):
    by = ("endpoint_id", "endpoint_name", *ENDPOINT_COUNT)
    return each("endpoint_status_since_timestamp_seconds", *matchers, OWN, by=by)


def _with_code(since, *matchers):
    """`since` of the endpoints that have an error code, with the code. Of two exporters that disagree, one is believed."""
    key = "source, workspace_id, endpoint_id"
    code = f"topk by ({key}) (1, {each('endpoint_error', *matchers, OWN, by=('endpoint_id', 'error_code'))})"
    return f"{since} * on ({key}) group_left (error_code) {code} or on ({key})"


def on_their_way():
    """Seconds in status of each endpoint in transition. Where the exporter serves no details of the one that has been so
    for longest, one row without an endpoint stands for all of its workspace, type and status."""
    labels = ", ".join([*WORKSPACE, *ENDPOINT_COUNT])
    oldest = oldest_transition()
    shown = f"min by ({labels}) ({select('endpoint_status_since_timestamp_seconds', TRANSITION, OWN)})"
    since = _since(TRANSITION)
    return (
        f"time() - ({_with_code(since, TRANSITION)} {since}"
        f" or ({oldest} unless on ({labels}) ({oldest} >= {shown})))"
    )


def broken():
    """Seconds in status of each endpoint that failed, is abnormal or suspended, or has an error code."""
    settled = f'status!~"{pattern("in transition", "inactive", "gone")}"'
    return f"time() - ({_with_code(_since(settled), settled)} {_since(BAD)})"
