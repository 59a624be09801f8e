# SPDX-License-Identifier: Apache-2.0
"""Counts pages with orjson from files whose paths are on standard input, and removes the files."""

from __future__ import annotations

import pathlib
import sys

import orjson

from toolbox.benchmarks.peers.counting import Tally

tally = Tally()
for line in sys.stdin:
    path = pathlib.Path(line.rstrip("\n"))
    tally.add_page(orjson.loads(path.read_bytes()), path.suffix == ".first")
    path.unlink()
tally.print()
