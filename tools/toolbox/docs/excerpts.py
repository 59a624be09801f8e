# SPDX-License-Identifier: Apache-2.0
"""Swift in documents is compiled."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from toolbox.docs.project import Project

# Documents whose Swift blocks are excerpts of a file.
EXCERPTS = {"docs/adding-a-listing.md": "Tests/PollingTests/ToyListing.swift"}


def changed_excerpts(project: Project) -> Iterator[str]:
    """Each Swift block is a contiguous part of its file; indentation may differ."""
    for name, source in EXCERPTS.items():
        document = project.documents[project.root / name]
        blocks = [block for block in document.blocks if block.language == "swift"]
        lines = (project.root / source).read_text("utf-8").splitlines()
        if not blocks:
            yield f"{name}: no excerpt of {source}"
        for block in blocks:
            count = block.text.count("\n") + 1
            parts = ("\n".join(lines[start : start + count]) for start in range(len(lines) - count + 1))
            if textwrap.dedent(block.text) not in map(textwrap.dedent, parts):
                yield project.problem(document, block.line, f"not a contiguous part of {source}")
