# SPDX-License-Identifier: Apache-2.0
"""The libraries that a program loads, their Debian packages and licenses."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

# `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)`, and the loader: `/lib64/ld-linux-x86-64.so.2 (0x…)`.
LOADED = re.compile(r"^\s+(?:\S+ => )?(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
COMMON_LICENSE = re.compile(r"/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]")


def loaded_by(program: Path) -> list[str]:
    """Returns the paths of all libraries that `program` loads, including transitive ones and the loader."""
    output = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    if "not found" in output:
        raise SystemExit(f"build-image: a library of {program} is missing:\n{output}")
    paths = sorted(set(LOADED.findall(output)))
    if not paths:
        raise SystemExit(f"build-image: {program} loads no libraries; is it built for this machine?\n{output}")
    return paths


def packages_of(paths: list[str]) -> set[str]:
    """Returns the names of the Debian packages that own `paths`."""
    # dpkg knows a file by its path in the package, which may begin with /lib or /usr/lib on a merged-/usr system.
    spellings = {
        path: {path, f"/usr{path}", real := str(Path(path).resolve()), real.removeprefix("/usr")} for path in paths
    }
    # dpkg-query fails if a path is unknown, but still prints the known ones.
    command = ["dpkg-query", "--search", *sorted(set().union(*spellings.values()))]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    owners = {path: package for package, path in re.findall(r"^([^:, ]+)[^ ]*: (/.*)$", output, re.MULTILINE)}
    if unowned := [path for path, names in spellings.items() if not names & owners.keys()]:
        raise SystemExit(f"build-image: no Debian package owns {', '.join(unowned)}, so the license is unknown")
    return set(owners.values())


def licenses(packages: set[str]) -> dict[str, bytes]:
    """Returns the licenses of `packages` by path, with the common licenses that they refer to."""
    texts = {path: Path(path).read_bytes() for path in (f"/usr/share/doc/{name}/copyright" for name in packages)}
    common = {path for text in texts.values() for path in COMMON_LICENSE.findall(text.decode("utf-8", "replace"))}
    return texts | {path: Path(path).read_bytes() for path in common if Path(path).is_file()}
