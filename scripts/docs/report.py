# SPDX-License-Identifier: Apache-2.0
"""The problems found, and the exceptions from checks."""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml


@dataclass
class Exceptions:
    """Exceptions from checks, with reasons. An unused one is an error."""

    #: Commands that are not run; `*` matches anything.
    commands: dict[str, str]
    #: Flags of other programs.
    flags: dict[str, str]
    #: Hosts that documents may link to.
    hosts: dict[str, str]
    used: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> "Exceptions":
        """Reads the file at `path`. Fails if an entry has no reason."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        kinds = [content.get(kind) or {} for kind in ("commands", "flags", "hosts")]
        for kind in kinds:
            for name, reason in kind.items():
                if not isinstance(reason, str) or not reason.strip():
                    raise ValueError(f"{path}: {name}: has no reason")
        return cls(*kinds)

    def excuses(self, kind: str, text: str) -> bool:
        """Whether an entry of `kind` matches `text`; marks it as used."""
        for pattern in getattr(self, kind):
            expression = ".*".join(re.escape(part) for part in pattern.split("*"))
            if re.fullmatch(expression, text, re.DOTALL):
                self.used.add((kind, pattern))
                return True
        return False

    def unused(self) -> list[str]:
        """Returns the unused entries."""
        return [
            f"{kind}: {pattern}"
            for kind in ("commands", "flags", "hosts")
            for pattern in getattr(self, kind)
            if (kind, pattern) not in self.used
        ]


@dataclass
class Report:
    """Collects problems."""

    root: Path
    problems: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def problem(self, path: Path, line: int, text: str) -> None:
        """Adds a problem in line `line` of `path`."""
        place = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        self.problems.append(f"{place}:{line}: {text}")

    def count(self, what: str) -> None:
        """Counts a checked item."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def end(self) -> int:
        """Prints the result; returns the exit status."""
        for problem in self.problems:
            print(f"check-docs: {problem}", file=sys.stderr)
        if self.problems:
            print(f"check-docs: {len(self.problems)} problems", file=sys.stderr)
            return 1
        print("check-docs: " + ", ".join(f"{count} {what}" for what, count in self.counts.items()) + ": passed")
        return 0
