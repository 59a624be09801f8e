# SPDX-License-Identifier: Apache-2.0
"""Builds the image of a program; see scripts/build-image."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from toolbox.packaging.components import Mismatch, library_paths, output_of, owners
from toolbox.packaging.image.layout import Layer, image
from toolbox.shared.processes import NAME, ROOT

# The user id that distroless images use for an unprivileged user.
USER = 65532
PORT = 9942
COMMON_LICENSE = re.compile(r"/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
FILES = {
    "/etc/passwd": f"root:x:0:0:root:/:/nologin\nexporter:x:{USER}:{USER}:{NAME}:/:/nologin\n".encode(),
    "/etc/group": f"root:x:0:\nexporter:x:{USER}:\n".encode(),
    # Without it glibc would load name services that are missing.
    "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files dns\n",
}


def base_layer(program: Path) -> Layer:
    """Returns the layer of everything but the program, which is the same for many versions and is pulled once."""
    layer = Layer("libraries, CA certificates and a user")
    for path, content in FILES.items():
        layer.add(path, content)
    packages = owners(library_paths(program))
    for path in packages:
        layer.add(path, Path(path).read_bytes(), 0o755)
    layer.add(CERTIFICATES, Path(CERTIFICATES).read_bytes())
    for path, content in licenses({*packages.values(), "ca-certificates"}).items():
        layer.add(path, content)
    return layer


def licenses(packages: set[str]) -> dict[str, bytes]:
    """Returns the licenses of Debian packages by path, with the common licenses that they refer to."""
    texts = {path: Path(path).read_bytes() for path in (f"/usr/share/doc/{name}/copyright" for name in packages)}
    common = {path for text in texts.values() for path in COMMON_LICENSE.findall(text.decode("utf-8", "replace"))}
    return texts | {path: Path(path).read_bytes() for path in common if Path(path).is_file()}


def program_layer(program: Path) -> Layer:
    """Returns the layer of the program, with its license and those of linked packages."""
    layer = Layer(NAME)
    layer.add(f"/usr/bin/{NAME}", program.read_bytes(), 0o755)
    folder = f"/usr/share/doc/{NAME}"
    layer.add(f"{folder}/LICENSE", (ROOT / "LICENSE").read_bytes())
    linked = linked_licenses()
    if not any("checkouts" in source.parts for source in linked):
        print("build-image: no .build/checkouts; the image lacks the licenses of Swift packages", file=sys.stderr)
        if os.environ.get("CI"):
            raise SystemExit(1)
    for source in linked:
        layer.add(f"{folder}/linked/{source.parent.name}/{source.name}", source.read_bytes())
    return layer


def linked_licenses() -> list[Path]:
    """Returns the licenses of the packages that SwiftPM fetched for a build in this clone, and of Swift."""
    found = [
        path
        for path in sorted(ROOT.glob(".build/checkouts/*/*"))
        if path.is_file() and re.match(r"(LICEN[CS]E|NOTICE)", path.name)
    ]
    if swift := shutil.which("swift"):
        found.append(Path(swift).resolve().parent.parent / "share/swift/LICENSE.txt")
    return [path for path in found if path.is_file()]


def build(program: Path, time: int) -> tuple[str, bytes]:
    """Returns the version of `program`, and the image as a tar file."""
    match = re.search(r"version (\S+) \(revision: ([^,)]+)", output_of(program, "--version"))
    if not match:
        raise SystemExit(f"build-image: {program} prints no version")
    version, revision = match.groups()
    created = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {
        "org.opencontainers.image.title": NAME,
        "org.opencontainers.image.description": "Prometheus exporter for the endpoints of Huawei Cloud DataArts Fabric",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.revision": revision,
        "org.opencontainers.image.created": created,
    }
    configuration = {
        "created": created,
        # That of this machine, which must load the program's libraries. OCI has the same names.
        "architecture": output_of("dpkg", "--print-architecture").strip(),
        "os": "linux",
        "config": {
            "User": f"{USER}:{USER}",
            "WorkingDir": "/",
            "Env": ["PATH=/usr/bin"],
            "Entrypoint": [f"/usr/bin/{NAME}"],
            "Cmd": ["serve", "--config.file", f"/etc/{NAME}/config.yaml"],
            "ExposedPorts": {f"{PORT}/tcp": {}},
            "StopSignal": "SIGTERM",
            "Labels": labels,
        },
    }
    # containerd uses the first as the image's full name, other tools the second as its tag. The host localhost prevents
    # pulls from a registry.
    names = {
        "io.containerd.image.name": f"localhost/{NAME}:{version}",
        "org.opencontainers.image.ref.name": version,
    }
    layers = [base_layer(program), program_layer(program)]
    return version, image(layers, configuration, names, time)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    try:
        version, archive = build(arguments.program, int(os.environ["SOURCE_DATE_EPOCH"]))
    except Mismatch as mismatch:
        sys.exit(f"build-image: {mismatch}")
    file = arguments.output or ROOT / "dist" / f"{NAME}-{version}.oci.tar"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(archive)
    print(file)


if __name__ == "__main__":
    main()
