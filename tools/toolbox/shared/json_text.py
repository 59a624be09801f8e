# SPDX-License-Identifier: Apache-2.0
"""A JSON writer with control over every byte.

The standard encoder can neither choose the format of a number nor mix escaped and raw characters in one document.
Python values map to JSON as usual: a missing key is absent, `None` is null; `Literal` is written unchanged.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any


@dataclasses.dataclass(frozen=True)
class Literal:
    """Text that is written unchanged, such as a number in an unusual format."""

    text: str


class Style(enum.Enum):
    """The format of a document; values are the same."""

    COMPACT = "compact"
    SPACED = "spaced"
    ESCAPED = "escaped"


SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write(value: Any, style: Style = Style.COMPACT) -> str:
    """Returns the JSON text of `value`. Lone surrogates are always escaped, so that the text is valid UTF-8."""
    colon, comma = (" : ", " ,\n ") if style is Style.SPACED else (":", ",")
    if isinstance(value, Literal):
        return value.text
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return write_string(value, style)
    if isinstance(value, (list, tuple)):
        return "[" + comma.join(write(item, style) for item in value) + "]"
    if isinstance(value, dict):
        members = (write_string(key, style) + colon + write(item, style) for key, item in value.items())
        return "{" + comma.join(members) + "}"
    raise TypeError(f"no JSON for {type(value).__name__}")


def write_string(text: str, style: Style) -> str:
    """Returns a JSON string. `Style.ESCAPED` escapes the solidus and all characters outside of ASCII."""
    return '"' + "".join(write_character(character, style) for character in text) + '"'


def write_character(character: str, style: Style) -> str:
    code = ord(character)
    if character in SHORT_ESCAPES:
        return SHORT_ESCAPES[character]
    if code < 0x20 or 0xD800 <= code <= 0xDFFF:
        return f"\\u{code:04x}"
    if style is not Style.ESCAPED or (code < 0x7F and character != "/"):
        return character
    if character == "/":
        return "\\/"
    if code > 0xFFFF:
        high, low = 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)
        return f"\\u{high:04X}\\u{low:04X}"
    return f"\\u{code:04X}"
