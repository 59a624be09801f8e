# SPDX-License-Identifier: Apache-2.0
"""Writes the Grafana dashboards, dashboards/grafana/*.json, and the queries of the consoles for endpoints that need
attention; --check only verifies that they are current."""

import argparse
import json
import pathlib
import re
import sys

from toolbox.dashboards import capacity, exporter, overview, pools, promql, workspace
from toolbox.shared.processes import ROOT

DASHBOARDS = ROOT / "dashboards"
BOARDS = {"overview": overview, "workspace": workspace, "capacity": capacity, "pools": pools, "exporter": exporter}
# Lines of the consoles by their variable.
QUERIES = {"attention": f"sort({promql.needs_attention()})", "counted": promql.needs_attention_without_details()}


def with_queries(console: str) -> str:
    for name, query in QUERIES.items():
        line = f"{{{{- ${name} := printf `{query.replace(promql.SELECTION, '%[1]s')}` $which -}}}}"
        console = re.sub(rf"^\{{\{{- \${name} := .*$", line.replace("\\", r"\\"), console, flags=re.MULTILINE)
    return console


def generated() -> dict[str, str]:
    """Returns the texts of the files. They are stable between runs, so that diffs are small."""
    consoles = (DASHBOARDS / "consoles").glob("*.html")
    return {
        f"grafana/{name}.json": json.dumps(module.BOARD, indent=2, ensure_ascii=False) + "\n"
        for name, module in BOARDS.items()
    } | {f"consoles/{path.name}": with_queries(path.read_text("utf-8")) for path in consoles}


def stale(directory: pathlib.Path) -> list[str]:
    """Returns the names of files that are not as generated, or not generated."""
    paths = [*directory.glob("grafana/*.json"), *directory.glob("consoles/*.html")]
    expected, present = generated(), {str(path.relative_to(directory)): path.read_text("utf-8") for path in paths}
    return sorted(name for name in expected.keys() | present.keys() if expected.get(name) != present.get(name))


def main() -> str | None:
    parser = argparse.ArgumentParser(prog="make-dashboards", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check = parser.parse_args().check
    if not check:
        for name, text in generated().items():
            (DASHBOARDS / name).write_text(text, "utf-8")
    if names := stale(DASHBOARDS):
        advice = "run scripts/make-dashboards" if check else "remove what is not generated"
        return f"make-dashboards: not current: {', '.join(names)}; {advice}"
    return None


if __name__ == "__main__":
    sys.exit(main())
