# SPDX-License-Identifier: Apache-2.0
"""Checks that links have targets and that the READMEs of both languages have the same structure."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown import Document
from report import Exceptions, Report

COMMENT = re.compile(r"(^|\s+)#.*$", re.MULTILINE)


def check(documents: dict[Path, Document], exceptions: Exceptions, report: Report) -> None:
    """Checks the links of all documents. Links to other hosts are only compared with the list of hosts."""
    for path, document in documents.items():
        for link in document.links:
            report.count("links")
            if re.match(r"[a-z][a-z0-9+.-]*:", link.target, re.IGNORECASE):
                _check_address(path, link.line, link.target, exceptions, report)
                continue
            target, _, anchor = link.target.partition("#")
            place = (path.parent / unquote(target)).resolve() if target else path
            if not place.is_relative_to(report.root) or not place.exists():
                report.problem(path, link.line, f"no file {link.target}")
            elif link.is_image and not _is_picture(place):
                report.problem(path, link.line, f"{link.target} is not a picture")
            elif anchor and (place not in documents or unquote(anchor) not in documents[place].anchors):
                report.problem(path, link.line, f"no heading for #{anchor} in {target or path.name}")


def _check_address(path: Path, line: int, target: str, exceptions: Exceptions, report: Report) -> None:
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or not re.fullmatch(r"[a-z0-9.-]+", host) or port == 0:
        report.problem(path, line, f"invalid address {target}")
    elif not exceptions.excuses("hosts", host):
        report.problem(path, line, f"{host} is not in the list of hosts")


def _is_picture(path: Path) -> bool:
    start = path.read_bytes()[:256] if path.is_file() else b""
    return start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or b"<svg" in start


def check_twins(one: Document, other: Document, report: Report) -> None:
    """Checks that the READMEs of both languages have the same headings, code, links and pictures."""

    def compare(what: str, left: list[object], right: list[object]) -> None:
        report.count("comparisons of the READMEs")
        if left == right:
            return
        place = next((i for i, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
        if place is None:
            detail = f"{len(left)} against {len(right)}"
        else:
            detail = f"item {place + 1} is {left[place]!r} there, {right[place]!r} here"
        report.problem(other.path, 1, f"{what} differ from {one.path.name}: {detail}")

    compare("levels of headings", [level for level, _ in one.headings], [level for level, _ in other.headings])
    compare("code blocks", *([(b.language, COMMENT.sub("", b.text)) for b in d.blocks] for d in (one, other)))
    twins = {one.path.name, other.path.name}
    compare("links", *([link.target for link in d.links if link.target not in twins] for d in (one, other)))
    for left, right in ((one, other), (other, one)):
        if not any(link.target == right.path.name for link in left.links[:1]):
            report.problem(left.path, 1, f"the first link must be {right.path.name}")
