# SPDX-License-Identifier: Apache-2.0
"""The files of a release and their checksums, and the cases in which a release is refused."""

from __future__ import annotations

import pathlib

import helm_python
import pytest

from toolbox.shared.processes import NAME, ROOT, attempt, run

VERSION = "let version = "
INFORMATION = "Sources/Exporter/Process/BuildInformation.swift"


def test_a_snapshot_has_all_files_with_their_checksums(
    program: pathlib.Path, version: str, package: pathlib.Path, archive: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    output = run(ROOT / "scripts/release", "--snapshot", "--program", program, tmp_path, seconds=600)
    assert "gpg --armor --detach-sign" in output
    assert "cosign sign" in output
    sums = (tmp_path / "SHA256SUMS").read_text()
    listed = {line.split()[1] for line in sums.splitlines()}
    assert listed == {path.name for path in tmp_path.iterdir()} - {"SHA256SUMS"}
    image, chart = f"{NAME}-{version}.oci.tar", f"{NAME}-{version}.tgz"
    assert listed >= {package.name, image, chart, f"{NAME}_{version}.spdx.json"}
    run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=tmp_path)
    assert (tmp_path / package.name).read_bytes() == package.read_bytes()
    assert (tmp_path / image).read_bytes() == archive.read_bytes()
    assert helm_python.Chart.load(tmp_path / chart).metadata["version"] == version


def test_a_snapshot_is_older_than_its_release(package: pathlib.Path, version: str) -> None:
    shown = run("dpkg-deb", "--field", package, "Version").strip()
    release = version.removesuffix("-dev")
    assert attempt("dpkg", "--compare-versions", shown, "lt-nl" if release != version else "eq", f"{release}-1")[0] == 0


@pytest.fixture
def clone(tmp_path: pathlib.Path) -> pathlib.Path:
    run("git", "clone", "--quiet", ROOT, tmp_path / "clone")
    return tmp_path / "clone"


def refused(clone: pathlib.Path, program: object) -> str:
    status, output = attempt(clone / "scripts/release", "--program", program, clone / "dist")
    assert status == 1, output
    assert not (clone / "dist").exists()
    return output


def test_a_release_needs_a_clean_tree_at_the_tag_of_its_version_and_a_program_of_both(
    clone: pathlib.Path, program: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    [version] = [line.split('"')[1] for line in (clone / INFORMATION).read_text().splitlines() if VERSION in line]
    assert f"no tag v{version}" in refused(clone, program)
    run("git", "-C", clone, "tag", "v0.0.1")
    assert f"no tag v{version}" in refused(clone, program)
    run("git", "-C", clone, "tag", f"v{version}")
    for shown, complaint in (("9.9.9", "version is 9.9.9"), (version, "not a build of")):
        other = tmp_path / "other"
        other.write_text(f"#!/bin/sh\necho '{NAME}, version {shown} (revision: 0, swift: 6.3, libcurl: 8)'\n")
        other.chmod(0o755)
        assert complaint in refused(clone, other)
    (clone / "new").write_text("")
    assert "not committed" in refused(clone, program)
