# SPDX-License-Identifier: Apache-2.0
"""The acceptance run: the built exporter against an API of our own and an independent count of its metrics.

    python3 Tests/acceptance/acceptance.py --binary PATH [--only GROUP …] [--max-rss-mb N]

Needs `promtool` on the path and `prometheus_client` in this interpreter; `prometheus` for one group. Everything
stays on loopback and in temporary directories. Ends with a line `N passed, N failed`; status 1 on any failure.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import selftest
from report import Failure, Report, require


def missing() -> list[str]:
    """What the suite needs and does not find."""
    wanted = []
    if importlib.util.find_spec("prometheus_client") is None:
        wanted.append(
            "the Python package prometheus_client (scripts/install-dependencies --test makes a .venv with it)"
        )
    if shutil.which("promtool") is None:
        wanted.append("promtool (Debian package prometheus)")
    return wanted


def own_checks(report: Report) -> None:
    """The suite's own checks come first: a count that is wrong proves nothing."""
    report.begin("selftest")
    output, suite = io.StringIO(), selftest.suite()
    with report.check(f"the suite's own {suite.countTestCases()} tests"):
        outcome = unittest.TextTestRunner(output).run(suite)
        if not outcome.wasSuccessful():
            raise Failure(output.getvalue())


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Acceptance run of the exporter.")
    parser.add_argument("--binary", required=True, type=pathlib.Path, help="the exporter's executable")
    parser.add_argument(
        "--only", action="append", default=[], metavar="GROUP", help="run this group alone (repeatable)"
    )
    parser.add_argument("--max-rss-mb", type=float, help="most memory the demo may take, in MB (the goal is 40)")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    if absent := missing():
        sys.exit("the acceptance suite needs " + " and ".join(absent))
    binary = chosen.binary.resolve()
    if not binary.is_file() or not os.access(binary, os.X_OK):
        sys.exit(f"{chosen.binary} is no executable")

    from bench import Bench  # after the check above: these need prometheus_client
    from exporter import Exporter
    from groups import GROUPS

    if unknown := set(chosen.only) - set(GROUPS):
        sys.exit(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    report = Report()
    own_checks(report)
    for name, run in GROUPS.items():
        if chosen.only and name not in chosen.only:
            continue
        report.begin(name)
        with tempfile.TemporaryDirectory(prefix=f"acceptance-{name}-") as text:
            directory = pathlib.Path(text)
            bench = Bench(Exporter(binary, directory), report, directory, chosen.max_rss_mb)
            with report.check(f"{name}: the group ran to its end"):
                run(bench)
            with report.check(f"{name}: no planted secret in any log or output"):
                require(not bench.exporter.leaks, "told by:\n" + "\n".join(bench.exporter.leaks))
    return report.summary()


if __name__ == "__main__":
    sys.exit(main())
