# SPDX-License-Identifier: Apache-2.0
"""Writes packaging/licenses.md and packaging/debian/copyright from packaging/licenses.toml."""

import pathlib
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

Packages of Debian 12. The Debian package depends on them, or on those of Debian 13 that replace them;
the image contains them with their licenses.

| package | license of the library |
| --- | --- |
{libraries}
"""


def short(license: str) -> str:
    """Returns the license's name in Debian's machine-readable format."""
    return {"MIT": "Expat"}.get(license, license.replace(" WITH ", " with "))


def debian_copyright(table: dict[str, Any]) -> str:
    blocks = [COPYRIGHT]
    entries = table["package"] + table["vendored"] + table["part"] + table["runtime"]
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
        for kind, within in (("package", ""), ("vendored", ""), ("part", ""), ("runtime", "Swift's runtime"))
        for entry in table[kind]
    ]
    return MARKDOWN.format(
        components="\n".join(rows),
        unlinked=", ".join(sorted(entry["name"] for entry in table["unlinked"])),
        libraries="\n".join(f"| {package} | {license} |" for package, license in sorted(table["libraries"].items())),
    )


def current() -> dict[pathlib.Path, str]:
    """Returns what the files should contain."""
    table = components.table()
    folder = ROOT / "packaging"
    return {folder / "licenses.md": markdown(table), folder / "debian/copyright": debian_copyright(table)}


def main() -> None:
    for path, text in current().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
