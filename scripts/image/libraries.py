# SPDX-License-Identifier: Apache-2.0
"""The libraries that a program loads, and the Debian packages that they and their licences come from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

#: `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)`, and the loader: `/lib64/ld-linux-x86-64.so.2 (0x…)`.
LOADED = re.compile(r"^\s+(?:(?P<name>\S+) => )?(?P<path>/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
COMMON_LICENCE = re.compile(r"/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]")


def loaded_by(program: Path) -> list[str]:
    """Where the loader finds every library of `program`, and those that these load, itself included."""
    said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    if "not found" in said:
        raise SystemExit(f"build-image: a library of {program} is missing:\n{said}")
    paths = sorted({match["path"] for match in LOADED.finditer(said)})
    if not paths:
        raise SystemExit(f"build-image: {program} loads no library: is it a program for this machine?\n{said}")
    return paths


def packages_of(paths: list[str]) -> set[str]:
    """The names of the installed packages that `paths` belong to."""
    # dpkg knows a file by the path in the package, which may begin with /lib or /usr/lib where these are one folder.
    spellings = {
        path: {path, f"/usr{path}", real := str(Path(path).resolve()), real.removeprefix("/usr")} for path in paths
    }
    wanted = sorted(set().union(*spellings.values()))
    # It fails where it does not know a spelling; what it knows it prints all the same.
    said = subprocess.run(["dpkg-query", "--search", *wanted], capture_output=True, text=True, check=False).stdout
    owners = {path: package for package, path in re.findall(r"^([^:, ]+)[^ ]*: (/.*)$", said, re.MULTILINE)}
    homeless = [path for path, names in spellings.items() if not names & owners.keys()]
    if homeless:
        raise SystemExit(f"build-image: no Debian package has {', '.join(homeless)}, so the licence is not known")
    return set(owners.values())


def licences(packages: set[str]) -> dict[str, bytes]:
    """The licences of `packages` by their paths, with the common ones that they refer to."""
    texts = {}
    for package in packages:
        path = f"/usr/share/doc/{package}/copyright"
        texts[path] = Path(path).read_bytes()
    for text in list(texts.values()):
        for path in COMMON_LICENCE.findall(text.decode("utf-8", "replace")):
            if Path(path).is_file():
                texts[path] = Path(path).read_bytes()
    return texts
