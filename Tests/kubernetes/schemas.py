# SPDX-License-Identifier: Apache-2.0
"""Whether objects are what Kubernetes and the Prometheus Operator take, by the schemas that PyPI packages carry.

Kubernetes': `kubernetes-validate`, strictly. The Operator's: the classes that `cloudcoil-models-prometheus-operator`
made of its CustomResourceDefinitions. These ignore keys that they do not know, so their schema is used, closed.
"""

from __future__ import annotations

import functools
from typing import Any

import jsonschema
import kubernetes_validate
from cloudcoil.models.prometheus_operator import v1 as operator

#: The oldest that the chart takes, and the newest that the package knows.
VERSIONS = ("1.27", "1.37")
OPERATOR = "monitoring.coreos.com/v1"


def _closed(schema: Any) -> Any:
    """The schema, without keys that it does not name, and without null, which the classes add to what is optional."""
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
    """What the schemas find wrong with one object."""
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
