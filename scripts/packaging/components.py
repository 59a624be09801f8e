# SPDX-License-Identifier: Apache-2.0
"""The components and libraries of the program: packaging/licenses.toml, compared with program, build and machine."""

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
    """A difference from packaging/licenses.toml."""


@dataclass(frozen=True)
class Component:
    name: str
    license: str
    source: str
    version: str | None = None
    copyright: str | None = None
    #: The component whose sources contain this one.
    within: str | None = None
    #: Whether its version is a tag at its source. False for parts of Swift.
    is_tagged: bool = False


@dataclass(frozen=True)
class Library:
    package: str
    license: str
    version: str
    architecture: str
    #: Whether the program itself needs it, not only one of its libraries.
    direct: bool


def table():
    return tomllib.loads((ROOT / "packaging/licenses.toml").read_text())


def contains_word(binary, sign):
    """Whether `sign` is a whole word in the program's strings, as names of modules and exported functions are."""
    word, printable = sign.encode(), range(0x20, 0x7F)
    start = binary.find(word)
    while start >= 0:
        around = binary[max(start - 1, 0) : start], binary[start + len(word) : start + len(word) + 1]
        if not any(byte and byte[0] in printable for byte in around):
            return True
        start = binary.find(word, start + 1)
    return False


def pins(resolved):
    """Returns versions and addresses of all packages that the build resolved, by name."""
    if not resolved.exists():
        raise Mismatch(f"{resolved} is missing; build the program first")
    found = {}
    for pin in json.loads(resolved.read_text())["pins"]:
        source = pin["location"].removesuffix(".git")
        state = pin["state"]
        found[pin["identity"]] = (state.get("version") or state["revision"], source)
    return found


def check_license_text(entry, checkouts):
    """Checks that the license text of a package is unchanged since it was listed."""
    text = checkouts / entry["name"] / "LICENSE.txt"
    if not text.exists():
        if os.environ.get("CI"):
            raise Mismatch(f"{text} is missing; the program was not built in this clone")
        print(f"skipped: the license text of {entry['name']}, whose sources are missing", file=sys.stderr)
    elif hashlib.sha256(text.read_bytes()).hexdigest() != entry["license_sha256"]:
        raise Mismatch(f"{entry['name']}: LICENSE.txt differs from packaging/licenses.toml; review it")


def linked(program, swift_version, resolved=ROOT / "Package.resolved", checkouts=ROOT / ".build/checkouts"):
    """Returns the components that are linked into the program."""
    known = table()
    versions = pins(resolved)
    binary = program.read_bytes()
    listed = {entry["name"] for entry in known["package"] + known["unlinked"]}
    if unknown := sorted(versions.keys() - listed):
        raise Mismatch(f"not in packaging/licenses.toml: {', '.join(unknown)}")
    for entry in known["unlinked"]:
        if contains_word(binary, entry["sign"]):
            raise Mismatch(f"{entry['name']} is linked, but listed as unlinked in packaging/licenses.toml")
    components = []
    for kind in ("package", "part", "runtime"):
        for entry in known[kind]:
            if not contains_word(binary, entry["sign"]):
                raise Mismatch(f"{entry['name']} is not linked, but listed in packaging/licenses.toml")
            version = source = None
            if kind == "package":
                if entry["name"] not in versions:
                    raise Mismatch(f"{entry['name']} is listed, but was not resolved by the build")
                version, source = versions[entry["name"]]
                check_license_text(entry, checkouts)
            elif kind == "runtime":
                version = swift_version
            component = Component(
                name=entry["name"],
                license=entry["license"],
                source=source or entry["source"],
                version=version,
                copyright=entry["copyright"],
                within=entry.get("within"),
                is_tagged=kind == "package",
            )
            components.append(component)
    return components


def owner(path):
    """Returns the Debian package of a library. dpkg may know its path with or without /usr."""
    real = os.path.realpath(path)
    for name in (real, real.removeprefix("/usr"), "/usr" + real):
        found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise Mismatch(f"no Debian package owns {path}")


def loaded(program):
    """Returns the libraries that the program loads on this machine."""
    output = subprocess.run(["objdump", "-p", program], check=True, capture_output=True, text=True).stdout
    needed = set(re.findall(r"^\s*NEEDED\s+(\S+)", output, re.MULTILINE))
    output = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    if missing := re.findall(r"(\S+) => not found", output):
        raise Mismatch(f"missing libraries: {', '.join(missing)}")
    licenses = table()["libraries"]
    direct = {}
    for path in re.findall(r"(/\S+\.so\S*)", output):
        package = owner(path)
        if package not in licenses:
            raise Mismatch(f"{package} is loaded, but has no license in packaging/licenses.toml")
        direct[package] = direct.get(package, False) or pathlib.Path(path).name in needed
    libraries = []
    for package in sorted(direct):
        show = ["dpkg-query", "--show", "--showformat=${Version} ${Architecture}\n", package]
        shown = subprocess.run(show, check=True, capture_output=True, text=True).stdout
        version, architecture = shown.splitlines()[0].split()
        libraries.append(Library(package, licenses[package], version, architecture, direct[package]))
    return libraries
