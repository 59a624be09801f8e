# SPDX-License-Identifier: Apache-2.0
"""The package file: reproducibility, contents, manual, completions."""

from __future__ import annotations

import gzip
import os
import pathlib
import re

import pytest

from toolbox.packaging import components
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import NAME, ROOT, attempt, run

# What the shells offer, by what is typed.
COMPLETIONS = {
    "ch": ["check"],
    "serve --web.sys": ["--web.systemd-socket"],
    "serve --log.format ": ["json", "logfmt"],
    "once --format open": ["openmetrics"],
}
# Sets the variables that readline sets: the words, the index of the completed one, and the line.
COMPLETE = """\
source "$1"; COMP_LINE="$2"; COMP_POINT=${#2}; read -ra COMP_WORDS <<< "$2"
[[ $2 != *" " ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p "${COMP_WORDS[0]}" | sed "s/.*-F \\([^ ]*\\) .*/\\1/")
"$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf "%s\\n" "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def tree(package: pathlib.Path, directory: pathlib.Path) -> pathlib.Path:
    """The unpacked package."""
    run("dpkg-deb", "--raw-extract", package, directory / "tree")
    return directory / "tree"


@pytest.fixture(scope="module")
def manual(tree: pathlib.Path) -> pathlib.Path:
    file = tree.parent / f"{NAME}.1"
    file.write_bytes(gzip.decompress((tree / f"usr/share/man/man1/{NAME}.1.gz").read_bytes()))
    return file


def test_a_build_in_another_folder_time_zone_umask_and_locale_is_identical(
    program: pathlib.Path, package: pathlib.Path, directory: pathlib.Path
) -> None:
    environment = os.environ | {"TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "C"}
    output = run(ROOT / "scripts/build-deb", program, directory / "second", env=environment, umask=0o077)
    again = pathlib.Path(output.splitlines()[-1])
    assert again.name == package.name
    assert again.read_bytes() == package.read_bytes(), "the second build differs from the first"


def test_lintian_finds_no_errors_or_warnings(package: pathlib.Path) -> None:
    # It also rejects other owners and modes of files, and files in /etc that are not conffiles.
    run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", package)


def test_it_has_the_notices_of_linked_packages(tree: pathlib.Path) -> None:
    found = {path.stem for path in (tree / "usr/share/doc").glob("*/notices/*.txt")}
    assert "swift-nio" in found
    assert found == {path.parent.name for path in ROOT.glob(".build/checkouts/*/NOTICE.txt")}


def test_it_depends_on_all_libraries_of_the_program(program: pathlib.Path, tree: pathlib.Path) -> None:
    depends = re.search(r"^Depends: (.*)$", (tree / "DEBIAN/control").read_text(), re.MULTILINE)
    assert depends
    packages = {library.package for library in components.loaded(program) if library.direct}
    assert "libcurl4" in packages
    assert packages <= {dependency.split()[0] for dependency in depends[1].split(", ")}


def test_groff_and_mandoc_accept_the_manual_without_warnings(manual: pathlib.Path) -> None:
    assert run("groff", "-man", "-ww", "-z", manual) == ""
    assert attempt("mandoc", "-T", "lint", "-W", "warning", manual) == (0, "")


@pytest.mark.parametrize("command", ["serve", "check", "once", "status", "demo", "metrics"])
def test_the_manual_has_all_flags_of_the_command(manual: pathlib.Path, exporter: Exporter, command: str) -> None:
    text = run("man", "--local-file", manual, env=os.environ | {"MANWIDTH": "200", "LC_ALL": "C.UTF-8"})
    flags = set(re.findall(r"^  (?:-\w, )?(--[\w.-]+)", exporter.run(command, "--help").text, re.MULTILINE))
    assert len(flags) > 2
    # The section of the command, up to the next heading of the same level.
    section = re.search(rf"^   {command}$(.*?)^ {{0,3}}\S", text, re.MULTILINE | re.DOTALL)
    assert section
    missing = [flag for flag in flags - {"--help", "--version"} if not re.search(rf"{flag}\b", section[1])]
    assert not missing, missing


def test_bash_completes_commands_flags_and_values(tree: pathlib.Path) -> None:
    file = tree / f"usr/share/bash-completion/completions/{NAME}"
    for typed, wanted in COMPLETIONS.items():
        offered = run("bash", "--norc", "-c", COMPLETE, "bash", file, f"{NAME} {typed}").split()
        assert sorted(offered) == wanted, typed


def test_fish_completes_commands_flags_and_values(tree: pathlib.Path) -> None:
    file = tree / f"usr/share/fish/vendor_completions.d/{NAME}.fish"
    home = os.environ | {"HOME": str(tree.parent), "XDG_CONFIG_HOME": str(tree.parent / "fish")}
    for typed, wanted in COMPLETIONS.items():
        complete = f"source {file}; complete --do-complete '{NAME} {typed}'"
        offered = [line.split("\t")[0] for line in run("fish", "--command", complete, env=home).splitlines()]
        assert sorted(offered) == wanted, typed


def test_zsh_finds_the_completion_and_loads_it(tree: pathlib.Path) -> None:
    folder = tree / "usr/share/zsh/vendor-completions"
    load = f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D; echo $_comps[{NAME}]; autoload +X _{NAME}"
    assert run("zsh", "--no-rcs", "-c", load).split() == [f"_{NAME}"]
