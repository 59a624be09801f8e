# SPDX-License-Identifier: Apache-2.0
"""Builds the image of a program with umoci; see scripts/build-image."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from toolbox.packaging.components import Mismatch, copy_license_texts, library_paths, owners, status
from toolbox.shared.files import write
from toolbox.shared.processes import NAME, ROOT, run

# The user id that distroless images use for an unprivileged user.
USER = 65532
PORT = 9942
COMMON_LICENSE = re.compile(r"/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# What scanners recognize the distribution by: some read only one of the files. All belong to base-files.
RELEASE = ("/etc/os-release", "/usr/lib/os-release", "/etc/debian_version")
# The labels `base.name` and `source`. The image begins empty; the address is that of the maintainers.
BASE = "scratch"
SOURCE = f"https://{NAME}.example"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
FILES = {
    "etc/passwd": f"root:x:0:0:root:/:/nologin\nexporter:x:{USER}:{USER}:{NAME}:/:/nologin\n",
    "etc/group": f"root:x:0:\nexporter:x:{USER}:\n",
    # Without it glibc would load name services that are missing.
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def add(layer: Path, source: Path | str, path: str = "") -> None:
    """Copies a file to the same path in the layer, or to another one."""
    target = layer / (path or str(source)).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def add_libraries(layer: Path, program: Path) -> None:
    """Adds everything but the program, which is the same for many versions and is pulled once."""
    for name, text in FILES.items():
        write(layer / name, text)
    libraries = owners(library_paths(program))
    for path in (*libraries, CERTIFICATES, *RELEASE):
        add(layer, path)
    # The common licenses belong to base-files, too.
    for package in {*libraries.values(), "ca-certificates", "base-files"}:
        # One file per package, as in distroless images, because package managers that run would use the file `status`.
        write(layer / "var/lib/dpkg/status.d" / package, status(package))
        license = Path("/usr/share/doc", package, "copyright")
        add(layer, license)
        for path in filter(os.path.isfile, COMMON_LICENSE.findall(license.read_text("utf-8", "replace"))):
            add(layer, path)


def add_program(layer: Path, program: Path) -> None:
    """Adds the program, with its license and those of the packages that SwiftPM fetched for a build, and of Swift."""
    folder = f"/usr/share/doc/{NAME}"
    add(layer, program, f"/usr/bin/{NAME}")
    add(layer, ROOT / "LICENSE", f"{folder}/LICENSE")
    copy_license_texts(layer / folder.lstrip("/") / "linked")


def pack(folder: Path, file: Path, time: int) -> None:
    """Writes a reproducible tar file: sorted, all files with the same time, owned by root, writable only for root."""
    options = ["--format=gnu", "--sort=name", f"--mtime=@{time}", "--owner=0", "--group=0", "--numeric-owner"]
    run("tar", "--create", *options, "--mode=u=rwX,go=rX", f"--file={file}", f"--directory={folder}",
        *sorted(os.listdir(folder)))  # fmt: skip


def describe(layout: Path, version: str, platform: dict[str, str]) -> None:
    """Adds the media types of index and manifest, which umoci leaves out, and the platform, by which clients select."""
    blobs = layout / "blobs/sha256"
    index = json.loads((layout / "index.json").read_text())
    [entry] = index["manifests"]
    old = blobs / str(entry["digest"]).removeprefix("sha256:")
    text = json.dumps(json.loads(old.read_text()) | {"mediaType": MANIFEST})
    old.unlink()
    digest = hashlib.sha256(text.encode()).hexdigest()
    write(blobs / digest, text)
    entry |= {"digest": f"sha256:{digest}", "size": len(text.encode()), "mediaType": MANIFEST, "platform": platform}
    # containerd uses this as the image's full name, other tools the version as its tag. The host localhost prevents
    # pulls from a registry.
    entry["annotations"]["io.containerd.image.name"] = f"localhost/{NAME}:{version}"
    write(layout / "index.json", json.dumps(index | {"mediaType": INDEX}))


def build(program: Path, time: int, scratch: Path) -> tuple[str, Path]:
    """Returns the version of `program`, and the image as a folder."""
    [(version, revision)] = re.findall(r"version (\S+) \(revision: ([^,)]+)", run(program, "--version"))
    created = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {
        "title": NAME,
        "description": "Prometheus exporter for the endpoints of Huawei Cloud DataArts Fabric",
        "licenses": "Apache-2.0",
        "version": version,
        "revision": revision,
        "created": created,
        "source": os.environ.get("SOURCE_URL", SOURCE),
        "base.name": BASE,
    }
    labels = [f"org.opencontainers.image.{name}={value}" for name, value in about.items()]
    layout = scratch / "layout"
    image = f"--image={layout}:{version}"
    run("umoci", "init", f"--layout={layout}")
    run("umoci", "new", image)
    for comment, add_files in (("libraries, CA certificates and a user", add_libraries), (NAME, add_program)):
        layer = scratch / add_files.__name__
        add_files(layer, program)
        pack(layer, scratch / "layer.tar", time)
        history = f"--history.created={created}", f"--history.created_by={comment}"
        run("umoci", "raw", "add-layer", image, *history, scratch / "layer.tar")
    command = ("serve", "--config.file", f"/etc/{NAME}/config.yaml")
    # The architecture is that of this machine, which must load the program's libraries. OCI has the same names.
    platform = {"os": "linux", "architecture": run("dpkg", "--print-architecture").strip()}
    run(
        "umoci", "config", image, "--no-history", f"--created={created}",
        *(f"--{name}={value}" for name, value in platform.items()), f"--config.user={USER}:{USER}",
        "--config.workingdir=/", "--config.env=PATH=/usr/bin", f"--config.entrypoint=/usr/bin/{NAME}",
        *(f"--config.cmd={word}" for word in command), f"--config.exposedports={PORT}/tcp",
        "--config.stopsignal=SIGTERM", *(f"--config.label={label}" for label in labels),
        *(f"--manifest.annotation={label}" for label in labels),
    )  # fmt: skip
    run("umoci", "gc", f"--layout={layout}")
    describe(layout, version, platform)
    return version, layout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    time = int(os.environ["SOURCE_DATE_EPOCH"])
    with tempfile.TemporaryDirectory() as scratch:
        try:
            version, layout = build(arguments.program, time, Path(scratch))
        except Mismatch as mismatch:
            sys.exit(f"build-image: {mismatch}")
        file = arguments.output or ROOT / "dist" / f"{NAME}-{version}.oci.tar"
        file.parent.mkdir(parents=True, exist_ok=True)
        pack(layout, file, time)
    print(file)


if __name__ == "__main__":
    main()
