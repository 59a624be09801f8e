#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Grafana dashboards, dashboards/grafana/*.json, from dashboards/tools; --check only verifies that they are current."""

import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "dashboards" / "tools"))
sys.dont_write_bytecode = True

import board  # noqa: E402
import capacity  # noqa: E402
import exporter  # noqa: E402
import overview  # noqa: E402
import workspace  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "dashboards" / "grafana", help="directory")
    arguments = parser.parse_args()

    expected = {f"{name}.json": board.text(module.board())
                for name, module in (("overview", overview), ("workspace", workspace),
                                     ("capacity", capacity), ("exporter", exporter))}
    present = {path.name: path.read_text(encoding="utf-8") for path in arguments.output.glob("*.json")}
    stale = sorted(name for name in expected.keys() | present.keys() if expected.get(name) != present.get(name))
    if arguments.check:
        for name in stale:
            print(f"make-dashboards: {name} is not current; run scripts/make-dashboards", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        if name in expected:
            (arguments.output / name).write_text(expected[name], encoding="utf-8")
            print(f"make-dashboards: wrote {name}")
        else:
            print(f"make-dashboards: {name} is not generated; remove it", file=sys.stderr)
    return 1 if set(stale) - expected.keys() else 0


sys.exit(main())
