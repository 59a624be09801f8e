# SPDX-License-Identifier: Apache-2.0
"""What is kept reserved, against what it may grow to, and what that costs."""

import common
import panels as p
import promql as q
from board import SOURCE, WORKSPACE, dashboard, text_variable

UNITS = (("APU", "apu", common.CAPACITY_LABELS), ("DPU", "dpu", common.DPU_LABELS), ("MU", "mu", common.CAPACITY_LABELS))


def reserved(family, labels, *matchers):
    """As the recording rules count: in every status but INACTIVE (never enabled) and DELETED (gone), without public ones."""
    return q.each(f"{family}_reserved", q.COUNTED, q.OWN, *matchers, by=labels)


def hours(expression):
    """Unit-hours over the time range. Minutes for which nothing is known count as nothing, so this is a lower bound."""
    return f"sum_over_time(({expression})[$__range:1m]) / 60"


def cost(of):
    """The three units' sum in money, by the prices that the dashboard is given."""
    return " + ".join(f"${{price_{family}}} * ({of(family, labels)})" for _, family, labels in UNITS)


def per_hour(*by):
    return cost(lambda family, labels: q.total(reserved(family, labels), *by) if by
                else q.or_zero(q.total(reserved(family, labels))))


def headline(name, family, labels):
    now = p.stat(
        f"{name} reserved", f"{name} that endpoints keep warm now.", q.or_zero(q.total(reserved(family, labels))),
        "short", decimals=0)
    idle = p.stat(
        f"{name} not running",
        f"Share of the reserved {name} that belongs to endpoints in another status than RUNNING: paid for, but of no use.",
        f"{q.total(reserved(family, labels, q.NOT_SERVING))} / ({q.total(reserved(family, labels))} > 0)"
        f" or {q.listed()}",
        "percentunit", p.steps((None, "green"), (0.05, "orange"), (0.2, "red")), decimals=1)
    if family == "mu":
        idle = p.stat("MU maximum", "Model units that endpoints may take.",
                      q.or_zero(q.total(q.each("mu_max", q.COUNTED, q.OWN, by=labels))), "short", decimals=0)
    return now, idle


def waste_table():
    by = ("source", "workspace", "endpoint_type", "status", "spec_code")
    return p.table(
        "Reserved by endpoints that do not run",
        "Capacity that is kept by endpoints in another status than RUNNING. Those are the first to look at when the bill is too "
        "high. INACTIVE endpoints, which were never enabled, DELETED ones and public ones, which are other tenants', are left out "
        "here and on the whole dashboard.",
        [q.total(reserved(family, labels, q.NOT_SERVING), *by) + " > 0" for _, family, labels in UNITS],
        [p.column("Status", mappings=p.STATUS_MAPPING, width=165), p.column("Workspace", link=p.WORKSPACE_LINK),
         p.column("Source", width=150), p.column("Type", width=130), p.column("Specification", width=180),
         *(p.column(name, unit="short", decimals=0, width=110) for name, _, _ in UNITS)],
        shown={"workspace": "Workspace", "source": "Source", "status": "Status", "endpoint_type": "Type",
               "spec_code": "Specification", "Value #A": "APU", "Value #B": "DPU", "Value #C": "MU"},
        sort=[("APU", True), ("DPU", True)], no_value="Every endpoint that reserves capacity runs")


def workspaces_table():
    by = ("source", "workspace")
    expressions, shown = [], {"workspace": "Workspace", "source": "Source"}
    for name, family, labels in UNITS:
        for what, title in (("reserved", "reserved"), ("max", "maximum")):
            shown[f"Value #{chr(ord('A') + len(expressions))}"] = f"{name} {title}"
            expressions.append(q.total(q.each(f"{family}_{what}", q.COUNTED, q.OWN, by=labels), *by))
    return p.table(
        "Workspaces", "What each workspace keeps reserved, and what it may grow to.", expressions,
        [p.column("Workspace", link=p.WORKSPACE_LINK), p.column("Source", width=150),
         *(p.column(title, width=130) for title in shown.values() if title not in ("Workspace", "Source"))],
        shown=shown, sort=[("APU reserved", True)], no_value="No workspace is polled")


def what_for(name, family, labels):
    """By specification and by status. Model units are not reserved but taken on demand: of them the ceiling is told."""
    kind = "max" if family == "mu" else "reserved"
    what = "maximum" if kind == "max" else kind
    units = q.each(f"{family}_{kind}", q.COUNTED, q.OWN, by=labels)
    return (
        p.bargauge(f"{name} {what} by specification", f"{name} ({what}) by spec_code, largest first.",
                   "sort_desc(" + q.total(units, "spec_code") + " > 0)", "{{spec_code}}", "short", no_value="none", decimals=0),
        p.piechart(f"{name} {what} by status", f"The statuses of the endpoints that the {name} ({what}) belong to.",
                   q.total(units, "status") + " > 0", "{{status}}", "short", overrides=p.colours(p.STATUS_COLOURS),
                   no_value="none", decimals=0),
    )


def board():
    purposes = [what_for(*unit) for unit in UNITS]
    headlines = [stat for unit in UNITS for stat in headline(*unit)]
    spent = [
        p.stat("Cost per hour", "What the capacity that is reserved now costs in an hour, by the prices above. Zero until "
               "prices are entered.", per_hour(), "none", decimals=2),
        p.stat("Cost in this time range", "What the reserved capacity has cost over the time range, by the prices above. "
               "Minutes for which nothing is known count as nothing.",
               cost(lambda family, labels: hours(q.or_zero(q.total(reserved(family, labels))))), "none", decimals=2),
        *(p.stat(f"{name}-hours", f"Reserved {name}, summed over the time range. Minutes for which nothing is known count "
                 "as nothing.", hours(q.or_zero(q.total(reserved(family, labels)))), "short", decimals=1)
          for name, family, labels in UNITS),
    ]
    apu, dpu, mu = common.capacities()
    cost_by_workspace = p.timeseries(
        "Cost per hour by workspace",
        "What each workspace's reserved capacity costs in an hour, by the prices above: the ten dearest.",
        [("topk(10, " + " + ".join(
            f"(sum by (workspace) (${{price_{family}}} * {reserved(family, labels)})"
            f" or {q.listed('workspace')})" for _, family, labels in UNITS) + ")",
          "{{workspace}}")],
        "none", decimals=2)
    public = p.piechart(
        "DPU that may use the public endpoint",
        "Reserved DPU of endpoints that may spill over to the public endpoint (true), and of those that may not (false).",
        q.total(reserved("dpu", common.DPU_LABELS), "public_resource") + " > 0", "{{public_resource}}", "short",
        no_value="none", decimals=0)
    prices = [
        text_variable(f"price_{family}", f"Price of a {name}-hour", "0",
                      f"What one {name} costs for one hour, in any currency: the cost panels multiply by it.")
        for name, family, _ in UNITS
    ]
    return dashboard(
        "dataarts-fabric-capacity", "DataArts Fabric / Capacity and cost",
        "What the endpoints of DataArts Fabric keep reserved, what for, and what it costs. APU, DPU and MU are three different "
        "things and are never added up, except as money.",
        [SOURCE, WORKSPACE, *prices],
        [
            (None, (4, [(4, stat) for stat in headlines]),
             (4, [(5, spent[0]), (5, spent[1]), (5, spent[2]), (5, spent[3]), (4, spent[4])])),
            ("What costs for nothing", (9, [(24, waste_table())])),
            ("Reserved and maximum", (8, [(12, apu), (12, dpu)]), (8, [(12, mu), (12, cost_by_workspace)])),
            ("What for", (6, [*((6, bars) for bars, _ in purposes), (6, public)]), (8, [(8, pie) for _, pie in purposes])),
            ("Workspaces", (11, [(24, workspaces_table())])),
        ], span="now-24h")
