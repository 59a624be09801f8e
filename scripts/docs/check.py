# SPDX-License-Identifier: Apache-2.0
"""Checks the documents: links, pictures, excerpts, configurations, commands, flags. Uses only loopback.

usage: check.py PROGRAM [--root FOLDER] [--exceptions FILE]
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import commands
import configurations
import excerpts
import links
import markdown
from report import Exceptions, Report


def documents_of(root: Path) -> dict[Path, markdown.Document]:
    """Returns all documents below `root` by path."""
    found: dict[Path, markdown.Document] = {}
    for folder, folders, files in os.walk(root):
        # Hidden folders have build products and dependencies.
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(".md"):
                path = Path(folder) / name
                found[path] = markdown.read(path)
    return found


def main() -> int:
    """Runs all checks; returns the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--exceptions", type=Path, default=Path(__file__).with_name("exceptions.yaml"))
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    report = Report(arguments.root.resolve())
    exceptions = Exceptions.read(arguments.exceptions)
    documents = documents_of(report.root)
    for _ in documents:
        report.count("documents")
    links.check(documents, exceptions, report)
    excerpts.check(documents, report)
    twins = [documents.get(report.root / name) for name in ("README.md", "README.zh.md")]
    if twins[0] and twins[1]:
        links.check_twins(twins[0], twins[1], report)
    known = commands.Help(program)
    with tempfile.TemporaryDirectory() as scratch:
        runner = commands.Runner(program, exceptions, report, Path(scratch))
        try:
            for document in documents.values():
                commands.check_flags(document, known, exceptions, report)
                folder = runner.folder(document)
                for block in document.blocks:
                    if block.language in ("sh", "console"):
                        runner.run(document, block, folder)
                    elif block.language in ("json", "yaml"):
                        configurations.check(document, block, program, folder, report)
        finally:
            runner.end()
    for entry in exceptions.unused():
        report.problem(arguments.exceptions.resolve(), 1, f"unused exception: {entry}")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
