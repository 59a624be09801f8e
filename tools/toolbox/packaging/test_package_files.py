# SPDX-License-Identifier: Apache-2.0
"""The package file and the tarball: reproducibility, contents, links, manual, completions."""

from __future__ import annotations

import gzip
import os
import pathlib
import re
import shlex

import pytest

from toolbox.docs.markdown import Document
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
    output = run(ROOT / "scripts/build-deb", program, directory / "second", env=environment, umask=0o077, seconds=600)
    again = pathlib.Path(output.splitlines()[-1])
    assert again.name == package.name
    assert again.read_bytes() == package.read_bytes(), "the second build differs from the first"


def test_lintian_finds_no_errors_or_warnings(package: pathlib.Path) -> None:
    # It also rejects other owners and modes of files, and files in /etc that are not conffiles.
    run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", package)


@pytest.fixture(scope="module")
def unpacked(tarball: pathlib.Path, directory: pathlib.Path) -> pathlib.Path:
    """The only folder of the tarball, unpacked."""
    run("tar", "--extract", f"--file={tarball}", f"--directory={directory}")
    return directory / tarball.name.removesuffix(".tar.gz")


def test_another_build_of_the_tarball_is_identical(
    program: pathlib.Path, tarball: pathlib.Path, directory: pathlib.Path
) -> None:
    environment = os.environ | {"TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "C"}
    output = run(
        ROOT / "scripts/build-tarball", program, directory / "again", env=environment, umask=0o077, seconds=600
    )
    again = pathlib.Path(output.splitlines()[-1])
    assert again.name == tarball.name
    assert again.read_bytes() == tarball.read_bytes(), "the second build differs from the first"


def test_the_tarball_unpacks_to_a_program_that_runs(unpacked: pathlib.Path, version: str) -> None:
    assert unpacked.name == f"{NAME}-{version}.linux-{run('dpkg', '--print-architecture').strip()}"
    assert f"version {version} " in run(unpacked / f"bin/{NAME}", "--version")


def test_the_tarball_has_all_that_the_package_has(unpacked: pathlib.Path, tree: pathlib.Path) -> None:
    for folder in ("prometheus", "grafana", "consoles", "runbooks"):
        there = unpacked / "dashboards" / folder
        found, wanted = (
            {path.relative_to(base).as_posix() for path in base.rglob("*") if path.is_file()}
            for base in (there, tree / f"usr/share/{NAME}" / folder)
        )
        assert found == wanted
        assert wanted
    units = {path.name for path in (tree / "usr/lib/systemd/system").iterdir()}
    assert {f"{NAME}.service", f"{NAME}-textfile.service", f"{NAME}-textfile.timer"} <= units
    assert {path.name for path in (unpacked / "systemd").glob(f"{NAME}*")} == units
    licenses = {path.name for path in (unpacked / "licenses").iterdir()}
    assert {"copyright", "simdjson", "swift", "swift-nio", "swift-nio-ssl"} <= licenses


def test_the_units_of_the_tarball_run_the_program_where_its_instructions_install_it(unpacked: pathlib.Path) -> None:
    assert "/usr/local/bin/\n" in (unpacked / "INSTALL.md").read_text()
    for unit in (unpacked / "systemd").glob("*.service"):
        programs = set(re.findall(rf"^Exec\w+=(\S*/{NAME}) ", unit.read_text(), re.MULTILINE))
        assert programs == {f"/usr/local/bin/{NAME}"}, unit
        assert "/usr/share/doc" not in unit.read_text()


def test_the_package_has_rules_examples_dashboards_and_runbooks(tree: pathlib.Path) -> None:
    folder = tree / f"usr/share/{NAME}"
    for name in ("alerts", "alerts-textfile", "rules", "exceptions", "scrape-static", "scrape-http-sd"):
        assert (folder / f"prometheus/{name}.yaml").is_file(), name
    for pattern in ("grafana/overview.json", "consoles/*.html", "runbooks/*.zh.md", "README.md"):
        assert list(folder.glob(pattern)), pattern


@pytest.mark.parametrize("which", ["tree", "unpacked"])
def test_no_link_of_an_installed_document_is_dead(request: pytest.FixtureRequest, which: str) -> None:
    root: pathlib.Path = request.getfixturevalue(which)
    documents = [*root.rglob("*.md"), *root.rglob("README.Debian")]
    assert len(documents) > 50
    links = [
        (path, link.target.partition("#")[0])
        for path in documents
        for link in Document(path).links
        if not re.match(r"[a-z]+:|#", link.target)
    ]
    assert len(links) > 100
    dead = [(str(path.relative_to(root)), target) for path, target in links if not (path.parent / target).exists()]
    assert not dead, dead


def commands(unit: str, option: str, configuration: pathlib.Path, program: pathlib.Path) -> list[list[str]]:
    """Returns the commands of a unit's option as systemd runs them, for another configuration and program."""
    text = (ROOT / f"packaging/debian/{unit}.service").read_text()
    found = [shlex.split(line) for line in re.findall(rf"^{option}=(.*)$", text, re.MULTILINE)]
    replaced = {f"/etc/{NAME}/config.yaml": str(configuration), f"/usr/bin/{NAME}": str(program), "$$": "$"}

    def changed(word: str) -> str:
        for old, new in replaced.items():
            word = word.replace(old, new)
        return word

    return [[changed(word) for word in command] for command in found]


@pytest.mark.parametrize("unit", [NAME, f"{NAME}-textfile"])
def test_a_start_with_only_comments_is_skipped_with_a_message(
    unit: str, program: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "config.yaml"
    command = commands(unit, "ExecCondition", file, program)[0]
    file.write_text((ROOT / "packaging/debian/config.yaml").read_text())
    assert attempt(*command) == (1, f"not started: {file} contains only comments; add a source\n")
    file.write_text("# A comment.\nsources: []\n")
    assert attempt(*command) == (0, "")
    # The program reports a missing file.
    file.unlink()
    assert attempt(*command) == (0, "")


def test_the_check_of_a_reload_only_prints_errors(program: pathlib.Path, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "config.yaml"
    command = commands(NAME, "ExecReload", file, program)[-1]
    example = with_example((ROOT / "packaging/debian/config.yaml").read_text())
    file.write_text(example)
    # The secret is not visible to it, which is no reason for a warning.
    assert attempt(*command) == (0, "")
    file.write_text(example.replace("domain:", "domian:"))
    status, said = attempt(*command)
    assert (status, "unknown key; did you mean domain?" in said) == (2, True), said


def with_example(template: str) -> str:
    return re.sub(r"^#(?=sources:|  )", "", template, flags=re.MULTILINE)


@pytest.mark.parametrize("document", ["packaging/debian/README.md", "packaging/tarball/INSTALL.md"])
def test_the_documented_command_turns_on_the_example_of_the_template(document: str, tmp_path: pathlib.Path) -> None:
    template = (ROOT / "packaging/debian/config.yaml").read_text()
    file = tmp_path / "config.yaml"
    file.write_text(template)
    found = re.search(rf"^ *sudo (sed -i .*) /etc/{NAME}/config\.yaml$", (ROOT / document).read_text(), re.MULTILINE)
    assert found
    run(*shlex.split(found[1]), file)
    assert file.read_text() == with_example(template)
    assert template.startswith("# ")
    assert file.read_text() != template


def test_both_services_have_the_same_sandbox() -> None:
    def sandbox(unit: str) -> list[str]:
        lines = (ROOT / f"packaging/debian/{unit}.service").read_text().splitlines()
        options = lines[lines.index("AmbientCapabilities=") :]
        # The file of textfile mode is readable by node_exporter.
        return [
            line for line in options if re.match(r"[A-Z]\w+=", line) and not line.startswith(("UMask=", "WantedBy="))
        ]

    assert len(sandbox(NAME)) > 25
    assert sandbox(NAME) == sandbox(f"{NAME}-textfile")


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
