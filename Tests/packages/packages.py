# SPDX-License-Identifier: Apache-2.0
"""Tests the Debian package, the SBOM and the licenses of a program.

usage: packages.py PROGRAM
"""

from __future__ import annotations

import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/packaging"))

from commands import NAME, ROOT, run
from group_components import check_components
from group_files import check_files
from group_system import check_system
from machine import PACKAGES, Machine
from report import Report


def changed_copy(package: pathlib.Path, scratch: pathlib.Path) -> pathlib.Path:
    """Builds a later version of the package, with a changed conffile."""
    tree = scratch / "newer"
    run("dpkg-deb", "--raw-extract", package, tree)
    control = tree / "DEBIAN/control"
    version = re.search(r"^Version: (.*)-1$", control.read_text(), re.MULTILINE)[1] + "-2"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.MULTILINE))
    with (tree / f"etc/default/{NAME}").open("a") as file:
        file.write("# A comment that a later version adds.\n")
    newer = scratch / f"{NAME}_{version}_{package.stem.split('_')[-1]}.deb"
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, newer)
    return newer


def main() -> int:
    program = pathlib.Path(sys.argv[1]).resolve()
    report = Report()
    scratch = pathlib.Path(tempfile.mkdtemp())
    machine = Machine(scratch)
    try:
        package = pathlib.Path(run(ROOT / "scripts/build-deb", program, scratch).splitlines()[-1])
        check_files(report, program, package, scratch)
        check_components(report, program, scratch)
        report.begin("a clean Debian 12")
        ready = False
        with report.check("the root is created"):
            machine.make()
            newer = changed_copy(package, scratch)
            for file in (package, newer):
                shutil.copy(file, machine.path(PACKAGES))
            # Downloaded now, because the booted system has no network.
            machine.run(
                "apt-get",
                "install",
                "--yes",
                "--download-only",
                "--no-install-recommends",
                f"{PACKAGES}/{package.name}",
            )
            ready = True
        if ready:
            with report.check("it boots with systemd"):
                machine.boot()
            check_system(report, machine, package, newer)
    finally:
        machine.stop()
        shutil.rmtree(scratch)
    return report.summary()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main())
