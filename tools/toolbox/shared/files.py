# SPDX-License-Identifier: Apache-2.0
"""Writes files."""

from __future__ import annotations

import pathlib


def write(path: pathlib.Path, text: str, mode: int = 0o644) -> pathlib.Path:
    """Writes a file and creates its folder; returns `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path
