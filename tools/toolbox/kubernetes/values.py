# SPDX-License-Identifier: Apache-2.0
"""Generates the schema of the chart's values and the table of values in its README; see scripts/generate-kubernetes."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from toolbox.kubernetes.chart import CHART
from toolbox.shared.processes import ROOT

RULES = ROOT / "dashboards/operator/prometheus-rule.yaml"
CONFIGURATION = ROOT / "docs/configuration.schema.json"
# Mappings that the table describes as one value.
WHOLE = ("resources", "podSecurityContext", "securityContext", "dashboards.labels")
# Labels that a threshold may have; those of the default are required. The table of parameters in dashboards/README.md.
OPTIONAL_LABELS: dict[str, tuple[str, ...]] = {
    "endpoint_transition_seconds": ("endpoint_type", "workspace_id", "endpoint_id"),
    "service_instance_transition_seconds": ("service_type", "workspace_id", "service_instance_id"),
    "job_run_waiting_seconds": ("workspace_id",),
    "job_run_failed_seconds": ("workspace_id",),
    "quota_used_ratio": ("resource",),
    "pool_utilization_ratio": ("workspace_id", "pool_id"),
    "pool_allocatable_ratio": ("workspace_id", "pool_id"),
}
START, END = "<!-- values, written by scripts/generate-kubernetes -->\n", "<!-- end of the values -->\n"


@functools.cache
def rules() -> list[dict[str, Any]]:
    """Returns the alerts and recording rules that the chart installs."""
    groups = yaml.safe_load(RULES.read_text("utf-8"))["spec"]["groups"]
    return [rule for group in groups for rule in group["rules"]]


def schema() -> str:
    """Returns the schema of the values, which refers to no other file."""
    source = yaml.safe_load(Path(__file__).with_name("values_schema.yaml").read_text("utf-8"))
    values = _closed(source["values"])
    configuration = json.loads(CONFIGURATION.read_text("utf-8"))
    definitions = configuration.pop("definitions")
    del configuration["$schema"], configuration["title"]
    # The chart reports missing sources itself, because the demo needs none.
    del configuration["required"]
    values["properties"]["config"] = _within(configuration)
    values["properties"]["prometheusRule"]["properties"] |= {
        "thresholds": thresholds(),
        "disabledAlerts": {
            "type": "array",
            "uniqueItems": True,
            "items": {"enum": sorted({rule["alert"] for rule in rules() if "alert" in rule})},
        },
    }
    whole = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart dataarts-fabric-exporter",
        **values,
        "definitions": {f"config.{name}": _within(definition) for name, definition in definitions.items()},
    }
    return json.dumps(whole, indent=2) + "\n"


def thresholds() -> dict[str, Any]:
    """Returns the schema of `prometheusRule.thresholds`, from the defaults in the rules."""
    labels: dict[str, dict[str, set[str]]] = {}
    for rule in rules():
        name = re.fullmatch("dataarts_fabric:(.+):threshold", rule.get("record", ""))
        if name and rule["labels"].get("default") == "true":
            required = labels.setdefault(name[1], {})
            for label, value in rule["labels"].items():
                if label != "default":
                    required.setdefault(label, set()).add(value)
    properties = {name: _closed(_threshold(name, each)) for name, each in labels.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _threshold(name: str, required: dict[str, set[str]]) -> dict[str, Any]:
    known = {label: {"enum": sorted(values)} for label, values in required.items()}
    optional = OPTIONAL_LABELS.get(name, ())
    item: dict[str, Any] = {
        "closed": True,
        "required": ["value", *required],
        "properties": {
            "value": {"type": "number"},
            **known,
            **{label: {"type": "string", "minLength": 1} for label in optional},
        },
        # At most one of the optional labels.
        "maxProperties": 1 + len(required) + min(1, len(optional)),
    }
    return {"type": "array", "items": item}


def _closed(schema: Any) -> Any:
    """Returns the schema with objects in place of the mark `closed`."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _closed(value) for key, value in schema.items() if key != "closed"}
    return {"type": "object", "additionalProperties": False, **parts} if "closed" in schema else parts


def _within(schema: Any) -> Any:
    """Returns the configuration's schema with references to its definitions within the values."""
    if isinstance(schema, list):
        return [_within(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    moved = {key: _within(value) for key, value in schema.items()}
    if isinstance(moved.get("$ref"), str):
        moved["$ref"] = moved["$ref"].replace("#/definitions/", "#/definitions/config.")
    return moved


def described(text: str) -> Iterator[tuple[str, Any, str]]:
    """Yields name, default and description of each value of `values.yaml`."""
    lines = text.split("\n")
    yield from _described(yaml.compose(text, yaml.SafeLoader), "", lines)


def _described(mapping: Any, prefix: str, lines: list[str]) -> Iterator[tuple[str, Any, str]]:
    for key, value in mapping.value:
        name = prefix + key.value
        if isinstance(value, yaml.MappingNode) and value.value and name not in WHOLE:
            yield from _described(value, f"{name}.", lines)
        else:
            yield name, yaml.safe_load(yaml.serialize(value)), _comment(lines, key.start_mark.line)


def _comment(lines: list[str], line: int) -> str:
    """Returns the text of the comment directly above a line; examples, which have no space after `#`, do not count."""
    comment: list[str] = []
    while line and (found := re.fullmatch(r" *# (\S.*)", lines[line - 1])):
        comment.insert(0, found[1])
        line -= 1
    return " ".join(comment)


def table() -> str:
    rows = [
        f"| `{name}` | `{json.dumps(default)}` | {description} |"
        for name, default, description in described((CHART / "values.yaml").read_text("utf-8"))
    ]
    return "\n".join(["| value | default | description |", "| --- | --- | --- |", *rows]) + "\n"


def readme() -> str:
    """Returns the chart's README with the current table."""
    text = (CHART / "README.md").read_text("utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    return f"{before}{START}\n{table()}\n{END}{after}"
