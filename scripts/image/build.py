# SPDX-License-Identifier: Apache-2.0
"""Makes the image of a program; scripts/build-image says of what."""

from __future__ import annotations

import argparse
import os
import re
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from files import Layer
from layout import Layout
from libraries import licences, loaded_by, packages_of

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "dataarts-fabric-exporter"
#: The number that images without users of their own take for "nobody in particular".
USER = 65532
PORT = 9942
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
#: What ELF calls a processor, and what OCI does.
ARCHITECTURES = {62: "amd64", 183: "arm64"}
FILES = {
    "/etc/passwd": f"root:x:0:0:root:/:/nologin\nexporter:x:{USER}:{USER}:{NAME}:/:/nologin\n",
    "/etc/group": f"root:x:0:\nexporter:x:{USER}:\n",
    # Without it glibc would look for services that are not here.
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def base_layer(program: Path) -> Layer:
    """All but the program: it stays the same over many versions, and is fetched once."""
    layer = Layer("libraries, CA certificates and a user")
    for path, text in FILES.items():
        layer.add(path, text.encode())
    libraries = loaded_by(program)
    for path in libraries:
        layer.add(path, Path(path).read_bytes(), 0o755)
    layer.add(CERTIFICATES, Path(CERTIFICATES).read_bytes())
    for path, text in licences(packages_of(libraries) | {"ca-certificates"}).items():
        layer.add(path, text)
    return layer


def program_layer(program: Path) -> Layer:
    """The program, with its licence and those of what is linked into it."""
    layer = Layer(NAME)
    layer.add(f"/usr/bin/{NAME}", program.read_bytes(), 0o755)
    folder = f"/usr/share/doc/{NAME}"
    layer.add(f"{folder}/LICENSE", (ROOT / "LICENSE").read_bytes())
    linked = linked_licences()
    if not any("checkouts" in source.parts for source in linked):
        print("build-image: there is no .build/checkouts, so the licences of Swift packages that are linked into the "
              "program are not in the image", file=sys.stderr)  # fmt: skip
        if os.environ.get("CI"):
            raise SystemExit(1)
    for source in linked:
        layer.add(f"{folder}/linked/{source.parent.name}/{source.name}", source.read_bytes())
    return layer


def linked_licences() -> list[Path]:
    """Licences of the packages that SwiftPM fetched, where the program was built in this tree, and of Swift."""
    found = [
        path
        for path in sorted(ROOT.glob(".build/checkouts/*/*"))
        if path.is_file() and re.match(r"(LICEN[CS]E|NOTICE)", path.name)
    ]
    swift = Path(subprocess.run(["sh", "-c", "command -v swift || true"], capture_output=True, text=True,
                                check=True).stdout.strip())  # fmt: skip
    licence = swift.resolve().parent.parent / "share/swift/LICENSE.txt"
    return [*found, licence] if licence.is_file() else found


def architecture(program: Path) -> str:
    """For which processor `program` is, as OCI calls it."""
    machine = struct.unpack_from("<H", program.read_bytes()[:20], 18)[0]
    if machine not in ARCHITECTURES:
        raise SystemExit(f"build-image: {program} is for a processor that has no name here (ELF machine {machine})")
    return ARCHITECTURES[machine]


def build(program: Path, time: int) -> tuple[str, bytes]:
    """The version of `program`, and the image as a tar file."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"version (\S+) \(revision: ([^,)]+)", said)
    if not match:
        raise SystemExit(f"build-image: {program} does not tell its version: {said}")
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
        "architecture": architecture(program),
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
    # The first is what containerd takes as the image's whole name, the second what other tools take as its tag.
    # No registry is localhost: an image of this name comes from here or not at all.
    names = {
        "io.containerd.image.name": f"localhost/{NAME}:{version}",
        "org.opencontainers.image.ref.name": version,
    }
    layers = [base_layer(program), program_layer(program)]
    return version, Layout(time).archive(layers, configuration, labels, names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    version, image = build(arguments.program, int(os.environ["SOURCE_DATE_EPOCH"]))
    output = arguments.output or ROOT / "dist" / f"{NAME}-{version}.oci.tar"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(image)
    print(output)


main()
