# SPDX-License-Identifier: Apache-2.0
"""Builds Grafana panels with the settings that all dashboards share."""

import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from toolbox.dashboards.catalog import PHASES

Json = dict[str, Any]

DEFAULTS: Json = yaml.safe_load(pathlib.Path(__file__).with_name("defaults.yaml").read_text("utf-8"))
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

COLORS: dict[str, dict[str, str]] = DEFAULTS["colors"]
if differing := COLORS["status"].keys() ^ PHASES.keys():
    raise ValueError(f"statuses without a color, or colors without a status: {', '.join(sorted(differing))}")


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
# The default thresholds of the alerts.
TRANSITION_AGE = steps((None, "green"), (1800, "orange"), (7200, "red"))
# The default of poll.stale_after is 5 minutes; data older than 2 minutes has missed polls.
DATA_AGE = steps((None, "green"), (120, "orange"), (300, "red"))
DOWN = steps((None, "red"))
QUOTA = steps((None, "green"), (0.9, "orange"), (1, "red"))
ONE_IS_GOOD = steps((None, "red"), (1, "green"))

YES_NO = mapping(("0", "no", "red"), ("1", "yes", "green"))
UP_DOWN = mapping(("0", "Down", "red"), ("1", "Up", "green"))
# Statistics whose value is unknown are gray, not in the color of their lowest threshold.
NO_DATA = "no data"
UNKNOWN_COLOR = "#6E6E6E"
# The reasons of promql.needs_attention. Each is the end of an alert's name.
REASON = mapping(
    ("1", "Failed", "red"), ("2", "StillFailed", "orange"), ("3", "Stuck", "red"), ("4", "Stuck", "orange"),
    ("5", "Abnormal", "red"), ("6", "Suspended", "orange"), ("7", "Error", "orange"),
)  # fmt: skip
NO_YES = mapping(("0", "no", "green"), ("1", "yes", "red"))
SEVERITY = mapping(("critical", "critical", "red"), ("warning", "warning", "orange"), ("info", "info", "blue"))
RUN_STATUS_MAPPING = mapping(*((status, status, color) for status, color in COLORS["run_status"].items()))
STATUS_MAPPING = mapping(*((status, status, color) for status, color in COLORS["status"].items()))

WORKSPACE_LINK = {
    "title": "Show this workspace",
    "url": "/d/dataarts-fabric-workspace?${datasource:queryparam}"
    "&var-source=${__data.fields.Source:percentencode}"
    "&var-workspace=${__data.fields.Workspace:percentencode}&${__url_time_range}",
}
POOL_LINK = {
    "title": "Show this pool",
    "url": WORKSPACE_LINK["url"].replace("fabric-workspace?", "fabric-pools?")
    + "&var-pool=${__value.raw:percentencode}",
}
# For dashboards that have the variable.
WORKSPACE_LINK_WITH_STATUS_PAGE = WORKSPACE_LINK | {"url": WORKSPACE_LINK["url"] + "&${status_page:queryparam}"}
RUNBOOK_OF_REASON, RUNBOOK_OF_SERVICE_REASON, RUNBOOK_OF_POOL_REASON = (
    {"title": "Show the runbook", "url": f"${{runbooks:raw}}DataArtsFabric{kind}${{__value.text}}.md",
     "targetBlank": True}
    for kind in ("Endpoint", "ServiceInstance", "Pool")
)  # fmt: skip
RUNBOOK = {"title": "Show the runbook", "url": "${runbooks:raw}${__data.fields.Runbook}.md", "targetBlank": True}
STATUS_PAGE_LINK = {
    "title": "Show the workspace on the exporter's status page",
    "url": "${status_page:raw}?source=${__data.fields.Source:percentencode}"
    '&workspace_id=${__data.fields["Workspace ID"]:percentencode}',
    "targetBlank": True,
}


def target(expression: str, legend: str = "", *, instant: bool = False, format: str = "time_series") -> Json:
    return {
        "datasource": DATASOURCE, "editorMode": "code", "expr": expression, "format": format, "instant": instant,
        "legendFormat": legend, "range": not instant, "refId": "A",
    }  # fmt: skip


def panel(
    kind: str, title: str, description: str, unit: str, targets: list[Json], *, options: Json | None = None,
    custom: Json | None = None, thresholds: Json | None = None, mappings: list[Json] | None = None,
    overrides: Iterable[Json] = (), decimals: int | None = None, no_value: str | None = None,
    minimum: float | None = None,
) -> Json:  # fmt: skip
    for position, one in enumerate(targets):
        one["refId"] = chr(ord("A") + position)
    if kind != "stat" and no_value and "(or" not in no_value:
        # An empty result does not tell "none" from "unknown".
        no_value += " (or no data)"
    shared = DEFAULTS["panels"][kind]
    defaults: Json = {
        "color": {"mode": shared.get("color", "thresholds")}, "mappings": mappings or [],
        "thresholds": thresholds or NEUTRAL, "unit": unit,
    }  # fmt: skip
    if "custom" in shared:
        defaults["custom"] = shared["custom"] | (custom or {})
    optional = {"decimals": decimals, "noValue": no_value, "min": minimum}
    defaults |= {name: value for name, value in optional.items() if value is not None}
    return {
        "type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
        "options": shared["options"] | (options or {}),
        "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
    }  # fmt: skip


def stat(
    title: str, description: str, expression: str, unit: str = "none", thresholds: Json = NEUTRAL, *, legend: str = "",
    mappings: Sequence[Json] = (), no_value: str = NO_DATA, **more: Any,
) -> Json:  # fmt: skip
    """Returns a panel of one value. A legend is shown beside it."""
    colored = thresholds is not NEUTRAL or (mappings and not legend)
    options = {"colorMode": "background_solid"} if colored else {}
    options |= {"textMode": "value_and_name"} if legend else {}
    unknown = {"match": "null+nan", "result": {"text": no_value, "color": UNKNOWN_COLOR}}
    return panel("stat", title, description, unit, [target(expression, legend, instant=True)], options=options,
                 thresholds=thresholds, mappings=[*mappings, {"type": "special", "options": unknown}],
                 no_value=no_value, **more)  # fmt: skip


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
    title: str, description: str, queries: Iterable[tuple[str, str]], unit: str = "none", *, stacked: bool = False,
    thresholds: Json | None = None, interval: str | None = None, bars: bool = False, **more: Any,
) -> Json:  # fmt: skip
    """Returns a panel of (expression, legend) queries. Thresholds are drawn as lines; `bars` suit rare events."""
    options, custom = {}, {}
    if stacked:
        options = {"tooltip": {"mode": "multi", "sort": "desc", "hideZeros": True}}
        custom = {"fillOpacity": 60, "lineInterpolation": "stepAfter", "lineWidth": 1,
                  "stacking": {"group": "A", "mode": "normal"}}  # fmt: skip
    custom |= {"drawStyle": "bars"} if bars else {}
    custom |= {"thresholdsStyle": {"mode": "line"}} if thresholds else {}
    targets = [target(*query) for query in queries]
    drawn = panel("timeseries", title, description, unit, targets, options=options, custom=custom,
                  thresholds=thresholds, **more)  # fmt: skip
    return drawn | ({"interval": interval} if interval else {})


def chart(
    kind: str, title: str, description: str, expression: str, legend: str, unit: str = "none", **more: Any
) -> Json:
    """Returns a panel of one query: a bargauge or state-timeline."""
    targets = [target(expression, legend, instant=kind != "state-timeline")]
    return panel(kind, title, description, unit, targets, **more)


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


def values(titles: Iterable[str]) -> dict[str, str]:
    """Returns the titles of the columns that several expressions of a table become, by their names."""
    return {f"Value #{chr(ord('A') + index)}": title for index, title in enumerate(titles)}


def table(
    title: str, description: str, expressions: Sequence[str], columns: Iterable[Json], *, shown: dict[str, str],
    sort: Iterable[tuple[str, bool]], no_value: str,
) -> Json:  # fmt: skip
    """Returns a table. `shown` maps field names, in order, to column titles and omits all others. `sort` is a list of
    (title, descending). `no_value` is the text of an empty table; an empty cell is a dash. Several expressions become
    the columns "Value #A", "Value #B", … of rows with the same labels."""
    targets = [target(expression, instant=True, format="table") for expression in expressions]
    transformations: list[Json] = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    order = {name: index for index, name in enumerate(shown)}
    transformations += [
        # Omit all other labels, so that target labels of a Prometheus never become columns.
        {"id": "filterFieldsByName", "options": {"include": {"names": list(shown)}}},
        {"id": "organize", "options": {"excludeByName": {}, "indexByName": order, "renameByName": dict(shown)}},
    ]
    options = {"sortBy": [{"displayName": title, "desc": descending} for title, descending in sort]}
    settings = {one["matcher"]["options"]: one for one in columns if one["matcher"]["options"] in shown.values()}
    for name in shown.values():
        settings.setdefault(name, column(name))["properties"].append({"id": "noValue", "value": "–"})
    drawn = panel("table", title, description, "none", targets, options=options, overrides=settings.values(),
                  no_value=no_value)  # fmt: skip
    return drawn | {"transformations": transformations}
