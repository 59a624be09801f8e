# SPDX-License-Identifier: Apache-2.0
"""Tests of the package file: reproducibility, contents, manual, completions."""

from __future__ import annotations

import gzip
import os
import pathlib
import re

from commands import NAME, ROOT, attempt, run
from report import Report, require, require_equal

COMMANDS = ("serve", "check", "once", "demo", "metrics")


def check_files(report: Report, program: pathlib.Path, package: pathlib.Path, scratch: pathlib.Path) -> None:
    report.begin("the package's files")
    with report.check("reproducible"):
        # In another folder, time zone, umask and locale.
        surroundings = os.environ | {"TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "C"}
        command = ["sh", "-c", 'umask 077; exec "$0" "$@"', ROOT / "scripts/build-deb", program, scratch / "second"]
        again = pathlib.Path(run(*command, env=surroundings).splitlines()[-1])
        require_equal(again.name, package.name, "the name")
        require(again.read_bytes() == package.read_bytes(), "the second build differs from the first")
    with report.check("lintian finds no errors or warnings"):
        run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", package)
    tree = scratch / "tree"
    run("dpkg-deb", "--raw-extract", package, tree)
    with report.check("all files belong to root, and only root may write"):
        for line in run("dpkg-deb", "--contents", package).splitlines():
            mode, owner, *_, name = line.split()
            require_equal(owner, "root/root", f"the owner of {name}")
            require("w" not in mode[4:], f"{name} is writable by others: {mode}")
            require("s" not in mode and "t" not in mode, f"{name} has a special mode: {mode}")
    with report.check("all files in /etc are conffiles"):
        kept = set((tree / "DEBIAN/conffiles").read_text().split())
        found = {"/" + str(path.relative_to(tree)) for path in (tree / "etc").rglob("*") if path.is_file()}
        require_equal(kept, found, "conffiles")
    with report.check("it has the notices of linked packages"):
        wanted = {path.parent.name for path in ROOT.glob(".build/checkouts/*/NOTICE.txt")}
        found = {path.stem for path in (tree / "usr/share/doc").glob("*/notices/*.txt")}
        require("swift-nio" in found, f"only {sorted(found)}")
        require_equal(found, wanted, "notices")
    with report.check("it depends on all libraries of the program"):
        depends = re.search(r"^Depends: (.*)$", (tree / "DEBIAN/control").read_text(), re.MULTILINE)[1]
        output = run("objdump", "-p", program)
        for library in re.findall(r"^\s*NEEDED\s+(\S+)", output, re.MULTILINE):
            path = re.search(rf"{re.escape(library)}(?: => (\S+))?", run("ldd", program))[1] or "/lib64/" + library
            owner = owner_of(path)
            require(
                re.search(rf"(^|[ ,]){re.escape(owner)}($|[ ,])", depends), f"{library}: {owner} is not in {depends}"
            )
    check_manual(report, program, tree, scratch)
    check_completions(report, tree, scratch)


def owner_of(path: str) -> str:
    real = os.path.realpath(path)
    for name in (real, real.removeprefix("/usr")):
        status, output = attempt("dpkg-query", "--search", name)
        if status == 0:
            return output.split(":")[0]
    return f"the package of {path}"


def check_manual(report: Report, program: pathlib.Path, tree: pathlib.Path, scratch: pathlib.Path) -> None:
    manual = scratch / f"{NAME}.1"
    manual.write_bytes(gzip.decompress((tree / f"usr/share/man/man1/{NAME}.1.gz").read_bytes()))
    with report.check("groff and mandoc accept the manual without warnings"):
        require_equal(run("groff", "-man", "-ww", "-z", manual), "", "output of groff")
        require_equal(attempt("mandoc", "-T", "lint", "-W", "warning", manual), (0, ""), "output of mandoc")
    with report.check("the manual has all commands and flags of the program"):
        text = run("man", "--local-file", manual, env=os.environ | {"MANWIDTH": "200", "LC_ALL": "C.UTF-8"})
        for command in COMMANDS:
            flags = set(re.findall(r"^  (?:-\w, )?(--[\w.-]+)", run(program, command, "--help"), re.MULTILINE))
            require(len(flags) > 2, f"{command} has no flags: {flags}")
            # Sections of commands, up to the next heading of the same level.
            section = re.search(rf"^   {command}$(.*?)^ {{0,3}}\S", text, re.MULTILINE | re.DOTALL)
            require(section, f"no section {command}")
            missing = [flag for flag in flags - {"--help", "--version"} if not re.search(rf"{flag}\b", section[1])]
            require_equal(missing, [], f"flags of {command} that are missing")


def check_completions(report: Report, tree: pathlib.Path, scratch: pathlib.Path) -> None:
    bash = tree / f"usr/share/bash-completion/completions/{NAME}"
    zsh = tree / "usr/share/zsh/vendor-completions"
    fish = tree / f"usr/share/fish/vendor_completions.d/{NAME}.fish"
    with report.check("the shells accept their completions"):
        run("bash", "-n", bash)
        run("zsh", "-n", zsh / f"_{NAME}")
        run("fish", "--no-execute", fish)
    expected = {
        "ch": ["check"],
        "serve --web.sys": ["--web.systemd-socket"],
        "serve --log.format ": ["json", "logfmt"],
        "once --format open": ["openmetrics"],
    }
    with report.check("bash completes commands, flags and values"):
        # Variables that readline sets: the words, the index of the completed one, and the line.
        script = scratch / "complete.bash"
        script.write_text(
            'source "$1"; COMP_LINE="$2"; COMP_POINT=${#2}; read -ra COMP_WORDS <<< "$2"\n'
            '[[ $2 != *" " ]] || COMP_WORDS+=("")\n'
            "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
            'function=$(complete -p "${COMP_WORDS[0]}" | sed "s/.*-F \\([^ ]*\\) .*/\\1/")\n'
            '"$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"\n'
            'printf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        for typed, wanted in expected.items():
            offered = run("bash", "--norc", script, bash, f"{NAME} {typed}").split()
            require_equal(sorted(offered), wanted, f"completions of bash after {typed!r}")
    with report.check("fish completes commands, flags and values"):
        home = os.environ | {"HOME": str(scratch), "XDG_CONFIG_HOME": str(scratch / "fish")}
        for typed, wanted in expected.items():
            command = ["fish", "--command", f"source {fish}; complete --do-complete '{NAME} {typed}'"]
            offered = [line.split("\t")[0] for line in run(*command, env=home).splitlines()]
            require_equal(sorted(offered), wanted, f"completions of fish after {typed!r}")
    with report.check("zsh finds the completion and loads it"):
        load = f"fpath=({zsh} $fpath); autoload -Uz compinit; compinit -u -D; echo $_comps[{NAME}]; autoload +X _{NAME}"
        require_equal(run("zsh", "--no-rcs", "-c", load).split(), [f"_{NAME}"], "the function")
