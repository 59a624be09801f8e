# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and SIGINT end `serve` with status 0 within 5 s, whatever is going on."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator

import configuration
from bench import Bench
from configuration import Source
from control_plane import ControlPlane, Fault
from exporter import HOST, Running
from report import require, require_equal, wait_for

LIMIT = 5.0


def run(with_: Bench) -> None:
    cloud = with_.cloud("single", "large")
    with ControlPlane(list(cloud.values())) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        file = configuration.write(with_.directory, "stop.yaml", [source], "all", {"timeout": "30s"})

        with with_.report.check("SIGTERM while idle"), with_.exporter.serve("--config.file", file) as running:
            running.ready()
            stopped(running)
        with with_.report.check("SIGINT while idle"), with_.exporter.serve("--config.file", file) as running:
            running.ready()
            running.process.send_signal(signal.SIGINT)
            require_equal(running.process.wait(LIMIT), 0, "the exit status")
        with (
            with_.report.check("SIGTERM while scrapes stall, before and after their request"),
            with_.exporter.serve("--config.file", file) as running,
            stalled(running, b"GET /metrics HTTP/1.1\r\nHost: x\r\n"),
            stalled(running, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"),
            stalled(running, b""),
        ):
            running.ready()
            stopped(running)
        plane.faults[cloud["large"].id] = Fault("hang")
        before = len(plane.recorded(cloud["large"].id))
        with (
            with_.report.check("SIGTERM while a poll hangs"),
            with_.exporter.serve("--config.file", file) as running,
            stalled(running, b"GET /metrics HTTP/1.1\r\nHost: x\r\n"),
        ):
            wait_for(lambda: len(plane.recorded(cloud["large"].id)) > before, 5, "the poll begins")
            stopped(running)


@contextlib.contextmanager
def stalled(running: Running, request: bytes) -> Iterator[None]:
    """A client with a small buffer that sends these bytes and then neither sends nor reads."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((HOST, running.port))
        client.sendall(request)
        yield


def stopped(running: Running) -> None:
    status, seconds = running.terminate(LIMIT)
    require_equal(status, 0, "the exit status")
    require(seconds <= LIMIT, f"it took {seconds:.1f} s")
    with socket.socket() as probe:
        require(probe.connect_ex((HOST, running.port)) != 0, "the port still listens")
