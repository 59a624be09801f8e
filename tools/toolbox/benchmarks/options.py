# SPDX-License-Identifier: Apache-2.0
"""The options of a run."""

import argparse
import pathlib
import sys
from collections.abc import Iterable


class Options(argparse.Namespace):
    program: pathlib.Path
    against: pathlib.Path | None
    only: list[str] | None
    scale: float
    rounds: int
    record: str | None

    def scaled(self, count: float, least: int = 1) -> int:
        return max(least, round(count * self.scale))

    def say(self, what: str) -> None:
        """Prints progress to standard error; only tables go to standard output."""
        print(f"benchmarks: {what}", file=sys.stderr, flush=True)


def parse(groups: Iterable[str]) -> Options:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description="Measures a program and its peers.")
    add = parser.add_argument
    add("program", type=program, help="the output of scripts/build-release")
    add("--only", action="append", choices=list(groups), help="run this group; repeatable (default: all)")
    add("--scale", type=float, default=1.0, help="fraction of the full size and time (default: 1)")
    add("--rounds", type=int, default=5, help="rounds of which the median is reported (default: 5; slow peers: 1)")
    add("--against", type=program, help="another build to measure in parallel in `fleet`")
    add("--record", metavar="NAME", help="also write the tables to benchmarks/results/NAME.md")
    return parser.parse_args(namespace=Options())


def program(text: str) -> pathlib.Path:
    """Resolves a path, because programs run in another folder."""
    return pathlib.Path(text).resolve(strict=True)
