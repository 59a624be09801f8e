# SPDX-License-Identifier: Apache-2.0
"""The Debian package and the image, which the tests of this folder share."""

from __future__ import annotations

import json
import os
import pathlib
import urllib.parse

import pytest

from toolbox.shared.processes import ROOT, run

# The time limit of a build, which takes a minute on a quiet machine, beside all other tests.
BUILD_SECONDS = 600


@pytest.fixture(scope="session")
def package(program: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The Debian package of the program."""
    folder = tmp_path_factory.mktemp("package")
    output = run(ROOT / "scripts/build-deb", program, folder, seconds=BUILD_SECONDS)
    return pathlib.Path(output.splitlines()[-1])


@pytest.fixture(scope="session")
def tarball(program: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The tarball of the program."""
    folder = tmp_path_factory.mktemp("tarball")
    output = run(ROOT / "scripts/build-tarball", program, folder, seconds=BUILD_SECONDS)
    return pathlib.Path(output.splitlines()[-1])


@pytest.fixture(scope="session")
def archive(program: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The image of the program, an OCI layout in a tar file."""
    file = tmp_path_factory.mktemp("image") / "image.tar"
    run(ROOT / "scripts/build-image", program, file, seconds=BUILD_SECONDS)
    return file


@pytest.fixture(scope="session")
def scanned(archive: pathlib.Path) -> dict[str, str]:
    """The decoded package URLs that the scanner syft finds in the image, by package, without its own qualifiers."""
    environment = os.environ | {"SYFT_CHECK_FOR_APP_UPDATE": "false"}
    output = run(ROOT / ".venv/bin/syft", "--quiet", f"oci-archive:{archive}", "--output", "json", env=environment)
    urls = {found["name"]: urllib.parse.unquote(found["purl"]) for found in json.loads(output)["artifacts"]}
    return {name: url.partition("&upstream=")[0] for name, url in urls.items()}


@pytest.fixture(scope="session")
def version(program: pathlib.Path) -> str:
    return run(program, "--version").split("version ")[1].split()[0]
