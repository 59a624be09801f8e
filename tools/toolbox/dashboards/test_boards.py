# SPDX-License-Identifier: Apache-2.0
"""Checks the dashboard files and, if a program is given, runs them against a Prometheus that scrapes its demo."""

import argparse
import json
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

import conventions  # noqa: E402
import schemas  # noqa: E402

LARGEST_PICTURE = 300_000


def load(directory):
    boards, complaints = {}, []
    for path in sorted(directory.glob("*.json")):
        try:
            boards[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            complaints.append(f"{path.name}: not JSON: {error}")
    if not boards and not complaints:
        complaints.append(f"no dashboards in {directory}")
    return boards, complaints


def static_complaints(boards):
    for stem, board in boards.items():
        for complaint in [*schemas.complaints(board), *conventions.complaints(stem, board)]:
            yield f"{stem}.json: {complaint}"
        picture = ROOT / "docs" / "images" / f"dashboard-{stem}.png"
        if not picture.exists():
            yield f"{stem}.json: has no picture {picture.relative_to(ROOT)}"
        elif picture.stat().st_size >= LARGEST_PICTURE:
            yield f"{picture.relative_to(ROOT)} is {picture.stat().st_size} bytes; the maximum is {LARGEST_PICTURE - 1}"
    uids = [board.get("uid") for board in boards.values()]
    if len(uids) != len(set(uids)):
        yield "two dashboards have the same uid"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", nargs="?", type=pathlib.Path, help="the exporter; default: check only the files")
    parser.add_argument("--dashboards", type=pathlib.Path, default=ROOT / "dashboards" / "grafana", metavar="DIRECTORY")
    arguments = parser.parse_args()
    started = time.monotonic()

    boards, complaints = load(arguments.dashboards)
    complaints += static_complaints(boards)
    if arguments.program and not complaints:
        import live  # noqa: PLC0415 (only this module needs chromium and Prometheus)

        complaints += live.complaints(arguments.program, boards, arguments.dashboards)
    for complaint in complaints:
        print(f"test-dashboards: {complaint}", file=sys.stderr)
    if complaints:
        return 1
    panels = sum(panel["type"] != "row" for board in boards.values() for panel in board["panels"])
    print(f"test-dashboards: {len(boards)} dashboards, {panels} panels: passed ({time.monotonic() - started:.0f} s)")
    return 0


sys.exit(main())
