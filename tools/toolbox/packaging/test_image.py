# SPDX-License-Identifier: Apache-2.0
"""The image: reproducibility, settings, files. skopeo reads it, and verifies its digests and sizes."""

from __future__ import annotations

import json
import os
import pathlib
import re
import tarfile
from typing import Any

import pytest

from toolbox.shared.processes import NAME, ROOT, attempt, run

PROGRAM = f"usr/bin/{NAME}"
# Maximum size of the image; the program loads about 37 libraries.
LARGEST = 75_000_000


class Image:
    """A copy of the image by `skopeo copy … dir:…`: manifest, configuration, and the entries of each layer by name."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.configuration = json.loads(self.blob(self.manifest["config"]).read_text())
        self.layers = [self.entries(layer) for layer in self.manifest["layers"]]
        self.files = {name: entry for layer in self.layers for name, entry in layer.items()}

    def blob(self, descriptor: Any) -> pathlib.Path:
        return self.folder / str(descriptor["digest"]).removeprefix("sha256:")

    def entries(self, layer: Any) -> dict[str, tarfile.TarInfo]:
        with tarfile.open(self.blob(layer)) as tar:
            entries = tar.getmembers()
        names = {entry.name: entry for entry in entries}
        assert len(names) == len(entries), "a layer has a name twice"
        return names


@pytest.fixture(scope="module")
def image(archive: pathlib.Path, version: str, directory: pathlib.Path) -> Image:
    run("skopeo", "--insecure-policy", "copy", f"oci-archive:{archive}:{version}", f"dir:{directory / 'copy'}")
    return Image(directory / "copy")


def test_a_second_build_is_identical(program: pathlib.Path, archive: pathlib.Path, tmp_path: pathlib.Path) -> None:
    environment = os.environ | {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    run(ROOT / "scripts/build-image", program, tmp_path / "second.tar", env=environment, seconds=600)
    assert (tmp_path / "second.tar").read_bytes() == archive.read_bytes(), "the second build differs from the first"


def test_it_runs_the_program_as_an_unprivileged_user_on_the_documented_port(image: Image) -> None:
    settings = image.configuration["config"]
    assert settings["User"] == "65532:65532"
    assert settings["Entrypoint"] == [f"/{PROGRAM}"]
    assert settings["ExposedPorts"] == {"9942/tcp": {}}
    assert settings["StopSignal"] == "SIGTERM"


def test_labels_and_annotations_describe_it(program: pathlib.Path, image: Image, version: str) -> None:
    labels = image.configuration["config"]["Labels"]
    known = {name.removeprefix("org.opencontainers.image."): value for name, value in labels.items()}
    assert known.keys() == {"title", "description", "source", "version", "revision", "licenses", "created", "base.name"}
    assert (known["version"], known["base.name"]) == (version, "scratch")
    assert f"revision: {known['revision']}" in run(program, "--version")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", known["created"])
    assert known["source"].startswith("https://")
    assert image.manifest["annotations"] == labels


def test_index_and_manifest_have_their_media_types_and_the_index_the_platform(
    archive: pathlib.Path, image: Image
) -> None:
    with tarfile.open(archive) as tar:
        stream = tar.extractfile("index.json")
        assert stream
        index = json.load(stream)
    assert index["mediaType"] == "application/vnd.oci.image.index.v1+json"
    [entry] = index["manifests"]
    assert entry["mediaType"] == image.manifest["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    names = ("os", "architecture")
    assert entry["platform"] == {name: image.configuration[name] for name in names}


def test_a_scanner_finds_the_distribution_and_the_packages_of_all_files(image: Image, scanned: dict[str, str]) -> None:
    files = [f"/{name}" for name, entry in image.files.items() if entry.isreg()]
    # On a merged-/usr system a file may be in its package by either path. Files of no package give an error.
    _, output = attempt("dpkg-query", "--search", *files, *(f"/usr{name}" for name in files))
    packages = set(re.findall(r"^([^:, ]+)(?::\S+)?: /", output, re.MULTILINE))
    assert packages >= {"base-files", "ca-certificates", "libc6", "libcurl4"}
    shown = "pkg:deb/debian/${Package}@${Version}?arch=${Architecture}&distro=debian-12\n"
    assert sorted(scanned.values()) == sorted(run("dpkg-query", "--show", f"--showformat={shown}", *packages).split())


def test_the_program_is_unchanged_and_in_a_separate_layer(program: pathlib.Path, image: Image) -> None:
    libraries, above = image.layers
    assert PROGRAM not in libraries
    assert not [name for name in above if "/lib" in f"/{name}" and ".so" in name]
    with tarfile.open(image.blob(image.manifest["layers"][1])) as tar:
        stream = tar.extractfile(PROGRAM)
        assert stream
        assert stream.read() == program.read_bytes(), "the program was changed"


def test_all_files_belong_to_root_and_only_root_may_write(image: Image) -> None:
    time = int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct", cwd=ROOT))
    for name, entry in image.files.items():
        assert (entry.uid, entry.gid) == (0, 0), name
        assert entry.mode & 0o7022 == 0, f"{name} has mode {entry.mode:o}"
        assert entry.isreg() or entry.isdir(), name
        assert entry.mtime == time, name


def test_only_the_program_and_libraries_are_executable(image: Image) -> None:
    executable = {name for name, entry in image.files.items() if entry.isreg() and entry.mode & 0o111}
    assert {name for name in executable if not re.search(r"\.so(\.|$)", name)} == {PROGRAM}


def test_all_libraries_have_licenses(image: Image) -> None:
    holders = {name.split("/")[3] for name in image.files if re.fullmatch(r"usr/share/doc/[^/]+/copyright", name)}
    assert holders >= {"libcurl4", "libc6", "libstdc++6", "ca-certificates"}
    assert f"usr/share/doc/{NAME}/LICENSE" in image.files


def test_it_is_not_too_large(image: Image) -> None:
    assert sum(entry.size for entry in image.files.values()) <= LARGEST
