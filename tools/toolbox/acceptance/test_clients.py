# SPDX-License-Identifier: Apache-2.0
"""Clients that exhaust connections and file descriptors, and clients that close their sending side."""

from __future__ import annotations

import contextlib
import pathlib
import resource
import socket
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import HOST

# The maximum number of connections, see docs/web.md.
CONNECTIONS = 512
REQUEST = b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.fixture(scope="module")
def file(exporter: Exporter) -> Iterator[str]:
    cloud = list(new_cloud().values())
    with ControlPlane(cloud) as plane:
        yield configuration.write(exporter.directory, "clients.yaml", [Source(plane.base_url, cloud)], "all")


@pytest.fixture(scope="module")
def running(exporter: Exporter, file: str) -> Iterator[Running]:
    with exporter.serve("--config.file", file) as running:
        running.ready()
        yield running


@pytest.mark.parametrize("path", [b"/metrics", b"/metrics?source=acceptance", b"/", b"/api/v1/status"])
def test_a_client_that_closes_its_sending_side_receives_all_of_a_response(running: Running, path: bytes) -> None:
    head, _, body = running.send(REQUEST % path).partition(b"\r\n\r\n")
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    assert len(body) == int(length.split(b":")[1])


def test_a_client_that_closes_its_sending_side_receives_all_responses(running: Running) -> None:
    received = running.send(REQUEST % b"/metrics" * 20 + REQUEST % b"/nothing")
    assert received.count(b"HTTP/1.1 200") == 20
    assert received.endswith(b"Not found.\n")


def test_idle_clients_do_not_block_a_scrape_and_a_health_check(running: Running) -> None:
    with clients(running, CONNECTIONS + 50, REQUEST % b"/-/healthy"):
        assert running.fetch("/metrics").status == 200
        assert running.fetch("/-/ready").status == 200


def test_clients_that_send_nothing_or_half_a_request_do_not_block_a_scrape(running: Running) -> None:
    with clients(running, CONNECTIONS // 2, b""), clients(running, CONNECTIONS // 2, b"GET /-/healthy HT"):
        assert running.fetch("/metrics").status == 200


def test_missing_file_descriptors_do_not_block_scrapes_and_health_checks(exporter: Exporter, file: str) -> None:
    with exporter.serve("--config.file", file) as running:
        running.ready()
        pid = running.process.pid
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
        # Connections exhaust this limit before their maximum number.
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 10, hard))
        with clients(running, 60, b""):
            for path in ("/metrics", "/-/healthy") * 3:
                began = time.monotonic()
                assert running.fetch(path).status == 200
                assert time.monotonic() - began < 2, path
        assert "level=error" in running.log()
        # Below the number in use, so that closing connections does not help: little CPU, and one line in the log.
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (10, hard))
        with clients(running, 20, b""):
            before = running.cpu_seconds()
            time.sleep(3)
            assert running.cpu_seconds() - before < 1.5
        assert running.log().count('msg="accepting connections failed"') == 1
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
        assert running.fetch("/metrics").status == 200


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
