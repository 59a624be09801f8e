# SPDX-License-Identifier: Apache-2.0
"""Parses the headings, fenced blocks, links and code spans of Markdown documents."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^\s`]*)\s*$")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
CODE_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^()\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s+<?(\S+?)>?\s*$", re.MULTILINE)
AUTOLINK = re.compile(r"<(https?://[^>\s]+)>")
UNWANTED_IN_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass
class Block:
    """A fenced block: language, text, and the line of its first text line."""

    language: str
    text: str
    line: int


@dataclass
class Link:
    """The target of a link or image, and its line."""

    target: str
    is_image: bool
    line: int


@dataclass
class Document:
    """A parsed document."""

    path: Path
    headings: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    #: The text with fenced blocks replaced by empty lines.
    prose: str = ""
    anchors: set[str] = field(default_factory=set)


def read(path: Path) -> Document:
    """Reads the document at `path`."""
    document = Document(path)
    prose: list[str] = []
    fence: str | None = None
    block: list[str] = []
    begin = 0
    language = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = FENCE.match(line)
        if fence is not None:
            if match and match[2].startswith(fence) and not match[3]:
                document.blocks.append(Block(language, "\n".join(block), begin))
                fence = None
            else:
                block.append(line)
            prose.append("")
        elif match:
            fence, language, block, begin = match[2], match[3], [], number + 1
            prose.append("")
        else:
            prose.append(line)
    if fence is not None:
        raise ValueError(f"{path}:{begin - 1}: unclosed fence")
    document.prose = "\n".join(prose)
    _read_headings(document, prose)
    _read_links(document)
    return document


def _read_headings(document: Document, prose: list[str]) -> None:
    seen: Counter[str] = Counter()
    for line in prose:
        if match := HEADING.match(line):
            document.headings.append((len(match[1]), match[2]))
            anchor = anchor_of(match[2])
            count = seen[anchor]
            seen[anchor] += 1
            document.anchors.add(f"{anchor}-{count}" if count else anchor)


def anchor_of(heading: str) -> str:
    """Returns the anchor of a heading, as code hosts generate it."""
    text = LINK.sub(lambda match: match[2], heading)
    return UNWANTED_IN_ANCHOR.sub("", text.strip().lower()).replace(" ", "-")


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _read_links(document: Document) -> None:
    # Ignore links in code spans. A link's text may be a code span, so blank only the span.
    text = CODE_SPAN.sub(_blank, document.prose)
    for match in LINK.finditer(text):
        document.links.append(Link(match[3], bool(match[1]), _line(text, match.start())))
    for pattern in (REFERENCE, AUTOLINK):
        for match in pattern.finditer(text):
            document.links.append(Link(match[1], False, _line(text, match.start())))


def code_spans(document: Document) -> Iterator[tuple[str, int]]:
    """Yields all code spans outside of fenced blocks, with their lines."""
    for match in CODE_SPAN.finditer(document.prose):
        yield match[2], _line(document.prose, match.start())


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
