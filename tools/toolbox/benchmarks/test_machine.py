# SPDX-License-Identifier: Apache-2.0
"""Costs are those of the measured program, and responses are read completely."""

import os
import socketserver
import subprocess
import sys
import threading

import pytest

from toolbox.benchmarks import machine, scraping
from toolbox.shared.processes import HOST

OK = b"HTTP/1.1 200 OK\r\n"


def test_a_peak_is_the_program_s_own() -> None:
    ballast = bytearray(os.urandom(1 << 20) * 200)
    small, _ = machine.run("true")
    large, _ = machine.run(sys.executable, "-c", "b = b'x' * 100_000_000")
    del ballast
    assert small.peak_megabytes < 10
    assert 100 < large.peak_megabytes < 160


def test_cpu_time_includes_children() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    cost, _ = machine.run("sh", "-c", f'"{sys.executable}" -c "{burn}" | cat')
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


def test_a_program_that_fails_is_rejected() -> None:
    with pytest.raises(AssertionError, match=r"(?s)status 3.*why"):
        machine.run("sh", "-c", "echo why >&2; exit 3")


class Replies(machine.Server):
    """A server in this process, which answers each request with these bytes."""

    def __init__(self, response: bytes) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while self.rfile.readline() not in (b"\r\n", b""):
                    pass
                self.wfile.write(response)

        super().__init__("replies")
        self.server = socketserver.ThreadingTCPServer((HOST, self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def cpu(self) -> float:
        return machine.cpu_seconds(os.getpid())


def test_responses_are_read_completely() -> None:
    told = scraping.scrape(Replies(OK + b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000), "identity", 3, 7)
    assert told.bytes == 300_000
    assert told.rate > 0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404"),
        (OK + b"Content-Length: 5\r\n\r\nx", "4 bytes missing"),
    ],
    ids=["404", "cut off"],
)
def test_a_response_without_the_page_is_rejected(response: bytes, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        scraping.scrape(Replies(response), "identity", 3, 7)


def test_a_response_in_another_encoding_is_rejected() -> None:
    with pytest.raises(AssertionError, match="answered in gzip"):
        Replies(OK + b"Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx").get("identity")
