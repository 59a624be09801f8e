# SPDX-License-Identifier: Apache-2.0
"""Clients that exhaust connections and file descriptors."""

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


@pytest.fixture(scope="module")
def file(exporter: Exporter) -> Iterator[str]:
    cloud = list(new_cloud().values())
    with ControlPlane(cloud) as plane:
        yield configuration.write(exporter.directory, "clients.yaml", [Source(plane.base_url, cloud)], "all")


def test_clients_that_send_nothing_or_half_a_request_do_not_block_a_scrape(exporter: Exporter, file: str) -> None:
    with exporter.serve("--config.file", file) as running:
        running.ready()
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
