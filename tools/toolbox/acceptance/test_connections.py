# SPDX-License-Identifier: Apache-2.0
"""A host name that changes its address while the old address still responds."""

from __future__ import annotations

import pathlib
import shlex
import signal

import pytest

from toolbox.shared import configuration
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import wait_for

NAME = "fabric.moves.test"
OLD, NEW = "127.0.0.1", "127.0.0.2"
# The minimum value.
MAX_AGE = 10


@pytest.mark.root
def test_a_changed_address_is_used_at_once_after_a_reload_else_within_the_maximum_age(exporter: Exporter) -> None:
    workspace = new_cloud("single")["single"]
    hosts = exporter.directory / "hosts"
    hosts.write_text(f"{OLD} {NAME}\n", "ascii")
    with ControlPlane([workspace], OLD) as old, ControlPlane([workspace], NEW, old.port) as new:
        source = Source(f"http://{NAME}:{old.port}", [workspace])
        poll = {"interval": "250ms", "connection_max_age": f"{MAX_AGE}s"}
        file = configuration.write(exporter.directory, "moves.yaml", [source], poll=poll)
        with with_hosts(exporter, hosts).serve("--config.file", file) as running:
            wait_for(lambda: len(old.requests) >= 3, 10, "requests to the old address")
            point(hosts, NEW)
            before = len(old.requests)
            wait_for(lambda: len(old.requests) > before + 2, 10, "the old connection is still used")
            assert not new.requests
            running.process.send_signal(signal.SIGHUP)
            wait_for(lambda: new.requests, 5, "the first request to the new address")
            after = len(old.requests)
            wait_for(lambda: len(new.requests) >= 5, 10, "further requests to the new address")
            assert len(old.requests) == after

            point(hosts, OLD)
            wait_for(lambda: len(old.requests) > after, MAX_AGE + 5, "the changed address is used without a reload")
            assert " level=error " not in running.log(), f"a poll failed: {running.log()[-1000:]}"


def with_hosts(exporter: Exporter, hosts: pathlib.Path) -> Exporter:
    """Returns the exporter in its own mount namespace, where `hosts` is /etc/hosts."""
    program = exporter.directory / "exporter-with-hosts"
    inner = f'mount --bind {shlex.quote(str(hosts))} /etc/hosts && exec "$0" "$@"'
    command = shlex.join(["exec", "unshare", "-m", "sh", "-c", inner, str(exporter.program)])
    program.write_text(f'#!/bin/sh\n{command} "$@"\n', "ascii")
    program.chmod(0o755)
    return Exporter(program, exporter.directory)


def point(hosts: pathlib.Path, address: str) -> None:
    """Sets the address of the name. Writes in place, because the file is bind-mounted."""
    with hosts.open("r+", encoding="ascii") as file:
        file.write(f"{address} {NAME}\n")
        file.truncate()
