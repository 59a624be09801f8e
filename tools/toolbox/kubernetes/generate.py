# SPDX-License-Identifier: Apache-2.0
"""Writes generated files of the chart, and packaging/kubernetes from the chart; see scripts/generate-kubernetes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from toolbox.kubernetes import values as chart_values
from toolbox.kubernetes.chart import CHART, render
from toolbox.shared.processes import NAME, ROOT

FOLDER = ROOT / "packaging/kubernetes"
PASSWORD = {"domain": "acme", "user": "fabric-exporter", "password_file": "/run/secrets/fabric/password"}
SOURCE = {
    "region": "cn-north-4",
    "auth": {"password": PASSWORD},
    "discovery": {"filter": {"visibility": "ALL"}},
}
VALUES: dict[str, Any] = {"config": {"sources": [SOURCE]}, "secret": {"existingName": NAME}}
FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "exporter.yaml": ("One exporter for all workspaces.", VALUES),
    "sharded.yaml": ("Three shards of the exporter.", VALUES | {"shards": 3}),
    "demo.yaml": ("The demo: a simulated control plane and an exporter that polls it.", {"demo": True}),
}
ORDER = ("serviceaccount", "configmap", "service", "deployment", "statefulset", "poddisruptionbudget", "networkpolicy")
# Lines to drop: those that only Helm needs, the namespace (set by `kubectl --namespace`), and the checksum, which
# becomes wrong when the file is edited.
HELM_LINES = re.compile(
    r"^ +(?:helm\.sh/chart|app\.kubernetes\.io/(?:managed-by|version)|namespace|checksum/config): .*\n"
    r"|^ +# A changed configuration starts new pods\..*\n",
    re.MULTILINE,
)
HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# Written by scripts/generate-kubernetes from packaging/helm; see docs/kubernetes.md for what to change here.
# {}
"""


def written(about: str, values: dict[str, Any]) -> str:
    """Returns the objects of the chart with `values` as one file."""
    texts = {path.removesuffix(".yaml"): text for path, text in render(values, release=NAME).items()}
    texts = {name: text for name, text in texts.items() if name in ORDER}
    objects = [texts[name].strip() for name in sorted(texts, key=ORDER.index)]
    return HEADER.format(about) + "".join(f"---\n{HELM_LINES.sub('', text + chr(10))}" for text in objects)


def kustomization() -> str:
    header = HEADER.format("For a kustomization of your own: the same objects as exporter.yaml.")
    return header + (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - exporter.yaml\n"
    )


def current() -> dict[str, str]:
    """Returns what the files in packaging/kubernetes should contain, by name."""
    return {name: written(*content) for name, content in FILES.items()} | {"kustomization.yaml": kustomization()}


def copies() -> dict[Path, Path]:
    """Returns the files of the chart that are copies, and their originals. A package cannot contain links to them."""
    dashboards = {CHART / "files/grafana" / path.name: path for path in (ROOT / "dashboards/grafana").glob("*.json")}
    return dashboards | {CHART / "files/prometheus-rule.yaml": chart_values.RULES}


def main() -> None:
    shutil.rmtree(CHART / "files")
    for copy, original in copies().items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, copy)
    (CHART / "values.schema.json").write_text(chart_values.schema(), "utf-8")
    (CHART / "README.md").write_text(chart_values.readme(), "utf-8")
    for name, text in current().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
