# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and SIGINT stop `serve` with status 0 within 5 s, in any state."""

from __future__ import annotations

import contextlib
import http.client
import os
import pathlib
import queue
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator

from toolbox.shared import configuration

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, Fault
from toolbox.shared.exporter import HOST, Running, environment, free_port
from toolbox.acceptance.test_web import Certificates
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
        plane.faults.clear()
        hanging_files(with_, file)
        silent_tls(with_, file)
        hanging_log(with_, file)


def hanging_files(with_: Bench, file: str) -> None:
    """Uses FIFOs in place of files, like on a network mount that no longer responds."""
    web = with_.directory / "stop-web.yml"
    web.write_text("http_server_config: {headers: {X-Frame-Options: deny}}\n", "ascii")
    path = with_.directory / file
    good = path.read_text("utf-8")
    with (
        with_.report.check("a configuration that hangs fails the reload and delays no path; SIGTERM during it"),
        with_.exporter.serve("--config.file", file, "--web.config.file", str(web), "--web.enable-lifecycle") as running,
    ):
        running.ready()
        fifo(path)
        with reloading(running) as answers:
            for _ in range(10):
                require_equal(running.fetch("/-/healthy").status, 200, "the status of a health check")
            status, text = answers.get(timeout=10)
        require_equal(status, 500, "the status of the reload")
        require(file in text and "did not respond" in text, f"the answer {text!r}")
        restore(path, good)
        with reloading(running) as answers:
            require_equal(answers.get(timeout=10)[0], 200, "the status of the next reload")
        fifo(path)
        running.process.send_signal(signal.SIGHUP)
        with reloading(running):
            running.fetch("/-/healthy")
            stopped(running)
    restore(path, good)
    with (
        with_.report.check("a web configuration that hangs keeps the previous one, is logged once; SIGTERM"),
        with_.exporter.serve("--config.file", file, "--web.config.file", str(web)) as running,
    ):
        running.ready()
        fifo(web)
        told = "web configuration reload failed; keeping the current configuration"
        wait_for(lambda: told in running.log(), 10, "not logged", step=0.2)
        require_equal(running.fetch("/metrics").headers.get("x-frame-options"), "deny", "the header")
        require_equal(running.log().count(told), 1, "how often it is logged")
        require(str(web) in running.log(), "the log does not name the file")
        stopped(running)
    with with_.report.check("SIGTERM while the start reads a file that hangs"):
        running = with_.exporter.serve("--config.file", file, "--web.config.file", str(web))
        try:
            time.sleep(1)
            status, seconds = running.terminate(LIMIT)
            require_equal(status, 0, "the exit status")
            require(seconds <= LIMIT, f"it took {seconds:.1f} s")
            require("stopped without waiting for blocked operations" in running.log(), running.log()[-500:])
        finally:
            running.kill()


def silent_tls(with_: Bench, file: str) -> None:
    """Clients with an incomplete handshake, and clients that never close their side."""
    certificates = Certificates(with_.directory)
    certificates.make("server", "server", f"IP:{HOST}")
    web = with_.directory / "stop-tls.yml"
    web.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n", "ascii")
    with (
        with_.report.check("SIGTERM with incomplete TLS handshakes and TLS clients that do not read"),
        with_.exporter.serve("--config.file", file, "--web.config.file", str(web)) as running,
        contextlib.ExitStack() as clients,
    ):
        for request in (b"", b"\x16\x03\x01\x02\x00"):
            clients.enter_context(stalled(running, request))
        context = certificates.context()
        for request in (b"", b"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"):
            plain = clients.enter_context(socket.create_connection((HOST, running.port), 5))
            client = clients.enter_context(context.wrap_socket(plain, server_hostname=HOST))
            client.sendall(request)
        stopped(running)


def hanging_log(with_: Bench, file: str) -> None:
    with with_.report.check("SIGTERM while the log is not read, and with standard error closed"):
        for is_closed in (False, True):
            port = free_port()
            reader, writer = os.pipe()
            command = [with_.exporter.binary, "serve", "--config.file", file, "--log.level=debug",
                       f"--web.listen-address={HOST}:{port}"]  # fmt: skip
            if is_closed:
                command = ["/bin/sh", "-c", 'exec "$0" "$@" 2>&-', *map(str, command)]
            else:
                # Fill the pipe completely.
                os.set_blocking(writer, False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        os.write(writer, b"x" * 4096)
                os.set_blocking(writer, True)
            process = subprocess.Popen(
                command, cwd=with_.directory, env=environment(with_.directory), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=writer,
            )  # fmt: skip
            try:
                wait_for(lambda port=port: answers_at(port), 10, "it listens")
                process.send_signal(signal.SIGTERM)
                require_equal(process.wait(LIMIT), 0, "the exit status")
            finally:
                process.kill()
                process.wait()
                os.close(reader)
                os.close(writer)


def answers_at(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def fifo(path: pathlib.Path) -> None:
    """Replaces a file by a FIFO without a writer."""
    new = path.with_suffix(".fifo")
    os.mkfifo(new)
    new.replace(path)


def restore(path: pathlib.Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)


@contextlib.contextmanager
def reloading(running: Running) -> Iterator[queue.Queue[tuple[int, str]]]:
    """Requests a reload over HTTP on another thread."""
    answers: queue.Queue[tuple[int, str]] = queue.Queue()

    def ask() -> None:
        connection = http.client.HTTPConnection(HOST, running.port, timeout=15)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("POST", "/-/reload")
            response = connection.getresponse()
            answers.put((response.status, response.read().decode("utf-8", "replace")))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        thread.join()


@contextlib.contextmanager
def stalled(running: Running, request: bytes) -> Iterator[None]:
    """Returns a client with a small buffer that sends these bytes and then neither sends nor reads."""
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
