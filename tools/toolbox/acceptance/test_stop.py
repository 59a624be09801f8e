# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and SIGINT stop `serve` with status 0 within 5 s, in states that ServeCommand+StopTests.swift has not."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration
from toolbox.shared.certificates import Certificates
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, Fault
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import HOST, listens, wait_for

LIMIT = 5.0
LARGE = new_cloud()["large"].id
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane(list(new_cloud("single", "large").values())) as plane:
        yield plane


@pytest.fixture(scope="module")
def file(exporter: Exporter, plane: ControlPlane) -> str:
    source = Source(plane.base_url, list(new_cloud("single", "large").values()))
    return configuration.write(exporter.directory, "stop.yaml", [source], "all", {"timeout": "30s"})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_exporter_stops(exporter: Exporter, file: str, number: signal.Signals) -> None:
    with exporter.serve("--config.file", file) as running:
        running.ready()
        running.process.send_signal(number)
        assert running.process.wait(LIMIT) == 0
        assert not listens(running.port)


def test_it_stops_while_a_poll_hangs(exporter: Exporter, file: str, plane: ControlPlane) -> None:
    plane.faults[LARGE] = Fault("hang")
    before = len(plane.recorded(LARGE))
    with exporter.serve("--config.file", file) as running, stalled(running, REQUEST.removesuffix(b"\r\n")):
        wait_for(lambda: len(plane.recorded(LARGE)) > before, 5, "the poll begins")
        require_stop(running)
    plane.faults.clear()


def test_it_stops_while_the_start_reads_a_web_configuration_that_hangs(exporter: Exporter, file: str) -> None:
    # Like a file on a network mount that no longer responds.
    os.mkfifo(exporter.directory / "hanging.yml")
    running = exporter.serve("--config.file", file, "--web.config.file", "hanging.yml")
    try:
        time.sleep(1)
        assert running.terminate(LIMIT)[0] == 0
        assert "stopped without waiting for blocked operations" in running.log()
    finally:
        running.kill()


def test_it_stops_with_incomplete_tls_handshakes_and_tls_clients_that_do_not_read(
    exporter: Exporter, file: str
) -> None:
    authority = Certificates(exporter.directory)
    authority.make("server", "server", f"IP:{HOST}")
    web = exporter.directory / "stop-web.yml"
    web.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n", "ascii")
    with (
        exporter.serve("--config.file", file, "--web.config.file", str(web)) as running,
        contextlib.ExitStack() as clients,
    ):
        for request in (b"", b"\x16\x03\x01\x02\x00"):
            clients.enter_context(stalled(running, request))
        for request in (b"", REQUEST):
            plain = clients.enter_context(socket.create_connection((HOST, running.port), 5))
            client = clients.enter_context(authority.context().wrap_socket(plain, server_hostname=HOST))
            client.sendall(request)
        require_stop(running)


def require_stop(running: Running) -> None:
    assert running.terminate(LIMIT)[0] == 0
    assert not listens(running.port)


@contextlib.contextmanager
def stalled(running: Running, request: bytes) -> Iterator[None]:
    """Connects a client with a small buffer that sends these bytes and then neither sends nor reads."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((HOST, running.port))
        client.sendall(request)
        yield
