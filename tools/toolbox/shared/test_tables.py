# SPDX-License-Identifier: Apache-2.0
"""Tests the tables of bad configurations, and the parsing of messages."""

from __future__ import annotations

import unittest

import bad_configurations as tables
from report import Failure, Report, require_equal, require_none, wait_for


class Tables(unittest.TestCase):
    def test_each_bad_file_differs_from_the_good_one_in_one_place(self) -> None:
        self.assertGreaterEqual(len(tables.FILES), 35)
        for bad in tables.FILES:
            with self.subTest(bad.title):
                self.assertEqual(tables.GOOD.count(bad.old), 1)
                self.assertNotEqual(bad.text(), tables.GOOD)
                self.assertLessEqual(bad.text().count(tables.HERE), 1)
                self.assertEqual(bad.line() is not None, tables.HERE in bad.text())

    def test_titles_and_texts_are_unique(self) -> None:
        self.assertEqual(len({bad.title for bad in tables.FILES}), len(tables.FILES))
        self.assertEqual(len({bad.text() for bad in tables.FILES}), len(tables.FILES))
        self.assertEqual(len({arguments for arguments, _ in tables.FLAGS}), len(tables.FLAGS))

    def test_every_file_with_sources_contains_a_secret(self) -> None:
        for bad in tables.FILES:
            if "sources:\n  - name" in bad.text() and bad.title not in SECRETLESS:
                self.assertIn(tables.SECRET, bad.text(), bad.title)


SECRETLESS = ("no auth", "an empty auth", "token_file is missing", "an unset variable", "unknown key of auth")


class Reporting(unittest.TestCase):
    def test_a_failure_fails_the_run(self) -> None:
        quiet = QuietReport()
        with quiet.check("good"):
            pass
        self.assertEqual(quiet.summary(), 0)
        with quiet.check("bad"):
            require_equal(1, 2, "it")
        with quiet.check("broken"):
            raise KeyError("x")
        self.assertEqual((quiet.passed, len(quiet.failed), quiet.summary()), (1, 2, 1))

    def test_checks_fail(self) -> None:
        with self.assertRaises(Failure):
            require_none(["a problem"], "it")
        with self.assertRaises(Failure):
            wait_for(lambda: False, 0.01, "never", 0.001)


class QuietReport(Report):
    """A report that prints nothing."""

    def say(self, line: str) -> None:
        """Prints nothing."""


if __name__ == "__main__":
    unittest.main()
