# SPDX-License-Identifier: Apache-2.0
"""Builds Grafana panels with the settings that all dashboards share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from toolbox.dashboards.catalog import PHASES

Json = dict[str, Any]

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

# The color of each status, the same on all dashboards.
STATUS_COLORS = {
    "RUNNING": "green", "CREATING": "blue", "UPDATING": "light-blue", "DELETING": "purple",
    "CREATE_FAILED": "red", "UPDATE_FAILED": "dark-red", "DELETE_FAILED": "light-red", "ABNORMAL": "orange",
    "FROZEN": "#6E9FBF", "ON_DEMAND_FROZEN": "#8AB8D6", "TRIAL_ENDED": "#B877D9", "INACTIVE": "#8E8E8E",
    "DELETED": "#5A5A5A", "UNKNOWN": "yellow",
}  # fmt: skip
if differing := STATUS_COLORS.keys() ^ PHASES.keys():
    raise ValueError(f"statuses without a color, or colors without a status: {', '.join(sorted(differing))}")
TYPE_COLORS = {
    "sql": "#5794F2", "ray": "#73BF69", "ray_service": "#37872D", "inference": "#B877D9", "service": "#8F3BB8",
    "job": "#FF9830", "container_job": "#C15C17", "notebook": "#F2CC0C",
}  # fmt: skip
# HTTP status codes, by regular expression.
CODE_COLORS = {"/^2/": "green", "/^4/": "yellow", "/^429/": "orange", "/^5/": "red", "/^none/": "dark-red"}
RESERVED_COLORS = {"reserved": "orange", "maximum": "#8E8E8E"}


def steps(*pairs: tuple[float | None, str]) -> Json:
    """Returns thresholds from (value, color) pairs; the first value is None."""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in pairs]}


def mapping(*entries: tuple[str, str, str]) -> list[Json]:
    """Returns the texts and colors of values, from (value, text, color)."""
    options = {
        value: {"text": text, "color": color, "index": index} for index, (value, text, color) in enumerate(entries)
    }
    return [{"type": "value", "options": options}]


NEUTRAL = steps((None, "blue"))
ANY_IS_CRITICAL = steps((None, "green"), (1, "red"))
ANY_IS_WARNING = steps((None, "green"), (1, "orange"))
# An endpoint in transition for 10 minutes is slow, for 30 minutes stuck.
TRANSITION_AGE = steps((None, "green"), (600, "orange"), (1800, "red"))
# The default of poll.stale_after is 5 minutes; data older than 2 minutes has missed polls.
DATA_AGE = steps((None, "green"), (120, "orange"), (300, "red"))
ONE_IS_GOOD = steps((None, "red"), (1, "green"))

YES_NO = mapping(("0", "no", "red"), ("1", "yes", "green"))
UP_DOWN = mapping(("0", "Down", "red"), ("1", "Up", "green"))
NO_YES = mapping(("0", "no", "green"), ("1", "yes", "red"))
SEVERITY = mapping(("critical", "critical", "red"), ("warning", "warning", "orange"), ("info", "info", "blue"))
STATUS_MAPPING = mapping(*((status, status, color) for status, color in STATUS_COLORS.items()))

WORKSPACE_LINK = {
    "title": "Show this workspace",
    "url": "/d/dataarts-fabric-workspace?${datasource:queryparam}"
    "&var-source=${__data.fields.Source:percentencode}"
    "&var-workspace=${__data.fields.Workspace:percentencode}&${__url_time_range}",
}
REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
NO_LEGEND = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False}


def target(expression: str, legend: str = "", *, instant: bool = False, format: str = "time_series") -> Json:
    return {
        "datasource": DATASOURCE, "editorMode": "code", "expr": expression, "format": format, "instant": instant,
        "legendFormat": legend, "range": not instant, "refId": "A",
    }  # fmt: skip


def panel(
    kind: str, title: str, description: str, unit: str, targets: list[Json], options: Json, *,
    thresholds: Json | None = None, custom: Json | None = None, color: str = "thresholds", decimals: int | None = None,
    mappings: list[Json] | None = None, overrides: Iterable[Json] = (), no_value: str | None = None,
    minimum: float | None = None,
) -> Json:  # fmt: skip
    for position, one in enumerate(targets):
        one["refId"] = chr(ord("A") + position)
    defaults: Json = {
        "color": {"mode": color}, "mappings": mappings or [], "thresholds": thresholds or NEUTRAL, "unit": unit,
    }  # fmt: skip
    if custom:
        defaults["custom"] = custom
    optional = {"decimals": decimals, "noValue": no_value, "min": minimum}
    defaults |= {name: value for name, value in optional.items() if value is not None}
    return {
        "type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
        "options": options, "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
    }  # fmt: skip


def stat(
    title: str, description: str, expression: str, unit: str = "none", thresholds: Json = NEUTRAL, **more: Any
) -> Json:
    colored = thresholds is not NEUTRAL or more.get("mappings")
    options = {
        "colorMode": "background_solid" if colored else "value", "graphMode": "none", "justifyMode": "center",
        "orientation": "auto", "percentChangeColorMode": "standard", "reduceOptions": REDUCE,
        "showPercentChange": False, "textMode": "auto", "wideLayout": True,
    }  # fmt: skip
    targets = [target(expression, instant=True)]
    return panel("stat", title, description, unit, targets, options, thresholds=thresholds, **more)


def override(name: str, properties: Json) -> Json:
    """Returns an override of the settings of one series. A name in slashes is a regular expression."""
    return {
        "matcher": {"id": "byRegexp" if name.startswith("/") else "byName", "options": name},
        "properties": [{"id": id, "value": value} for id, value in properties.items()],
    }


def colors(names: dict[str, str]) -> list[Json]:
    """Returns overrides with a fixed color per series name."""
    return [override(name, {"color": {"mode": "fixed", "fixedColor": color}}) for name, color in names.items()]


def dashed(name: str) -> Json:
    """Returns an override that draws a limit as a dashed line."""
    return override(name, {
        "custom.lineStyle": {"fill": "dash", "dash": [8, 6]}, "custom.fillOpacity": 0,
        "custom.stacking": {"group": "A", "mode": "none"},
    })  # fmt: skip


def timeseries(
    title: str, description: str, queries: Sequence[tuple[str, str]], unit: str = "none", *, stacked: bool = False,
    thresholds: Json | None = None, interval: str | None = None, bars: bool = False, **more: Any,
) -> Json:  # fmt: skip
    """Returns a panel of (expression, legend) queries. Thresholds are drawn as lines; `bars` suit rare events."""
    custom = {
        "axisPlacement": "auto", "axisSoftMin": 0, "drawStyle": "bars" if bars else "line",
        "fillOpacity": 60 if stacked else 0, "gradientMode": "none",
        "lineInterpolation": "stepAfter" if stacked else "linear", "lineWidth": 1 if stacked else 2, "pointSize": 4,
        # A series with a single sample is drawn as a point.
        "showPoints": "auto",
        "spanNulls": False, "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
        "thresholdsStyle": {"mode": "line" if thresholds else "off"},
    }  # fmt: skip
    options = {
        "legend": {
            "calcs": ["lastNotNull"], "displayMode": "table", "placement": "right", "showLegend": True,
            "sortBy": "Last *", "sortDesc": True,
        },
        "tooltip": {"mode": "multi", "sort": "desc", "hideZeros": stacked},
    }  # fmt: skip
    drawn = panel(
        "timeseries", title, description, unit, [target(*query) for query in queries], options,
        thresholds=thresholds, custom=custom, color="palette-classic", **more,
    )  # fmt: skip
    return drawn | ({"interval": interval} if interval else {})


def bargauge(title: str, description: str, expression: str, legend: str, unit: str = "none", **more: Any) -> Json:
    options = {
        "displayMode": "basic", "legend": NO_LEGEND, "maxVizHeight": 26, "minVizHeight": 14, "minVizWidth": 8,
        "namePlacement": "left", "orientation": "horizontal", "reduceOptions": REDUCE, "showUnfilled": True,
        "sizing": "manual", "valueMode": "text",
    }  # fmt: skip
    targets = [target(expression, legend, instant=True)]
    return panel("bargauge", title, description, unit, targets, options, minimum=0, **more)


def piechart(title: str, description: str, expression: str, legend: str, unit: str = "none", **more: Any) -> Json:
    options = {
        "displayLabels": ["percent"],
        "legend": {"displayMode": "table", "placement": "right", "showLegend": True, "values": ["value"], "calcs": []},
        "orientation": "auto", "pieType": "donut", "reduceOptions": REDUCE,
        "tooltip": {"mode": "single", "sort": "none", "hideZeros": True},
    }  # fmt: skip
    targets = [target(expression, legend, instant=True)]
    return panel("piechart", title, description, unit, targets, options, color="palette-classic", **more)


def statetimeline(title: str, description: str, expression: str, legend: str, **more: Any) -> Json:
    options = {
        "alignValue": "left", "mergeValues": True, "rowHeight": 0.8, "showValue": "never", "perPage": 20,
        "legend": NO_LEGEND, "tooltip": {"mode": "single", "sort": "none"},
    }  # fmt: skip
    custom = {"fillOpacity": 80, "lineWidth": 0, "spanNulls": False}
    targets = [target(expression, legend)]
    return panel("state-timeline", title, description, "none", targets, options, custom=custom, **more)


def column(
    name: str, *, unit: str | None = None, decimals: int | None = None, thresholds: Json | None = None,
    mappings: list[Json] | None = None, cell: str | None = None, width: int | None = None, link: Json | None = None,
    hidden: bool = False,
) -> Json:  # fmt: skip
    """Returns the override of the column `name`. A hidden one is still available to links."""
    background = cell is None and (thresholds or mappings)
    settings = {
        "unit": unit, "decimals": decimals, "thresholds": thresholds, "mappings": mappings,
        "custom.cellOptions": {"type": "color-background", "mode": "basic"} if background else cell and {"type": cell},
        "custom.width": width, "links": [link] if link else None, "custom.hidden": hidden or None,
    }  # fmt: skip
    return override(name, {name: value for name, value in settings.items() if value is not None})


def table(
    title: str, description: str, expressions: Sequence[str], columns: Iterable[Json], *, shown: dict[str, str],
    sort: Iterable[tuple[str, bool]], no_value: str,
) -> Json:  # fmt: skip
    """Returns a table. `shown` maps field names, in order, to column titles and omits all others. `sort` is a list of
    (title, descending). `no_value` is the text of an empty table; an empty cell is a dash.

    Several expressions become the columns "Value #A", "Value #B", … of rows with the same labels.
    """
    targets = [target(expression, instant=True, format="table") for expression in expressions]
    transformations: list[Json] = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    order = {name: index for index, name in enumerate(shown)}
    transformations += [
        # Omit all other labels, so that target labels of a Prometheus never become columns.
        {"id": "filterFieldsByName", "options": {"include": {"names": list(shown)}}},
        {"id": "organize", "options": {"excludeByName": {}, "indexByName": order, "renameByName": dict(shown)}},
    ]
    options = {
        "cellHeight": "sm", "frameIndex": 0, "showHeader": True,
        "sortBy": [{"displayName": title, "desc": descending} for title, descending in sort],
    }  # fmt: skip
    settings = {one["matcher"]["options"]: one for one in columns if one["matcher"]["options"] in shown.values()}
    for name in shown.values():
        settings.setdefault(name, column(name))["properties"].append({"id": "noValue", "value": "–"})
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False}
    drawn = panel(
        "table", title, description, "none", targets, options, custom=custom, overrides=settings.values(),
        no_value=no_value,
    )  # fmt: skip
    return drawn | {"transformations": transformations}
