# SPDX-License-Identifier: Apache-2.0
"""Counts and prints passed and failed checks."""

from __future__ import annotations

import contextlib
import os
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

SHOWN = 20

# Features of the contract that the exporter does not have yet. A check that needs one must fail until the feature is
# removed here.
PENDING: frozenset[str] = frozenset()

T = TypeVar("T")


class Failure(Exception):
    """A failed check."""


class Skip(Exception):
    """A check that cannot run on this machine."""


class Report:
    """Counts checks. A check is a `with report.check("title"):` whose body raises on failure."""

    def __init__(self, keeps_lines: bool = False) -> None:
        self.lines: list[str] | None = [] if keeps_lines else None
        self.passed, self.skipped = 0, 0
        self.failed: list[str] = []
        self.group = ""
        self.began = time.monotonic()

    def say(self, line: str) -> None:
        if self.lines is None:
            print(line, flush=True)
        else:
            self.lines.append(line)

    def begin(self, group: str) -> None:
        self.group, self.group_began = group, time.monotonic()
        self.say(f"== {group}")

    def end(self) -> None:
        self.say(f"  took {time.monotonic() - self.group_began:.1f} s")

    def take(self, other: Report) -> None:
        """Adds the report of another process."""
        for line in other.lines or []:
            self.say(line)
        self.passed += other.passed
        self.skipped += other.skipped
        self.failed += other.failed

    @contextlib.contextmanager
    def check(self, title: str, needs: str | None = None) -> Iterator[None]:
        """Runs one check. While the feature `needs` is in PENDING, the check must fail and is not counted."""
        detail = None
        try:
            yield
        except Skip as reason:
            self.skipped += 1
            self.say(f"  skip  {title}: {reason}")
            return
        except Failure as failure:
            detail = str(failure)
        except Exception:
            detail = traceback.format_exc().rstrip()
        if needs in PENDING:
            if detail is None:
                self.fail(title, f"passes although {needs!r} is pending")
            else:
                self.say(f"  wait  {title}: needs {needs}")
        elif detail is None:
            self.passed += 1
            self.say(f"  ok    {title}")
        else:
            self.fail(title, detail)

    def fail(self, title: str, detail: str) -> None:
        self.failed.append(f"{self.group}: {title}")
        self.say(f"  FAIL  {title}")
        for line in detail.splitlines():
            self.say(f"        {line}")

    def summary(self) -> int:
        """Prints the result; returns the exit status."""
        for title in self.failed:
            self.say(f"failed: {title}")
        self.say(f"took {time.monotonic() - self.began:.0f} s")
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        self.say(f"{self.passed} passed, {len(self.failed)} failed{skipped}")
        # In CI a skipped check is a failure.
        return 1 if self.failed or (self.skipped and os.environ.get("CI")) else 0


def require(condition: object, message: str) -> None:
    if not condition:
        raise Failure(message)


def require_equal(actual: object, wanted: object, what: str) -> None:
    require(actual == wanted, f"{what} is {shortened(actual)}, should be {shortened(wanted)}")


def shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 500 else text[:500] + "…"


def require_none(problems: Iterable[str], what: str) -> None:
    """Fails with the first problems, if there are any."""
    listed = list(problems)
    if listed:
        more = f"\n… and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
        raise Failure(f"{what}: {len(listed)} problems\n" + "\n".join(listed[:SHOWN]) + more)


def wait_for(condition: Callable[[], T], seconds: float, what: str, step: float = 0.05) -> T:
    """Returns the first true value of `condition`, called every `step` seconds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Failure(f"timed out after {seconds:g} s: {what}")
        time.sleep(step)
