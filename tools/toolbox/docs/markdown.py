# SPDX-License-Identifier: Apache-2.0
"""The headings, fenced blocks, links and code spans of a Markdown document."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")
# Pictures in HTML, such as those with a light and a dark version.
HTML_PICTURE = re.compile(r'<(?:img|source)\b[^>]*\s(?:src|srcset)="([^"]*)"')


def anchor(heading: str) -> str:
    """Returns the anchor of a heading, as code hosts generate it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


class Block(NamedTuple):
    """A fenced block: language, text, and the line of its first text line."""

    language: str
    text: str
    line: int


class Link(NamedTuple):
    """The target of a link or image, and its line."""

    target: str
    is_image: bool
    line: int


class Document:
    """A parsed document."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.levels: list[int] = []
        self.anchors: Counter[str] = Counter()
        self.blocks: list[Block] = []
        self.links: list[Link] = []
        self.spans: list[tuple[str, int]] = []
        in_heading = False
        for token in PARSER.parse(path.read_text("utf-8")):
            first, end = token.map or (0, 0)
            if token.type == "heading_open":
                self.levels.append(int(token.tag[1:]))
            elif token.type == "inline":
                self._read_inline(token.children or (), first + 1)
                if in_heading:
                    self._add_anchor(token.children or ())
            elif token.type == "fence":
                if end - first != token.content.count("\n") + 2:
                    raise ValueError(f"{path}:{first + 1}: unclosed fence")
                self.blocks.append(Block(token.info.strip(), token.content.removesuffix("\n"), first + 2))
            elif token.type == "html_block":
                self.links += [Link(target, True, first + 1) for target in HTML_PICTURE.findall(token.content)]
            in_heading = token.type == "heading_open"

    def _read_inline(self, tokens: Sequence[Token], line: int) -> None:
        for token in tokens:
            if token.type == "softbreak":
                line += 1
            elif token.type == "code_inline":
                self.spans.append((token.content, line))
            elif token.type in ("link_open", "image"):
                self.links.append(Link(str(token.attrs.get("href") or token.attrs["src"]), token.type == "image", line))
                self._read_inline(token.children or (), line)

    def _add_anchor(self, tokens: Sequence[Token]) -> None:
        """Adds the anchor of a heading."""
        name = anchor("".join(token.content for token in tokens if token.type in ("text", "code_inline")))
        count = self.anchors[name]
        self.anchors[name] += 1
        if count:
            self.anchors[f"{name}-{count}"] = 1
