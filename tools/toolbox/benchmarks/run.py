# SPDX-License-Identifier: Apache-2.0
"""Measures our program and its peers, and prints a table per group."""

import datetime
import signal
import sys

from toolbox.benchmarks import fleet, idle, listings, machine, options, pages, polling, scraping
from toolbox.benchmarks.table import table
from toolbox.shared.processes import ROOT, run

GROUPS = {
    "fleet": fleet.measure, "listings": listings.measure, "pages": pages.measure, "polling": polling.measure,
    "scraping": scraping.measure, "idle": idle.measure,
}  # fmt: skip


def main() -> None:
    chosen = options.parse(GROUPS)
    # Raises an exception, so that running servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    facts = [
        ("program", run(chosen.program, "--version").splitlines()[0]),
        ("measured", datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")),
        *machine.facts(),
        ("run", f"scale {chosen.scale:g}, {chosen.rounds} rounds, 1 of slow peers"),
    ]
    text = f"# Measured costs\n\n{table(('', ''), facts)}\n"
    print(text, flush=True)
    for name in chosen.only or GROUPS:
        part = GROUPS[name](chosen).markdown()
        print(part, flush=True)
        text += "\n" + part
    if chosen.record:
        (ROOT / f"benchmarks/results/{chosen.record}.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
