# SPDX-License-Identifier: Apache-2.0
"""A clean Debian in a folder, booted in its own namespaces. The booted system has no network but loopback."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import subprocess
from collections.abc import Iterator
from typing import Any

from toolbox.shared.processes import NAME, attempt, run, stop, wait_for

# The oldest release that the package supports, which builds it, and the newest.
SUITES = ("bookworm", "trixie")
# The folder inside of the machine that has the packages to install.
PACKAGES = "/media"


class Machine:
    """The root folder, and commands in the booted system."""

    def __init__(self, folder: pathlib.Path, suite: str) -> None:
        self.suite = suite
        self.root = folder / "root"
        self.log = folder / "boot.log"
        self.leader = ""

    def create(self, *packages: pathlib.Path) -> None:
        """Installs a minimal Debian with systemd, and downloads what the first package needs."""
        # With the mirrors and the proxy of this machine.
        form = "deb $(SITE) $(RELEASE) $(COMPONENT)"
        targets = run("apt-get", "indextargets", "--format", form, "Created-By: Packages", "Origin: Debian")
        own = {line for line in targets.splitlines() if re.search(rf" {SUITES[0]}(-\w+)? ", line)}
        mirrors = {line.replace(f" {SUITES[0]}", f" {self.suite}") for line in own}
        proxies = run("apt-config", "dump", "Acquire::http::Proxy", "Acquire::https::Proxy").splitlines()
        download = f"apt-get install --yes --download-only --no-install-recommends {PACKAGES}/{packages[0].name}"
        run(
            "mmdebstrap", "--quiet", "--mode=root", "--variant=apt", "--include=systemd-sysv,dbus",
            "--skip=cleanup/apt", *(f"--aptopt={proxy}" for proxy in proxies),
            *(f"--customize-hook=copy-in {package} {PACKAGES}" for package in packages),
            f'--customize-hook=chroot "$1" {download}', self.suite, self.root, *sorted(mirrors), seconds=600,
        )  # fmt: skip

    @contextlib.contextmanager
    def booted(self) -> Iterator[None]:
        """Boots the system, and switches it off at the end of the block."""
        # Without a service manager on this machine, systemd-nspawn cannot create a scope.
        keep = [] if pathlib.Path("/run/systemd/system").exists() else ["--keep-unit"]
        with self.log.open("w") as log:
            nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", *keep, "--private-network", "--boot",
                 f"--machine=packages-{self.suite}-{os.getpid()}", f"--directory={self.root}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

        def init() -> str:
            """Returns the child that is the first process of its namespace; an earlier child sets up the namespaces."""
            assert nspawn.poll() is None, f"systemd-nspawn exited with status {nspawn.returncode}"
            children = pathlib.Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text().split()
            statuses = {child: attempt("grep", r"^NSpid:.*\s1$", f"/proc/{child}/status")[0] for child in children}
            return next((child for child, status in statuses.items() if status == 0), "")

        try:
            self.leader = wait_for(init, 60, "systemd-nspawn starts init")
            wait_for(lambda: self.state() in ("running", "degraded"), 180, "the system is up", step=0.2)
            yield
        finally:
            self.attempt("systemctl", "poweroff", "--force", "--force")
            stop(nspawn)

    def state(self) -> str:
        return self.attempt("systemctl", "is-system-running")[1].strip()

    @property
    def network(self) -> list[str]:
        """The command that runs another one of this machine in the network of the booted system."""
        return ["nsenter", f"--target={self.leader}", "--net"]

    def attempt(self, *command: object, **options: Any) -> tuple[int, str]:
        inside = ("--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd")
        environment = ("env", "-u", "TMPDIR", "DEBIAN_FRONTEND=noninteractive")
        return attempt(*self.network, *inside, *environment, *command, **options)

    def run(self, *command: object, **options: Any) -> str:
        status, output = self.attempt(*command, **options)
        assert status == 0, f"status {status}: {' '.join(str(word) for word in command)}\n{output}"
        return output

    def install(self, file: pathlib.Path, *options: str) -> None:
        keep = "Dpkg::Options::=--force-confold"
        self.run("apt-get", "install", "--yes", "--no-install-recommends", "-o", keep, *options,
                 f"{PACKAGES}/{file.name}", seconds=300)  # fmt: skip

    def path(self, name: str) -> pathlib.Path:
        return self.root / name.lstrip("/")

    def property(self, name: str, unit: str = f"{NAME}.service") -> str:
        """Returns a property of a systemd unit."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).strip()

    def page(self, url: str, pattern: str, seconds: float = 15) -> str:
        """Waits until the page contains the pattern; returns the page."""
        curl = (*self.network, "curl", "--silent", "--fail", "--noproxy", "*", "--max-time", "5", url)

        def matching() -> str:
            status, page = attempt(*curl)
            return page if status == 0 and re.search(pattern, page, re.MULTILINE) else ""

        return wait_for(matching, seconds, f"{pattern} in {url}", step=0.1)
