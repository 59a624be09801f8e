# SPDX-License-Identifier: Apache-2.0
"""PromQL as the dashboards need it.

Two exporters may watch the same workspaces, so that one can be restarted. What they say of a workspace is therefore taken
once (`max by`) before anything is added up.
"""

WORKSPACE = ("source", "workspace_id", "workspace")
TRANSITION = 'status=~"CREATING|UPDATING|DELETING"'
FAILED = 'status=~".+_FAILED"'


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


def problems(*matchers):
    """Seconds in status of each endpoint that is on its way, failed or in error, with its error code where it has one."""
    by = ("endpoint_id", "endpoint_name", "endpoint_type", "status", "visibility")
    since = each("endpoint_status_since_timestamp_seconds", *matchers, by=by)
    error = each("endpoint_error", *matchers, by=("endpoint_id", "error_code"))
    key = "source, workspace_id, endpoint_id"
    return (
        f"time() - ({since} * on ({key}) group_left (error_code) {error}"
        f" or on ({key}) {since})"
    )
