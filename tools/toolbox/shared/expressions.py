# SPDX-License-Identifier: Apache-2.0
"""Reads PromQL expressions."""

from __future__ import annotations

import re

STRING = re.compile(r'"(?:\\.|[^"\\])*"')
NO_SERIES = (
    STRING,
    re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"),
    re.compile(r"\{[^}]*\}|\[[^\]]*\]|\$\w+|\b\d[\w.]*"),
)
# A function or an aggregation is followed by a parenthesis.
NAME = re.compile(r"(?<![\w:])[a-zA-Z_:][\w:]*\b(?!\s*\()")
KEYWORDS = {"and", "or", "unless", "bool", "offset", "end", "inf"}


def names(expression: str) -> set[str]:
    """Returns the series that an expression reads."""
    for pattern in NO_SERIES:
        expression = pattern.sub(" ", expression)
    return set(NAME.findall(expression)) - KEYWORDS
