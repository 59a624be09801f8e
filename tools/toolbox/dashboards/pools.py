# SPDX-License-Identifier: Apache-2.0
"""The dashboard of AI DataLake's compute pools: which need attention, what they consist of, how much of it is used."""

from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import RUNBOOKS, SOURCE, STATUS_PAGE, WORKSPACE, dashboard, query_variable
from toolbox.dashboards.common import POLL_STEP
from toolbox.dashboards.panels import Json

POOL = query_variable(
    "pool", "Pool", 'label_values(dataarts_fabric_pool_info{source=~"$source", workspace=~"$workspace"}, pool)'
)
CHOSEN = 'pool=~"$pool"'
FAILED, SUSPENDED = 'status=~"(.+_)?FAILED"', 'status=~"FREEZING|(.+_)?FROZEN|TRIAL_ENDED"'
BAD = 'status=~"(.+_)?FAILED|FREEZING|(.+_)?FROZEN|TRIAL_ENDED"'
RUNNING = 'status="RUNNING"'
OF_POOLS = 'listing="pools"'
COMPUTE, ACCELERATORS = 'resource=~"cpu|gpu|npu"', 'resource!="cpu"'
# The labels of a pool in addition to its workspace, and of all of a resource of it.
LABELS = ("pool_id", "pool")
KEY = "source, workspace_id, pool_id"
NAMES = {"cpu": "CPU", "memory": "Memory", "gpu": "GPU", "npu": "NPU"}
# Columns of capacity.
AMOUNTS = {"cpu": "Cores", "gpu": "GPUs", "npu": "NPUs"}
# The defaults of alerts.yaml: dataarts_fabric:pool_utilization_ratio:threshold, and the time for which it counts.
IDLE, IDLE_TIME = 0.2, "1d"
USED = p.steps((None, "orange"), (IDLE, "green"))
PROMISED = p.steps((None, "green"), (0.9, "orange"), (1, "red"))
VALUE_AGE = p.steps((None, "green"), (1800, "orange"), (3600, "red"))
STATUSES = p.mapping(*((status, status, color) for status, color in p.COLORS["pool_status"].items()))
NOT_COLLECTED = "No pools (or not collected)"
NO_VALUES = "No values (or not collected)"


class Pools:
    """Queries about pools: of the dashboard's selection, with or without a variable for pools."""

    def __init__(self, *matchers: str) -> None:
        self.matchers = matchers

    def info(self, *matchers: str) -> str:
        return q.each("pool_info", *self.matchers, *matchers, by=(*LABELS, "charge_mode", "status"))

    def amount(self, family: str, *matchers: str) -> str:
        """Capacity or allocatable capacity of each pool and resource, over all specifications."""
        each = q.each(f"pool_{family}", *self.matchers, *matchers, by=(*LABELS, "resource", "spec_code"))
        return q.total(each, *q.WORKSPACE, *LABELS, "resource")

    def promised(self, *matchers: str) -> str:
        """The fraction of each resource of a pool that is promised to endpoints."""
        return f"1 - {self.amount('allocatable', *matchers)} / ({self.amount('capacity', *matchers)} > 0)"

    def used(self, *matchers: str, value: str = "{}") -> str:
        return q.each("pool_utilization_ratio", *self.matchers, *matchers, by=(*LABELS, "resource"), value=value)

    def age(self) -> str:
        """Seconds since the oldest of the newest values of each pool was measured."""
        measured = q.each("pool_utilization_timestamp_seconds", *self.matchers, by=(*LABELS, "resource"))
        return q.age(f"min by ({', '.join([*q.WORKSPACE, *LABELS])}) ({measured})")

    def idle(self) -> str:
        """The highest utilization within a day of running pools whose CPU and accelerators have been below the
        threshold. A pool is not idle while the utilization of a resource that it has is unknown."""
        highest = self.used(COMPUTE, value=f"max_over_time({{}}[{IDLE_TIME}])")
        by = ", ".join([*q.WORKSPACE, *LABELS])
        running = f"group by ({KEY}) ({self.info(RUNNING)})"
        unknown = f"{self.amount('capacity', COMPUTE)} > 0 unless on ({KEY}, resource) {highest}"
        return f"(max by ({by}) ({highest}) and on ({KEY}) {running} unless on ({KEY}) ({unknown})) < {IDLE}"


SELECTED = Pools(CHOSEN)


def counted(*matchers: str) -> str:
    """Pools by charge mode and status, also those without details."""
    return q.each("pools", *matchers, by=("charge_mode", "status"))


def or_zero(expression: str) -> str:
    """Replaces no data by zero, but only while pools are listed."""
    return f"{expression} or 0 * {q.total(q.each('workspace_listed_records', OF_POOLS))}"


FAILURES = q.per_source("pool_query_failures_total", by=("query", "reason"), value="increase({}[30m])")
EXHAUSTED = f"{SELECTED.promised(COMPUTE)} >= 1"
STATS = [
    p.stat("Compute pools", "Pools in the last complete listing of each selected workspace, in any status.",
           or_zero(q.total(counted())), "short", decimals=0),
    p.stat("Pools running", "Pools that are RUNNING.", or_zero(q.total(counted(RUNNING))), "short", decimals=0),
    p.stat("Pools failed", "Pools in FAILED or another status that ends in _FAILED.",
           or_zero(q.total(counted(FAILED))), "short", p.ANY_IS_CRITICAL, decimals=0),
    p.stat("Pools suspended", "Pools that freeze or are frozen: usually a billing issue.",
           or_zero(q.total(counted(SUSPENDED))), "short", p.ANY_IS_WARNING, decimals=0),
    p.stat("Pools idle",
           "Running pools of the selection whose CPU and accelerators have been below 20 % in the last day, as far as"
           " there are values.",
           or_zero(f"count({SELECTED.idle()})"), "short", p.ANY_IS_WARNING, decimals=0),
    p.stat("Pools exhausted", "Pools of the selection with a resource of which nothing is left for endpoints.",
           or_zero(f"count(count by ({KEY}) ({EXHAUSTED}))"), "short", p.ANY_IS_WARNING, decimals=0),
    p.stat("Failed queries",
           "Failed queries for utilization or allocatable capacity within 30 minutes, of all pools of the selected"
           " sources.",
           or_zero(q.total(FAILURES)), "short", p.ANY_IS_WARNING, decimals=0),
    p.stat("Max age of pool data",
           "Maximum age of the last complete listing of pools over the selected workspaces. With the default interval"
           " of 5 minutes, data is stale after 15.",
           q.age(f"min({q.each('workspace_last_success_timestamp_seconds', OF_POOLS)})"), "s",
           p.steps((None, "green"), (600, "orange"), (900, "red")), decimals=1),
]  # fmt: skip


def reasons(expression: str) -> str:
    """Sets the label `reason`, whose values panels.REASON names, by the status of failed and suspended pools."""
    return q.label(q.label(expression, "reason", q.REASONS["failed"]), "reason", q.REASONS["suspended"], "status",
                   "FREEZING|(.+_)?FROZEN|TRIAL_ENDED")  # fmt: skip


COLUMNS = [
    p.column("Pool", link=p.POOL_LINK),
    p.column("Status", mappings=STATUSES, width=115), p.column("Charge mode", width=105), p.column("Source", width=100),
    p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE, width=130), p.column("Workspace ID", hidden=True),
    p.column("Status page", width=100, link=p.STATUS_PAGE_LINK),
]  # fmt: skip
LINKED = {"workspace_id": "Workspace ID", "status_page": "Status page"}
ATTENTION = p.table(
    "Failed and suspended pools",
    "Pools that failed or freeze. The reason links to the runbook of the alert. The number of pools without details"
    " (beyond metrics.max_endpoint_details) is in the statistics at the top only.",
    [q.with_status_page(reasons(SELECTED.info(BAD)))],
    [p.column("Reason", mappings=p.REASON, width=105, link=p.RUNBOOK_OF_POOL_REASON), p.column("Pool ID", width=310),
     *COLUMNS],
    shown={"reason": "Reason", "status": "Status", "pool": "Pool", "charge_mode": "Charge mode",
           "workspace": "Workspace", "source": "Source", "pool_id": "Pool ID", **LINKED},
    sort=[("Reason", False), ("Pool", False)], no_value="No failed or suspended pools (or not collected)")  # fmt: skip
IDLE_POOLS = p.table(
    "Idle pools",
    "Running pools whose CPU and accelerators have been below 20 % in the last day, as far as there are values, and"
    " what they consist of: money for nothing. The alert needs a whole day with values.",
    [SELECTED.idle(),
     *(f"{expression} and on ({KEY}) ({SELECTED.idle()})"
       for expression in (SELECTED.info(), *(SELECTED.amount("capacity", f'resource="{name}"') for name in AMOUNTS)))],
    [p.column("Highest utilization", unit="percentunit", decimals=1, thresholds=USED, width=150, cell="color-text"),
     *(p.column(title, unit="short", width=90) for title in AMOUNTS.values()), *COLUMNS],
    shown={"Value #A": "Highest utilization", "pool": "Pool", "charge_mode": "Charge mode",
           "Value #C": "Cores", "Value #D": "GPUs", "Value #E": "NPUs", "workspace": "Workspace", "source": "Source"},
    sort=[("Highest utilization", False)], no_value="No idle pools (or not collected)")  # fmt: skip


def table(pools: Pools, title: str = "Pools") -> Json:
    """Returns a table of pools: what each consists of, how much of it is promised to endpoints and how much is used."""
    capacity = {title: pools.amount("capacity", f'resource="{name}"') for name, title in AMOUNTS.items()}
    promised = {f"{NAMES[name]} promised": pools.promised(f'resource="{name}"') for name in AMOUNTS}
    used = {f"{name} used": pools.used(f'resource="{resource}"') for resource, name in NAMES.items()}
    columns = [
        *(p.column(title, unit="short", width=70) for title in capacity),
        *(p.column(title, unit="percentunit", decimals=0, thresholds=PROMISED, width=116, cell="color-text")
          for title in promised),
        # Applications reserve memory, whether they use it or not.
        *(p.column(title, unit="percentunit", decimals=0, thresholds=USED if "Memory" not in title else p.NEUTRAL,
                   width=105 if "Memory" in title else 80, cell="color-text") for title in used),
        p.column("Age", unit="s", decimals=1, thresholds=VALUE_AGE, width=75, cell="color-text"),
    ]  # fmt: skip
    expressions = {"": pools.info(), **capacity, **promised, **used, "Age": pools.age()}
    fields = {title: field for field, title in p.values(expressions).items()}
    order = (
        "Cores", "CPU promised", "CPU used", "Memory used", "GPUs", "GPU promised", "GPU used", "NPUs", "NPU promised",
        "NPU used", "Age",
    )  # fmt: skip
    return p.table(
        title,
        "Every pool: its capacity, the fraction that is promised to endpoints (orange from 90 %, red: nothing is left),"
        " the fraction that is used (orange: below 20 %), and the age of the oldest of these values. A dash means no"
        " value: only running pools have some, and GPU and NPU only pools with such cards.",
        list(expressions.values()), [*COLUMNS, *columns],
        shown={"status": "Status", "pool": "Pool", **{fields[name]: name for name in order},
               "charge_mode": "Charge mode", "workspace": "Workspace", "source": "Source"},
        sort=[("Status", False), ("Pool", False)], no_value=NOT_COLLECTED)  # fmt: skip


BY_STATUS = p.timeseries(
    "Pools by status", "Number of pools in each status, over all pools of the selected workspaces.",
    [(q.total(counted(), "status") + " > 0", "{{status}}")], "short", stacked=True,
    overrides=p.colors(p.COLORS["pool_status"]), decimals=0, no_value=NOT_COLLECTED)  # fmt: skip
BY_CHARGE_MODE = p.timeseries(
    "Pools by charge mode",
    "Number of pools that are paid in advance (prePaid) and by use (postPaid), over all pools of the selected"
    " workspaces.",
    [(q.total(counted(), "charge_mode") + " > 0", "{{charge_mode}}")], "short", stacked=True, decimals=0,
    no_value=NOT_COLLECTED)  # fmt: skip


def amounts(title: str, unit: str, matcher: str) -> Json:
    """Returns a graph of the capacity of all selected pools, and of what is left for endpoints."""
    return p.timeseries(
        title,
        f"{unit} of the selected pools: the whole capacity (dashed), and what is not promised to endpoints. Pools that"
        " are not running have a capacity, but nothing known to be left.",
        [(q.total(SELECTED.amount(family, matcher), "resource"), f"{{{{resource}}}} {name}")
         for family, name in (("capacity", "capacity"), ("allocatable", "allocatable"))],
        "short", overrides=[p.dashed("/ capacity$/")], no_value=NOT_COLLECTED)  # fmt: skip


CAPACITY_BY_POOL = p.table(
    "Capacity by pool",
    "Cores and cards of each pool, resource and specification, and what is left for endpoints. The service may name"
    " specifications of allocatable capacity differently; then both have a row.",
    [q.each(f"pool_{family}", CHOSEN, by=(*LABELS, "resource", "spec_code")) for family in ("capacity", "allocatable")],
    [p.column("Pool", link=p.POOL_LINK), p.column("Resource", width=100), p.column("Specification", width=330),
     p.column("Source", width=150),
     p.column("Workspace", link=p.WORKSPACE_LINK_WITH_STATUS_PAGE, width=170),
     p.column("Capacity", unit="short", width=110), p.column("Allocatable", unit="short", width=120)],
    shown={"pool": "Pool", "resource": "Resource", "spec_code": "Specification",
           **p.values(["Capacity", "Allocatable"]), "workspace": "Workspace", "source": "Source"},
    sort=[("Pool", False), ("Resource", False)], no_value=NOT_COLLECTED)  # fmt: skip
PROMISED_BY_POOL = p.timeseries(
    "Promised to endpoints",
    "Fraction of each resource of a pool that is promised to endpoints, by pool: top 10. At 100 % no endpoint can be"
    " added. Promised is not used: compare with the utilization.",
    [(f"topk(10, {SELECTED.promised(COMPUTE)})", "{{pool}} {{resource}}")], "percentunit", thresholds=PROMISED,
    no_value=NO_VALUES)  # fmt: skip


def utilization(resource: str) -> Json:
    name, matters = NAMES[resource], resource != "memory"
    used = SELECTED.used(f'resource="{resource}"')
    return p.timeseries(
        f"{name} utilization",
        f"{name} utilization by pool: top 10." + (" Below 20 % for a whole day, a pool is idle." if matters else ""),
        [(f"topk(10, {used})", "{{pool}}")], "percentunit", thresholds=USED if matters else None,
        no_value=NO_VALUES)  # fmt: skip


AGE = p.timeseries(
    "Age of utilization",
    "Time since the oldest of the newest values of a pool was measured, by pool: top 10. The alert on idle pools"
    " ignores values that are older than an hour.",
    [(f"topk(10, {SELECTED.age()})", "{{pool}}")], "s", thresholds=VALUE_AGE, no_value=NO_VALUES)  # fmt: skip
FAILING_QUERIES = p.timeseries(
    "Failed queries by reason",
    "Failed queries for utilization or allocatable capacity per minute, by query and reason, of all pools of the"
    " selected sources. They fail no poll; the pool concerned has no value.",
    [("60 * " + q.total(q.per_source("pool_query_failures_total", by=("query", "reason"), value=q.RATE), "query",
                        "reason") + " > 0", "{{query}}: {{reason}}")],
    "opm", stacked=True, bars=True, interval=POLL_STEP, no_value="No failed queries (or not collected)")  # fmt: skip

BOARD = dashboard(
    "pools", "Pools",
    "Compute pools of AI DataLake (api: v2 with collect.pools): which need attention, what they consist of, how much of"
    " it is promised to endpoints and used, and which are idle.",
    [SOURCE, WORKSPACE, POOL, STATUS_PAGE, RUNBOOKS],
    [
        (None, (4, [(3, stat) for stat in STATS])),
        ("Needs attention", (6, [(24, ATTENTION)]), (7, [(24, IDLE_POOLS)])),
        ("Pools", (11, [(24, table(SELECTED))])),
        ("Utilization", (8, [(12, utilization("cpu")), (12, utilization("memory"))]),
         (8, [(12, utilization("gpu")), (12, utilization("npu"))]), (7, [(12, AGE), (12, FAILING_QUERIES)])),
        ("Capacity",
         (8, [(8, amounts("CPU cores of pools", "Cores", 'resource="cpu"')),
              (8, amounts("Accelerators of pools", "Cards", ACCELERATORS)), (8, PROMISED_BY_POOL)]),
         (8, [(24, CAPACITY_BY_POOL)])),
        ("History", (7, [(12, BY_STATUS), (12, BY_CHARGE_MODE)])),
    ], span="now-24h")  # fmt: skip
