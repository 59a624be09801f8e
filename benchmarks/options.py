# SPDX-License-Identifier: Apache-2.0
"""The options of a run."""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys

from exporter import Exporter


@dataclasses.dataclass(frozen=True)
class Options:
    exporter: Exporter
    scale: float
    rounds: int
    slow_rounds: int
    transports: tuple[str, ...]
    against: Exporter | None = None

    def scaled(self, count: float, least: int = 1) -> int:
        return max(least, round(count * self.scale))

    def say(self, what: str) -> None:
        """Prints progress to standard error; only tables go to standard output."""
        print(f"benchmarks: {what}", file=sys.stderr, flush=True)


def parser(groups: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("program", type=pathlib.Path, help="the output of scripts/build-release")
    parser.add_argument("--only", action="append", choices=groups, help="run this group; repeatable (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the full size and time (default: 1)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median is reported (default: 5)")
    parser.add_argument("--slow-rounds", type=int, default=1, help="rounds of slow peers (default: 1)")
    parser.add_argument("--transport", choices=("h1", "h2"), help="poll only with this transport (default: both)")
    parser.add_argument("--against", type=pathlib.Path, help="another build to measure in parallel in `fleet`")
    parser.add_argument("--record", metavar="NAME", help="also write the tables to benchmarks/results/NAME.md")
    return parser
