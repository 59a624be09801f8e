# SPDX-License-Identifier: Apache-2.0
"""Validates dashboards against Grafana's JSON schemas: the dashboard, panel options, field settings, queries, units."""

import json
import pathlib

import jsonschema

_DIRECTORY = pathlib.Path(__file__).resolve().parent / "schemas"
_FILES = {"timeseries": "timeseries", "stat": "stat", "table": "table", "bargauge": "bargauge", "piechart": "piechart",
          "state-timeline": "statetimeline"}


def _load(name):
    return json.loads((_DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))


def _validator(schema, definition=None):
    if definition:
        schema = {"$schema": schema["$schema"], "definitions": schema["definitions"], "$ref": f"#/definitions/{definition}"}
    return jsonschema.Draft7Validator(schema)


def _dashboard():
    schema = _load("dashboard")
    # Grafana accepts any value here; the generated schema says object.
    schema["definitions"]["DynamicConfigValue"]["properties"]["value"] = {}
    schema["definitions"]["MatcherConfig"]["properties"]["options"] = {}
    return _validator(schema)


def _discriminate(schema):
    """Selects the schema of cell options by their type: the published `oneOf` rejects values that match several forms."""
    forms = {"auto": "TableAutoCellOptions", "color-text": "TableColorTextCellOptions",
             "color-background": "TableColoredBackgroundCellOptions"}
    schema["definitions"]["TableCellOptions"] = {
        "required": ["type"],
        "properties": {"type": {"enum": list(forms)}},
        "allOf": [{"if": {"properties": {"type": {"const": kind}}}, "then": {"$ref": f"#/definitions/{form}"}}
                  for kind, form in forms.items()],
    }
    return schema


_WHOLE, _QUERY = _dashboard(), _validator(_load("prometheus"))
_UNITS = {unit["const"] for unit in _load("units")["definitions"].values() if "const" in unit}
_OPTIONS, _CUSTOM = {}, {}
for _kind, _file in _FILES.items():
    _schema = _load(_file)
    if _kind == "table":
        _discriminate(_schema)
    _OPTIONS[_kind] = _validator(_schema, "Options")
    if "FieldConfig" in _schema["definitions"]:
        _CUSTOM[_kind] = _validator(_schema, "FieldConfig")


def _errors(where, validator, value):
    for error in validator.iter_errors(value):
        # Report the form of an anyOf that matches best.
        nearest = jsonschema.exceptions.best_match([error])
        place = "/".join(str(part) for part in [*error.absolute_path, *(nearest.path if nearest is not error else ())])
        yield f"{where}: schema: {place}: {nearest.message[:300]}"


def complaints(board):
    yield from _errors(board.get("title"), _WHOLE, board)
    for panel in board["panels"]:
        if panel["type"] == "row":
            continue
        title = panel.get("title")
        if panel["type"] not in _OPTIONS:
            yield f"{title}: no schema for panel type {panel['type']}; add it to dashboards/tests/schemas"
            continue
        yield from _errors(title, _OPTIONS[panel["type"]], panel["options"])
        defaults = panel["fieldConfig"]["defaults"]
        custom = dict(defaults.get("custom", {}))
        if custom and panel["type"] in _CUSTOM:
            yield from _errors(title, _CUSTOM[panel["type"]], custom)
        units = {defaults.get("unit")}
        for override in panel["fieldConfig"]["overrides"]:
            for one in override["properties"]:
                if one["id"] == "unit":
                    units.add(one["value"])
                if one["id"].startswith("custom.") and panel["type"] in _CUSTOM:
                    # One setting in addition to the required ones.
                    yield from _errors(f"{title}, {override['matcher']['options']}", _CUSTOM[panel["type"]],
                                    custom | {one["id"].removeprefix("custom."): one["value"]})
        for unit in units - _UNITS:
            yield f"{title}: unknown unit {unit!r}"
        for query in panel.get("targets", []):
            yield from _errors(f"{title}, query {query.get('refId')}", _QUERY, query)
