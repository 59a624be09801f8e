# SPDX-License-Identifier: Apache-2.0
"""The Helm chart, rendered by Helm's own library without a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
CHART = ROOT / "packaging/helm/dataarts-fabric-exporter"

Manifest = dict[str, Any]


def render(values: Any, release: str = "fabric", namespace: str = "monitoring", chart: Path = CHART) -> dict[str, str]:
    """What Helm makes of each template, by its name below `templates`; a `helm_python.HelmError` where it refuses."""
    loaded = helm_python.Chart.load(chart)
    loaded.validate_schema(values)
    texts = loaded.render(values, name=release, namespace=namespace)
    return {path.partition("/templates/")[2]: text for path, text in sorted(texts.items()) if text.strip()}


def manifests(texts: dict[str, str]) -> list[Manifest]:
    """The objects of rendered templates."""
    found = []
    for path, text in texts.items():
        if path.endswith(".yaml"):
            found += [document for document in yaml.load_all(text, UniqueKeys) if document]
    return found


class UniqueKeys(yaml.SafeLoader):
    """YAML in which a key that is given twice is an error, as Kubernetes has it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"given twice: {', '.join(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)
