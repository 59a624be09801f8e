# SPDX-License-Identifier: Apache-2.0
"""Conventions that all dashboards follow, except those that the generator cannot violate."""

import re
from collections.abc import Iterator

from toolbox.dashboards import catalog
from toolbox.dashboards.board import TAG
from toolbox.dashboards.panels import DATASOURCE, Json
from toolbox.shared.expressions import STRING, names

# Series that Prometheus itself adds at each scrape.
OTHERS = {"up", "scrape_duration_seconds"}
FAMILIES = {**catalog.FAMILIES, "ALERTS": {"alertname", "alertstate", "severity", "source", "workspace"}}

UID_PREFIX = "dataarts-fabric-"
# Variables without "All": the subject of a dashboard.
SUBJECTS = {("dataarts-fabric-workspace", "workspace")}
DETAIL_URL = "/d/dataarts-fabric-workspace?"
# Parts of a link that keep the selection.
LINK_PARTS = ("${datasource:queryparam}", "var-source=", "var-workspace=", "${__url_time_range}")
BUILT_IN = {"__range", "__range_s", "__rate_interval", "__interval"}
GRAPH_TYPES = {"timeseries", "state-timeline"}

SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
# Aggregations and comparisons must select one value of these labels or keep the label.
KEPT_APART = ("listing", "visibility")
KEPT = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)\s*\((?:\w+\()?$")


def broken(rules: dict[str, bool]) -> Iterator[str]:
    """Yields the complaints that apply."""
    return (complaint for complaint, applies in rules.items() if applies)


def used_variables(text: str) -> set[str]:
    return {match[0] or match[1] for match in VARIABLE.findall(text)}


def family(name: str) -> str | None:
    """Returns the documented metric family of a series name, or None."""
    candidates = (name, re.sub(r"_(bucket|sum|count)$", "", name))
    return next((candidate for candidate in candidates if candidate in FAMILIES or candidate in OTHERS), None)


def labels_of(name: str) -> set[str]:
    return FAMILIES.get(family(name) or "", set())


def query_complaints(expression: str, variables: set[str]) -> Iterator[str]:
    """Checks the variables, families and labels of one query."""
    for name in used_variables(expression) - variables - BUILT_IN:
        yield f"uses the unknown variable ${name}"
    for name in names(expression):
        bare = not re.search(rf"\b{name}\s*\{{", expression)
        yield from broken({
            f"uses the recording rule {name}; dashboards must work without rules": ":" in name,
            f"uses {name}, which is not in docs/metrics.json": ":" not in name and family(name) is None,
            f"uses {name} without the dashboard's selection": bare and bool(labels_of(name) & {"source", "workspace"}),
        })  # fmt: skip
    for selector in SELECTOR.finditer(expression):
        name, matchers = selector.groups()
        if family(name) is None:
            continue
        chosen = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", STRING.sub('""', matchers)))
        for label in chosen - labels_of(name) - {"job", "instance", "le"}:
            yield f"selects {name} by {label}, a label that it does not have"
        for label in {"source", "workspace"} & labels_of(name) & variables:
            # A trailing bar also matches series without the label.
            if not re.search(rf'\b{label}=~"\${label}\|?"', matchers):
                yield f"does not select {name} by ${label}"
        # Listings must not be mixed, nor the tenant's endpoints with public ones.
        kept = KEPT.search(expression[: selector.start()])
        for label in KEPT_APART:
            if label in labels_of(name) - chosen and (not kept or label not in re.findall(r"\w+", kept[1])):
                yield f"mixes series of {name} with different {label}"


def variable_complaints(board: Json) -> Iterator[str]:
    listed = board["templating"]["list"]
    if [(variable["name"], variable["type"]) for variable in listed[:1]] != [("datasource", "datasource")]:
        yield "the first variable is not the data source"
    used = used_variables(repr(board["panels"]) + repr([variable.get("query") for variable in listed]))
    for variable in listed:
        name = variable["name"]
        yield from broken({f"${name} has no label": not variable.get("label"), f"${name} is unused": name not in used})
        if variable["type"] != "query":
            continue
        everything = variable.get("includeAll") and variable.get("allValue") == ".*"
        yield from broken({
            f"${name} is not label_values(series, label)":
                not re.fullmatch(r"label_values\(.+, \w+\)", variable["query"]),
            f"${name} is not refreshed when the time range changes": variable.get("refresh") != 2,
            f"${name} does not use ${{datasource}}": variable.get("datasource") != DATASOURCE,
            f"${name} does not allow several values": not variable.get("multi"),
            f"${name} has no 'All' with the value .*": (board["uid"], name) not in SUBJECTS and not everything,
        })  # fmt: skip


def table_complaints(panel: Json) -> Iterator[str]:
    steps = {step["id"]: step["options"] for step in panel["transformations"]}
    renamed = steps["organize"]["renameByName"]
    many = len(panel["targets"]) > 1
    values = {f"Value #{target['refId']}" for target in panel["targets"]} if many else {"Value"}
    for name in {name for name in renamed if name.startswith("Value")} - values:
        yield f"renames {name}, which no query returns"
    for name in {sort["displayName"] for sort in panel["options"]["sortBy"]} - set(renamed.values()):
        yield f"is sorted by the unknown column {name!r}"


def panel_complaints(panel: Json, variables: set[str]) -> Iterator[str]:
    targets, graph = panel.get("targets", []), panel["type"] in GRAPH_TYPES
    yield from broken({
        "has no description, or one that does not end with a period":
            not panel.get("description", "").rstrip().endswith("."),
        "does not use ${datasource}": panel.get("datasource") != DATASOURCE,
        "has no unit": not panel["fieldConfig"]["defaults"].get("unit"),
        "has no query": not targets,
    })  # fmt: skip
    for target in targets:
        kinds = broken({
            "does not use ${datasource}": target.get("datasource") != DATASOURCE,
            "is an instant query in a graph": graph and target["instant"],
            "is a range query in a panel that shows one value": not graph and not target["instant"],
        })  # fmt: skip
        for complaint in [*kinds, *query_complaints(target["expr"], variables)]:
            yield f"query {target['refId']} {complaint}"
    if panel["type"] == "table":
        yield from table_complaints(panel)
    settings = [one for override in panel["fieldConfig"]["overrides"] for one in override["properties"]]
    for link in (link for one in settings if one["id"] == "links" for link in one["value"]):
        lacking = [part for part in LINK_PARTS if part not in link["url"]]
        if link["url"].startswith(DETAIL_URL) and lacking:
            yield f"link {link['title']!r} lacks {', '.join(lacking)}"


def complaints(stem: str, board: Json) -> Iterator[str]:
    """Yields all violations of the dashboard `stem`.json."""
    panels = board["panels"]
    links = [link for link in board.get("links", []) if link["type"] == "dashboards" and link["tags"] == [TAG]]
    types = [panel["type"] for panel in panels]
    titles = [panel.get("title") for panel in panels if panel["type"] != "row"]
    headlines = set(types[: types.index("row")] if "row" in types else types)
    yield from broken({
        f"uid is not {UID_PREFIX + stem}": board.get("uid") != UID_PREFIX + stem,
        f"tags are not [{TAG}]": board.get("tags") != [TAG],
        "timezone is not UTC": board.get("timezone") != "utc",
        "title does not start with 'DataArts Fabric / '": not board.get("title", "").startswith("DataArts Fabric / "),
        "has no description, or one that does not end with a period": not board.get("description", "").endswith("."),
        "has no link to the other dashboards that keeps variables and time range":
            not any(link["includeVars"] and link["keepTime"] for link in links),
        "does not begin with stat panels": headlines != {"stat"},
        "has no table": "table" not in types,
        "has a panel without a title": not all(titles),
        "has two panels with the same title": len(titles) != len(set(titles)),
    })  # fmt: skip
    yield from variable_complaints(board)
    variables = {variable["name"] for variable in board["templating"]["list"]}
    for panel in (panel for panel in panels if panel["type"] != "row"):
        for complaint in panel_complaints(panel, variables):
            yield f"{panel['title']}: {complaint}"
