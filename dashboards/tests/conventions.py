# SPDX-License-Identifier: Apache-2.0
"""What all dashboards keep to, so that one who knows one knows all. Each rule yields complaints."""

import re

import catalogue

# Made by Prometheus, at each scrape and from alerting rules.
OTHERS = {"up", "scrape_duration_seconds"}
FAMILIES = {**catalogue.FAMILIES, "ALERTS": {"alertname", "alertstate", "severity", "source", "workspace"}}

UID_PREFIX = "dataarts-fabric-"
TAG = "dataarts-fabric"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# A dashboard of one thing offers no "All" of that thing.
SUBJECTS = {("dataarts-fabric-workspace", "workspace")}
DETAIL_URL = "/d/dataarts-fabric-workspace?"
# What a link must carry for the reader to keep the selection.
CARRIED = ("${datasource:queryparam}", "var-source=", "var-workspace=", "${__url_time_range}")
BUILT_IN = {"__range", "__range_s", "__rate_interval", "__interval"}
GRAPH_TYPES = {"timeseries", "state-timeline"}

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
_NAME = re.compile(r"(?<![\w$:])([a-z_][a-z0-9_:]*)(?![\w:]*\s*\()(?![\w:])")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
_LABEL_LIST = re.compile(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)")
# What adds up or compares series of this label must choose one value or keep the label.
_KEPT_APART = ("listing", "visibility")
_KEPT = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)\s*\((?:\w+\()?$")
_WORDS = {"and", "or", "unless", "by", "on", "without", "ignoring", "group_left", "group_right", "bool", "offset", "end", "inf"}


def used_variables(text):
    return {match[0] or match[1] for match in _VARIABLE.findall(text)}


def family(name):
    """The documented family of a series' name, or None."""
    for candidate in (name, re.sub(r"_(bucket|sum|count)$", "", name)):
        if candidate in FAMILIES or candidate in OTHERS:
            return candidate
    return None


def query_complaints(expression, variables):
    """Complaints about one query."""
    for name in used_variables(expression) - variables - BUILT_IN:
        yield f"uses ${name}, which is no variable"
    for name, matchers in _SELECTOR.findall(expression):
        found = family(name)
        if found is None:
            yield f"asks for {name}, which docs/metrics.json does not know"
            continue
        labels = FAMILIES.get(found, set())
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", _STRING.sub('""', matchers)):
            if label not in labels | {"job", "instance", "le"}:
                yield f"selects {name} by {label}, which it does not have"
        for label in ("source", "workspace"):
            # With a bar at its end it also takes what has no such label.
            if label in labels and label in variables and not re.search(rf'\b{label}=~"\${label}\|?"', matchers):
                yield f"leaves ${label} out of the selection of {name}"
    bare = _LABEL_LIST.sub(" ", _STRING.sub('""', expression))
    bare = re.sub(r"\[[^\]]*\]", " ", re.sub(r"\{[^}]*\}", "{}", bare))
    for name in _NAME.findall(bare):
        if ":" in name:
            yield f"asks for the recording rule {name}: dashboards must work without rules"
        elif name not in _WORDS and family(name) is None and name not in variables:
            yield f"asks for {name}, which docs/metrics.json does not know"
        elif name in FAMILIES and not re.search(rf"\b{name}(?:_bucket|_sum|_count)?\s*\{{", expression):
            if FAMILIES[name] & {"source", "workspace"}:
                yield f"asks for {name} of everything, whatever is selected"


def apart_complaints(expression):
    """Complaints about series of several listings, or of the tenant and of others, that a query takes for one."""
    for match in _SELECTOR.finditer(expression):
        kept = _KEPT.search(expression[: match.start()])
        for label in _KEPT_APART:
            if label not in FAMILIES.get(family(match[1]), ()) or re.search(rf"\b{label}\s*[!=]", match[2]):
                continue
            if not kept or label not in re.findall(r"\w+", kept[1]):
                yield f"asks for {match[1]} of every {label} at once"


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
            yield f"${name} is used by nothing"
        if variable["type"] != "query":
            continue
        if not re.fullmatch(r"label_values\(.+, \w+\)", variable["query"]):
            yield f"${name} is not label_values(series, label)"
        if variable.get("refresh") != 2:
            yield f"${name} is not asked for anew when the time range changes"
        if variable.get("datasource") != DATASOURCE:
            yield f"${name} does not ask ${{datasource}}"
        if not variable.get("multi"):
            yield f"of ${name} not several can be chosen"
        subject = (board["uid"], name) in SUBJECTS
        if not subject and (not variable.get("includeAll") or variable.get("allValue") != ".*"):
            yield f"${name} has no 'All' that is .*"


def table_complaints(panel):
    steps = {step["id"]: step["options"] for step in panel.get("transformations", [])}
    renamed = steps.get("organize", {}).get("renameByName", {})
    titles = set(renamed.values())
    if set(steps.get("filterFieldsByName", {}).get("include", {}).get("names", [])) != set(renamed):
        yield "shows labels that it does not name, so that anybody's target labels become columns"
    many = len(panel["targets"]) > 1
    values = {f"Value #{target['refId']}" for target in panel["targets"]} if many else {"Value"}
    for name in renamed:
        if name.startswith("Value") and name not in values:
            yield f"names {name}, which no query gives"
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"]["options"] not in titles:
            yield f"sets up a column {override['matcher']['options']!r} that it does not have"
    for sort in panel["options"].get("sortBy", []):
        if sort["displayName"] not in titles:
            yield f"is sorted by a column {sort['displayName']!r} that it does not have"
    for target in panel["targets"]:
        if target["format"] != "table" or not target["instant"]:
            yield "has a query whose answer is no table of one moment"


def panel_complaints(panel, variables):
    if panel["type"] == "row":
        if panel.get("panels"):
            yield "is a row that hides panels"
        return
    if not panel.get("description", "").rstrip().endswith("."):
        yield "has no description of whole sentences"
    if panel.get("datasource") != DATASOURCE:
        yield "does not ask ${datasource}"
    defaults = panel["fieldConfig"]["defaults"]
    if not defaults.get("unit"):
        yield "has no unit"
    if not panel.get("targets"):
        yield "asks nothing"
    references = [target["refId"] for target in panel.get("targets", [])]
    if len(references) != len(set(references)):
        yield "has two queries of one name"
    for target in panel.get("targets", []):
        if target.get("datasource") != DATASOURCE:
            yield f"query {target['refId']} does not ask ${{datasource}}"
        if panel["type"] in GRAPH_TYPES and target["instant"]:
            yield f"query {target['refId']} asks for one moment, but is drawn over time"
        if panel["type"] not in GRAPH_TYPES and not target["instant"]:
            yield f"query {target['refId']} asks for a range of which one moment is shown"
        for complaint in [*query_complaints(target["expr"], variables), *apart_complaints(target["expr"])]:
            yield f"query {target['refId']} {complaint}"
    if panel["type"] == "table":
        yield from table_complaints(panel)
    for override in panel["fieldConfig"]["overrides"]:
        for one in override["properties"]:
            for link in one["value"] if one["id"] == "links" else []:
                if link["url"].startswith(DETAIL_URL):
                    for part in CARRIED:
                        if part not in link["url"]:
                            yield f"link {link['title']!r} does not carry {part}"


def place_complaints(panels):
    taken, identities = {}, set()
    for panel in panels:
        place = panel["gridPos"]
        if panel["id"] in identities:
            yield f"{panel['title']}: another panel has its id"
        identities.add(panel["id"])
        if place["x"] + place["w"] > 24:
            yield f"{panel['title']}: reaches beyond the right edge"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"]:
                    yield f"{panel['title']}: lies on {other}"
                    return


def complaints(stem, board):
    """Everything that is wrong with the dashboard of the file `stem`.json."""
    if board.get("uid") != UID_PREFIX + stem:
        yield f"uid is not {UID_PREFIX + stem}"
    if board.get("id") is not None:
        yield "has an id, which only a Grafana of its own can give"
    if board.get("tags") != [TAG]:
        yield f"tags are not [{TAG}]"
    if board.get("timezone") != "utc":
        yield "timezone is not UTC"
    if not board.get("title", "").startswith("DataArts Fabric / "):
        yield "title does not start with 'DataArts Fabric / '"
    if not board.get("description", "").endswith("."):
        yield "has no description of whole sentences"
    if not any(link["type"] == "dashboards" and link["tags"] == [TAG] and link["includeVars"] and link["keepTime"]
               for link in board.get("links", [])):
        yield "has no links to the other dashboards that carry variables and time"
    panels = board["panels"]
    first_row = next((index for index, panel in enumerate(panels) if panel["type"] == "row"), len(panels))
    if not first_row or any(panel["type"] != "stat" for panel in panels[:first_row]):
        yield "does not begin with figures"
    if not any(panel["type"] == "table" for panel in panels):
        yield "has no table"
    yield from variable_complaints(board)
    yield from place_complaints(panels)
    variables = {variable["name"] for variable in board["templating"]["list"]}
    titles = set()
    for panel in panels:
        title = panel.get("title", "")
        if not title:
            yield f"panel {panel.get('id')} has no title"
        if panel["type"] != "row":
            if title in titles:
                yield f"{title}: another panel has this title"
            titles.add(title)
        for complaint in panel_complaints(panel, variables):
            yield f"{title}: {complaint}"
