# SPDX-License-Identifier: Apache-2.0
"""The lists of licenses are current, and an edited one is not."""

from __future__ import annotations

import pathlib
import shutil

import pytest

from toolbox.packaging import licenses
from toolbox.shared.processes import ROOT


def test_the_lists_are_current() -> None:
    assert not (names := licenses.stale()), f"{names}: run scripts/generate-licenses"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("licenses.md", "| MIT |", "| ISC |"), ("debian/copyright", "License: Expat", "License: ISC")],
)
def test_an_edited_list_is_not_current(tmp_path: pathlib.Path, name: str, old: str, new: str) -> None:
    shutil.copytree(ROOT / "packaging", tmp_path / "packaging")
    path = tmp_path / "packaging" / name
    path.write_text(path.read_text().replace(old, new))
    assert licenses.stale(tmp_path) == [path.name]
