# SPDX-License-Identifier: Apache-2.0
"""The components and libraries of the program: packaging/licenses.toml, compared with program, build and machine."""

import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import sys
import tomllib
from dataclasses import dataclass
from typing import Any

from toolbox.shared.processes import ROOT, attempt, run


class Mismatch(Exception):
    """A difference from packaging/licenses.toml."""


@dataclass(frozen=True)
class Library:
    package: str
    license: str
    version: str
    architecture: str
    # Whether the program itself needs it, not only one of its libraries.
    direct: bool


def table() -> dict[str, Any]:
    return tomllib.loads((ROOT / "packaging/licenses.toml").read_text())


def contains_word(binary: bytes, sign: str) -> bool:
    """Whether `sign` is a whole word in the program's strings, as names of modules and exported functions are."""
    word = re.escape(sign.encode())
    # Looks behind after the word, because a pattern that begins with a literal is found faster.
    return re.search(rb"%b(?<![ -~]%b)(?![ -~])" % (word, word), binary) is not None


def pins(resolved: pathlib.Path) -> dict[str, tuple[str, str]]:
    """Returns versions and addresses of all packages that the build resolved, by name."""
    if not resolved.exists():
        raise Mismatch(f"{resolved} is missing; build the program first")
    found = {}
    for pin in json.loads(resolved.read_text())["pins"]:
        state = pin["state"]
        found[pin["identity"]] = (state.get("version") or state["revision"], pin["location"].removesuffix(".git"))
    return found


def check_license_text(entry: dict[str, Any], checkouts: pathlib.Path) -> None:
    """Checks that the license text of a package is unchanged since it was listed."""
    text = checkouts / entry["name"] / "LICENSE.txt"
    if not text.exists():
        if os.environ.get("CI"):
            raise Mismatch(f"{text} is missing; the program was not built in this clone")
        print(f"skipped: the license text of {entry['name']}, whose sources are missing", file=sys.stderr)
    elif hashlib.sha256(text.read_bytes()).hexdigest() != entry["license_sha256"]:
        raise Mismatch(f"{entry['name']}: LICENSE.txt differs from packaging/licenses.toml; review it")


def check_vendored_files(entry: dict[str, Any]) -> None:
    """Checks that vendored sources and their license are those of the listed version."""
    for name, digest in entry["sha256"].items():
        if hashlib.sha256((ROOT / entry["folder"] / name).read_bytes()).hexdigest() != digest:
            raise Mismatch(
                f"{entry['name']}: {name} differs from packaging/licenses.toml; vendored files stay unchanged"
            )


def copy_license_texts(folder: pathlib.Path) -> None:
    """Copies the licenses of fetched Swift packages, of Swift and of vendored sources, and the list of all."""
    texts = [path for path in ROOT.glob(".build/checkouts/*/*") if re.match(r"(LICEN[CS]E|NOTICE)", path.name)]
    if not texts:
        if os.environ.get("CI"):
            raise Mismatch("no .build/checkouts; the licenses of Swift packages are missing")
        print("skipped: no .build/checkouts; the licenses of Swift packages are missing", file=sys.stderr)
    if swift := shutil.which("swift"):
        texts.append(pathlib.Path(swift).resolve().parent.parent / "share/swift/LICENSE.txt")
    texts += [ROOT / entry["folder"] / "LICENSE" for entry in table()["vendored"]]
    for path in filter(pathlib.Path.is_file, texts):
        target = folder / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    # Has the texts of licenses of parts, too.
    shutil.copyfile(ROOT / "packaging/debian/copyright", folder / "copyright")


def linked(
    program: pathlib.Path,
    swift_version: str,
    resolved: pathlib.Path = ROOT / "Package.resolved",
    checkouts: pathlib.Path = ROOT / ".build/checkouts",
) -> list[dict[str, Any]]:
    """Returns the entries of the components that are linked into the program, with `version` and `source`."""
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
    for kind in ("package", "vendored", "part", "runtime"):
        for entry in known[kind]:
            if not contains_word(binary, entry["sign"]):
                raise Mismatch(f"{entry['name']} is not linked, but listed in packaging/licenses.toml")
            if kind == "package":
                if entry["name"] not in versions:
                    raise Mismatch(f"{entry['name']} is listed, but was not resolved by the build")
                entry["version"], entry["source"] = versions[entry["name"]]
                check_license_text(entry, checkouts)
            elif kind == "vendored":
                check_vendored_files(entry)
            elif kind == "runtime":
                entry["version"] = swift_version
            components.append(entry)
    return components


def library_paths(program: pathlib.Path) -> list[str]:
    """Returns the paths of all libraries that the program loads, including transitive ones and the loader."""
    output = run("ldd", program)
    if missing := re.findall(r"(\S+) => not found", output):
        raise Mismatch(f"missing libraries: {', '.join(missing)}")
    # `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)`, and the loader: `/lib64/ld-linux-x86-64.so.2 (0x…)`.
    return sorted(set(re.findall(r"(/\S+) \(0x[0-9a-f]+\)$", output, re.MULTILINE)))


def owners(paths: list[str]) -> dict[str, str]:
    """Returns the Debian packages of files by path."""
    # dpkg knows a file by its path in the package, which may begin with /lib or /usr/lib on a merged-/usr system.
    spellings = {spelling: path for path in paths for spelling in (path, f"/usr{path}")}
    # It fails if a path is unknown, but still prints the known ones.
    output = attempt("dpkg-query", "--search", *spellings)[1]
    shown = re.findall(r"^([^:, ]+)[^ ]*: (/.*)$", output, re.MULTILINE)
    found = {spellings[spelling]: package for package, spelling in shown}
    if unowned := sorted(set(paths) - found.keys()):
        raise Mismatch(f"no Debian package owns {', '.join(unowned)}")
    return found


def status(package: str) -> str:
    """Returns the entry of an installed Debian package in dpkg's database."""
    native = run("dpkg", "--print-architecture").strip()
    # A package may be installed for several architectures.
    for entry in run("dpkg-query", "--status", package).split("\n\n"):
        if re.search(rf"^Architecture: (all|{native})$", entry, re.MULTILINE):
            return entry.rstrip("\n") + "\n"
    raise Mismatch(f"{package} is not installed for {native}")


def distribution() -> str:
    """Returns the distribution and its version as package URLs name them, such as `debian-12`."""
    release = platform.freedesktop_os_release()
    return f"{release['ID']}-{release['VERSION_ID']}"


def loaded(program: pathlib.Path) -> list[Library]:
    """Returns the libraries that the program loads on this machine, by package."""
    needed = set(re.findall(r"^\s*NEEDED\s+(\S+)", run("objdump", "-p", program), re.MULTILINE))
    packages = owners(library_paths(program))
    direct = {package for path, package in packages.items() if pathlib.Path(path).name in needed}
    licenses = table()["libraries"]
    if unknown := sorted(set(packages.values()) - licenses.keys()):
        raise Mismatch(f"loaded, but without a license in packaging/licenses.toml: {', '.join(unknown)}")
    libraries = []
    for package in sorted(set(packages.values())):
        shown = run("dpkg-query", "--show", "--showformat=${Version} ${Architecture}\n", package)
        version, architecture = shown.splitlines()[0].split()
        libraries.append(Library(package, licenses[package], version, architecture, package in direct))
    return libraries
