# SPDX-License-Identifier: Apache-2.0
"""Writes packaging/kubernetes from the chart; see scripts/generate-kubernetes."""

from __future__ import annotations

import re
from typing import Any

from toolbox.kubernetes.chart import render
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
    texts.pop("NOTES.txt", None)
    objects = [texts[name].strip() for name in sorted(texts, key=ORDER.index)]
    return HEADER.format(about) + "".join(f"---\n{HELM_LINES.sub('', text + chr(10))}" for text in objects)


def current() -> dict[str, str]:
    """Returns what the files should contain, by name."""
    return {name: written(*content) for name, content in FILES.items()}


def main() -> None:
    for name, text in current().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
