# SPDX-License-Identifier: Apache-2.0
"""Runs containers of the image with umoci and runc, like the runtime of a kubelet."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path

from exporter import Running
from report import Failure, Skip, require_equal

PROGRAMS = ("umoci", "runc")


def require_runtime() -> None:
    """Skips the check if no container runtime is available."""
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        raise Skip(f"{' and '.join(missing)} must be installed")
    if os.geteuid() != 0:
        raise Skip("only root may run containers")


class Bundle:
    """The image as a runtime bundle."""

    def __init__(self, archive: Path, tag: str, directory: Path) -> None:
        require_runtime()
        layout = directory / "layout"
        with tarfile.open(archive) as tar:
            tar.extractall(layout, filter="data")
        self.directory, self.path = directory, directory / "bundle"
        _run("umoci", "unpack", "--image", f"{layout}:{tag}", str(self.path))
        self.settings = json.loads((self.path / "config.json").read_text("utf-8"))
        self.root = self.path / "rootfs"
        self.entry_point = f"/{self.settings['process']['args'][0].lstrip('/')}"

    def prepare(self, arguments: Sequence[str], mounts: dict[str, Path], writable: bool) -> None:
        """Writes the container configuration: that of the image with the chart's security context."""
        settings = json.loads(json.dumps(self.settings))
        process = settings["process"]
        process |= {"terminal": False, "noNewPrivileges": True, "args": [self.entry_point, *arguments]}
        process["capabilities"] = {kind: [] for kind in process.get("capabilities", {})}
        settings["root"]["readonly"] = not writable
        # The host's network, because tests use loopback. Without limits of memory and CPU.
        settings["linux"]["namespaces"] = [{"type": kind} for kind in ("mount", "pid", "ipc", "uts")]
        settings["linux"].pop("resources", None)
        for name in ("uidMappings", "gidMappings"):
            settings["linux"].pop(name, None)
        settings["mounts"] = [mount for mount in settings["mounts"] if mount["destination"] in ("/proc", "/dev")]
        settings["mounts"] += [
            {"destination": where, "source": str(source), "type": "bind", "options": ["bind", "ro"]}
            for where, source in mounts.items()
        ]
        (self.path / "config.json").write_text(json.dumps(settings), "utf-8")

    def digest(self) -> str:
        """Returns a digest of the container's files."""
        found = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            found.update(f"{path}\0{status.st_mode}\0{status.st_uid}\0{status.st_mtime_ns}\0".encode())
            if path.is_file() and not path.is_symlink():
                found.update(path.read_bytes())
        return found.hexdigest()


class Container:
    """A long-running command in a container that listens on `port`. Leaving the context stops it."""

    def __init__(
        self, bundle: Bundle, port: int, arguments: Sequence[str], mounts: dict[str, Path], writable: bool = False
    ) -> None:
        self.bundle, self.port = bundle, port
        self.id = f"exporter-{os.getpid()}-{port}"
        self.log_path = bundle.directory / f"{self.id}.log"
        self._state = bundle.directory / "state"
        bundle.prepare([*arguments, f"--web.listen-address=127.0.0.1:{port}"], mounts, writable)
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [*self._runc(), "run", "--bundle", str(bundle.path), self.id],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    # Methods of programs outside of containers work here too.
    listening, log, fetch, page, ready = Running.listening, Running.log, Running.fetch, Running.page, Running.ready

    def _runc(self) -> list[str]:
        return ["runc", "--root", str(self._state)]

    def __enter__(self) -> Container:
        deadline = time.monotonic() + 20
        while not self.listening():
            if time.monotonic() > deadline:
                self.kill()
                raise Failure(f"the container does not listen\n{self.log()[-2000:]}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        subprocess.run([*self._runc(), "delete", "--force", self.id], capture_output=True, check=False)
        self.process.wait(10)

    def owner(self) -> tuple[int, int]:
        """Returns user and group of the process on the host."""
        state = json.loads(_run(*self._runc(), "state", self.id))
        status = os.stat(f"/proc/{state['pid']}")
        return status.st_uid, status.st_gid

    def terminate(self, limit: float = 5.0) -> float:
        """Sends SIGTERM, like a kubelet; returns the seconds until the exit."""
        begin = time.monotonic()
        _run(*self._runc(), "kill", self.id, "TERM")
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"still running {limit} s after SIGTERM\n{self.log()[-1500:]}") from None
        require_equal(status, 0, "the exit status")
        return time.monotonic() - begin


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise Failure(f"{' '.join(command)} exited with status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
