# SPDX-License-Identifier: Apache-2.0
"""Builds a dashboard from panels: layout, variables, links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from toolbox.dashboards.panels import DATASOURCE, Json

# A section of a dashboard is its title or None, and lines of a height with panels of a width.
Line = tuple[int, Sequence[tuple[int, Json]]]
Section = tuple[str | None, *tuple[Line, ...]]

TAG = "dataarts-fabric"


def query_variable(name: str, label: str, expression: str, *, everything: bool = True) -> Json:
    """Returns a variable that lists label values from Prometheus. "All" is `.*`, which also matches a missing label."""
    variable: Json = {
        "type": "query", "name": name, "label": label, "datasource": DATASOURCE, "definition": expression,
        "query": expression, "hide": 0, "includeAll": everything, "multi": True, "options": [], "refresh": 2,
        "regex": "", "skipUrlSync": False, "sort": 1,
    }  # fmt: skip
    if everything:
        variable |= {"allValue": ".*", "current": {"selected": True, "text": ["All"], "value": ["$__all"]}}
    return variable


def text_variable(name: str, label: str, value: str, description: str) -> Json:
    option = {"selected": True, "text": value, "value": value}
    return {
        "type": "textbox", "name": name, "label": label, "description": description, "query": value, "hide": 0,
        "current": option, "options": [option], "skipUrlSync": False,
    }  # fmt: skip


DATASOURCE_VARIABLE: Json = {
    "type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "hide": 0,
    "includeAll": False, "multi": False, "options": [], "refresh": 1, "regex": "", "skipUrlSync": False,
}  # fmt: skip
SOURCE = query_variable("source", "Source", "label_values(dataarts_fabric_workspace_polls_total, source)")
WORKSPACES = 'label_values(dataarts_fabric_workspace_polls_total{source=~"$source"}, workspace)'
WORKSPACE = query_variable("workspace", "Workspace", WORKSPACES)


def layout(sections: Iterable[Section]) -> list[Json]:
    """Returns the panels with ids and grid positions."""
    panels: list[Json] = []
    y = 0

    def place(panel: Json, x: int, width: int, height: int) -> None:
        panels.append({**panel, "gridPos": {"h": height, "w": width, "x": x, "y": y}})

    for title, *lines in sections:
        if title:
            row = {"type": "row", "id": len(panels) + 1, "title": title, "collapsed": False, "panels": []}
            place(row, 0, 24, 1)
            y += 1
        for height, line in lines:
            x = 0
            for width, panel in line:
                place({"id": len(panels) + 1, **panel}, x, width, height)
                x += width
            if x > 24:
                raise ValueError(f"a line of {title!r} is {x} columns wide, not 24")
            y += height
    return panels


def dashboard(
    uid: str, title: str, description: str, variables: list[Json], sections: Iterable[Section], span: str = "now-6h"
) -> Json:
    link: dict[str, Any] = {
        "title": "DataArts Fabric", "type": "dashboards", "tags": [TAG], "asDropdown": False, "icon": "external link",
        "tooltip": "Other dashboards, with the same selection", "url": "", "includeVars": True, "keepTime": True,
        "targetBlank": False,
    }  # fmt: skip
    return {
        "uid": uid, "title": title, "description": description, "tags": [TAG], "timezone": "utc", "editable": True,
        "graphTooltip": 1, "refresh": "1m", "time": {"from": span, "to": "now"}, "schemaVersion": 39, "version": 1,
        "annotations": {"list": []}, "links": [link], "templating": {"list": [DATASOURCE_VARIABLE, *variables]},
        "panels": layout(sections),
    }  # fmt: skip
