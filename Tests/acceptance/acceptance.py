# SPDX-License-Identifier: Apache-2.0
"""Runs the acceptance tests: the exporter with a simulated API, compared with an independent count of its metrics.

    python3 Tests/acceptance/acceptance.py --binary PATH [--only GROUP …] [--max-rss-mb N] [--at-once N]

Needs `promtool` on the path and `prometheus_client` in this interpreter; `prometheus` for one group. Uses only
loopback and temporary directories. The last line is `N passed, N failed`; the status is 1 on any failure.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib.util
import io
import multiprocessing
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import selftest
from report import Failure, Report, require


def missing() -> list[str]:
    """Returns the missing dependencies of the suite."""
    wanted = []
    if importlib.util.find_spec("prometheus_client") is None:
        wanted.append("the Python package prometheus_client (run scripts/install-dependencies --test)")
    if shutil.which("promtool") is None:
        wanted.append("promtool (Debian package prometheus)")
    return wanted


def own_checks(report: Report) -> None:
    """Runs the suite's self-tests first, because a wrong count proves nothing."""
    report.begin("selftest")
    output, suite = io.StringIO(), selftest.suite()
    with report.check(f"the suite's own {suite.countTestCases()} tests"):
        outcome = unittest.TextTestRunner(output).run(suite)
        if not outcome.wasSuccessful():
            raise Failure(output.getvalue())


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Acceptance run of the exporter.")
    parser.add_argument("--binary", required=True, type=pathlib.Path, help="the exporter's executable")
    parser.add_argument("--only", action="append", default=[], metavar="GROUP", help="run only this group (repeatable)")
    parser.add_argument("--at-once", type=int, default=1, help="groups that run at the same time (default: 1)")
    parser.add_argument("--max-rss-mb", type=float, help="maximum memory of the demo, in MB (the goal is 40)")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    if absent := missing():
        sys.exit("the acceptance suite needs " + " and ".join(absent))
    binary = chosen.binary.resolve()
    if not binary.is_file() or not os.access(binary, os.X_OK):
        sys.exit(f"{chosen.binary} is not executable")

    from groups import ALONE, GROUPS  # Imported after the check above, because these need prometheus_client.

    if unknown := set(chosen.only) - set(GROUPS):
        sys.exit(f"unknown group: {', '.join(sorted(unknown))}; must be one of {', '.join(GROUPS)}")
    report = Report()
    own_checks(report)
    names = [name for name in GROUPS if not chosen.only or name in chosen.only]
    together = [name for name in names if name not in ALONE] if chosen.at_once > 1 else []
    # Processes, because the APIs of several groups in one process would wait for each other.
    with concurrent.futures.ProcessPoolExecutor(chosen.at_once, multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(run_group, name, binary, chosen.max_rss_mb) for name in together]
        for done in concurrent.futures.as_completed(running):
            report.take(done.result())
    for name in names:
        if name not in together:
            run_group(name, binary, chosen.max_rss_mb, report)
    return report.summary()


def run_group(name: str, binary: pathlib.Path, max_rss_mb: float | None, report: Report | None = None) -> Report:
    """Runs one group. Without a report, returns a new one with its lines, for a run in another process."""
    from bench import Bench
    from exporter import Exporter
    from groups import GROUPS

    report = report or Report(keeps_lines=True)
    report.begin(name)
    with tempfile.TemporaryDirectory(prefix=f"acceptance-{name}-") as text:
        directory = pathlib.Path(text)
        bench = Bench(Exporter(binary, directory), report, directory, max_rss_mb)
        with report.check(f"{name}: the group completed"):
            GROUPS[name](bench)
        with report.check(f"{name}: no planted secret in any log or output"):
            require(not bench.exporter.leaks, "told by:\n" + "\n".join(bench.exporter.leaks))
    report.end()
    return report


if __name__ == "__main__":
    sys.exit(main())
