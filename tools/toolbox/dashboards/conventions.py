# SPDX-License-Identifier: Apache-2.0
"""Conventions that all dashboards follow. Each function yields the violations as text."""

import re

import catalog

# Series that Prometheus itself adds at each scrape.
OTHERS = {"up", "scrape_duration_seconds"}
FAMILIES = {**catalog.FAMILIES, "ALERTS": {"alertname", "alertstate", "severity", "source", "workspace"}}

UID_PREFIX = "dataarts-fabric-"
TAG = "dataarts-fabric"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Variables without "All": the subject of a dashboard.
SUBJECTS = {("dataarts-fabric-workspace", "workspace")}
DETAIL_URL = "/d/dataarts-fabric-workspace?"
# Parts of a link that keep the selection.
LINK_PARTS = ("${datasource:queryparam}", "var-source=", "var-workspace=", "${__url_time_range}")
BUILT_IN = {"__range", "__range_s", "__rate_interval", "__interval"}
GRAPH_TYPES = {"timeseries", "state-timeline"}

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
_NAME = re.compile(r"(?<![\w$:])([a-z_][a-z0-9_:]*)(?![\w:]*\s*\()(?![\w:])")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
_LABEL_LIST = re.compile(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)")
# Aggregations and comparisons must select one value of these labels or keep the label.
_KEPT_APART = ("listing", "visibility")
_KEPT = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)\s*\((?:\w+\()?$")
_KEYWORDS = {"and", "or", "unless", "by", "on", "without", "ignoring", "group_left", "group_right", "bool", "offset", "end", "inf"}


def used_variables(text):
    return {match[0] or match[1] for match in _VARIABLE.findall(text)}


def family(name):
    """Returns the documented metric family of a series name, or None."""
    for candidate in (name, re.sub(r"_(bucket|sum|count)$", "", name)):
        if candidate in FAMILIES or candidate in OTHERS:
            return candidate
    return None


def query_complaints(expression, variables):
    """Checks the variables, families and labels of one query."""
    for name in used_variables(expression) - variables - BUILT_IN:
        yield f"uses the unknown variable ${name}"
    for name, matchers in _SELECTOR.findall(expression):
        found = family(name)
        if found is None:
            yield f"uses {name}, which is not in docs/metrics.json"
            continue
        labels = FAMILIES.get(found, set())
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", _STRING.sub('""', matchers)):
            if label not in labels | {"job", "instance", "le"}:
                yield f"selects {name} by {label}, a label that it does not have"
        for label in ("source", "workspace"):
            # A trailing bar also matches series without the label.
            if label in labels and label in variables and not re.search(rf'\b{label}=~"\${label}\|?"', matchers):
                yield f"does not select {name} by ${label}"
    bare = _LABEL_LIST.sub(" ", _STRING.sub('""', expression))
    bare = re.sub(r"\[[^\]]*\]", " ", re.sub(r"\{[^}]*\}", "{}", bare))
    for name in _NAME.findall(bare):
        if ":" in name:
            yield f"uses the recording rule {name}; dashboards must work without rules"
        elif name not in _KEYWORDS and family(name) is None and name not in variables:
            yield f"uses {name}, which is not in docs/metrics.json"
        elif name in FAMILIES and not re.search(rf"\b{name}(?:_bucket|_sum|_count)?\s*\{{", expression):
            if FAMILIES[name] & {"source", "workspace"}:
                yield f"uses {name} without the dashboard's selection"


def apart_complaints(expression):
    """Checks that a query does not mix listings, or the tenant's endpoints with public ones."""
    for match in _SELECTOR.finditer(expression):
        kept = _KEPT.search(expression[: match.start()])
        for label in _KEPT_APART:
            if label not in FAMILIES.get(family(match[1]), ()) or re.search(rf"\b{label}\s*[!=]", match[2]):
                continue
            if not kept or label not in re.findall(r"\w+", kept[1]):
                yield f"mixes series of {match[1]} with different {label}"


def variable_complaints(board):
    listed = board["templating"]["list"]
    if not listed or (listed[0]["name"], listed[0]["type"]) != ("datasource", "datasource"):
        yield "the first variable is not the data source"
    everything = repr(board["panels"]) + repr([variable.get("query") for variable in listed])
    for variable in listed:
        name = variable["name"]
        if not variable.get("label"):
            yield f"${name} has no label"
        if name not in used_variables(everything):
            yield f"${name} is unused"
        if variable["type"] != "query":
            continue
        if not re.fullmatch(r"label_values\(.+, \w+\)", variable["query"]):
            yield f"${name} is not label_values(series, label)"
        if variable.get("refresh") != 2:
            yield f"${name} is not refreshed when the time range changes"
        if variable.get("datasource") != DATASOURCE:
            yield f"${name} does not use ${{datasource}}"
        if not variable.get("multi"):
            yield f"${name} does not allow several values"
        subject = (board["uid"], name) in SUBJECTS
        if not subject and (not variable.get("includeAll") or variable.get("allValue") != ".*"):
            yield f"${name} has no 'All' with the value .*"


def table_complaints(panel):
    steps = {step["id"]: step["options"] for step in panel.get("transformations", [])}
    renamed = steps.get("organize", {}).get("renameByName", {})
    titles = set(renamed.values())
    if set(steps.get("filterFieldsByName", {}).get("include", {}).get("names", [])) != set(renamed):
        yield "shows labels that are not renamed; target labels would become columns"
    many = len(panel["targets"]) > 1
    values = {f"Value #{target['refId']}" for target in panel["targets"]} if many else {"Value"}
    for name in renamed:
        if name.startswith("Value") and name not in values:
            yield f"renames {name}, which no query returns"
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"]["options"] not in titles:
            yield f"has an override for the unknown column {override['matcher']['options']!r}"
    for sort in panel["options"].get("sortBy", []):
        if sort["displayName"] not in titles:
            yield f"is sorted by the unknown column {sort['displayName']!r}"
    for target in panel["targets"]:
        if target["format"] != "table" or not target["instant"]:
            yield "has a query that is not an instant query in table format"


def panel_complaints(panel, variables):
    if panel["type"] == "row":
        if panel.get("panels"):
            yield "is a row with collapsed panels"
        return
    if not panel.get("description", "").rstrip().endswith("."):
        yield "has no description, or one that does not end with a period"
    if panel.get("datasource") != DATASOURCE:
        yield "does not use ${datasource}"
    defaults = panel["fieldConfig"]["defaults"]
    if not defaults.get("unit"):
        yield "has no unit"
    if not panel.get("targets"):
        yield "has no query"
    references = [target["refId"] for target in panel.get("targets", [])]
    if len(references) != len(set(references)):
        yield "has two queries with the same refId"
    for target in panel.get("targets", []):
        if target.get("datasource") != DATASOURCE:
            yield f"query {target['refId']} does not use ${{datasource}}"
        if panel["type"] in GRAPH_TYPES and target["instant"]:
            yield f"query {target['refId']} is an instant query in a graph"
        if panel["type"] not in GRAPH_TYPES and not target["instant"]:
            yield f"query {target['refId']} is a range query in a panel that shows one value"
        for complaint in [*query_complaints(target["expr"], variables), *apart_complaints(target["expr"])]:
            yield f"query {target['refId']} {complaint}"
    if panel["type"] == "table":
        yield from table_complaints(panel)
    for override in panel["fieldConfig"]["overrides"]:
        for one in override["properties"]:
            for link in one["value"] if one["id"] == "links" else []:
                if link["url"].startswith(DETAIL_URL):
                    for part in LINK_PARTS:
                        if part not in link["url"]:
                            yield f"link {link['title']!r} lacks {part}"


def layout_complaints(panels):
    taken, identities = {}, set()
    for panel in panels:
        place = panel["gridPos"]
        if panel["id"] in identities:
            yield f"{panel['title']}: another panel has the same id"
        identities.add(panel["id"])
        if place["x"] + place["w"] > 24:
            yield f"{panel['title']}: exceeds the right edge"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"]:
                    yield f"{panel['title']}: overlaps {other}"
                    return


def complaints(stem, board):
    """Yields all violations of the dashboard `stem`.json."""
    if board.get("uid") != UID_PREFIX + stem:
        yield f"uid is not {UID_PREFIX + stem}"
    if board.get("id") is not None:
        yield "has an id, which Grafana assigns on import"
    if board.get("tags") != [TAG]:
        yield f"tags are not [{TAG}]"
    if board.get("timezone") != "utc":
        yield "timezone is not UTC"
    if not board.get("title", "").startswith("DataArts Fabric / "):
        yield "title does not start with 'DataArts Fabric / '"
    if not board.get("description", "").endswith("."):
        yield "has no description, or one that does not end with a period"
    if not any(link["type"] == "dashboards" and link["tags"] == [TAG] and link["includeVars"] and link["keepTime"]
               for link in board.get("links", [])):
        yield "has no link to the other dashboards that keeps variables and time range"
    panels = board["panels"]
    first_row = next((index for index, panel in enumerate(panels) if panel["type"] == "row"), len(panels))
    if not first_row or any(panel["type"] != "stat" for panel in panels[:first_row]):
        yield "does not begin with stat panels"
    if not any(panel["type"] == "table" for panel in panels):
        yield "has no table"
    yield from variable_complaints(board)
    yield from layout_complaints(panels)
    variables = {variable["name"] for variable in board["templating"]["list"]}
    titles = set()
    for panel in panels:
        title = panel.get("title", "")
        if not title:
            yield f"panel {panel.get('id')} has no title"
        if panel["type"] != "row":
            if title in titles:
                yield f"{title}: another panel has the same title"
            titles.add(title)
        for complaint in panel_complaints(panel, variables):
            yield f"{title}: {complaint}"
