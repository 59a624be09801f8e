# SPDX-License-Identifier: Apache-2.0
"""What the program consists of and loads: packaging/licences.toml, held against program, build and machine."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Mismatch(Exception):
    """Something that packaging/licences.toml does not know, or that is otherwise than it says."""


@dataclass(frozen=True)
class Component:
    name: str
    licence: str
    source: str
    version: str | None = None
    copyright: str | None = None
    #: The component whose sources hold this one.
    within: str | None = None
    #: Whether its version is a tag at its source, which those of Swift's own parts are not.
    is_tagged: bool = False


@dataclass(frozen=True)
class Library:
    package: str
    licence: str
    version: str
    architecture: str
    #: Whether the program itself asks for it, and not only a library that it loads.
    direct: bool


def table():
    return tomllib.loads((ROOT / "packaging/licences.toml").read_text())


def stands_in(binary, sign):
    """Whether `sign` is a whole word of the program's strings: names of modules and exported functions are."""
    word, printable = sign.encode(), range(0x20, 0x7F)
    start = binary.find(word)
    while start >= 0:
        around = binary[max(start - 1, 0) : start], binary[start + len(word) : start + len(word) + 1]
        if not any(byte and byte[0] in printable for byte in around):
            return True
        start = binary.find(word, start + 1)
    return False


def pins(resolved):
    """Versions and addresses of all packages that the build resolved, by name."""
    if not resolved.exists():
        raise Mismatch(f"{resolved} is missing: it is made by the build of the program")
    found = {}
    for pin in json.loads(resolved.read_text())["pins"]:
        source = pin["location"].removesuffix(".git")
        state = pin["state"]
        found[pin["identity"]] = (state.get("version") or state["revision"], source)
    return found


def check_licence_text(entry, checkouts):
    """Whether the licence of a package is still the one that was read when it was listed."""
    text = checkouts / entry["name"] / "LICENSE.txt"
    if not text.exists():
        if os.environ.get("CI"):
            raise Mismatch(f"{text} is missing: the program was not built here")
        print(f"skipped: the licence's text of {entry['name']}, whose sources are not here", file=sys.stderr)
    elif hashlib.sha256(text.read_bytes()).hexdigest() != entry["licence_sha256"]:
        raise Mismatch(f"{entry['name']}: LICENSE.txt is another than packaging/licences.toml knows; read it")


def linked(program, swift_version, resolved=ROOT / "Package.resolved", checkouts=ROOT / ".build/checkouts"):
    """The components whose code is inside the program."""
    known = table()
    versions = pins(resolved)
    binary = program.read_bytes()
    listed = {entry["name"] for entry in known["package"] + known["unlinked"]}
    if unknown := sorted(versions.keys() - listed):
        raise Mismatch(f"not in packaging/licences.toml: {', '.join(unknown)}")
    for entry in known["unlinked"]:
        if stands_in(binary, entry["sign"]):
            raise Mismatch(f"{entry['name']} is linked, though packaging/licences.toml says that it is not")
    components = []
    for kind in ("package", "part", "runtime"):
        for entry in known[kind]:
            if not stands_in(binary, entry["sign"]):
                raise Mismatch(f"{entry['name']} is not linked, though packaging/licences.toml says so")
            version = source = None
            if kind == "package":
                if entry["name"] not in versions:
                    raise Mismatch(f"{entry['name']} is listed, and the build did not resolve it")
                version, source = versions[entry["name"]]
                check_licence_text(entry, checkouts)
            elif kind == "runtime":
                version = swift_version
            component = Component(
                name=entry["name"],
                licence=entry["licence"],
                source=source or entry["source"],
                version=version,
                copyright=entry["copyright"],
                within=entry.get("within"),
                is_tagged=kind == "package",
            )
            components.append(component)
    return components


def owner(path):
    """The Debian package of a library's file. The file may be known by its name before or after /usr was merged."""
    real = os.path.realpath(path)
    for name in (real, real.removeprefix("/usr"), "/usr" + real):
        found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise Mismatch(f"{path} is in no Debian package")


def loaded(program):
    """The libraries that the loader loads for the program on this machine."""
    output = subprocess.run(["objdump", "-p", program], check=True, capture_output=True, text=True).stdout
    needed = set(re.findall(r"^\s*NEEDED\s+(\S+)", output, re.MULTILINE))
    output = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    if missing := re.findall(r"(\S+) => not found", output):
        raise Mismatch(f"cannot be loaded here: {', '.join(missing)}")
    licences = table()["libraries"]
    direct = {}
    for path in re.findall(r"(/\S+\.so\S*)", output):
        package = owner(path)
        if package not in licences:
            raise Mismatch(f"{package} is loaded, and packaging/licences.toml has no licence of it")
        direct[package] = direct.get(package, False) or pathlib.Path(path).name in needed
    libraries = []
    for package in sorted(direct):
        show = ["dpkg-query", "--show", "--showformat=${Version} ${Architecture}\n", package]
        shown = subprocess.run(show, check=True, capture_output=True, text=True).stdout
        version, architecture = shown.splitlines()[0].split()
        libraries.append(Library(package, licences[package], version, architecture, direct[package]))
    return libraries
