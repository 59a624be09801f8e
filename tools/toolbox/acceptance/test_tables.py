# SPDX-License-Identifier: Apache-2.0
"""The tables of bad configurations: each entry is wrong in one place."""

from __future__ import annotations

import pytest

from toolbox.acceptance.bad_configurations import FILES, FLAGS, GOOD, HERE, SECRET, BadFile

SECRETLESS = ("no auth", "an empty auth", "token_file is missing", "an unset variable", "unknown key of auth")


@pytest.mark.parametrize("bad", FILES, ids=lambda bad: bad.title)
def test_a_bad_file_differs_from_the_good_one_in_one_place(bad: BadFile) -> None:
    assert GOOD.count(bad.old) == 1
    assert bad.text() != GOOD
    assert bad.text().count(HERE) <= 1
    assert (bad.line() is not None) == (HERE in bad.text())


def test_entries_are_unique() -> None:
    assert len(FILES) >= 35
    assert len({bad.title for bad in FILES}) == len(FILES)
    assert len({bad.text() for bad in FILES}) == len(FILES)
    assert len({arguments for arguments, _ in FLAGS}) == len(FLAGS)


def test_every_file_with_sources_contains_a_secret() -> None:
    with_sources = [bad for bad in FILES if "sources:\n  - name" in bad.text() and bad.title not in SECRETLESS]
    assert with_sources
    assert [bad.title for bad in with_sources if SECRET not in bad.text()] == []
