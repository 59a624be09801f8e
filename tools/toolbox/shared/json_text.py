# SPDX-License-Identifier: Apache-2.0
"""A JSON writer with control over every byte.

The standard encoder can neither choose the format of a number nor mix escaped and raw characters in one document.
Python values map to JSON as usual: a missing key is absent, `None` is null; `Literal` is written unchanged.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import re
from typing import Any


@dataclasses.dataclass(frozen=True)
class Literal:
    """Text that is written unchanged, such as a number in an unusual format."""

    text: str


class Style(enum.Enum):
    """The format of a document; values are the same. `ESCAPED` escapes the solidus and all but printable ASCII."""

    COMPACT = "compact"
    SPACED = "spaced"
    ESCAPED = "escaped"


def write(value: Any, style: Style = Style.COMPACT) -> str:
    """Returns the JSON text of `value`. Lone surrogates are always escaped, so that the text is valid UTF-8."""
    colon, comma = (" : ", " ,\n ") if style is Style.SPACED else (":", ",")
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, (list, tuple)):
        return "[" + comma.join(write(item, style) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + comma.join(write(key, style) + colon + write(item, style) for key, item in value.items()) + "}"
    text = json.dumps(value, ensure_ascii=False)
    if style is Style.ESCAPED:
        return re.sub(r"[^\0-~]", lambda match: escaped(match[0]), text).replace("/", "\\/")
    return re.sub(r"[\ud800-\udfff]", lambda match: escaped(match[0]), text)


def escaped(text: str) -> str:
    """Returns a text with an escape for each of its UTF-16 units."""
    return re.sub("....", r"\\u\g<0>", text.encode("utf-16-be", "surrogatepass").hex().upper())
