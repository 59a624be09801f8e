# SPDX-License-Identifier: Apache-2.0
"""Builds a dashboard from panels: layout, variables, links."""

from collections.abc import Iterable, Sequence

from toolbox.dashboards.panels import DATASOURCE, DEFAULTS, Json

# A section of a dashboard is its title or None, and lines of a height with panels of a width.
Line = tuple[int, Sequence[tuple[int, Json]]]
Section = tuple[str | None, *tuple[Line, ...]]

TAG: str = DEFAULTS["dashboard"]["tags"][0]


def query_variable(name: str, label: str, expression: str, *, everything: bool = True) -> Json:
    """Returns a variable that lists label values from Prometheus."""
    return {
        "type": "query", "name": name, "label": label, "datasource": DATASOURCE, "definition": expression,
        "query": expression, **DEFAULTS["variables"]["query"], "includeAll": everything,
        **(DEFAULTS["variables"]["everything"] if everything else {}),
    }  # fmt: skip


# Where the runbooks are: the only place, like `runbook_url` in alerts.yaml.
RUNBOOKS = {
    "type": "constant", "name": "runbooks", "label": "Runbooks", "description": "Address of the exporter's runbooks.",
    "query": "http://dataarts-fabric-exporter:9942/runbooks/", "hide": 2, "skipUrlSync": True,
}  # fmt: skip
NOTHING = {"selected": True, "text": "", "value": ""}
STATUS_PAGE = {
    "type": "textbox", "name": "status_page", "label": "Status page",
    "description": "Address of the exporter's status page with a slash at the end, such as http://localhost:9942/."
    " Tables then link to it.",
    "query": "", "hide": 0, "current": NOTHING, "options": [NOTHING], "skipUrlSync": False,
}  # fmt: skip

SOURCE = query_variable("source", "Source", "label_values(dataarts_fabric_workspace_polls_total, source)")
WORKSPACES = 'label_values(dataarts_fabric_workspace_polls_total{source=~"$source"}, workspace)'
WORKSPACE = query_variable("workspace", "Workspace", WORKSPACES)
# A trailing bar also matches alerts without the label.
FIRING = 'ALERTS{alertname=~"DataArtsFabric.+", alertstate="firing", source=~"$source|", workspace=~"$workspace|"}'
ANNOTATION = {
    "name": "Firing alerts", "datasource": DATASOURCE, "enable": True, "iconColor": "red",
    "expr": f"count by (alertname, severity, source, workspace) ({FIRING})", "titleFormat": "{{alertname}}",
    "textFormat": "{{severity}} {{source}} {{workspace}}", "tagKeys": "severity", "step": "60s",
}  # fmt: skip


def layout(sections: Iterable[Section]) -> list[Json]:
    """Returns the panels with ids and grid positions."""
    panels: list[Json] = []
    y = 0
    for title, *lines in sections:
        if title:
            place = {"h": 1, "w": 24, "x": 0, "y": y}
            panels.append({"type": "row", "id": len(panels) + 1, "title": title, "collapsed": False, "panels": [],
                           "gridPos": place})  # fmt: skip
            y += 1
        for height, line in lines:
            x = 0
            for width, panel in line:
                place = {"h": height, "w": width, "x": x, "y": y}
                panels.append({"id": len(panels) + 1, **panel, "gridPos": place})
                x += width
            if x > 24:
                raise ValueError(f"a line of {title!r} is {x} columns wide, not 24")
            y += height
    return panels


def dashboard(
    uid: str, title: str, description: str, variables: list[Json], sections: Iterable[Section], span: str = "now-6h"
) -> Json:
    return {
        "uid": f"{TAG}-{uid}", "title": f"DataArts Fabric / {title}", "description": description,
        **DEFAULTS["dashboard"], "annotations": {"list": [ANNOTATION]}, "time": {"from": span, "to": "now"},
        "templating": {"list": [DEFAULTS["variables"]["datasource"], *variables]}, "panels": layout(sections),
    }  # fmt: skip
