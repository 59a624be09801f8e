# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and SIGINT stop `serve` with status 0 within 5 s, in any state."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, Fault
from toolbox.shared.exporter import Answer, Exporter, Running, environment
from toolbox.shared.processes import HOST, free_port, wait_for

LIMIT = 5.0
LARGE = new_cloud()["large"].id
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
HALF_REQUEST = REQUEST.removesuffix(b"\r\n")


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane(list(new_cloud("single", "large").values())) as plane:
        yield plane


@pytest.fixture
def file(exporter: Exporter, plane: ControlPlane) -> str:
    source = Source(plane.base_url, list(new_cloud("single", "large").values()))
    # The previous test may have replaced it by a FIFO.
    (exporter.directory / "stop.yaml").unlink(missing_ok=True)
    return configuration.write(exporter.directory, "stop.yaml", [source], "all", {"timeout": "30s"})


@pytest.fixture
def web(exporter: Exporter) -> pathlib.Path:
    path = exporter.directory / "stop-web.yml"
    replace(path, "http_server_config: {headers: {X-Frame-Options: deny}}\n")
    return path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_exporter_stops(exporter: Exporter, file: str, number: signal.Signals) -> None:
    with exporter.serve("--config.file", file) as running:
        running.ready()
        running.process.send_signal(number)
        assert running.process.wait(LIMIT) == 0
        assert not listens(running.port)


def test_it_stops_while_scrapes_stall_before_and_after_their_request(exporter: Exporter, file: str) -> None:
    with (
        exporter.serve("--config.file", file) as running,
        stalled(running, HALF_REQUEST),
        stalled(running, REQUEST),
        stalled(running, b""),
    ):
        running.ready()
        require_stop(running)


def test_it_stops_while_a_poll_hangs(exporter: Exporter, file: str, plane: ControlPlane) -> None:
    plane.faults[LARGE] = Fault("hang")
    before = len(plane.recorded(LARGE))
    with exporter.serve("--config.file", file) as running, stalled(running, HALF_REQUEST):
        wait_for(lambda: len(plane.recorded(LARGE)) > before, 5, "the poll begins")
        require_stop(running)
    plane.faults.clear()


# FIFOs take the place of files, like on a network mount that no longer responds.


def test_a_configuration_that_hangs_fails_the_reload_and_delays_no_path(
    exporter: Exporter, file: str, web: pathlib.Path
) -> None:
    path = exporter.directory / file
    good = path.read_text("utf-8")
    arguments = ("--config.file", file, "--web.config.file", str(web), "--web.enable-lifecycle")
    with exporter.serve(*arguments) as running, concurrent.futures.ThreadPoolExecutor() as pool:

        def reload() -> concurrent.futures.Future[Answer]:
            return pool.submit(running.fetch, "/-/reload", "POST", timeout=15)

        running.ready()
        replace(path, None)
        hanging = reload()
        for _ in range(10):
            assert running.fetch("/-/healthy").status == 200
        answer = hanging.result(timeout=10)
        assert answer.status == 500
        assert file in answer.text
        assert "did not respond" in answer.text
        replace(path, good)
        assert reload().result(timeout=10).status == 200
        replace(path, None)
        running.process.send_signal(signal.SIGHUP)
        reload()
        running.fetch("/-/healthy")
        require_stop(running)


def test_a_web_configuration_that_hangs_keeps_the_previous_one_and_is_logged_once(
    exporter: Exporter, file: str, web: pathlib.Path
) -> None:
    with exporter.serve("--config.file", file, "--web.config.file", str(web)) as running:
        running.ready()
        replace(web, None)
        told = "web configuration reload failed; keeping the current configuration"
        wait_for(lambda: told in running.log(), 10, "the failure is logged", step=0.2)
        assert running.fetch("/metrics").headers.get("x-frame-options") == "deny"
        assert running.log().count(told) == 1
        assert str(web) in running.log()
        require_stop(running)


def test_it_stops_while_the_start_reads_a_file_that_hangs(exporter: Exporter, file: str, web: pathlib.Path) -> None:
    replace(web, None)
    running = exporter.serve("--config.file", file, "--web.config.file", str(web))
    try:
        time.sleep(1)
        assert running.terminate(LIMIT)[0] == 0
        assert "stopped without waiting for blocked operations" in running.log()
    finally:
        running.kill()


def test_it_stops_with_incomplete_tls_handshakes_and_tls_clients_that_do_not_read(
    exporter: Exporter, file: str, web: pathlib.Path, certificates: pathlib.Path
) -> None:
    pair = f"{{cert_file: {certificates}/server.pem, key_file: {certificates}/server.key}}"
    web.write_text(f"tls_server_config: {pair}\n", "ascii")
    with (
        exporter.serve("--config.file", file, "--web.config.file", str(web)) as running,
        contextlib.ExitStack() as clients,
    ):
        for request in (b"", b"\x16\x03\x01\x02\x00"):
            clients.enter_context(stalled(running, request))
        context = ssl.create_default_context(cafile=certificates / "ca.pem")
        for request in (b"", REQUEST):
            plain = clients.enter_context(socket.create_connection((HOST, running.port), 5))
            client = clients.enter_context(context.wrap_socket(plain, server_hostname=HOST))
            client.sendall(request)
        require_stop(running)


@pytest.mark.parametrize("is_closed", [False, True])
def test_it_stops_while_the_log_is_not_read_or_closed(exporter: Exporter, file: str, is_closed: bool) -> None:
    port = free_port()
    reader, writer = os.pipe()
    command = [str(exporter.program), "serve", "--config.file", file, "--log.level=debug",
               f"--web.listen-address={HOST}:{port}"]  # fmt: skip
    if is_closed:
        command = ["/bin/sh", "-c", 'exec "$0" "$@" 2>&-', *command]
    else:
        # Fill the pipe completely.
        os.set_blocking(writer, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writer, b"x" * 4096)
        os.set_blocking(writer, True)
    process = subprocess.Popen(
        command, cwd=exporter.directory, env=environment(exporter.directory), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=writer,
    )  # fmt: skip
    try:
        wait_for(lambda: listens(port), 10, "it listens")
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == 0
    finally:
        process.kill()
        process.wait()
        os.close(reader)
        os.close(writer)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def require_stop(running: Running) -> None:
    assert running.terminate(LIMIT)[0] == 0
    assert not listens(running.port)


def replace(path: pathlib.Path, text: str | None) -> None:
    """Replaces a file by one with this text, or by a FIFO without a writer."""
    new = path.with_suffix(".new")
    if text is None:
        os.mkfifo(new)
    else:
        new.write_text(text, "utf-8")
    new.replace(path)


@contextlib.contextmanager
def stalled(running: Running, request: bytes) -> Iterator[None]:
    """Connects a client with a small buffer that sends these bytes and then neither sends nor reads."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((HOST, running.port))
        client.sendall(request)
        yield
