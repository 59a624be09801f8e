# SPDX-License-Identifier: Apache-2.0
"""Costs are those of the measured program, and responses are read completely."""

from __future__ import annotations

import contextlib
import os
import pathlib
import socketserver
import subprocess
import sys
import threading

import pytest

from toolbox.benchmarks import machine, scraping
from toolbox.shared.processes import HOST

BODY = b"x" * 300_000
CHUNKS = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:7], BODY[7:])) + b"0\r\n\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY)


def test_a_peak_is_the_program_s_own(tmp_path: pathlib.Path) -> None:
    ballast = bytearray(os.urandom(1 << 20) * 200)
    small = machine.run("true", output=tmp_path / "output")
    large = machine.run(sys.executable, "-c", "b = b'x' * 100_000_000", output=tmp_path / "output")
    del ballast
    assert small.peak_megabytes < 10
    assert 100 < large.peak_megabytes < 160


def test_cpu_time_includes_children(tmp_path: pathlib.Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    cost = machine.run("sh", "-c", f'"{sys.executable}" -c "{burn}" | cat', output=tmp_path / "output")
    assert 0.3 <= cost.cpu < 0.6


def test_the_clock_of_a_process_includes_ended_threads() -> None:
    burn = "import threading, time\ndef f():\n while time.thread_time() < 0.2: pass\n"
    burn += "t = threading.Thread(target=f); t.start(); t.join(); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()
        spent = machine.cpu_seconds(process.pid)
        process.communicate(b"\n")
    assert 0.2 <= spent < 0.5


def test_a_program_that_fails_is_rejected(tmp_path: pathlib.Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)status 3.*why"):
        machine.run("sh", "-c", "echo why >&2; exit 3", output=tmp_path / "output")


@pytest.mark.parametrize(
    ("head", "body", "closes"),
    [
        (b"HTTP/1.1 200 OK\r\n" + LENGTH, BODY, False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNKS, False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + LENGTH, BODY, True),
        (b"HTTP/1.0 200 OK\r\n\r\n", BODY, True),
        (b"HTTP/1.0 200 OK\r\n" + LENGTH, BODY, True),
    ],
    ids=["length", "chunks", "closed", "HTTP/1.0", "HTTP/1.0 with length"],
)
def test_a_response_of_each_kind_is_read_completely(head: bytes, body: bytes, closes: bool) -> None:
    told = scraped(head + body, closes)
    assert told.bytes == len(body)
    assert told.rate > 0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404 not found"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx", "closed in the middle of a response"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", "closed in the middle of a response"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", "answered in gzip"),
        (b"", "closed before a response"),
    ],
    ids=["404", "cut off", "cut off between chunks", "other encoding", "nothing"],
)
def test_a_response_without_the_page_is_rejected(response: bytes, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        scraped(response, closes=True)


def scraped(response: bytes, closes: bool) -> scraping.Scraped:
    """Returns the client's output about a server with these responses, for seven requests of three clients."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline():
                while self.rfile.readline() not in (b"\r\n", b""):
                    pass
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(response)
                if closes:
                    return

    class Server(machine.Server):
        def cpu(self) -> float:
            return machine.cpu_seconds(os.getpid())

    with socketserver.ThreadingTCPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target = Server("responses")
        target.port = server.server_address[1]
        try:
            return scraping.scrape(target, "identity", 3, 7)
        finally:
            server.shutdown()
