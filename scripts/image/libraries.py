# SPDX-License-Identifier: Apache-2.0
"""The libraries that a program loads, their Debian packages and licenses."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

#: `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)`, and the loader: `/lib64/ld-linux-x86-64.so.2 (0x…)`.
LOADED = re.compile(r"^\s+(?:(?P<name>\S+) => )?(?P<path>/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
COMMON_LICENSE = re.compile(r"/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]")


def loaded_by(program: Path) -> list[str]:
    """Returns the paths of all libraries that `program` loads, including transitive ones and the loader."""
    output = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    if "not found" in output:
        raise SystemExit(f"build-image: a library of {program} is missing:\n{output}")
    paths = sorted({match["path"] for match in LOADED.finditer(output)})
    if not paths:
        raise SystemExit(f"build-image: {program} loads no libraries; is it built for this machine?\n{output}")
    return paths


def packages_of(paths: list[str]) -> set[str]:
    """Returns the names of the Debian packages that own `paths`."""
    # dpkg knows a file by its path in the package, which may begin with /lib or /usr/lib on a merged-/usr system.
    spellings = {
        path: {path, f"/usr{path}", real := str(Path(path).resolve()), real.removeprefix("/usr")} for path in paths
    }
    wanted = sorted(set().union(*spellings.values()))
    # dpkg-query fails if a path is unknown, but still prints the known ones.
    output = subprocess.run(["dpkg-query", "--search", *wanted], capture_output=True, text=True, check=False).stdout
    owners = {path: package for package, path in re.findall(r"^([^:, ]+)[^ ]*: (/.*)$", output, re.MULTILINE)}
    unowned = [path for path, names in spellings.items() if not names & owners.keys()]
    if unowned:
        raise SystemExit(f"build-image: no Debian package owns {', '.join(unowned)}, so the license is unknown")
    return set(owners.values())


def licenses(packages: set[str]) -> dict[str, bytes]:
    """Returns the licenses of `packages` by path, with the common licenses that they refer to."""
    texts = {}
    for package in packages:
        path = f"/usr/share/doc/{package}/copyright"
        texts[path] = Path(path).read_bytes()
    for text in list(texts.values()):
        for path in COMMON_LICENSE.findall(text.decode("utf-8", "replace")):
            if Path(path).is_file():
                texts[path] = Path(path).read_bytes()
    return texts
