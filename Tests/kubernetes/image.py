# SPDX-License-Identifier: Apache-2.0
"""Builds the image of a program, inspects it, and runs it in containers.

usage: image.py PROGRAM
"""

from __future__ import annotations

import os
import random
import re
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests/acceptance"))

from cloud_data import Stored, Workspace, documented_row  # noqa: E402
from container import Bundle, Container  # noqa: E402
from control_plane import TOKEN, ControlPlane  # noqa: E402
from exporter import free_port  # noqa: E402
from group_web import Certificates  # noqa: E402
from oci import Image  # noqa: E402
from report import Failure, Report, Skip, require, require_equal, wait_for  # noqa: E402

PROGRAM = "usr/bin/dataarts-fabric-exporter"
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
#: A host name of the cloud that is only in the container's /etc/hosts, so that glibc must look it up.
NAME = "fabric.test"
#: Maximum size of the image; the program loads about 37 libraries.
LARGEST = 75_000_000
UP = re.compile(r"^dataarts_fabric_workspace_up\{.*\} (\d)$", re.MULTILINE)
REASON = re.compile(r'^dataarts_fabric_workspace_poll_failures_total\{.*reason="(\w+)"\} [1-9]', re.MULTILINE)


def make(program: Path, output: Path, **environment: str) -> Path:
    subprocess.run([ROOT / "scripts/build-image", program, output], check=True, capture_output=True,
                   env=os.environ | environment)  # fmt: skip
    return output


def check_files(report: Report, program: Path, image: Image) -> None:
    """Checks the files of the image."""
    files = image.files
    with report.check("the program is unchanged and in a separate layer"):
        require_equal(files[PROGRAM].content == program.read_bytes(), True, "the program in the image")
        require(PROGRAM not in image.layers[0], "the program is in the layer of the libraries")
        require(not any("/lib" in f"/{name}" and name.count(".so") for name in image.layers[1]), "libraries above")
    with report.check("all files belong to root, only root may write, and there are no setuid or setgid files"):
        for name, entry in files.items():
            require_equal(entry.owner, (0, 0), f"the owner of {name}")
            require(entry.mode & 0o7022 == 0, f"{name} has mode {entry.mode:o}")
            require(entry.kind in (tarfile.REGTYPE, tarfile.DIRTYPE), f"{name} is neither a file nor a folder")
            require_equal(entry.time, int(os.environ["SOURCE_DATE_EPOCH"]), f"the time of {name}")
    with report.check("only the program and the loader are executable"):
        runs = {name for name, entry in files.items() if entry.kind == tarfile.REGTYPE and entry.mode & 0o111}
        others = {name for name in runs if not re.search(r"\.so(\.|$)", name)}
        require_equal(others, {PROGRAM}, "executables other than libraries")
    with report.check("all libraries have licenses"):
        holders = {name.split("/")[3] for name in files if re.fullmatch(r"usr/share/doc/[^/]+/copyright", name)}
        require({"libcurl4", "libc6", "libstdc++6", "ca-certificates"} <= holders, f"licenses of {sorted(holders)}")
        require("usr/share/doc/dataarts-fabric-exporter/LICENSE" in files, "the program has no license")
    with report.check(f"it has at most {LARGEST:,} bytes"):
        size = sum(len(entry.content) for entry in files.values())
        require(size <= LARGEST, f"it has {size:,}")
        report.say(f"        {size:,} bytes, {sum(layer['size'] for layer in image.manifest['layers']):,} packed")


def check_settings(report: Report, image: Image, version: str) -> None:
    settings = image.configuration["config"]
    with report.check("it runs the program as an unprivileged user, on the documented port"):
        require_equal(settings["User"], "65532:65532", "the user")
        require_equal(settings["Entrypoint"], [f"/{PROGRAM}"], "the entry point")
        require_equal(settings["ExposedPorts"], {"9942/tcp": {}}, "the port")
        require_equal(settings["StopSignal"], "SIGTERM", "the signal")
    with report.check("labels and annotations describe it"):
        labels = settings["Labels"]
        require_equal(labels["org.opencontainers.image.version"], version, "the version")
        require_equal(image.manifest["annotations"], labels, "the annotations")


def check_damage(report: Report, archive: Path, directory: Path) -> None:
    """Tests the image reader: it must detect a changed byte."""
    with tarfile.open(archive) as tar:
        blobs = [member for member in tar if member.isfile() and member.name.startswith("blobs/")]
    content = archive.read_bytes()
    for member in blobs:
        place = member.offset_data + member.size // 2
        damaged = directory / "damaged.tar"
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with report.check(f"a changed byte in {member.name[-12:]} is detected"):
            try:
                Image(damaged)
            except (Failure, ValueError):
                continue
            raise Failure("the damaged image was accepted")


def check_skopeo(report: Report, archive: Path, version: str, directory: Path) -> None:
    """Reads the image with an independent program."""
    with report.check("skopeo copies it, and finds the tag"):
        if not shutil.which("skopeo"):
            raise Skip("skopeo must be installed")
        done = subprocess.run(
            ["skopeo", "--insecure-policy", "copy", f"oci-archive:{archive}:{version}", f"dir:{directory / 'copy'}"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        require_equal((done.returncode, done.stderr), (0, ""), "skopeo's answer")


class Volume:
    """A volume like a kubelet's of a ConfigMap or Secret: links through `..data`, which is replaced atomically."""

    def __init__(self, path: Path, files: dict[str, str]) -> None:
        self.path, self._number = path, 0
        path.mkdir()
        self.replace(files)
        for name in files:
            (path / name).symlink_to(f"..data/{name}")

    def replace(self, files: dict[str, str]) -> None:
        self._number += 1
        folder = self.path / f"..{self._number}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
            os.chown(folder / name, 0, 65532)
            (folder / name).chmod(0o440)
        (self.path / "..new").symlink_to(folder.name)
        (self.path / "..new").rename(self.path / "..data")


def run_demo(report: Report, bundle: Bundle) -> None:
    # The user may write everywhere, so that a write of the program would succeed.
    for path in [bundle.root, *bundle.root.rglob("*")]:
        os.chown(path, 65532, 65532)
    before = bundle.digest()
    with report.check("the demo runs as the user and writes no files, even with write access"):
        with Container(bundle, free_port(), ["demo"], {}, writable=True) as container:
            require_equal(container.owner(), (65532, 65532), "user and group")
            wait_for(lambda: UP.findall(container.page()), 20, "workspaces are listed")
            took = container.terminate()
        # Ignore the time of the root folder, which the runtime changes.
        require_equal(bundle.digest(), before, "the files after the run")
        report.say(f"        SIGTERM to end: {took:.2f} s")
    with report.check("a written file is detected"):
        (bundle.root / "etc/written").write_text("", "utf-8")
        require(bundle.digest() != before, "not detected")
        (bundle.root / "etc/written").unlink()


def configuration(url: str, workspace: str) -> str:
    return (
        "poll: {interval: 1s, timeout: 2s, stale_after: 10s}\nsources:\n  - name: test\n"
        f"    base_url: {url}\n    auth: {{token_file: /run/secrets/fabric/token}}\n"
        f"    workspaces: [{{id: {workspace}}}]\n"
    )


def run_serve(report: Report, bundle: Bundle, directory: Path) -> None:
    """Runs `serve` as in Kubernetes, with a cloud over plain HTTP and then over TLS."""
    seeded = random.Random(1)
    workspace = Workspace("w1", None, [Stored(documented_row(seeded, number)) for number in range(3)])
    secret = Volume(directory / "secret", {"token": "outdated"})
    hosts = directory / "hosts"
    hosts.write_text(f"127.0.0.1 {NAME}\n", "ascii")
    mounts = {"/run/secrets/fabric": secret.path, "/etc/hosts": hosts}

    def serve(volume: Volume, extra: dict[str, Path] | None = None) -> Container:
        port = free_port()
        wanted = mounts | {"/etc/dataarts-fabric-exporter": volume.path} | (extra or {})
        arguments = ["serve", "--config.file=/etc/dataarts-fabric-exporter/config.yaml"]
        return Container(bundle, port, arguments, wanted)

    def state(container: Container) -> tuple[list[str], list[str]]:
        page = container.page()
        return UP.findall(page), REASON.findall(page)

    with ControlPlane([workspace]) as plane:
        volume = Volume(directory / "http", {"config.yaml": configuration(plane.base_url, workspace.id)})
        with report.check("serve with a read-only root reloads a rotated Secret, and stops in time"):
            with serve(volume) as container:
                wait_for(lambda: state(container) == (["0"], ["unauthenticated"]), 10, "the old token is rejected")
                secret.replace({"token": TOKEN})
                wait_for(lambda: state(container)[0] == ["1"], 10, "the new token is accepted")
                took = container.terminate()
            report.say(f"        SIGTERM to end: {took:.2f} s")

    certificates = Certificates(directory)
    certificates.make("server", NAME, f"DNS:{NAME}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server.pem"), certificates.path("server.key"))
    with ControlPlane([workspace]) as plane:
        plane._server.socket = context.wrap_socket(plane._server.socket, server_side=True)  # type: ignore[union-attr]
        url = f"https://{NAME}:{plane.port}"
        volume = Volume(directory / "https", {"config.yaml": configuration(url, workspace.id)})
        with report.check("a certificate authority that is not in the image is rejected"), serve(volume) as container:
            wait_for(lambda: state(container) == (["0"], ["tls"]), 10, "the API's certificate is rejected")
            text = container.fetch("/api/v1/status").text
            # An unreadable bundle gives another error.
            require(re.search("self-signed certificate|unable to get local issuer", text), text)
        added = directory / "added.crt"
        added.write_bytes((bundle.root / BUNDLE).read_bytes() + Path(certificates.path("ca.pem")).read_bytes())
        title = "it is trusted when it is in the image's bundle"
        with report.check(title), serve(volume, {f"/{BUNDLE}": added}) as container:
            wait_for(lambda: state(container)[0] == ["1"], 10, "the API is listed over TLS")


def main() -> int:
    program = Path(sys.argv[1]).resolve()
    report = Report()
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    version = said.split("version ")[1].split()[0]
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        # Containers run as another user.
        directory.chmod(0o755)
        report.begin("the image")
        os.environ.setdefault(
            "SOURCE_DATE_EPOCH",
            subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True,
                           check=True).stdout.strip(),
        )  # fmt: skip
        archive = make(program, directory / "image.tar")
        with report.check("a second build is identical"):
            second = make(program, directory / "second.tar", TZ="Asia/Shanghai", LC_ALL="C", PYTHONHASHSEED="7")
            require_equal(second.read_bytes() == archive.read_bytes(), True, "the files are equal")
        image = Image(archive)
        check_settings(report, image, version)
        check_files(report, program, image)
        check_damage(report, archive, directory)
        check_skopeo(report, archive, version, directory)
        report.begin("containers")
        try:
            bundle = Bundle(archive, version, directory)
        except Skip as reason:
            with report.check("containers of the image"):
                raise Skip(f"skipped: {reason}") from None
        else:
            run_serve(report, bundle, directory)
            run_demo(report, bundle)
    return report.summary()


if __name__ == "__main__":
    sys.exit(main())
