# SPDX-License-Identifier: Apache-2.0
"""Clients that exhaust connections and file descriptors, and clients that close their sending side."""

from __future__ import annotations

import contextlib
import pathlib
import resource
import socket
import time
from collections.abc import Iterator

from toolbox.shared import configuration

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import HOST, Running
from report import require, require_equal

# The maximum number of connections, see docs/web.md.
CONNECTIONS = 512
REQUEST = b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n"


def run(with_: Bench) -> None:
    cloud = with_.cloud()
    with ControlPlane([*cloud.values()]) as plane:
        source = Source(plane.base_url, [*cloud.values()])
        file = configuration.write(with_.directory, "clients.yaml", [source], "all")
        with with_.exporter.serve("--config.file", file) as running:
            running.ready()
            half_closed(with_, running)
            idle_clients(with_, running)
        with with_.exporter.serve("--config.file", file) as running:
            running.ready()
            no_descriptors(with_, running)


def half_closed(with_: Bench, running: Running) -> None:
    for path in (b"/metrics", b"/metrics?source=acceptance", b"/", b"/api/v1/status"):
        with with_.report.check(f"a client that closes its sending side receives all of {path.decode()}"):
            received = send_all(running, REQUEST % path)
            head, _, body = received.partition(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            require_equal(len(body), int(length.split(b":")[1]), "the length of the body")
    with with_.report.check("a client that closes its sending side receives the responses to all its requests"):
        received = send_all(running, REQUEST % b"/metrics" * 20 + REQUEST % b"/nothing")
        require_equal(received.count(b"HTTP/1.1 200"), 20, "responses")
        require(received.endswith(b"Not found.\n"), f"the last is {received[-100:]!r}")


def idle_clients(with_: Bench, running: Running) -> None:
    title = f"{CONNECTIONS} idle clients do not block a scrape and a health check"
    with with_.report.check(title), clients(running, CONNECTIONS + 50, REQUEST % b"/-/healthy"):
        require_equal(running.fetch("/metrics").status, 200, "the status of /metrics")
        require_equal(running.fetch("/-/ready").status, 200, "the status of /-/ready")
    title = f"{CONNECTIONS} clients that send nothing or half a request do not block a scrape"
    with (
        with_.report.check(title),
        clients(running, CONNECTIONS // 2, b""),
        clients(running, CONNECTIONS // 2, b"GET /-/healthy HT"),
    ):
        require_equal(running.fetch("/metrics").status, 200, "the status of /metrics")


def no_descriptors(with_: Bench, running: Running) -> None:
    """Lowers the descriptor limit of the running exporter, so that connections exhaust it before their maximum."""
    soft, hard = resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE)
    used = len(list(pathlib.Path(f"/proc/{running.process.pid}/fd").iterdir()))
    resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (used + 10, hard))
    with with_.report.check("without free descriptors, idle clients do not block scrapes and health checks"):
        with clients(running, 60, b""):
            for path in ("/metrics", "/-/healthy") * 3:
                began = time.monotonic()
                require_equal(running.fetch(path).status, 200, f"the status of {path}")
                require(time.monotonic() - began < 2, f"{path} takes {time.monotonic() - began:.1f} s")
        require("level=error" in running.log(), "not logged")
    with with_.report.check("without free descriptors and idle clients, it uses little CPU and logs one line"):
        # Below the number in use, so that closing connections does not help.
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (10, hard))
        with clients(running, 20, b""):
            before = running_seconds(running)
            time.sleep(3)
            took = running_seconds(running) - before
        require(took < 1.5, f"{took:.1f} s of CPU in 3 s")
        require_equal(running.log().count('msg="accepting connections failed"'), 1, "log lines")
    with with_.report.check("it serves again when descriptors are available"):
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        require_equal(running.fetch("/metrics").status, 200, "the status of /metrics")


@contextlib.contextmanager
def clients(running: Running, count: int, request: bytes) -> Iterator[None]:
    """Keeps connections open that send only `request`."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            client = stack.enter_context(socket.create_connection((HOST, running.port), 5))
            # The exporter may have closed an idle connection.
            with contextlib.suppress(ConnectionError):
                client.sendall(request)
        yield


def send_all(running: Running, request: bytes) -> bytes:
    """Sends bytes and the end of the stream; returns the response bytes."""
    received = b""
    with socket.create_connection((HOST, running.port), 15) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        while block := connection.recv(65536):
            received += block
    return received


def running_seconds(running: Running) -> float:
    """Returns the CPU time of the exporter."""
    fields = pathlib.Path(f"/proc/{running.process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100
