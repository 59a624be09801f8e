# SPDX-License-Identifier: Apache-2.0
"""Conventions that all dashboards follow, except those that the generator cannot violate."""

import re
from collections.abc import Iterator

from toolbox.dashboards import catalog
from toolbox.dashboards.panels import Json
from toolbox.shared.expressions import STRING, names

ALERT_LABELS = {"alertname", "severity", "source", "workspace"}
# Labels that only some series of a family have.
OPTIONAL_LABELS = {"ALERTS": {"listing"}, "ALERTS_FOR_STATE": {"listing"}}
FAMILIES = {
    **catalog.FAMILIES,
    "ALERTS": {*ALERT_LABELS, "alertstate"},
    "ALERTS_FOR_STATE": ALERT_LABELS,
    # The only recording rules. Dashboards do not need them: without them they use the defaults of alerts.yaml.
    **{
        f"{kind}:dataarts_fabric_transition_seconds:threshold": {"source", "workspace", "level"}
        for kind in ("endpoint", "service_instance")
    },
    **{
        f"dataarts_fabric:{kind}_failed_critical_seconds:threshold": {"default"}
        for kind in ("endpoint", "service_instance")
    },
    # Series that Prometheus itself adds at each scrape.
    "up": set(),
    "scrape_duration_seconds": set(),
}
SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
# Aggregations and comparisons must select one value of these labels or keep the label.
KEPT_APART = ("listing", "visibility")
KEPT = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)\s*\((?:\w+\()?$")


def labels_of(name: str) -> set[str] | None:
    """Returns the labels of the documented metric family of a series, or None."""
    return FAMILIES.get(name, FAMILIES.get(name.removesuffix("_bucket")))


def query_complaints(expression: str, variables: set[str]) -> Iterator[str]:
    """Checks the families and labels of one query. Dashboards must work without recording rules."""
    for name in names(expression):
        if (labels := labels_of(name)) is None:
            yield f"uses {name}, which is not in docs/metrics.json"
        elif labels & {"source", "workspace"} and not re.search(rf"\b{name}\s*\{{", expression):
            yield f"uses {name} without the dashboard's selection"
    for selector in SELECTOR.finditer(expression):
        name, matchers = selector.groups()
        labels = labels_of(name) or set()
        chosen = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", STRING.sub('""', matchers)))
        for label in chosen - labels - OPTIONAL_LABELS.get(name, set()) - {"job", "instance"}:
            yield f"selects {name} by {label}, a label that it does not have"
        for label in {"source", "workspace"} & labels & variables:
            # A trailing bar also matches series without the label.
            if not re.search(rf'\b{label}=~"\${label}\|?"', matchers):
                yield f"does not select {name} by ${label}"
        # Listings must not be mixed, nor the tenant's endpoints with public ones.
        kept = KEPT.search(expression[: selector.start()])
        for label in KEPT_APART:
            if label in labels - chosen and (not kept or label not in re.findall(r"\w+", kept[1])):
                yield f"mixes series of {name} with different {label}"
        # Their cost may be added up.
        if name.startswith("dataarts_fabric_dpu_") and "endpoint_type" not in chosen:
            yield f"adds DCU and DPU of {name}"


def panel_complaints(panel: Json, variables: set[str]) -> Iterator[str]:
    if not panel["description"].endswith("."):
        yield "has no description that ends with a period"
    for target in panel["targets"]:
        for complaint in query_complaints(target["expr"], variables):
            yield f"query {target['refId']} {complaint}"
    if panel["type"] == "table":
        many = len(panel["targets"]) > 1
        values = {f"Value #{target['refId']}" for target in panel["targets"]} if many else {"Value"}
        for name in panel["transformations"][-1]["options"]["renameByName"]:
            if name.startswith("Value") and name not in values:
                yield f"renames {name}, which no query returns"


def complaints(board: Json) -> Iterator[str]:
    """Yields all violations of a dashboard."""
    types = [panel["type"] for panel in board["panels"]]
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    titles = [panel["title"] for panel in panels]
    if not board["description"].endswith("."):
        yield "has no description that ends with a period"
    if set(types[: types.index("row")]) != {"stat"}:
        yield "does not begin with stat panels"
    if "table" not in types:
        yield "has no table"
    if not all(titles) or len(titles) != len(set(titles)):
        yield "has a panel without a title, or two panels with the same"
    listed = board["templating"]["list"]
    used = repr(panels) + repr([variable["query"] for variable in listed])
    for variable in listed:
        if not re.search(rf"\$\{{?{variable['name']}\b", used):
            yield f"${variable['name']} is unused"
    for annotation in board["annotations"]["list"]:
        for complaint in query_complaints(annotation["expr"], {variable["name"] for variable in listed}):
            yield f"annotation {annotation['name']} {complaint}"
    for panel in panels:
        for complaint in panel_complaints(panel, {variable["name"] for variable in listed}):
            yield f"{panel['title']}: {complaint}"
