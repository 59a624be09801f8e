# SPDX-License-Identifier: Apache-2.0
"""Counts pages in files, whose paths come on standard input, with orjson, and removes each."""

from __future__ import annotations

import pathlib
import sys

import orjson
from counting import Tally

tally = Tally()
for line in sys.stdin:
    path = pathlib.Path(line.rstrip("\n"))
    tally.add_page(orjson.loads(path.read_bytes()), path.suffix == ".first")
    path.unlink()
tally.print()
