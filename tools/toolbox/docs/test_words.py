# SPDX-License-Identifier: Apache-2.0
"""The words lint rejects the sample of each class, and passes a good document."""

from __future__ import annotations

import pathlib

import pytest

from toolbox.docs import words
from toolbox.shared.files import write
from toolbox.shared.processes import ROOT, attempt

RULES, SAMPLES = words.read_rules()
LINT = ROOT / "scripts/lint-words"


@pytest.mark.parametrize("kind", sorted({rule.kind for rule in RULES} | SAMPLES.keys()))
def test_the_sample_of_each_class_is_rejected(tmp_path: pathlib.Path, kind: str) -> None:
    file, text = SAMPLES[kind]
    write(tmp_path / file, f"\n{text}\n")
    status, output = attempt(LINT, tmp_path)
    assert status == 1
    lines = [line for line in output.splitlines() if line.startswith(f"{file}:2: ") and f" ({kind}): write " in line]
    assert lines, output


def test_a_good_document_passes(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "page.md", "# Data freshness\n\nStale data is not exported.\n")
    assert attempt(LINT, tmp_path) == (0, "")
