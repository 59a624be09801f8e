# SPDX-License-Identifier: Apache-2.0
"""Writes packaging/kubernetes from the chart; see scripts/generate-kubernetes."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
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


def stale(folder: Path) -> list[str]:
    """Returns the names of files in `folder` that differ from what the chart renders."""
    wanted = {name: written(*content) for name, content in FILES.items()}
    present = {path.name: path.read_text("utf-8") for path in folder.glob("*.yaml")}
    return sorted(name for name in wanted | present if wanted.get(name) != present.get(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    if not parser.parse_args().check:
        for name, content in FILES.items():
            (FOLDER / name).write_text(written(*content), "utf-8")
    if names := stale(FOLDER):
        sys.exit(f"generate-kubernetes: not current: {', '.join(names)}; run scripts/generate-kubernetes, "
                 "and remove files that it does not write")  # fmt: skip


if __name__ == "__main__":
    main()
