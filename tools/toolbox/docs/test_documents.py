# SPDX-License-Identifier: Apache-2.0
"""All documents are correct: links, excerpts, flags, configurations, commands, and the lists of metrics."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toolbox.docs import commands, exceptions, references
from toolbox.docs.project import Project
from toolbox.shared.processes import ROOT, run

Check = Callable[[Project], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    references.broken_links,
    references.differences_of_languages,
    references.changed_excerpts,
    commands.unknown_flags,
    commands.failing_blocks,
    exceptions.bad_exceptions,
)


@pytest.fixture(scope="module")
def project(program: Path, directory: Path) -> Project:
    return Project(ROOT, program, Path(__file__).with_name("exceptions.yaml"), directory)


@pytest.mark.prometheus
@pytest.mark.parametrize("check", CHECKS)
def test_the_documents_have_no(project: Project, check: Check) -> None:
    problems = list(check(project))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("format", "name"), [("markdown", "metrics.md"), ("json", "metrics.json")])
def test_the_list_of_metrics_is_current(program: Path, format: str, name: str) -> None:
    printed = run(program, "metrics", "--format", format)
    assert (ROOT / "docs" / name).read_text("utf-8") == printed, "run scripts/check-docs PROGRAM --write"
