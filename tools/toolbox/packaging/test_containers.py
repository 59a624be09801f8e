# SPDX-License-Identifier: Apache-2.0
"""Containers of the image, run by runc like by a kubelet: `serve` with rotated secrets and TLS, and the demo."""

from __future__ import annotations

import json
import os
import pathlib
import random
import re
import ssl
import subprocess
import tarfile
from collections.abc import Iterator, Mapping

import pytest

from toolbox.shared.certificates import Certificates
from toolbox.shared.cloud_data import Stored, Workspace, documented_row
from toolbox.shared.control_plane import TOKEN, ControlPlane
from toolbox.shared.exporter import Running
from toolbox.shared.processes import HOST, NAME, free_port, run, wait_for

pytestmark = pytest.mark.root

USER = 65532
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
# A host name of the cloud that is only in the container's /etc/hosts, so that glibc must look it up.
CLOUD = "fabric.test"
UP = re.compile(r"^dataarts_fabric_workspace_up\{.*\} (\d)$", re.MULTILINE)
REASON = re.compile(r'^dataarts_fabric_workspace_poll_failures_total\{.*reason="(\w+)"\} [1-9]', re.MULTILINE)


@pytest.fixture(scope="module")
def bundle(archive: pathlib.Path, version: str, directory: pathlib.Path) -> pathlib.Path:
    """The image as a runtime bundle."""
    # Containers run as another user.
    directory.chmod(0o755)
    with tarfile.open(archive) as tar:
        tar.extractall(directory / "layout", filter="data")
    # Like skopeo it verifies digests and sizes of all blobs, and those of the unpacked layers.
    run("umoci", "unpack", "--image", f"{directory / 'layout'}:{version}", directory / "bundle")
    # Mount points, which runc would create.
    for name in ("proc", "dev"):
        (directory / "bundle/rootfs" / name).mkdir(exist_ok=True)
    return directory / "bundle"


def configure(bundle: pathlib.Path, arguments: list[str], mounts: Mapping[str, pathlib.Path], writable: bool) -> None:
    """Writes the container configuration: that of the image with the chart's security context."""
    file = bundle / "config.json"
    settings = json.loads(file.read_text())
    process = settings["process"]
    process |= {"terminal": False, "noNewPrivileges": True, "args": [process["args"][0], *arguments]}
    process["capabilities"] = {}
    settings["root"]["readonly"] = not writable
    # The host's network, because tests use loopback. Without limits of memory and CPU.
    settings["linux"]["namespaces"] = [{"type": kind} for kind in ("mount", "pid", "ipc", "uts")]
    settings["linux"].pop("resources", None)
    settings["mounts"] = [mount for mount in settings["mounts"] if mount["destination"] in ("/proc", "/dev")]
    settings["mounts"] += [
        {"destination": where, "source": str(source), "type": "bind", "options": ["bind", "ro"]}
        for where, source in mounts.items()
    ]
    file.write_text(json.dumps(settings))


def files(root: pathlib.Path) -> dict[pathlib.Path, tuple[int, int, int]]:
    """Returns mode, owner and time of the last change of all files."""
    found = {path: path.lstat() for path in root.rglob("*")}
    return {path: (status.st_mode, status.st_uid, status.st_ctime_ns) for path, status in found.items()}


class Container(Running):
    """A long-running command in a container. Leaving the context stops it."""

    def __init__(
        self, bundle: pathlib.Path, arguments: list[str], mounts: Mapping[str, pathlib.Path], writable: bool = False
    ) -> None:
        self.name, self.port = " ".join(arguments), free_port()
        self.address = f"{HOST}:{self.port}"
        self.id = f"exporter-{os.getpid()}-{self.port}"
        self.log_path = bundle.parent / f"{self.id}.log"
        self.runc = ["runc", "--root", str(bundle.parent / "state")]
        configure(bundle, [*arguments, f"--web.listen-address={self.address}"], mounts, writable)
        with self.log_path.open("wb") as log:
            # It forwards signals to the program, and exits with its status.
            command = [*self.runc, "run", "--bundle", str(bundle), self.id]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self) -> None:
        subprocess.run([*self.runc, "delete", "--force", self.id], capture_output=True, check=False)
        self.process.wait(10)

    def owner(self) -> tuple[int, int]:
        """Returns user and group of the process on the host."""
        status = os.stat(f"/proc/{json.loads(run(*self.runc, 'state', self.id))['pid']}")
        return status.st_uid, status.st_gid

    def state(self) -> tuple[list[str], list[str]]:
        """Returns whether workspaces are up, and the reasons of failed polls."""
        page = self.page()
        return UP.findall(page), REASON.findall(page)


class Volume:
    """A volume like a kubelet's of a ConfigMap or Secret: links through `..data`, which is replaced atomically."""

    def __init__(self, path: pathlib.Path, files: dict[str, str]) -> None:
        self.path, self.number = path, 0
        path.mkdir()
        self.replace(files)
        for name in files:
            (path / name).symlink_to(f"..data/{name}")

    def replace(self, files: dict[str, str]) -> None:
        self.number += 1
        folder = self.path / f"..{self.number}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
            os.chown(folder / name, 0, USER)
            (folder / name).chmod(0o440)
        (self.path / "..new").symlink_to(folder.name)
        (self.path / "..new").rename(self.path / "..data")


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    seeded = random.Random(1)
    rows = [Stored(documented_row(seeded, number)) for number in range(3)]
    with ControlPlane([Workspace("w1", None, rows)]) as plane:
        yield plane


def serve(bundle: pathlib.Path, url: str, secret: Volume, more: Mapping[str, pathlib.Path] | None = None) -> Container:
    """Returns a container of `serve` as in Kubernetes."""
    configuration = Volume(bundle.parent / f"configuration-{free_port()}", {
        "config.yaml": "poll: {interval: 1s, timeout: 2s, stale_after: 10s}\nsources:\n  - name: test\n"
        f"    base_url: {url}\n    auth: {{token_file: /run/secrets/fabric/token}}\n    workspaces: [{{id: w1}}]\n"
    })  # fmt: skip
    mounts = {f"/etc/{NAME}": configuration.path, "/run/secrets/fabric": secret.path, **(more or {})}
    return Container(bundle, ["serve", f"--config.file=/etc/{NAME}/config.yaml"], mounts)


def test_serve_with_a_read_only_root_reloads_a_rotated_secret_and_stops_in_time(
    bundle: pathlib.Path, plane: ControlPlane, tmp_path: pathlib.Path
) -> None:
    secret = Volume(bundle.parent / "rotated", {"token": "outdated"})
    with serve(bundle, plane.base_url, secret) as container:
        wait_for(lambda: container.state() == (["0"], ["unauthenticated"]), 10, "the old token is rejected")
        secret.replace({"token": TOKEN})
        wait_for(lambda: container.state()[0] == ["1"], 10, "the new token is accepted")
        assert container.terminate()[0] == 0


def test_the_cloud_is_trusted_if_its_authority_is_in_the_images_bundle(
    bundle: pathlib.Path, plane: ControlPlane
) -> None:
    directory = bundle.parent
    secret = Volume(directory / "valid", {"token": TOKEN})
    hosts = directory / "hosts"
    hosts.write_text(f"{HOST} {CLOUD}\n")
    certificates = Certificates(directory)
    certificates.make("server", CLOUD, f"DNS:{CLOUD}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server.pem"), certificates.path("server.key"))
    assert plane._server
    plane._server.socket = context.wrap_socket(plane._server.socket, server_side=True)
    url = f"https://{CLOUD}:{plane.port}"
    with serve(bundle, url, secret, {"/etc/hosts": hosts}) as container:
        wait_for(lambda: container.state() == (["0"], ["tls"]), 10, "the API's certificate is rejected")
        # An unreadable bundle gives another error.
        text = container.fetch("/api/v1/status").text
        assert re.search("self-signed certificate|unable to get local issuer", text), text
    added = directory / "added.crt"
    added.write_bytes(
        (bundle / f"rootfs{BUNDLE}").read_bytes() + pathlib.Path(certificates.path("ca.pem")).read_bytes()
    )
    with serve(bundle, url, secret, {"/etc/hosts": hosts, BUNDLE: added}) as container:
        wait_for(lambda: container.state()[0] == ["1"], 10, "the API is listed over TLS")


def test_the_demo_runs_as_the_user_and_writes_no_files_even_with_write_access(bundle: pathlib.Path) -> None:
    root = bundle / "rootfs"
    for path in [root, *root.rglob("*")]:
        os.chown(path, USER, USER)
    before = files(root)
    with Container(bundle, ["demo"], {}, writable=True) as container:
        assert container.owner() == (USER, USER)
        wait_for(lambda: UP.findall(container.page()), 20, "workspaces are listed")
        assert container.terminate()[0] == 0
    assert files(root) == before
