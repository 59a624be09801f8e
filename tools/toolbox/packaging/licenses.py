# SPDX-License-Identifier: Apache-2.0
"""Writes packaging/licenses.md and packaging/debian/copyright from packaging/licenses.toml, or checks them."""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Any

from toolbox.packaging import components
from toolbox.shared.processes import ROOT

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: dataarts-fabric-exporter
Comment: Written by scripts/generate-licenses. The program contains the components below. It is one file,
 so each component is named by the folder of its sources in the build.

Files: *
Copyright: the dataarts-fabric-exporter authors
License: Apache-2.0"""

MARKDOWN = """\
<!-- Written by scripts/generate-licenses from packaging/licenses.toml. -->

# Licenses

The program is under the [Apache License 2.0](../LICENSE). `scripts/generate-sbom` adds versions to
this list, and fails if the program contains or loads anything else.

## In the program

| component | part of | license | copyright |
| --- | --- | --- | --- |
{components}

Resolved by the build and not linked: {unlinked}.

## Loaded from Debian

Packages of Debian 12. The Debian package depends on them; the image contains them with their licenses.

| package | license of the library |
| --- | --- |
{libraries}
"""


def short(license: str) -> str:
    """Returns the license's name in Debian's machine-readable format."""
    return {"MIT": "Expat"}.get(license, license.replace(" WITH ", " with "))


def debian_copyright(table: dict[str, Any]) -> str:
    blocks = [COPYRIGHT]
    entries = table["package"] + table["part"] + table["runtime"]
    for entry in entries:
        folder = f"{entry['within']}/{entry['name']}" if "within" in entry else entry["name"]
        holders = entry["copyright"].replace("; ", "\n           ")
        blocks.append(f"Files: {folder}/*\nCopyright: {holders}\nLicense: {short(entry['license'])}")
    for license in sorted({"Apache-2.0"} | {entry["license"] for entry in entries}):
        text = "\n".join(" " + (line or ".") for line in table["texts"][license].splitlines())
        blocks.append(f"License: {short(license)}\n{text}")
    return "\n\n".join(blocks) + "\n"


def markdown(table: dict[str, Any]) -> str:
    rows = [
        f"| {entry['name']} | {entry.get('within', within)} | {entry['license']} | {entry['copyright']} |"
        for kind, within in (("package", ""), ("part", ""), ("runtime", "Swift's runtime"))
        for entry in table[kind]
    ]
    return MARKDOWN.format(
        components="\n".join(rows),
        unlinked=", ".join(sorted(entry["name"] for entry in table["unlinked"])),
        libraries="\n".join(f"| {package} | {license} |" for package, license in sorted(table["libraries"].items())),
    )


def current(root: pathlib.Path) -> dict[pathlib.Path, str]:
    """Returns what the files should contain."""
    table = components.table(root)
    return {
        root / "packaging/licenses.md": markdown(table),
        root / "packaging/debian/copyright": debian_copyright(table),
    }


def stale(root: pathlib.Path = ROOT) -> list[str]:
    """Returns the names of the files that are not current."""
    return [path.name for path, text in current(root).items() if not path.exists() or path.read_text() != text]


def main() -> None:
    parser = argparse.ArgumentParser(prog="generate-licenses", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check = parser.parse_args().check
    if not check:
        for path, text in current(ROOT).items():
            path.write_text(text)
    elif names := stale():
        sys.exit(f"generate-licenses: not current: {', '.join(names)}; run scripts/generate-licenses")
    print("generate-licenses: " + ("current" if check else "written"))


if __name__ == "__main__":
    main()
