# SPDX-License-Identifier: Apache-2.0
"""Checks that Swift in documents is compiled."""

import textwrap
from pathlib import Path

from markdown import Document
from report import Report

#: Documents whose Swift blocks are excerpts of a file.
EXCERPTS = {"docs/adding-a-listing.md": "Tests/PollingTests/ToyListing.swift"}


def check(documents: dict[Path, Document], report: Report) -> None:
    """Checks that each Swift block is a contiguous part of its file; indentation may differ."""
    for name, source in EXCERPTS.items():
        path = report.root / name
        document = documents.get(path)
        blocks = [block for block in document.blocks if block.language == "swift"] if document else []
        if not blocks:
            report.problem(path, 1, f"no excerpt of {source}")
            continue
        lines = (report.root / source).read_text(encoding="utf-8").splitlines()
        for block in blocks:
            report.count("excerpts")
            if not _is_part(block.text, lines):
                report.problem(path, block.line, f"not a contiguous part of {source}")


def _is_part(text: str, lines: list[str]) -> bool:
    wanted = textwrap.dedent(text)
    count = wanted.count("\n") + 1
    return any(
        textwrap.dedent("\n".join(lines[start : start + count])) == wanted for start in range(len(lines) - count + 1)
    )
