# SPDX-License-Identifier: Apache-2.0
"""Runs the exporter: one-shot commands, and long-running ones as a context manager."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import gzip
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from typing import Any, Self

from toolbox.shared.processes import HOST, Server, listens, wait_for

# The text that all secrets of the tests contain, so that one search finds any of them.
PLANTED = "SECRET-TOKEN-VALUE"
TEXT = "text"
OPENMETRICS = "openmetrics"
FORMATS = (TEXT, OPENMETRICS)
CONTENT_TYPES = {
    TEXT: "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
    OPENMETRICS: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
}
ACCEPT = {TEXT: "text/plain;version=0.0.4", OPENMETRICS: "application/openmetrics-text;version=1.0.0"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The result of a one-shot command."""

    status: int
    stdout: bytes
    stderr: str
    seconds: float

    @property
    def text(self) -> str:
        return self.stdout.decode("utf-8", "replace")

    @property
    def everything(self) -> str:
        return self.text + "\n" + self.stderr


@dataclasses.dataclass(frozen=True)
class Answer:
    """An HTTP response; header names are lower case."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        return json.loads(self.body)


def fetch(
    port: int,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    timeout: float = 5,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Sends one request to a server on loopback, with `context` over TLS."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    if context:
        connection = http.client.HTTPSConnection(HOST, port, timeout=timeout, context=context)
    with contextlib.closing(connection):
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, response.read())


def environment(home: pathlib.Path) -> dict[str, str]:
    """Returns an environment without proxies, credentials and settings of the user."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ") if name in os.environ}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"}


def look_for_secrets(what: str, output: str) -> None:
    """Fails if an output or a log contains a planted secret. Every run of the exporter ends with it."""
    at = output.find(PLANTED)
    assert at < 0, f"a secret in the output of {what}: …{output[max(0, at - 80) : at + 40]!r}…"


def authorization(user: str, password: str) -> dict[str, str]:
    """Returns the header of basic authentication."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


class Exporter:
    """The program under test and its working directory."""

    def __init__(self, program: pathlib.Path, directory: pathlib.Path) -> None:
        self.program, self.directory = program, directory
        # Additional environment variables.
        self.variables: dict[str, str] = {}

    def run(self, *arguments: str, timeout: float = 30, umask: int = -1) -> Outcome:
        """Runs a command to its end."""
        begin = time.monotonic()
        try:
            done = subprocess.run(
                [self.program, *arguments], cwd=self.directory, env=environment(self.directory) | self.variables,
                timeout=timeout, capture_output=True, stdin=subprocess.DEVNULL, umask=umask, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as expired:
            raise AssertionError(f"{arguments} timed out after {timeout} s: {expired.stderr!r}") from None
        seconds = time.monotonic() - begin
        outcome = Outcome(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"), seconds)
        look_for_secrets(" ".join(arguments), outcome.everything)
        return outcome

    def serve(self, *arguments: str, command: str = "serve") -> Running:
        """Returns a context manager that runs a long-running command on a free port."""
        return Running(self, command, arguments)


class Running(Server):
    """A running `serve` or `demo`. Leaving the context kills it if it still runs."""

    def __init__(self, exporter: Exporter, command: str, arguments: Sequence[str]) -> None:
        super().__init__(command, exporter.directory)
        command_line = (exporter.program, command, *arguments, f"--web.listen-address={self.address}")
        self.start(*command_line, env=environment(exporter.directory) | exporter.variables)
        self.started = time.monotonic()

    def __enter__(self) -> Self:
        try:
            wait_for(self.is_ready, 10, f"{self.address} listens")
        except AssertionError as failure:
            self.kill()
            raise AssertionError(f"{failure}\n{self.log()[-2000:]}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        look_for_secrets(str(self.process.args), self.log())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def is_ready(self) -> bool:
        self.require_running()
        return listens(self.port)

    def terminate(self, limit: float = 5.0) -> tuple[int, float]:
        """Sends SIGTERM; returns the exit status and the seconds that it took."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running {limit} s after SIGTERM\n{self.log()[-1500:]}") from None
        return status, time.monotonic() - begin

    def fetch(self, path: str, method: str = "GET", **options: Any) -> Answer:
        return fetch(self.port, path, method, **options)

    def page(self, format: str = TEXT, path: str = "/metrics") -> str:
        answer = self.fetch(path, headers={"Accept": ACCEPT[format]})
        assert answer.status == 200, f"{path} answered {answer.status}: {answer.raw[:300]!r}"
        return answer.text

    def ready(self, seconds: float = 10) -> None:
        wait_for(lambda: self.fetch("/-/ready").status == 200, seconds, "/-/ready answers 200")

    def send(self, request: bytes) -> bytes:
        """Sends bytes and the end of the stream; returns the response bytes."""
        received = bytearray()
        with socket.create_connection((HOST, self.port), 15) as connection, contextlib.suppress(ConnectionError):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while block := connection.recv(65536):
                received += block
        return bytes(received)

    def resident_megabytes(self) -> float:
        return self.memory("VmRSS")

    def peak_megabytes(self) -> float:
        return self.memory("VmHWM")

    def memory(self, field: str) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text("ascii", "replace")
        line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
        return int(line.split()[1]) / 1024

    def cpu_seconds(self) -> float:
        """Returns the CPU time that the exporter has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
