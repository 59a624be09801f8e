# SPDX-License-Identifier: Apache-2.0
"""Writes the Grafana dashboards, dashboards/grafana/*.json; --check only verifies that they are current."""

import argparse
import json
import pathlib
import sys

from toolbox.dashboards import capacity, exporter, overview, workspace
from toolbox.shared.processes import ROOT

GRAFANA = ROOT / "dashboards/grafana"


def generated() -> dict[str, str]:
    """Returns the texts of the files. They are stable between runs, so that diffs are small."""
    boards = {"overview": overview, "workspace": workspace, "capacity": capacity, "exporter": exporter}
    return {
        f"{name}.json": json.dumps(module.BOARD, indent=2, ensure_ascii=False) + "\n" for name, module in boards.items()
    }


def stale(directory: pathlib.Path) -> list[str]:
    """Returns the names of files that are not as generated, or not generated."""
    expected, present = generated(), {path.name: path.read_text("utf-8") for path in directory.glob("*.json")}
    return sorted(name for name in expected.keys() | present.keys() if expected.get(name) != present.get(name))


def main() -> str | None:
    parser = argparse.ArgumentParser(prog="make-dashboards", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check = parser.parse_args().check
    if not check:
        for name, text in generated().items():
            (GRAFANA / name).write_text(text, "utf-8")
    if names := stale(GRAFANA):
        advice = "run scripts/make-dashboards" if check else "remove what is not generated"
        return f"make-dashboards: not current: {', '.join(names)}; {advice}"
    return None


if __name__ == "__main__":
    sys.exit(main())
