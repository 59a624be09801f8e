# SPDX-License-Identifier: Apache-2.0
"""Grafana panels, built so that no dashboard forgets what all of them have in common."""

from catalogue import PHASES

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

# One colour for one thing, on every dashboard.
STATUS_COLOURS = {
    "RUNNING": "green",
    "CREATING": "blue",
    "UPDATING": "light-blue",
    "DELETING": "purple",
    "CREATE_FAILED": "red",
    "UPDATE_FAILED": "dark-red",
    "DELETE_FAILED": "light-red",
    "ABNORMAL": "orange",
    "FROZEN": "#6E9FBF",
    "ON_DEMAND_FROZEN": "#8AB8D6",
    "TRIAL_ENDED": "#B877D9",
    "INACTIVE": "#8E8E8E",
    "DELETED": "#5A5A5A",
    "UNKNOWN": "yellow",
}
if differing := STATUS_COLOURS.keys() ^ PHASES.keys():
    raise ValueError(f"statuses without a color, or colors without a status: {', '.join(sorted(differing))}")
TYPE_COLOURS = {
    "sql": "#5794F2", "ray": "#73BF69", "ray_service": "#37872D", "inference": "#B877D9", "service": "#8F3BB8",
    "job": "#FF9830", "container_job": "#C15C17", "notebook": "#F2CC0C",
}
# HTTP status codes, by regular expression.
CODE_COLOURS = {"/^2/": "green", "/^4/": "yellow", "/^429/": "orange", "/^5/": "red", "/^none/": "dark-red"}
RESERVED_COLOURS = {"reserved": "orange", "maximum": "#8E8E8E"}


def steps(*pairs):
    """Thresholds from (value, colour) pairs; the first value is None."""
    return {"mode": "absolute", "steps": [{"value": value, "color": colour} for value, colour in pairs]}


NEUTRAL = steps((None, "blue"))
ANY_IS_BAD = steps((None, "green"), (1, "red"))
ANY_IS_ODD = steps((None, "green"), (1, "orange"))
# An endpoint that has been on its way for ten minutes is slow, for thirty minutes stuck.
TRANSITION_AGE = steps((None, "green"), (600, "orange"), (1800, "red"))
# The default poll.stale_after is five minutes; what is older than two has missed polls.
DATA_AGE = steps((None, "green"), (120, "orange"), (300, "red"))
ONE_IS_GOOD = steps((None, "red"), (1, "green"))

YES_NO = [
    {"type": "value", "options": {
        "0": {"text": "no", "color": "red", "index": 0},
        "1": {"text": "yes", "color": "green", "index": 1},
    }}
]
NO_YES = [
    {"type": "value", "options": {
        "0": {"text": "no", "color": "green", "index": 0},
        "1": {"text": "yes", "color": "red", "index": 1},
    }}
]
SEVERITY = [
    {"type": "value", "options": {
        severity: {"text": severity, "color": colour, "index": index}
        for index, (severity, colour) in enumerate((("critical", "red"), ("warning", "orange"), ("info", "blue")))
    }}
]
STATUS_MAPPING = [
    {"type": "value", "options": {
        status: {"text": status, "color": colour, "index": index}
        for index, (status, colour) in enumerate(STATUS_COLOURS.items())
    }}
]

WORKSPACE_LINK = {
    "title": "Show this workspace",
    "url": "/d/dataarts-fabric-workspace?${datasource:queryparam}"
    "&var-source=${__data.fields.Source:percentencode}"
    "&var-workspace=${__data.fields.Workspace:percentencode}&${__url_time_range}",
}


def target(expression, legend="", instant=False, ref="A"):
    return {
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": expression,
        "format": "table" if instant == "table" else "time_series",
        "instant": bool(instant),
        "legendFormat": legend,
        "range": not instant,
        "refId": ref,
    }


def _panel(kind, title, description, unit, targets, options, *, thresholds=None, custom=None, colour="thresholds",
           decimals=None, mappings=None, overrides=(), no_value=None, minimum=None, maximum=None):
    for position, one in enumerate(targets):
        one["refId"] = chr(ord("A") + position)
    defaults = {
        "color": {"mode": colour},
        "mappings": mappings or [],
        "thresholds": thresholds or NEUTRAL,
        "unit": unit,
    }
    if custom:
        defaults["custom"] = custom
    for key, value in (("decimals", decimals), ("noValue", no_value), ("min", minimum), ("max", maximum)):
        if value is not None:
            defaults[key] = value
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": targets,
        "options": options,
        "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
    }


def _reduce(values=False):
    return {"calcs": ["lastNotNull"], "fields": "", "values": values}


def stat(title, description, expression, unit="none", thresholds=NEUTRAL, legend="", text="auto", **more):
    options = {
        "colorMode": "background_solid" if thresholds is not NEUTRAL or more.get("mappings") else "value",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": _reduce(),
        "showPercentChange": False,
        "textMode": text,
        "wideLayout": True,
    }
    return _panel("stat", title, description, unit, [target(expression, legend, True)], options, thresholds=thresholds, **more)


def colours(names):
    """Names in slashes are regular expressions."""
    return [
        {"matcher": {"id": "byRegexp" if name.startswith("/") else "byName", "options": name},
         "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]}
        for name, colour in names.items()
    ]


def dashed(name):
    """A line that is a limit rather than a measurement. A name in slashes is a regular expression."""
    return {
        "matcher": {"id": "byRegexp" if name.startswith("/") else "byName", "options": name},
        "properties": [
            {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 6]}},
            {"id": "custom.fillOpacity", "value": 0},
            {"id": "custom.stacking", "value": {"group": "A", "mode": "none"}},
        ],
    }


def timeseries(title, description, queries, unit="none", *, stacked=False, thresholds=None, calcs=("lastNotNull",),
               interval=None, bars=False, **more):
    """`queries` are (expression, legend) pairs. Thresholds, where given, are drawn as lines. `bars`: for what
    happens now and then."""
    custom = {
        "axisPlacement": "auto",
        "axisSoftMin": 0,
        "drawStyle": "bars" if bars else "line",
        "fillOpacity": 60 if stacked else 0,
        "gradientMode": "none",
        "lineInterpolation": "stepAfter" if stacked else "linear",
        "lineWidth": 1 if stacked else 2,
        "pointSize": 4,
        # What was there for one moment is a point, since a line needs two.
        "showPoints": "auto",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
        "thresholdsStyle": {"mode": "line" if thresholds else "off"},
    }
    options = {
        "legend": {"calcs": list(calcs), "displayMode": "table", "placement": "right", "showLegend": True,
                   "sortBy": "Last *", "sortDesc": True},
        "tooltip": {"mode": "multi", "sort": "desc", "hideZeros": stacked},
    }
    panel = _panel("timeseries", title, description, unit, [target(*query) for query in queries], options,
                   thresholds=thresholds, custom=custom, colour="palette-classic", **more)
    if interval:
        panel["interval"] = interval
    return panel


def bargauge(title, description, expression, legend, unit="none", thresholds=NEUTRAL, **more):
    options = {
        "displayMode": "basic", "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False},
        "maxVizHeight": 26, "minVizHeight": 14, "minVizWidth": 8, "namePlacement": "left", "orientation": "horizontal",
        "reduceOptions": _reduce(), "showUnfilled": True, "sizing": "manual", "valueMode": "text",
    }
    return _panel("bargauge", title, description, unit, [target(expression, legend, True)], options,
                  thresholds=thresholds, minimum=0, **more)


def piechart(title, description, expression, legend, unit="none", **more):
    options = {
        "displayLabels": ["percent"],
        "legend": {"displayMode": "table", "placement": "right", "showLegend": True, "values": ["value"], "calcs": []},
        "orientation": "auto", "pieType": "donut", "reduceOptions": _reduce(),
        "tooltip": {"mode": "single", "sort": "none", "hideZeros": True},
    }
    return _panel("piechart", title, description, unit, [target(expression, legend, True)], options,
                  colour="palette-classic", **more)


def statetimeline(title, description, expression, legend, **more):
    options = {
        "alignValue": "left", "mergeValues": True, "rowHeight": 0.8, "showValue": "never", "perPage": 20,
        "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return _panel("state-timeline", title, description, "none", [target(expression, legend)], options,
                  custom={"fillOpacity": 80, "lineWidth": 0, "spanNulls": False}, **more)


def column(name, *, unit=None, thresholds=None, mappings=None, width=None, link=None, cell=None, decimals=None,
           hidden=False):
    """How the column that is called `name` is shown."""
    properties = []
    if unit:
        properties.append({"id": "unit", "value": unit})
    if decimals is not None:
        properties.append({"id": "decimals", "value": decimals})
    if thresholds:
        properties.append({"id": "thresholds", "value": thresholds})
    if mappings:
        properties.append({"id": "mappings", "value": mappings})
    if cell or thresholds or mappings:
        properties.append({"id": "custom.cellOptions", "value": {"type": cell or "color-background", "mode": "basic"}
                           if (cell or "color-background") == "color-background" else {"type": cell}})
    if width:
        properties.append({"id": "custom.width", "value": width})
    if link:
        properties.append({"id": "links", "value": [link]})
    if hidden:
        # Not to be seen, but there for links to be made from.
        properties.append({"id": "custom.hidden", "value": True})
    return {"matcher": {"id": "byName", "options": name}, "properties": properties}


def table(title, description, expressions, columns, *, shown, sort, no_value, unit="none"):
    """`shown` maps field names, in their order, to column titles; what is not in it is left out. `sort` is a list of
    (title, descending). `no_value` says what an empty table means; an empty cell is a dash.

    Several expressions become the columns "Value #A", "Value #B", … of rows with the same labels.
    """
    targets = [target(expression, "", "table") for expression in expressions]
    transformations = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    transformations += [
        # Every label that is not asked for goes, so that target labels of somebody's Prometheus never show up.
        {"id": "filterFieldsByName", "options": {"include": {"names": list(shown)}}},
        {"id": "organize", "options": {
            "excludeByName": {},
            "indexByName": {name: index for index, name in enumerate(shown)},
            "renameByName": dict(shown),
        }},
    ]
    options = {
        "cellHeight": "sm",
        "frameIndex": 0,
        "showHeader": True,
        "sortBy": [{"displayName": title, "desc": descending} for title, descending in sort],
    }
    settings = {one["matcher"]["options"]: one for one in columns if one["matcher"]["options"] in shown.values()}
    for name in shown.values():
        settings.setdefault(name, column(name))["properties"].append({"id": "noValue", "value": "–"})
    columns = list(settings.values())
    panel = _panel("table", title, description, unit, targets, options,
                   custom={"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False},
                   overrides=columns, no_value=no_value)
    panel["transformations"] = transformations
    return panel
