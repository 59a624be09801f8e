# SPDX-License-Identifier: Apache-2.0
"""Measures our program and its peers, and prints a table per group."""

from __future__ import annotations

import datetime
import signal
import sys

import fleet
import growth
import idle
import latency
import machine
import polling
import scraping
from exporter import Exporter
from machine import BUILD, ROOT, Broken
from options import Options, parser
from table import table

GROUPS = {
    "fleet": fleet.measure,
    "polling": polling.measure,
    "scraping": scraping.measure,
    "growth": growth.measure,
    "latency": latency.measure,
    "idle": idle.measure,
}


def main() -> int:
    arguments = parser(list(GROUPS)).parse_args()
    for program in filter(None, (arguments.program, arguments.against)):
        if not program.is_file():
            print(f"benchmarks: {program} not found", file=sys.stderr)
            return 2
    BUILD.mkdir(exist_ok=True)
    # Raises an exception, so that running servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = Options(
        Exporter(arguments.program.resolve()), arguments.scale, arguments.rounds, arguments.slow_rounds,
        (arguments.transport,) if arguments.transport else ("h1", "h2"),
        Exporter(arguments.against.resolve()) if arguments.against else None,
    )  # fmt: skip
    text = heading(options)
    print(text, flush=True)
    try:
        for name in arguments.only or GROUPS:
            part = GROUPS[name](options).markdown()
            print(part, flush=True)
            text += "\n" + part
    except Broken as problem:
        print(f"benchmarks: {problem}", file=sys.stderr)
        return 1
    if arguments.record:
        results = ROOT / "benchmarks/results"
        results.mkdir(exist_ok=True)
        (results / f"{arguments.record}.md").write_text(text, "utf-8")
    return 0


def heading(options: Options) -> str:
    facts = [
        ("program", options.exporter.version()),
        ("measured", datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")),
        *machine.facts(),
        ("run", f"scale {options.scale:g}, {options.rounds} rounds, {options.slow_rounds} of slow peers"),
    ]
    return f"# Measured costs\n\n{table(('', ''), facts)}\n"


if __name__ == "__main__":
    sys.exit(main())
