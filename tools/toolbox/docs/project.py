# SPDX-License-Identifier: Apache-2.0
"""All documents of a folder, and what they are checked with."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import yaml

from toolbox.docs.markdown import Document
from toolbox.docs.words import files_of


class Project:
    """The documents below `root`, the program that they describe, and the exceptions from the checks.

    A check is a function that yields the problems of a project, each with its place. It may write below `scratch`.
    """

    def __init__(self, root: Path, program: Path, exceptions: Path, scratch: Path) -> None:
        self.root, self.program, self.scratch = root, program, scratch
        # By kind: commands that are not run, flags of other programs, hosts that documents may link to; with reasons.
        self.exceptions: dict[str, dict[str, str]] = yaml.safe_load(exceptions.read_text("utf-8"))
        paths = [root / name for name in files_of(root) if name.suffix == ".md"]
        self.documents = {path: Document(path) for path in paths if path.is_file()}

    def exception(self, kind: str, text: str) -> str | None:
        """Returns the first exception of `kind` that matches `text`; `*` matches anything."""
        return next((pattern for pattern in self.exceptions[kind] if fnmatch.fnmatchcase(text, pattern)), None)

    def problem(self, document: Document, line: int, text: str) -> str:
        return f"{document.path.relative_to(self.root)}:{line}: {text}"
