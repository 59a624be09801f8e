# SPDX-License-Identifier: Apache-2.0
"""Links have targets, Swift is compiled, and documents of both languages have the same structure."""

import itertools
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from toolbox.docs.markdown import Document, Link
from toolbox.docs.project import Project

COMMENT = re.compile(r"(^|\s+)#.*$", re.MULTILINE)
# Folders whose Chinese documents are whole translations.
TRANSLATED = (".", "docs")
# The Swift blocks of the document are excerpts of the source.
EXCERPTS, SOURCE = "docs/adding-a-listing.md", "Tests/PollingTests/ToyListing.swift"


def hosts(project: Project) -> set[str]:
    """Returns the hosts of all links."""
    links = [link for document in project.documents.values() for link in document.links]
    return {urlsplit(link.target).hostname or "" for link in links}


def broken_links(project: Project) -> Iterator[str]:
    for document in project.documents.values():
        for link in document.links:
            if text := complaint(project, document, link):
                yield project.problem(document, link.line, text)


def complaint(project: Project, document: Document, link: Link) -> str | None:
    address = urlsplit(link.target)
    if address.scheme:
        # No request is sent.
        if address.scheme not in ("http", "https") or not address.hostname or address.port == 0:
            return f"invalid address {link.target}"
        is_known = project.exception("hosts", address.hostname)
        return None if is_known else f"{address.hostname} is not in the list of hosts"
    target, _, anchor = map(unquote, link.target.partition("#"))
    place = (document.path.parent / target).resolve() if target else document.path
    if not place.is_relative_to(project.root) or not place.exists():
        return f"no file {link.target}"
    if link.is_image and not is_picture(place):
        return f"{link.target} is not a picture"
    if anchor and (place not in project.documents or anchor not in project.documents[place].anchors):
        return f"no heading for #{anchor} in {target or place.name}"
    return None


def is_picture(path: Path) -> bool:
    start = path.read_bytes()[:256] if path.is_file() else b""
    return start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or b"<svg" in start


def differences_of_languages(project: Project) -> Iterator[str]:
    """Translations have the headings, code, links and pictures of the original. Both begin with a link to the other."""
    folders = [project.root / name for name in TRANSLATED]
    for path in [path for path in project.documents if path.parent in folders and path.name.endswith(".zh.md")]:
        one, other = project.documents[path.with_name(path.name.replace(".zh.md", ".md"))], project.documents[path]
        name, there = one.path.relative_to(project.root), outline(other)
        for what, here in outline(one).items():
            for left, right in itertools.zip_longest(here, there[what]):
                if left != right:
                    yield f"{what} of {name} and its translation differ: {left!r} against {right!r}"
                    break
        for document, twin in ((one, other.path.name), (other, one.path.name)):
            if [link.target for link in document.links[:1]] != [twin]:
                yield project.problem(document, 1, f"the first link must be {twin}")


def outline(document: Document) -> dict[str, list[object]]:
    """Links to a document count as equal for both languages; anchors are ignored, because headings are translated."""
    return {
        "levels of headings": [*document.levels],
        "code blocks": [(block.language, COMMENT.sub("", block.text)) for block in document.blocks],
        "links": [
            link.target.partition("#")[0].replace(".zh.md", ".md").replace("-zh-", "-") for link in document.links
        ],
    }


def changed_excerpts(project: Project) -> Iterator[str]:
    """Each Swift block is a contiguous part of its file; indentation may differ."""
    document = project.documents[project.root / EXCERPTS]
    blocks = [block for block in document.blocks if block.language == "swift"]
    lines = (project.root / SOURCE).read_text("utf-8").splitlines()
    if not blocks:
        yield f"{EXCERPTS}: no excerpt of {SOURCE}"
    for block in blocks:
        count = block.text.count("\n") + 1
        parts = ("\n".join(lines[start : start + count]) for start in range(len(lines) - count + 1))
        if textwrap.dedent(block.text) not in map(textwrap.dedent, parts):
            yield project.problem(document, block.line, f"not a contiguous part of {SOURCE}")
