# SPDX-License-Identifier: Apache-2.0
"""Writes packaging/licenses.md and packaging/debian/copyright from packaging/licenses.toml, or checks them."""

import argparse
import sys

import components

SWIFT_EXCEPTION = """\
As an exception, if you use this Software to compile your source code and
portions of this Software are embedded into the binary product as a result,
you may redistribute such product without providing attribution as would
otherwise be required by Sections 4(a), 4(b) and 4(d) of the License."""

APACHE = "On Debian systems, the text of the Apache License, Version 2.0, is in\n/usr/share/common-licenses/Apache-2.0."

MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE."""

TEXTS = {
    "Apache-2.0": APACHE,
    "Apache-2.0 WITH Swift-exception": f"{APACHE}\n\n{SWIFT_EXCEPTION}",
    "MIT": MIT,
}


def entries(table):
    return table["package"] + table["part"] + table["runtime"]


def short(license):
    """Returns the license's name in Debian's machine-readable format."""
    return {"MIT": "Expat"}.get(license, license.replace(" WITH ", " with "))


def indented(text):
    return "\n".join(" " + (line or ".") for line in text.splitlines())


def debian_copyright(table):
    blocks = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: dataarts-fabric-exporter\n"
        "Comment: Written by scripts/generate-licenses. The program contains the components below. It is one file,\n"
        " so each component is named by the folder of its sources in the build.",
        "Files: *\nCopyright: the dataarts-fabric-exporter authors\nLicense: Apache-2.0",
    ]
    for entry in entries(table):
        folder = f"{entry['within']}/{entry['name']}" if "within" in entry else entry["name"]
        holders = entry["copyright"].replace("; ", "\n           ")
        blocks.append(f"Files: {folder}/*\nCopyright: {holders}\nLicense: {short(entry['license'])}")
    used = {"Apache-2.0"} | {entry["license"] for entry in entries(table)}
    blocks += [f"License: {short(license)}\n{indented(TEXTS[license])}" for license in sorted(used)]
    return "\n\n".join(blocks) + "\n"


def markdown(table):
    lines = [
        "<!-- Written by scripts/generate-licenses from packaging/licenses.toml. -->",
        "",
        "# Licenses",
        "",
        "The program is under the [Apache License 2.0](../LICENSE). `scripts/generate-sbom` adds versions to",
        "this list, and fails if the program contains or loads anything else.",
        "",
        "## In the program",
        "",
        "| component | part of | license | copyright |",
        "| --- | --- | --- | --- |",
    ]
    for kind, within in (("package", ""), ("part", None), ("runtime", "Swift's runtime")):
        for entry in table[kind]:
            where = entry["within"] if within is None else within
            lines.append(f"| {entry['name']} | {where} | {entry['license']} | {entry['copyright']} |")
    unlinked = sorted(entry["name"] for entry in table["unlinked"])
    lines += [
        "",
        "Resolved by the build and not linked: " + ", ".join(unlinked) + ".",
        "",
        "## Loaded from Debian",
        "",
        "Packages of Debian 12. The Debian package depends on them; the image contains them with their licenses.",
        "",
        "| package | license of the library |",
        "| --- | --- |",
    ]
    lines += [f"| {package} | {license} |" for package, license in sorted(table["libraries"].items())]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check = parser.parse_args().check
    table = components.table()
    stale = []
    for path, write in (("packaging/licenses.md", markdown), ("packaging/debian/copyright", debian_copyright)):
        file, text = components.ROOT / path, write(table)
        if not check:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(path)
    if stale:
        sys.exit(f"generate-licenses: not current: {', '.join(stale)}; run scripts/generate-licenses")
    print("generate-licenses: " + ("current" if check else "written"))


if __name__ == "__main__":
    main()
