# SPDX-License-Identifier: Apache-2.0
"""Validates dashboards against Grafana's JSON schemas: the dashboard, panel options, field settings, queries, units."""

import functools
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import jsonschema

from toolbox.dashboards.panels import Json

SCHEMAS = pathlib.Path(__file__).with_name("schemas")


def load(name: str) -> Json:
    schema: Json = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    definitions = schema["definitions"]
    if name == "dashboard":
        # Grafana accepts any value here; the generated schema says object.
        definitions["DynamicConfigValue"]["properties"]["value"] = {}
        definitions["MatcherConfig"]["properties"]["options"] = {}
    if name == "table":
        # Select the schema of cell options by their type: the published `oneOf` rejects values that match several.
        forms = {"auto": "TableAutoCellOptions", "color-text": "TableColorTextCellOptions",
                 "color-background": "TableColoredBackgroundCellOptions"}  # fmt: skip
        definitions["TableCellOptions"] = {
            "required": ["type"],
            "properties": {"type": {"enum": list(forms)}},
            "allOf": [
                {"if": {"properties": {"type": {"const": kind}}}, "then": {"$ref": f"#/definitions/{form}"}}
                for kind, form in forms.items()
            ],
        }
    return schema


@functools.cache
def validator(name: str, definition: str = "") -> jsonschema.Draft7Validator:
    """Returns the validator of a file, or of one definition in it."""
    reference = {"$ref": f"#/definitions/{definition}"} if definition else {}
    return jsonschema.Draft7Validator(load(name) | reference)


@functools.cache
def units() -> set[str]:
    return {unit["const"] for unit in load("units")["definitions"].values() if "const" in unit}


def errors(where: str, checks: jsonschema.Draft7Validator, value: Any) -> Iterator[str]:
    for error in checks.iter_errors(value):
        # Report the form of an anyOf that matches best.
        nearest = jsonschema.exceptions.best_match([error]) or error
        yield f"{where}: schema: {nearest.json_path}: {nearest.message[:300]}"


def complaints(board: Json) -> Iterator[str]:
    yield from errors(board["title"], validator("dashboard"), board)
    for panel in (panel for panel in board["panels"] if panel["type"] != "row"):
        title, kind = panel["title"], panel["type"].replace("-", "")
        yield from errors(title, validator(kind, "Options"), panel["options"])
        defaults = panel["fieldConfig"]["defaults"]
        settings, used = defaults.get("custom", {}), {defaults.get("unit")}
        if settings:
            yield from errors(title, validator(kind, "FieldConfig"), settings)
        for override in panel["fieldConfig"]["overrides"]:
            for id, value in ((one["id"], one["value"]) for one in override["properties"]):
                if id == "unit":
                    used.add(value)
                if id.startswith("custom."):
                    # One setting in addition to the required ones.
                    where, changed = f"{title}, {override['matcher']['options']}", {id.removeprefix("custom."): value}
                    yield from errors(where, validator(kind, "FieldConfig"), settings | changed)
        for unit in used - units():
            yield f"{title}: unknown unit {unit!r}"
        for query in panel["targets"]:
            yield from errors(f"{title}, query {query['refId']}", validator("prometheus"), query)
