# SPDX-License-Identifier: Apache-2.0
"""Builds the PromQL of the dashboards.

Two exporters may poll the same workspaces, so that one can be restarted. `max by` therefore deduplicates the series of
a workspace before anything is summed.
"""

from collections.abc import Iterable
from typing import NamedTuple

from toolbox.dashboards.catalog import pattern

WORKSPACE = ("source", "workspace_id", "workspace")
ENDPOINT_COUNT = ("endpoint_type", "status", "visibility")
ENDPOINT = ("source", "workspace_id", "endpoint_id")
TRANSITION = f'status=~"{pattern("in transition")}"'
BAD = f'status=~"{pattern("failed", "abnormal", "suspended")}"'
FAILED = f'status=~"{pattern("failed")}"'
UNHEALTHY = f'status=~"{pattern("failed", "abnormal")}"'
SUSPENDED = f'status=~"{pattern("suspended")}"'
NOT_SERVING = f'status!~"{pattern("serving")}"'
SERVING = f'status=~"{pattern("serving")}"'
NEITHER_BAD_NOR_GONE = f'status!~"{pattern("failed", "abnormal", "suspended", "inactive", "gone")}"'
# Without deleted and never enabled endpoints, which neither need attention nor reserve capacity.
COUNTED = f'status!~"{pattern("inactive", "gone")}"'
# Public endpoints are other tenants'. Those of AI DataLake have no visibility.
OWN = 'visibility!="PUBLIC"'
PUBLIC = 'visibility="PUBLIC"'
# The listing `endpoints`, which every workspace has.
OF_ENDPOINTS = 'listing="endpoints"'
# The dashboard's selection.
SELECTION = 'source=~"$source", workspace=~"$workspace"'
RATE = "rate({}[$__rate_interval])"

# What is billed by its reserved units. Of Ray endpoints the bought Ray resources are billed, of inference endpoints and
# services their instances.
BILLED = 'endpoint_type!~"ray|ray_service|inference|service"'
UNKNOWN_COST = -1
# SQL endpoints count dpu in DCU, which is another unit than the DPU of all other types.
DCU, DPU = 'endpoint_type="sql"', 'endpoint_type!="sql"'

# Values of the label `reason` of endpoints that need attention, the worst first; panels.REASON has their names.
STILL_FAILED = "2"
STUCK = {"critical": "3", "warning": "4"}
REASONS = {"failed": "1", "abnormal": "5", "suspended": "6"}
ERROR = "7"
# The defaults of alerts.yaml: dataarts_fabric:endpoint_transition_seconds:threshold and
# dataarts_fabric:endpoint_failed_critical_seconds:threshold; those of service instances are the same.
STUCK_SECONDS = {"critical": 7200, "warning": 1800}
STILL_FAILED_SECONDS = 86400
# The name of rows that stand for endpoints or service instances without details.
NO_DETAILS = "(no details)"


class Kind(NamedTuple):
    """Records with details: the first part of their metric families and labels, and matchers of their statuses."""

    name: str
    type: str
    transition: str
    failed: str
    # Further labels of a record with details.
    more: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.name}_id"

    @property
    def series(self) -> tuple[str, ...]:
        return self.type, "status", "visibility"

    @property
    def record(self) -> tuple[str, ...]:
        return "source", "workspace_id", self.id


ENDPOINTS = Kind("endpoint", "endpoint_type", TRANSITION, FAILED)
SERVICE_INSTANCES = Kind(
    "service_instance", "service_type", 'status=~"PENDING|CREATING|UPDATING|STOPPING|DELETING"',
    'status=~"(.+_)?FAILED"', ("endpoint_id",),
)  # fmt: skip


def select(family: str, *matchers: str, source: bool = True, workspace: bool = True) -> str:
    """Returns a selector of the family within the dashboard's selection."""
    chosen = SELECTION.split(", ")[: source + workspace]
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


def oldest_transition(kind: Kind = ENDPOINTS) -> str:
    """The time at which the oldest record in transition entered its status, by type, status and visibility."""
    return each(f"{kind.name}_oldest_transition_timestamp_seconds", OWN, by=kind.series)


def listed(*by: str) -> str:
    """Zero while endpoints are listed, else no data."""
    return f"0 * {total(each('workspace_listed_records', OF_ENDPOINTS), *by)}"


def or_zero(expression: str, *by: str) -> str:
    """Replaces no data by zero, but only while endpoints are listed."""
    return f"{expression} or {listed(*by)}"


def age(expression: str) -> str:
    return f"time() - {expression}"


def label(expression: str, name: str, value: str, condition: str = "", pattern: str = "") -> str:
    """Sets a label; with a condition, only where the label `condition` matches the pattern."""
    return f'label_replace({expression}, "{name}", "{value}", "{condition}", "{pattern}")'


def _since(*matchers: str, kind: Kind = ENDPOINTS) -> str:
    by = (kind.id, f"{kind.name}_name", *kind.more, *kind.series)
    return each(f"{kind.name}_status_since_timestamp_seconds", *matchers, OWN, by=by)


def _age_in_transition(kind: Kind = ENDPOINTS) -> str:
    """Seconds in status of each record in transition. If the oldest has no details, one row stands for all of its
    workspace, type and status."""
    labels = ", ".join([*WORKSPACE, *kind.series])
    oldest = oldest_transition(kind)
    shown = f"min by ({labels}) ({select(f'{kind.name}_status_since_timestamp_seconds', kind.transition, OWN)})"
    unnamed = label(f"{oldest} unless on ({labels}) ({oldest} >= {shown})", f"{kind.name}_name", NO_DETAILS)
    return f"time() - ({_since(kind.transition, kind=kind)} or {unnamed})"


def stuck(level: str, kind: Kind = ENDPOINTS) -> str:
    """Seconds in status of each record in transition beyond its threshold: the one that the rules record, which users
    can change, else the default of the rules."""
    by = ", ".join([*kind.record, *kind.series])
    name = f"{kind.name}:dataarts_fabric_transition_seconds:threshold"
    recorded = f'max by ({by}) ({name}{{{SELECTION}, level="{level}"}})'
    all_of_them = (
        select(f"{kind.name}_status_since_timestamp_seconds", kind.transition, OWN),
        select(f"{kind.name}_oldest_transition_timestamp_seconds", OWN),
    )
    default = f"{STUCK_SECONDS[level]} * group by ({by}) ({' or '.join(all_of_them)})"
    return f"{_age_in_transition(kind)} > on ({by}) group_left () ({recorded} or {default})"


def _still_failed(kind: Kind = ENDPOINTS) -> str:
    """Seconds in status of each record that failed longer ago than the threshold: the user's, which has no label
    `default`, else the recorded default, else the default of the rules."""
    name = f"dataarts_fabric:{kind.name}_failed_critical_seconds:threshold"
    threshold = f'max({name}{{default=""}}) or max({name}) or vector({STILL_FAILED_SECONDS})'
    return f"time() - {_since(kind.failed, kind=kind)} > on () group_left () ({threshold})"


def _with_reason(expression: str) -> str:
    """Sets the label `reason` by the status of the rows, all of which need attention."""
    expression = label(expression, "reason", ERROR)
    for phase, reason in REASONS.items():
        expression = label(expression, "reason", reason, "status", pattern(phase))
    return expression


def _described(expression: str) -> str:
    """Adds the error code and the owner of endpoints that have one. If two exporters disagree, one of them wins."""
    key = ", ".join(ENDPOINT)
    rows = (
        select("endpoint_status_since_timestamp_seconds", OWN),
        # Rows without an endpoint.
        select("workspace_listed_records", OF_ENDPOINTS),
    )
    rest = f"group by ({key}) ({' or '.join(rows)})"
    code = f"topk by ({key}) (1, {each('endpoint_error', OWN, by=('endpoint_id', 'error_code'))}) or on ({key}) {rest}"
    owner = f"topk by ({key}) (1, {each('endpoint_info', by=('endpoint_id', 'owner'))}) or on ({key}) {rest}"
    return f"({expression}) * on ({key}) group_left (error_code) ({code}) * on ({key}) group_left (owner) ({owner})"


def in_transition() -> str:
    """Seconds in status of each endpoint in transition."""
    return _described(_age_in_transition())


def needs_attention() -> str:
    """Seconds in status of each endpoint that needs attention: it failed, is stuck, abnormal or suspended, or reports
    an error code. The label `reason` sorts the worst first; an endpoint has one reason. If the oldest endpoint in
    transition has no details, a row with the name NO_DETAILS stands for it."""
    code = each("endpoint_error", OWN, by=["endpoint_id"])
    with_code = f"{_since(NEITHER_BAD_NOR_GONE)} and on ({', '.join(ENDPOINT)}) {code}"
    rows = [
        label(_still_failed(), "reason", STILL_FAILED),
        *(label(stuck(level), "reason", reason) for level, reason in STUCK.items()),
        _with_reason(f"time() - ({_since(BAD)} or {with_code})"),
    ]
    by = ", ".join([*ENDPOINT, *ENDPOINT_COUNT])
    return _described(f" or on ({by}) ".join(rows))


def needs_attention_without_details() -> str:
    """The number of endpoints without details that need attention, by workspace, type, status and error code. Those
    that are stuck are in `needs_attention`."""
    labels = ", ".join([*WORKSPACE, *ENDPOINT_COUNT])
    bad = endpoints(BAD)
    codes = each("endpoints_with_error", NEITHER_BAD_NOR_GONE, OWN, by=(*ENDPOINT_COUNT, "error_code"))
    named = each("endpoint_error", NEITHER_BAD_NOR_GONE, OWN, by=("endpoint_id", *ENDPOINT_COUNT, "error_code"))
    rows = (
        f"({bad} - (count by ({labels}) ({_since(BAD)}) or 0 * {bad}) > 0)"
        f" or ({codes} - (count by ({labels}, error_code) ({named}) or 0 * {codes}) > 0)"
    )
    return label(_with_reason(rows), "endpoint_name", NO_DETAILS)


def service_instances(*matchers: str) -> str:
    """The tenant's own service instances by type, status and visibility."""
    return each("service_instances", OWN, *matchers, by=SERVICE_INSTANCES.series)


def service_instances_that_need_attention() -> str:
    """Seconds in status of each service instance that failed or is stuck, like `needs_attention`."""
    kind = SERVICE_INSTANCES
    rows = [
        label(_still_failed(kind), "reason", STILL_FAILED),
        *(label(stuck(level, kind), "reason", reason) for level, reason in STUCK.items()),
        label(f"time() - {_since(kind.failed, kind=kind)}", "reason", REASONS["failed"]),
    ]
    by = ", ".join([*kind.record, *kind.series])
    return f" or on ({by}) ".join(rows)


def failed_service_instances_without_details() -> str:
    """The number of failed service instances without details, by workspace, type and status."""
    kind = SERVICE_INSTANCES
    failed, labels = service_instances(kind.failed), ", ".join([*WORKSPACE, *kind.series])
    rows = f"{failed} - (count by ({labels}) ({_since(kind.failed, kind=kind)}) or 0 * {failed}) > 0"
    return label(label(rows, "reason", REASONS["failed"]), f"{kind.name}_name", NO_DETAILS)


def with_status_page(expression: str) -> str:
    """Sets the label `status_page` if the dashboard's variable of that name is set. Without it there is no such column
    in a table."""
    return label(label(expression, "status_page", "$status_page"), "status_page", "Open", "status_page", ".+")


PRICES = "dataarts_fabric_unit_price_per_hour"
PRICED = f"group by (currency) ({PRICES})"


def cost(family: str, labels: Iterable[str], *matchers: str) -> str:
    """Cost per hour of reserved capacity, with the labels `unit` and `currency`: at the price of its specification,
    else at the price of the unit without a specification. If two exporters have different prices, one wins."""
    chosen = (COUNTED, OWN, BILLED, *matchers)
    price = f'{PRICES}{{unit="{family}", spec_code%s""}}'
    specific = f"topk by (spec_code) (1, max by (unit, spec_code, currency) ({price % '!='}))"
    general = f"topk(1, max by (unit, currency) ({price % '='}))"
    specifications = f"group by (spec_code) ({select(f'{family}_reserved', *chosen)})"
    prices = f"{specific} or on (spec_code) {specifications} * on () group_left (unit, currency) {general}"
    amount = each(f"{family}_reserved", *chosen, by=labels)
    return f"{amount} * on (spec_code) group_left (unit, currency) ({prices})"


def known_cost(expression: str) -> str:
    """Replaces no data by zero while endpoints are listed, else by UNKNOWN_COST; but only if prices are configured."""
    return f"{expression} or 0 * {PRICED} + on () group_left () {listed()} or {UNKNOWN_COST} * {PRICED}"
