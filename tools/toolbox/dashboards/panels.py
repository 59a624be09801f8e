# SPDX-License-Identifier: Apache-2.0
"""Builds Grafana panels with the settings that all dashboards share."""

from catalog import PHASES

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

# The color of each status, the same on all dashboards.
STATUS_COLORS = {
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
if differing := STATUS_COLORS.keys() ^ PHASES.keys():
    raise ValueError(f"statuses without a color, or colors without a status: {', '.join(sorted(differing))}")
TYPE_COLORS = {
    "sql": "#5794F2", "ray": "#73BF69", "ray_service": "#37872D", "inference": "#B877D9", "service": "#8F3BB8",
    "job": "#FF9830", "container_job": "#C15C17", "notebook": "#F2CC0C",
}
# HTTP status codes, by regular expression.
CODE_COLORS = {"/^2/": "green", "/^4/": "yellow", "/^429/": "orange", "/^5/": "red", "/^none/": "dark-red"}
RESERVED_COLORS = {"reserved": "orange", "maximum": "#8E8E8E"}


def steps(*pairs):
    """Returns thresholds from (value, color) pairs; the first value is None."""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in pairs]}


NEUTRAL = steps((None, "blue"))
ANY_IS_CRITICAL = steps((None, "green"), (1, "red"))
ANY_IS_WARNING = steps((None, "green"), (1, "orange"))
# An endpoint in transition for 10 minutes is slow, for 30 minutes stuck.
TRANSITION_AGE = steps((None, "green"), (600, "orange"), (1800, "red"))
# The default of poll.stale_after is 5 minutes; data older than 2 minutes has missed polls.
DATA_AGE = steps((None, "green"), (120, "orange"), (300, "red"))
ONE_IS_GOOD = steps((None, "red"), (1, "green"))

YES_NO = [
    {"type": "value", "options": {
        "0": {"text": "no", "color": "red", "index": 0},
        "1": {"text": "yes", "color": "green", "index": 1},
    }}
]
UP_DOWN = [
    {"type": "value", "options": {
        "0": {"text": "Down", "color": "red", "index": 0},
        "1": {"text": "Up", "color": "green", "index": 1},
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
        severity: {"text": severity, "color": color, "index": index}
        for index, (severity, color) in enumerate((("critical", "red"), ("warning", "orange"), ("info", "blue")))
    }}
]
STATUS_MAPPING = [
    {"type": "value", "options": {
        status: {"text": status, "color": color, "index": index}
        for index, (status, color) in enumerate(STATUS_COLORS.items())
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


def _panel(kind, title, description, unit, targets, options, *, thresholds=None, custom=None, color="thresholds",
           decimals=None, mappings=None, overrides=(), no_value=None, minimum=None, maximum=None):
    for position, one in enumerate(targets):
        one["refId"] = chr(ord("A") + position)
    defaults = {
        "color": {"mode": color},
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


def colors(names):
    """Returns overrides with a fixed color per series name. A name in slashes is a regular expression."""
    return [
        {"matcher": {"id": "byRegexp" if name.startswith("/") else "byName", "options": name},
         "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": color}}]}
        for name, color in names.items()
    ]


def dashed(name):
    """Returns an override that draws a limit as a dashed line. A name in slashes is a regular expression."""
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
    """Returns a time series panel. `queries` are (expression, legend) pairs. Thresholds are drawn as lines; `bars` suit
    rare events."""
    custom = {
        "axisPlacement": "auto",
        "axisSoftMin": 0,
        "drawStyle": "bars" if bars else "line",
        "fillOpacity": 60 if stacked else 0,
        "gradientMode": "none",
        "lineInterpolation": "stepAfter" if stacked else "linear",
        "lineWidth": 1 if stacked else 2,
        "pointSize": 4,
        # A series with a single sample is drawn as a point.
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
                   thresholds=thresholds, custom=custom, color="palette-classic", **more)
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
                  color="palette-classic", **more)


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
    """Returns the override of the column `name`."""
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
        # Hidden, but still available to links.
        properties.append({"id": "custom.hidden", "value": True})
    return {"matcher": {"id": "byName", "options": name}, "properties": properties}


def table(title, description, expressions, columns, *, shown, sort, no_value, unit="none"):
    """Returns a table panel. `shown` maps field names, in order, to column titles and omits all others. `sort` is a list of
    (title, descending). `no_value` is the text of an empty table; an empty cell is a dash.

    Several expressions become the columns "Value #A", "Value #B", … of rows with the same labels.
    """
    targets = [target(expression, "", "table") for expression in expressions]
    transformations = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    transformations += [
        # Omit all other labels, so that target labels of a Prometheus never become columns.
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
