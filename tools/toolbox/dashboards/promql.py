# SPDX-License-Identifier: Apache-2.0
"""Builds the PromQL of the dashboards.

Two exporters may poll the same workspaces, so that one can be restarted. `max by` therefore deduplicates the series of
a workspace before anything is summed.
"""

from collections.abc import Iterable

from toolbox.dashboards.catalog import pattern

WORKSPACE = ("source", "workspace_id", "workspace")
ENDPOINT_COUNT = ("endpoint_type", "status", "visibility")
TRANSITION = f'status=~"{pattern("in transition")}"'
BAD = f'status=~"{pattern("failed", "abnormal", "suspended")}"'
UNHEALTHY = f'status=~"{pattern("failed", "abnormal")}"'
SUSPENDED = f'status=~"{pattern("suspended")}"'
NOT_SERVING = f'status!~"{pattern("serving")}"'
SERVING = f'status=~"{pattern("serving")}"'
# Without deleted and never enabled endpoints, which neither need attention nor reserve capacity.
COUNTED = f'status!~"{pattern("inactive", "gone")}"'
# Public endpoints are other tenants'. Those of AI DataLake have no visibility.
OWN = 'visibility!="PUBLIC"'
PUBLIC = 'visibility="PUBLIC"'
# The listing `endpoints`, which every workspace has.
OF_ENDPOINTS = 'listing="endpoints"'
RATE = "rate({}[$__rate_interval])"


def select(family: str, *matchers: str, source: bool = True, workspace: bool = True) -> str:
    """Returns a selector of the family within the dashboard's selection."""
    chosen = ['source=~"$source"'] * source + ['workspace=~"$workspace"'] * workspace
    return f"dataarts_fabric_{family}{{{', '.join([*chosen, *matchers])}}}"


def each(family: str, *matchers: str, by: Iterable[str] = (), value: str = "{}") -> str:
    """Returns one value per workspace and the labels `by`, deduplicated over exporters. `value` wraps the selector."""
    return f"max by ({', '.join([*WORKSPACE, *by])}) ({value.format(select(family, *matchers))})"


def per_source(family: str, *matchers: str, by: Iterable[str] = (), value: str = "{}") -> str:
    """Like `each`, for families with a source but no workspace label."""
    return f"max by ({', '.join(['source', *by])}) ({value.format(select(family, *matchers, workspace=False))})"


def total(expression: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) ({expression})" if by else f"sum({expression})"


def endpoints(*matchers: str) -> str:
    """The tenant's own endpoints by type, status and visibility."""
    return each("endpoints", OWN, *matchers, by=ENDPOINT_COUNT)


def oldest_transition() -> str:
    """The time at which the oldest endpoint in transition entered its status, by type, status and visibility."""
    return each("endpoint_oldest_transition_timestamp_seconds", OWN, by=ENDPOINT_COUNT)


def listed(*by: str) -> str:
    """Zero while endpoints are listed, else no data."""
    return f"0 * {total(each('workspace_listed_records', OF_ENDPOINTS), *by)}"


def or_zero(expression: str, *by: str) -> str:
    """Replaces no data by zero, but only while endpoints are listed."""
    return f"{expression} or {listed(*by)}"


def age(expression: str) -> str:
    return f"time() - {expression}"


def _since(*matchers: str) -> str:
    by = ("endpoint_id", "endpoint_name", *ENDPOINT_COUNT)
    return each("endpoint_status_since_timestamp_seconds", *matchers, OWN, by=by)


def _with_code(since: str, *matchers: str) -> str:
    """Joins the error code to `since`, for endpoints that have one. If two exporters disagree, one of them wins."""
    key = "source, workspace_id, endpoint_id"
    code = f"topk by ({key}) (1, {each('endpoint_error', *matchers, OWN, by=('endpoint_id', 'error_code'))})"
    return f"{since} * on ({key}) group_left (error_code) {code} or on ({key})"


def in_transition() -> str:
    """Seconds in status of each endpoint in transition. If the oldest has no details, a row without an endpoint stands
    for all of its workspace, type and status."""
    labels = ", ".join([*WORKSPACE, *ENDPOINT_COUNT])
    oldest = oldest_transition()
    shown = f"min by ({labels}) ({select('endpoint_status_since_timestamp_seconds', TRANSITION, OWN)})"
    since = _since(TRANSITION)
    unnamed = f"({oldest} unless on ({labels}) ({oldest} >= {shown}))"
    return f"time() - ({_with_code(since, TRANSITION)} {since} or {unnamed})"


def failed_endpoints() -> str:
    """Seconds in status of each endpoint that failed, is abnormal or suspended, or reports an error code."""
    settled = f'status!~"{pattern("in transition", "inactive", "gone")}"'
    return f"time() - ({_with_code(_since(settled), settled)} {_since(BAD)})"
