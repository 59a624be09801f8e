# SPDX-License-Identifier: Apache-2.0
"""Validates objects with the schemas of Kubernetes and the Prometheus Operator in PyPI packages.

Kubernetes: `kubernetes-validate`, strict. The Operator: classes that `cloudcoil-models-prometheus-operator` generates
from the CustomResourceDefinitions. The classes ignore unknown keys, so their JSON schema is used, with unknown keys
rejected.
"""

from __future__ import annotations

import functools
from typing import Any

import jsonschema
import kubernetes_validate
from cloudcoil.models.prometheus_operator import v1 as operator

# The oldest version that the chart supports, and the newest that the package has.
VERSIONS = ("1.27", "1.37")
OPERATOR = "monitoring.coreos.com/v1"


def _closed(schema: Any) -> Any:
    """Returns the schema without additional keys, and without null, which the classes add to optional fields."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items() if key != "default"}
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


@functools.cache
def _validator(kind: str) -> jsonschema.protocols.Validator:
    schema = _closed(getattr(operator, kind).model_json_schema(by_alias=True))
    return jsonschema.Draft202012Validator(schema)


def problems(manifest: dict[str, Any]) -> list[str]:
    """Yields the schema errors of one object."""
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    if manifest["apiVersion"] == OPERATOR:
        errors = _validator(manifest["kind"]).iter_errors(manifest)
        return [f"{name}: {error.json_path}: {error.message[:200]}" for error in errors]
    found = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{name}, Kubernetes {version}: {error.json_path}: {error.message[:200]}")
        except kubernetes_validate.SchemaNotFoundError as error:
            found.append(f"{name}: {error.message}")
    return found
