# SPDX-License-Identifier: Apache-2.0
"""Copies documents, rules and dashboards into a package, whose folders differ from those of this repository.

A link to another copied file leads to its new place. A link to anything else becomes its text.
"""

from __future__ import annotations

import argparse
import os
import posixpath
import re
from pathlib import Path

from toolbox.shared.processes import NAME, ROOT

FENCE = re.compile(r"^ *```")
# With brackets in the text, such as `code[]`, and with the picture of a link.
LINK = re.compile(r"(!?)\[((?:[^\[\]]|!?\[[^\[\]]*\](?:\([^()]*\))?)*)\]\(([^()\s]+)\)")
# Pictures in HTML: an image, or one for each color scheme.
PICTURE = re.compile(r"<picture>.*?</picture>|<img\b[^>]*>", re.DOTALL)
ADDRESS = re.compile(r'\b(src|srcset)="([^"]*)"')
# Prometheus with the rules needs neither; see dashboards/README.md for the Operator.
TESTS = "dashboards/prometheus/tests/"


def files(folder: str, *patterns: str) -> list[str]:
    """Returns the paths of files in a folder, relative to the repository."""
    found = (path for pattern in patterns for path in (ROOT / folder).glob(pattern) if path.is_file())
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def shared(to: str) -> dict[str, str]:
    """Returns the new paths of rules, example configurations, dashboards, consoles and runbooks."""
    paths = files("dashboards", "**/*")
    return {path: to + path.removeprefix("dashboards") for path in paths if not path.startswith(TESTS)}


def debian() -> dict[str, str]:
    """Returns the paths in the Debian package, by path in the repository."""
    documents = f"usr/share/doc/{NAME}"
    renamed = {
        "packaging/debian/README.md": f"{documents}/README.Debian",
        "CHANGELOG.md": f"{documents}/changelog.gz",
        "LICENSE": f"{documents}/copyright",
        "packaging/licenses.md": f"{documents}/copyright",
    }
    flat = {path: f"{documents}/{Path(path).name}" for path in files("docs", "*.md", "*.json")}
    return flat | shared(f"usr/share/{NAME}") | renamed


def tarball() -> dict[str, str]:
    """Returns the paths in the tarball, by path in the repository."""
    same = ["README.md", "README.zh.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "packaging/licenses.md"]
    # Its units are also in the tarball.
    same.append("packaging/debian/README.md")
    renamed = {"packaging/tarball/INSTALL.md": "INSTALL.md"}
    return {path: path for path in same + files("docs", "**/*")} | shared("dashboards") | renamed


def moved(target: str, source: str, places: dict[str, str]) -> str | None:
    """Returns a link's target in the copy of `source`, or nothing if it is not copied."""
    if target.startswith("#") or re.match(r"[a-z]+:", target):
        return target
    path, mark, anchor = target.partition("#")
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    place = places.get(wanted)
    if place is None:
        inside = next((old for old in places if old.startswith(wanted + "/")), None)
        if inside is None or not places[inside].endswith(inside.removeprefix(wanted)):
            return None
        place = places[inside].removesuffix(inside.removeprefix(wanted))
    return posixpath.relpath(place, posixpath.dirname(places[source]) or ".") + mark + anchor


def with_links(text: str, source: str, places: dict[str, str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        picture, words, target = match.groups()
        words = LINK.sub(replaced, words)
        place = moved(target, source, places)
        return words if place is None else f"{picture}[{words}]({place})"

    def with_pictures(match: re.Match[str]) -> str:
        html = match[0]
        found = {target: moved(target, source, places) for _, target in ADDRESS.findall(html)}
        if None in found.values():
            return "".join(re.findall(r'\balt="([^"]*)"', html)[:1])
        return ADDRESS.sub(lambda address: f'{address[1]}="{found[address[2]]}"', html)

    lines, in_fence = [], False
    for line in PICTURE.sub(with_pictures, text).splitlines(keepends=True):
        in_fence ^= FENCE.match(line) is not None
        lines.append(line if in_fence else LINK.sub(replaced, line))
    return "".join(lines)


def copy(places: dict[str, str], folder: Path, written_elsewhere: tuple[str, ...] = ()) -> None:
    for source, place in places.items():
        if place.endswith(written_elsewhere):
            continue
        data = (ROOT / source).read_bytes()
        if source.endswith(".md"):
            data = with_links(data.decode(), source, places).encode()
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.chmod(target, 0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description="Copies documents, rules and dashboards into the Debian package.")
    parser.add_argument("folder", type=Path)
    # scripts/build-deb writes these two.
    copy(debian(), parser.parse_args().folder, ("/changelog.gz", "/copyright"))


if __name__ == "__main__":
    main()
