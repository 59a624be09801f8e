# SPDX-License-Identifier: Apache-2.0
"""Each exception from the checks has a reason and is used."""

from __future__ import annotations

from collections.abc import Iterator

from toolbox.docs.commands import all_commands, foreign_flags
from toolbox.docs.project import Project
from toolbox.docs.references import hosts


def bad_exceptions(project: Project) -> Iterator[str]:
    """An exception is used if it is the first one that matches something."""
    seen = {
        "commands": {command.text.strip() for _, command in all_commands(project)},
        "flags": {flag for _, _, flag in foreign_flags(project)},
        "hosts": hosts(project),
    }
    for kind, reasons in project.exceptions.items():
        used = {project.exception(kind, text) for text in seen[kind]}
        for pattern, reason in reasons.items():
            if not isinstance(reason, str) or not reason.strip():
                yield f"{kind}: {pattern} has no reason"
            if pattern not in used:
                yield f"unused exception: {kind}: {pattern}"
