# SPDX-License-Identifier: Apache-2.0
"""The dashboard of capacity: reserved, maximum, idle, and cost."""

from toolbox.dashboards import common
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import SOURCE, WORKSPACE, dashboard
from toolbox.dashboards.common import UNITS, Unit
from toolbox.dashboards.panels import Json


def reserved_now(unit: Unit) -> str:
    return q.or_zero(q.total(unit.each("reserved")))


def headline(unit: Unit) -> tuple[Json, Json]:
    name = unit.name
    now = p.stat(f"{name} reserved", f"{name} that endpoints reserve now.", reserved_now(unit), "short", decimals=0)
    if unit is common.MU:
        most = q.or_zero(q.total(unit.each("max")))
        return now, p.stat("MU maximum", "Maximum model units of all endpoints.", most, "short", decimals=0)
    idle, whole = q.total(unit.each("reserved", q.NOT_SERVING)), q.total(unit.each("reserved"))
    return now, p.stat(
        f"{name} not running",
        f"Percentage of the reserved {name} that belongs to endpoints in a status other than RUNNING.",
        f"{idle} / ({whole} > 0) or {q.listed()}",
        "percentunit", p.steps((None, "green"), (0.05, "orange"), (0.2, "red")), decimals=1)  # fmt: skip


IDLE = p.table(
    "Reserved by non-running endpoints",
    "Capacity reserved by endpoints in a status other than RUNNING. Check these first when the bill is too high."
    " The whole dashboard excludes INACTIVE endpoints (never enabled), DELETED ones, and public ones (other"
    " tenants').",
    [q.total(unit.each("reserved", q.NOT_SERVING), "source", "workspace", "endpoint_type", "status", "spec_code")
     + " > 0" for unit in UNITS],
    [p.column("Status", mappings=p.STATUS_MAPPING, width=165), p.column("Workspace", link=p.WORKSPACE_LINK),
     p.column("Source", width=150), p.column("Type", width=130), p.column("Specification", width=180),
     *(p.column(unit.name, unit="short", decimals=0, width=110) for unit in UNITS)],
    shown={"workspace": "Workspace", "source": "Source", "status": "Status", "endpoint_type": "Type",
           "spec_code": "Specification", **p.values(unit.name for unit in UNITS)},
    sort=[("APU", True), ("DCU", True), ("DPU", True)], no_value="No idle capacity")  # fmt: skip
TITLES = [f"{unit.name} {kind}" for unit in UNITS for kind in common.KINDS.values()]
BY_WORKSPACE = p.table(
    "Workspaces", "Reserved and maximum capacity of each workspace.",
    [q.total(unit.each(kind), "source", "workspace") for unit in UNITS for kind in common.KINDS],
    [p.column("Workspace", link=p.WORKSPACE_LINK), p.column("Source", width=150),
     *(p.column(title, width=130) for title in TITLES)],
    shown={"workspace": "Workspace", "source": "Source", **p.values(TITLES)}, sort=[("APU reserved", True)],
    no_value="No workspaces are polled")  # fmt: skip
LAKE_TITLES = {
    f"{name} {kind}": (end, resource)
    for resource, name in (("cpu", "Cores"), ("gpu", "GPU"), ("npu", "NPU")) for end, kind in common.LAKE_KINDS.items()
}  # fmt: skip
LAKE_BY_WORKSPACE = p.table(
    "AI DataLake: capacity by workspace and type",
    "Minimum and maximum of cores and cards of the endpoints of AI DataLake (api: v2), by workspace, engine type and"
    " mode: reserved from a compute pool, on demand, or hybrid. The pools that are billed are on the dashboard Pools.",
    [q.total(common.lake_capacity(end, f'resource="{resource}"'), "source", "workspace", "endpoint_type",
             "resource_mode")
     for end, resource in LAKE_TITLES.values()],
    [p.column("Workspace", link=p.WORKSPACE_LINK), p.column("Source", width=150), p.column("Type", width=130),
     p.column("Mode", width=120), *(p.column(title, unit="short", decimals=0, width=130) for title in LAKE_TITLES)],
    shown={"workspace": "Workspace", "source": "Source", "endpoint_type": "Type", "resource_mode": "Mode",
           **p.values(LAKE_TITLES)},
    sort=[("Cores maximum", True)], no_value="No endpoints of AI DataLake with capacity")  # fmt: skip


def breakdown(unit: Unit) -> tuple[Json, Json]:
    """Capacity by specification and by status. Model units are taken on demand, not reserved: it is their maximum."""
    kind, what = ("max", "maximum") if unit is common.MU else ("reserved", "reserved")
    title = f"{unit.name} {what}"

    def bars(by: str, overrides: list[Json]) -> Json:
        return p.chart(
            "bargauge", f"{title} by {by}", f"{unit.name} ({what}) by {by}, in descending order.",
            f"sort_desc({q.total(unit.each(kind), names[by])} > 0)", f"{{{{{names[by]}}}}}", "short",
            overrides=overrides, no_value="none", decimals=0, minimum=0)  # fmt: skip

    names = {"specification": "spec_code", "status": "status"}
    return bars("specification", []), bars("status", p.colors(p.COLORS["status"]))


BREAKDOWNS = [breakdown(unit) for unit in UNITS]
SPILL_OVER = p.panel(
    "bargauge", "May use the public endpoint",
    "Reserved DCU and DPU of endpoints that may spill over to the public endpoint (yes), and of the others (no).",
    "short",
    [p.target(q.total(unit.each("reserved", f'public_resource="{value}"')) + " > 0", f"{unit.name}, {answer}",
              instant=True)
     for unit in (common.DCU, common.DPU) for value, answer in (("true", "yes"), ("false", "no"))],
    no_value="none", decimals=0, minimum=0)  # fmt: skip

FAMILIES = {unit.family: unit.labels for unit in UNITS}
BILLED = (
    "Ray endpoints, inference endpoints and services are left out, because their Ray resources and instances are"
    " billed instead, and so are public endpoints and units without a price. Prices come from the section `prices` of"
    " the exporter's configuration; without it the cost is not configured."
)
NOT_CONFIGURED = "not configured"
UNKNOWN = p.mapping((str(q.UNKNOWN_COST), p.NO_DATA, p.UNKNOWN_COLOR))


def cost(*matchers: str, by: tuple[str, ...] = ("currency",)) -> str:
    """Cost per hour of all units together."""
    return q.total(" or ".join(q.cost(family, labels, *matchers) for family, labels in FAMILIES.items()), *by)


def over_time_range(expression: str) -> str:
    """Sums a value per hour over the time range. Minutes without data count as zero, so this is a lower bound."""
    return f"sum_over_time(({expression})[$__range:1m]) / 60"


LOWER_BOUND = "Minutes without data count as zero."


def cost_stat(title: str, description: str, expression: str) -> Json:
    return p.stat(title, f"{description} {BILLED}", q.known_cost(expression), "none", legend="{{currency}}",
                  mappings=UNKNOWN, no_value=NOT_CONFIGURED, decimals=2)  # fmt: skip


COSTS = [
    cost_stat("Cost per hour", "Hourly cost of the capacity that is reserved now.", cost()),
    cost_stat("Idle cost per hour", "Hourly cost of the capacity that non-running endpoints reserve now.",
              cost(q.NOT_SERVING)),
    cost_stat("Cost in this time range", f"Cost of the reserved capacity over the time range. {LOWER_BOUND}",
              over_time_range(cost())),
]  # fmt: skip
HOURS = [
    p.stat(f"{unit.name}-hours", f"Reserved {unit.name}, summed over the time range. {LOWER_BOUND}",
           over_time_range(reserved_now(unit)), "short", decimals=1)
    for unit in UNITS
]  # fmt: skip
COST_BY_WORKSPACE = p.timeseries(
    "Cost per hour by workspace",
    f"Hourly cost of each workspace's reserved capacity: top 10 by cost. {BILLED}",
    [(f"topk(10, {cost(by=('workspace', 'currency'))})", "{{workspace}}, {{currency}}")], "none", decimals=2,
    no_value=NOT_CONFIGURED)  # fmt: skip

BOARD = dashboard(
    "capacity", "Capacity and cost",
    "Reserved, maximum and idle capacity of DataArts Fabric endpoints, and its cost. APU, DCU (SQL endpoints), DPU (all"
    " other types) and MU are different units and are only added up as cost. Endpoints of AI DataLake (api: v2) have"
    " cores and cards instead, and no cost: their compute pools are billed.",
    [SOURCE, WORKSPACE],
    [
        (None, (4, [(3, stat) for unit in UNITS for stat in headline(unit)]),
         (4, [*((4, stat) for stat in COSTS), *((3, stat) for stat in HOURS)])),
        ("Idle capacity", (9, [(24, IDLE)])),
        ("Reserved and maximum", (8, [(12, common.CAPACITY[name]) for name in ("APU", "DCU")]),
         (8, [(12, common.CAPACITY[name]) for name in ("DPU", "MU")])),
        ("AI DataLake: cores and cards", (8, [(12, graph) for graph in common.LAKE_CAPACITY]),
         (7, [(24, LAKE_BY_WORKSPACE)])),
        ("Cost", (9, [(24, COST_BY_WORKSPACE)])),
        ("Breakdown", (6, [*((5, bars) for bars, _ in BREAKDOWNS), (4, SPILL_OVER)]),
         (10, [(6, bars) for _, bars in BREAKDOWNS])),
        ("Workspaces", (11, [(24, BY_WORKSPACE)])),
    ], span="now-24h")  # fmt: skip
