# SPDX-License-Identifier: Apache-2.0
"""A clean Debian 12 in a folder, booted in its own namespaces if possible."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import time

from commands import attempt, run
from report import Failure, Skip, wait_for

SUITE = "bookworm"
# Paths inside of the machine: the packages to install, and the PID of a started process.
PACKAGES = "/media"
PROCESS = "/media/started.pid"


def own_sources() -> list[str]:
    """Returns the Debian 12 mirrors of this machine as lines of a sources.list."""
    form = "deb $(SITE) $(RELEASE) $(COMPONENT)"
    lines = run("apt-get", "indextargets", "--format", form, "Created-By: Packages", "Origin: Debian").splitlines()
    return sorted({line for line in lines if re.search(rf" {SUITE}(-\w+)? ", line)})


def own_proxy() -> list[str]:
    """Returns the apt proxy of this machine as options of mmdebstrap."""
    shown = run("apt-config", "dump", "--format", "%F %v%n", "Acquire::http::Proxy", "Acquire::https::Proxy")
    pairs = [line.split(" ", 1) for line in shown.splitlines()]
    return [f'--aptopt={key} "{value.strip()}"' for key, value in pairs if value.strip()]


class Machine:
    """The root folder, with commands in a chroot or in the booted system."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.root = folder / "root"
        self.log = folder / "boot.log"
        self.nspawn: subprocess.Popen | None = None
        self.leader = ""

    def make(self) -> None:
        """Installs a minimal Debian with systemd. Keeps apt's lists, so that packages can be installed."""
        if os.geteuid() != 0:
            raise Skip("needs root or passwordless sudo")
        options = ["--mode=root", "--variant=apt", "--include=systemd-sysv,dbus", "--skip=cleanup/apt/lists", "--quiet"]
        run("mmdebstrap", *options, *own_proxy(), SUITE, self.root, *own_sources(), seconds=600)

    def boot(self) -> None:
        """Boots the system with a private network that has only loopback."""
        # Without a service manager on this machine, systemd-nspawn cannot create a scope.
        keep = [] if pathlib.Path("/run/systemd/system").exists() else ["--keep-unit"]
        with self.log.open("w") as log:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", *keep, "--private-network", "--boot",
                 f"--machine=packages-{os.getpid()}", f"--directory={self.root}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self.leader = wait_for(self._child, 60, "systemd-nspawn starts init")
            wait_for(lambda: self.state() in ("running", "degraded"), 180, "the system is up", step=0.2)
        except Failure as failure:
            self.stop()
            tail = self.log.read_text(errors="replace")[-2000:]
            raise Skip(f"systemd cannot be booted here: {failure}\n{tail}") from None

    def _child(self) -> str:
        if self.nspawn.poll() is not None:
            raise Failure(f"systemd-nspawn exited with status {self.nspawn.returncode}")
        return pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text("ascii").strip()

    @property
    def is_booted(self) -> bool:
        return bool(self.leader)

    def state(self) -> str:
        return self.attempt("systemctl", "is-system-running")[1].strip()

    def stop(self) -> None:
        """Shuts the system down. Ends only processes that were started here."""
        if self.nspawn is None:
            return
        self.nspawn.terminate()
        try:
            self.nspawn.wait(20)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()
        self.nspawn, self.leader = None, ""

    def _inside(self) -> list[str]:
        if self.leader:
            return ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
                    "--root", "--wd", "env", "-u", "TMPDIR", "DEBIAN_FRONTEND=noninteractive"]  # fmt: skip
        # Swift reads the program's arguments from /proc. The mount ends with the command.
        enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" env -u TMPDIR DEBIAN_FRONTEND=noninteractive "$@"'
        return ["unshare", "--mount", "sh", "-c", enter, str(self.root)]

    def attempt(self, *command: object, **more) -> tuple[int, str]:
        return attempt(*self._inside(), *command, **more)

    def run(self, *command: object, **more) -> str:
        return run(*self._inside(), *command, **more)

    def start(self, *command: object) -> subprocess.Popen:
        """Starts a command that runs until `end`."""
        words = [*self._inside(), "sh", "-c", f'echo $$ > {PROCESS}; exec "$@"', "sh", *(str(word) for word in command)]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self, process: subprocess.Popen) -> int:
        """Sends SIGTERM to the command of `start`, which nsenter would not forward; returns its status."""
        self.run("sh", "-c", f"kill $(cat {PROCESS}); rm {PROCESS}")
        return process.wait(15)

    def path(self, name: str) -> pathlib.Path:
        return self.root / name.lstrip("/")

    def fetch(self, url: str) -> str:
        """Returns the body of a response with status 200, using this machine's curl in the other network namespace."""
        network = ["nsenter", f"--target={self.leader}", "--net"] if self.leader else []
        return run(*network, "curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "5", url)

    def wait_for_page(self, url: str, pattern: str, seconds: float = 15) -> str:
        """Waits until the page contains the pattern; returns the page."""
        page = ""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                page = self.fetch(url)
            except Failure as failure:
                page = str(failure)
            if re.search(pattern, page, re.MULTILINE):
                return page
            time.sleep(0.1)
        raise Failure(f"timed out after {seconds:g} s: {pattern} in {url}\n{page[:2000]}")
