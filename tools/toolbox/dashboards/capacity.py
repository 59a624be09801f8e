# SPDX-License-Identifier: Apache-2.0
"""The dashboard of capacity: reserved, maximum, idle, and cost."""

from collections.abc import Callable, Iterable

from toolbox.dashboards import common
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import SOURCE, WORKSPACE, dashboard, text_variable
from toolbox.dashboards.panels import Json

Labels = Iterable[str]

# Name, family and labels of each unit.
UNITS = (
    ("APU", "apu", common.CAPACITY_LABELS),
    ("DPU", "dpu", common.DPU_LABELS),
    ("MU", "mu", common.CAPACITY_LABELS),
)


def reserved(family: str, labels: Labels, *matchers: str) -> str:
    """Reserved capacity as the recording rules count it: every status but INACTIVE and DELETED, without public ones."""
    return q.each(f"{family}_reserved", q.COUNTED, q.OWN, *matchers, by=labels)


def reserved_now(family: str, labels: Labels) -> str:
    return q.or_zero(q.total(reserved(family, labels)))


def hours(family: str, labels: Labels) -> str:
    """Unit-hours over the time range. Minutes without data count as zero, so this is a lower bound."""
    return f"sum_over_time(({reserved_now(family, labels)})[$__range:1m]) / 60"


def cost(of: Callable[[str, Labels], str]) -> str:
    """Cost of the three units, at the prices entered in the dashboard's variables."""
    return " + ".join(f"${{price_{family}}} * ({of(family, labels)})" for _, family, labels in UNITS)


def headline(name: str, family: str, labels: Labels) -> tuple[Json, Json]:
    now = p.stat(
        f"{name} reserved", f"{name} that endpoints reserve now.", reserved_now(family, labels), "short", decimals=0
    )
    if family == "mu":
        most = q.or_zero(q.total(q.each("mu_max", q.COUNTED, q.OWN, by=labels)))
        return now, p.stat("MU maximum", "Maximum model units of all endpoints.", most, "short", decimals=0)
    idle, whole = q.total(reserved(family, labels, q.NOT_SERVING)), q.total(reserved(family, labels))
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
    [q.total(reserved(family, labels, q.NOT_SERVING), "source", "workspace", "endpoint_type", "status", "spec_code")
     + " > 0" for _, family, labels in UNITS],
    [p.column("Status", mappings=p.STATUS_MAPPING, width=165), p.column("Workspace", link=p.WORKSPACE_LINK),
     p.column("Source", width=150), p.column("Type", width=130), p.column("Specification", width=180),
     *(p.column(name, unit="short", decimals=0, width=110) for name, _, _ in UNITS)],
    shown={"workspace": "Workspace", "source": "Source", "status": "Status", "endpoint_type": "Type",
           "spec_code": "Specification", "Value #A": "APU", "Value #B": "DPU", "Value #C": "MU"},
    sort=[("APU", True), ("DPU", True)], no_value="No idle capacity")  # fmt: skip
TITLES = [f"{name} {kind}" for name, _, _ in UNITS for kind in common.KINDS.values()]
BY_WORKSPACE = p.table(
    "Workspaces", "Reserved and maximum capacity of each workspace.",
    [q.total(q.each(f"{family}_{kind}", q.COUNTED, q.OWN, by=labels), "source", "workspace")
     for _, family, labels in UNITS for kind in common.KINDS],
    [p.column("Workspace", link=p.WORKSPACE_LINK), p.column("Source", width=150),
     *(p.column(title, width=130) for title in TITLES)],
    shown={"workspace": "Workspace", "source": "Source", **p.values(TITLES)}, sort=[("APU reserved", True)],
    no_value="No workspaces are polled")  # fmt: skip


def breakdown(name: str, family: str, labels: Labels) -> tuple[Json, Json]:
    """Capacity by specification and by status. Model units are taken on demand, not reserved: it is their maximum."""
    kind, what = ("max", "maximum") if family == "mu" else ("reserved", "reserved")
    units = q.each(f"{family}_{kind}", q.COUNTED, q.OWN, by=labels)
    return (
        p.chart("bargauge", f"{name} {what} by specification", f"{name} ({what}) by spec_code, in descending order.",
                f"sort_desc({q.total(units, 'spec_code')} > 0)", "{{spec_code}}", "short", no_value="none", decimals=0,
                minimum=0),
        p.chart("piechart", f"{name} {what} by status", f"{name} ({what}) by endpoint status.",
                q.total(units, "status") + " > 0", "{{status}}", "short", overrides=p.colors(p.COLORS["status"]),
                no_value="none", decimals=0),
    )  # fmt: skip


BREAKDOWNS = [breakdown(*unit) for unit in UNITS]
LOWER_BOUND = "Minutes without data count as zero."
COSTS = [
    p.stat("Cost per hour", "Hourly cost of the capacity that is reserved now, at the prices above. Zero until prices"
           " are entered.", cost(reserved_now), "none", decimals=2),
    p.stat("Cost in this time range", "Cost of the reserved capacity over the time range, at the prices above."
           f" {LOWER_BOUND}", cost(hours), "none", decimals=2),
    *(p.stat(f"{name}-hours", f"Reserved {name}, summed over the time range. {LOWER_BOUND}", hours(family, labels),
             "short", decimals=1)
      for name, family, labels in UNITS),
]  # fmt: skip
WORKSPACE_COSTS = " + ".join(
    f"(sum by (workspace) (${{price_{family}}} * {reserved(family, labels)}) or {q.listed('workspace')})"
    for _, family, labels in UNITS
)
COST_BY_WORKSPACE = p.timeseries(
    "Cost per hour by workspace",
    "Hourly cost of each workspace's reserved capacity, at the prices above: top 10 by cost.",
    [(f"topk(10, {WORKSPACE_COSTS})", "{{workspace}}")], "none", decimals=2)  # fmt: skip
SPILL_OVER = p.chart(
    "piechart", "DPU that may use the public endpoint",
    "Reserved DPU of endpoints that may spill over to the public endpoint (true), and of the others (false).",
    q.total(reserved("dpu", common.DPU_LABELS), "public_resource") + " > 0", "{{public_resource}}", "short",
    no_value="none", decimals=0)  # fmt: skip
PRICES = [
    text_variable(f"price_{family}", f"{name} price per hour", "0",
                  f"Price of one {name} for one hour, in any currency. The cost panels multiply by it.")
    for name, family, _ in UNITS
]  # fmt: skip

BOARD = dashboard(
    "capacity", "Capacity and cost",
    "Reserved, maximum and idle capacity of DataArts Fabric endpoints, and its cost. APU, DPU and MU are different"
    " units and are only added up as cost.",
    [SOURCE, WORKSPACE, *PRICES],
    [
        (None, (4, [(4, stat) for unit in UNITS for stat in headline(*unit)]),
         (4, list(zip((5, 5, 5, 5, 4), COSTS, strict=True)))),
        ("Idle capacity", (9, [(24, IDLE)])),
        ("Reserved and maximum", (8, [(12, common.APU), (12, common.DPU)]),
         (8, [(12, common.MU), (12, COST_BY_WORKSPACE)])),
        ("Breakdown", (6, [*((6, bars) for bars, _ in BREAKDOWNS), (6, SPILL_OVER)]),
         (8, [(8, pie) for _, pie in BREAKDOWNS])),
        ("Workspaces", (11, [(24, BY_WORKSPACE)])),
    ], span="now-24h")  # fmt: skip
