# SPDX-License-Identifier: Apache-2.0
"""Runs other programs: to their end, or as servers on a free port of loopback."""

import contextlib
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAME = "dataarts-fabric-exporter"
HOST = "127.0.0.1"
# Ignores proxies of the environment.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

T = TypeVar("T")


def attempt(*command: object, seconds: float = 120, **options: Any) -> tuple[int, str]:
    """Runs a command; returns its status and its output with standard error. `options` are those of subprocess.run."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds,
            check=False, **options,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"timed out after {seconds:g} s: {' '.join(words)}\n{late.output or ''}") from None
    return done.returncode, done.stdout


def run(*command: object, seconds: float = 120, **options: Any) -> str:
    """Runs a command that must succeed; returns its output with standard error."""
    status, output = attempt(*command, seconds=seconds, **options)
    assert status == 0, f"status {status}: {' '.join(str(word) for word in command)}\n{output}"
    return output


def wait_for(condition: Callable[[], T | None], seconds: float, what: str, step: float = 0.05) -> T:
    """Returns the first true value of `condition`, called every `step` seconds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"timed out after {seconds:g} s: {what}"
        time.sleep(step)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether a server accepts connections on this port."""
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def stop(process: subprocess.Popen[bytes], seconds: float = 20) -> int:
    """Terminates a process, kills it if it still runs after `seconds`; returns its status."""
    process.terminate()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait()


class Server:
    """A program that serves HTTP on a free port of loopback, with its log in `directory`."""

    ready_path = "/-/ready"

    def __init__(self, name: str, directory: pathlib.Path) -> None:
        self.name, self.directory, self.port = name, directory, free_port()
        self.address = f"{HOST}:{self.port}"
        self.url = f"http://{self.address}"
        self.log_path = directory / f"{name}-{self.port}.log"
        self.process: subprocess.Popen[bytes]

    def start(self, *command: object, env: Mapping[str, str] | None = None) -> None:
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory,
                env=env,
            )  # fmt: skip

    @contextlib.contextmanager
    def running(self, *command: object, seconds: float = 30, env: Mapping[str, str] | None = None) -> Iterator[None]:
        """Runs the command until the block ends, which begins when `ready_path` answers with 200."""
        self.start(*command, env=env)
        try:
            wait_for(self.is_ready, seconds, f"{self.name} is ready")
            yield
        finally:
            stop(self.process)

    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def require_running(self) -> None:
        status = self.process.poll()
        assert status is None, f"{self.name} exited with status {status}\n{self.log()[-2000:]}"

    def is_ready(self) -> bool:
        self.require_running()
        with contextlib.suppress(OSError):
            OPENER.open(self.url + self.ready_path, timeout=5).close()
            return True
        return False

    def text(self, path: str) -> str:
        with OPENER.open(self.url + path, timeout=20) as response:
            return str(response.read().decode())
