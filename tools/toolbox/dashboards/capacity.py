# SPDX-License-Identifier: Apache-2.0
"""The dashboard of capacity: reserved, maximum, idle, and cost."""

import common
import panels as p
import promql as q
from board import SOURCE, WORKSPACE, dashboard, text_variable

UNITS = (("APU", "apu", common.CAPACITY_LABELS), ("DPU", "dpu", common.DPU_LABELS), ("MU", "mu", common.CAPACITY_LABELS))


def reserved(family, labels, *matchers):
    """Reserved capacity as the recording rules count it: every status but INACTIVE and DELETED, without public endpoints."""
    return q.each(f"{family}_reserved", q.COUNTED, q.OWN, *matchers, by=labels)


def hours(expression):
    """Unit-hours over the time range. Minutes without data count as zero, so this is a lower bound."""
    return f"sum_over_time(({expression})[$__range:1m]) / 60"


def cost(of):
    """Cost of the three units, at the prices entered in the dashboard's variables."""
    return " + ".join(f"${{price_{family}}} * ({of(family, labels)})" for _, family, labels in UNITS)


def per_hour(*by):
    return cost(lambda family, labels: q.total(reserved(family, labels), *by) if by
                else q.or_zero(q.total(reserved(family, labels))))


def headline(name, family, labels):
    now = p.stat(
        f"{name} reserved", f"{name} that endpoints reserve now.", q.or_zero(q.total(reserved(family, labels))),
        "short", decimals=0)
    idle = p.stat(
        f"{name} not running",
        f"Percentage of the reserved {name} that belongs to endpoints in a status other than RUNNING.",
        f"{q.total(reserved(family, labels, q.NOT_SERVING))} / ({q.total(reserved(family, labels))} > 0)"
        f" or {q.listed()}",
        "percentunit", p.steps((None, "green"), (0.05, "orange"), (0.2, "red")), decimals=1)
    if family == "mu":
        idle = p.stat("MU maximum", "Maximum model units of all endpoints.",
                      q.or_zero(q.total(q.each("mu_max", q.COUNTED, q.OWN, by=labels))), "short", decimals=0)
    return now, idle


def idle_table():
    by = ("source", "workspace", "endpoint_type", "status", "spec_code")
    return p.table(
        "Reserved by non-running endpoints",
        "Capacity reserved by endpoints in a status other than RUNNING. Check these first when the bill is too high. The whole "
        "dashboard excludes INACTIVE endpoints (never enabled), DELETED ones, and public ones (other tenants').",
        [q.total(reserved(family, labels, q.NOT_SERVING), *by) + " > 0" for _, family, labels in UNITS],
        [p.column("Status", mappings=p.STATUS_MAPPING, width=165), p.column("Workspace", link=p.WORKSPACE_LINK),
         p.column("Source", width=150), p.column("Type", width=130), p.column("Specification", width=180),
         *(p.column(name, unit="short", decimals=0, width=110) for name, _, _ in UNITS)],
        shown={"workspace": "Workspace", "source": "Source", "status": "Status", "endpoint_type": "Type",
               "spec_code": "Specification", "Value #A": "APU", "Value #B": "DPU", "Value #C": "MU"},
        sort=[("APU", True), ("DPU", True)], no_value="No idle capacity")


def workspaces_table():
    by = ("source", "workspace")
    expressions, shown = [], {"workspace": "Workspace", "source": "Source"}
    for name, family, labels in UNITS:
        for what, title in (("reserved", "reserved"), ("max", "maximum")):
            shown[f"Value #{chr(ord('A') + len(expressions))}"] = f"{name} {title}"
            expressions.append(q.total(q.each(f"{family}_{what}", q.COUNTED, q.OWN, by=labels), *by))
    return p.table(
        "Workspaces", "Reserved and maximum capacity of each workspace.", expressions,
        [p.column("Workspace", link=p.WORKSPACE_LINK), p.column("Source", width=150),
         *(p.column(title, width=130) for title in shown.values() if title not in ("Workspace", "Source"))],
        shown=shown, sort=[("APU reserved", True)], no_value="No workspaces are polled")


def breakdown(name, family, labels):
    """Capacity by specification and by status. Model units are not reserved but taken on demand, so it is their maximum."""
    kind = "max" if family == "mu" else "reserved"
    what = "maximum" if kind == "max" else kind
    units = q.each(f"{family}_{kind}", q.COUNTED, q.OWN, by=labels)
    return (
        p.bargauge(f"{name} {what} by specification", f"{name} ({what}) by spec_code, in descending order.",
                   "sort_desc(" + q.total(units, "spec_code") + " > 0)", "{{spec_code}}", "short", no_value="none", decimals=0),
        p.piechart(f"{name} {what} by status", f"{name} ({what}) by endpoint status.",
                   q.total(units, "status") + " > 0", "{{status}}", "short", overrides=p.colors(p.STATUS_COLORS),
                   no_value="none", decimals=0),
    )


def board():
    breakdowns = [breakdown(*unit) for unit in UNITS]
    headlines = [stat for unit in UNITS for stat in headline(*unit)]
    costs = [
        p.stat("Cost per hour", "Hourly cost of the capacity that is reserved now, at the prices above. Zero until "
               "prices are entered.", per_hour(), "none", decimals=2),
        p.stat("Cost in this time range", "Cost of the reserved capacity over the time range, at the prices above. "
               "Minutes without data count as zero.",
               cost(lambda family, labels: hours(q.or_zero(q.total(reserved(family, labels))))), "none", decimals=2),
        *(p.stat(f"{name}-hours", f"Reserved {name}, summed over the time range. Minutes without data count as zero.", hours(q.or_zero(q.total(reserved(family, labels)))), "short", decimals=1)
          for name, family, labels in UNITS),
    ]
    apu, dpu, mu = common.capacities()
    cost_by_workspace = p.timeseries(
        "Cost per hour by workspace",
        "Hourly cost of each workspace's reserved capacity, at the prices above: top 10 by cost.",
        [("topk(10, " + " + ".join(
            f"(sum by (workspace) (${{price_{family}}} * {reserved(family, labels)})"
            f" or {q.listed('workspace')})" for _, family, labels in UNITS) + ")",
          "{{workspace}}")],
        "none", decimals=2)
    public = p.piechart(
        "DPU that may use the public endpoint",
        "Reserved DPU of endpoints that may spill over to the public endpoint (true), and of the others (false).",
        q.total(reserved("dpu", common.DPU_LABELS), "public_resource") + " > 0", "{{public_resource}}", "short",
        no_value="none", decimals=0)
    prices = [
        text_variable(f"price_{family}", f"{name} price per hour", "0",
                      f"Price of one {name} for one hour, in any currency. The cost panels multiply by it.")
        for name, family, _ in UNITS
    ]
    return dashboard(
        "dataarts-fabric-capacity", "DataArts Fabric / Capacity and cost",
        "Reserved, maximum and idle capacity of DataArts Fabric endpoints, and its cost. APU, DPU and MU are different units "
        "and are only added up as cost.",
        [SOURCE, WORKSPACE, *prices],
        [
            (None, (4, [(4, stat) for stat in headlines]),
             (4, [(5, costs[0]), (5, costs[1]), (5, costs[2]), (5, costs[3]), (4, costs[4])])),
            ("Idle capacity", (9, [(24, idle_table())])),
            ("Reserved and maximum", (8, [(12, apu), (12, dpu)]), (8, [(12, mu), (12, cost_by_workspace)])),
            ("Breakdown", (6, [*((6, bars) for bars, _ in breakdowns), (6, public)]), (8, [(8, pie) for _, pie in breakdowns])),
            ("Workspaces", (11, [(24, workspaces_table())])),
        ], span="now-24h")
