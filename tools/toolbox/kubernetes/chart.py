# SPDX-License-Identifier: Apache-2.0
"""Renders the Helm chart with Helm's library, without a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import yaml

from toolbox.shared.processes import ROOT

# Values for tests.
CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
CHART = ROOT / "packaging/helm/dataarts-fabric-exporter"

Manifest = dict[str, Any]


def render(values: Any, release: str = "fabric", namespace: str = "monitoring", chart: Path = CHART) -> dict[str, str]:
    """Returns the rendered templates by their path below `templates`. Raises `helm_python.HelmError` if Helm fails."""
    loaded = helm_python.Chart.load(chart)
    loaded.validate_schema(values)
    texts = loaded.render(values, name=release, namespace=namespace)
    return {path.partition("/templates/")[2]: text for path, text in sorted(texts.items()) if text.strip()}


def manifests(texts: dict[str, str]) -> list[Manifest]:
    """Returns the objects of rendered templates."""
    files = (text for path, text in texts.items() if path.endswith(".yaml"))
    return [document for text in files for document in yaml.load_all(text, UniqueKeys) if document]


def of(objects: list[Manifest], kind: str) -> Any:
    """Returns the first object of this kind."""
    return next(manifest for manifest in objects if manifest["kind"] == kind)


class UniqueKeys(yaml.SafeLoader):
    """A YAML loader that rejects duplicate keys, as Kubernetes does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"duplicate keys: {', '.join(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)
