# SPDX-License-Identifier: Apache-2.0
"""Builds a dashboard from panels: layout, variables, links."""

import json

from panels import DATASOURCE

TAG = "dataarts-fabric"


def query_variable(name, label, expression, *, everything=True):
    """Returns a variable that lists label values from Prometheus. "All" is `.*`, which also matches a missing label."""
    variable = {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": DATASOURCE,
        "definition": expression,
        "query": expression,
        "hide": 0,
        "includeAll": everything,
        "multi": True,
        "options": [],
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
    }
    if everything:
        variable["allValue"] = ".*"
        variable["current"] = {"selected": True, "text": ["All"], "value": ["$__all"]}
    return variable


def text_variable(name, label, value, description):
    option = {"selected": True, "text": value, "value": value}
    return {"type": "textbox", "name": name, "label": label, "description": description, "query": value, "hide": 0,
            "current": option, "options": [option], "skipUrlSync": False}


DATASOURCE_VARIABLE = {
    "type": "datasource",
    "name": "datasource",
    "label": "Data source",
    "query": "prometheus",
    "hide": 0,
    "includeAll": False,
    "multi": False,
    "options": [],
    "refresh": 1,
    "regex": "",
    "skipUrlSync": False,
}
SOURCE = query_variable("source", "Source", "label_values(dataarts_fabric_workspace_polls_total, source)")
WORKSPACE = query_variable(
    "workspace", "Workspace", 'label_values(dataarts_fabric_workspace_polls_total{source=~"$source"}, workspace)')


def layout(sections):
    """Returns the panels with ids and grid positions. A section is (title or None, (height, [(width, panel), …]), …)."""
    panels, y, identity = [], 0, 1
    for title, *lines in sections:
        if title:
            panels.append({"type": "row", "id": identity, "title": title, "collapsed": False, "panels": [],
                           "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}})
            y, identity = y + 1, identity + 1
        for height, line in lines:
            x = 0
            for width, panel in line:
                panels.append({"id": identity, **panel, "gridPos": {"h": height, "w": width, "x": x, "y": y}})
                x, identity = x + width, identity + 1
            if x > 24:
                raise ValueError(f"a line of {title!r} is {x} columns wide, not 24")
            y += height
    return panels


def dashboard(uid, title, description, variables, sections, span="now-6h"):
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": [TAG],
        "timezone": "utc",
        "editable": True,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": span, "to": "now"},
        "schemaVersion": 39,
        "version": 1,
        "annotations": {"list": []},
        "links": [{
            "title": "DataArts Fabric", "type": "dashboards", "tags": [TAG], "asDropdown": False, "icon": "external link",
            "tooltip": "Other dashboards, with the same selection", "url": "", "includeVars": True, "keepTime": True,
            "targetBlank": False,
        }],
        "templating": {"list": [DATASOURCE_VARIABLE, *variables]},
        "panels": layout(sections),
    }


def text(board):
    """Returns the dashboard as JSON text, stable between runs so that diffs are small."""
    return json.dumps(board, indent=2, ensure_ascii=False) + "\n"
