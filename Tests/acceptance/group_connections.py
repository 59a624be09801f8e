# SPDX-License-Identifier: Apache-2.0
"""A host name that moves to another address while the old one still answers. Needs root, for a file /etc/hosts of the
exporter's own."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
from collections.abc import Iterator

import configuration
from bench import Bench
from configuration import Source
from control_plane import ControlPlane
from exporter import Exporter, Running
from report import Skip, require, require_equal, wait_for

NAME = "fabric.moves.test"
OLD, NEW = "127.0.0.1", "127.0.0.2"
# The smallest value that is allowed.
MAX_AGE = 10


def run(with_: Bench) -> None:
    workspace = with_.cloud("single")["single"]
    with ControlPlane([workspace], OLD) as old, ControlPlane([workspace], NEW, old.port) as new:
        source = Source(f"http://{NAME}:{old.port}", [workspace])
        poll = {"interval": "250ms", "connection_max_age": f"{MAX_AGE}s"}
        file = configuration.write(with_.directory, "moves.yaml", [source], poll=poll)
        title = "an address that moved is followed at once after a reload, and within the maximum age otherwise"
        with (
            with_.report.check(title),
            serving(with_, file) as running,
        ):
            wait_for(lambda: len(old.requests) >= 3, 10, "the old address is asked")
            point(with_.directory, NEW)
            before = len(old.requests)
            wait_for(lambda: len(old.requests) > before + 2, 10, "the old connection goes on")
            require_equal(len(new.requests), 0, "requests to the new address")
            running.process.send_signal(signal.SIGHUP)
            wait_for(lambda: new.requests, 5, "the new address is asked")
            after = len(old.requests)
            wait_for(lambda: len(new.requests) >= 5, 10, "the new address is asked again")
            require_equal(len(old.requests), after, "requests to the old address")

            point(with_.directory, OLD)
            wait_for(lambda: len(old.requests) > after, MAX_AGE + 5, "the moved address is followed without a reload")
            require(" level=error " not in running.log(), f"a poll failed: {running.log()[-1000:]}")


def point(directory: pathlib.Path, address: str) -> None:
    """Lets the name mean `address`. In place: the file is mounted."""
    with (directory / "hosts").open("r+", encoding="ascii") as hosts:
        hosts.write(f"{address} {NAME}\n")
        hosts.truncate()


@contextlib.contextmanager
def serving(with_: Bench, file: str) -> Iterator[Running]:
    """The exporter in a mount namespace of its own, with a file /etc/hosts that ``point`` writes."""
    hosts = with_.directory / "hosts"
    hosts.write_text(f"{OLD} {NAME}\n", "ascii")
    mount = f"mount --bind {shlex.quote(str(hosts))} /etc/hosts"
    trial = ["unshare", "-m", "sh", "-c", mount]
    if os.geteuid() != 0 or subprocess.run(trial, capture_output=True, check=False).returncode:
        raise Skip("only root can give the exporter a file /etc/hosts of its own")
    wrapper = with_.directory / "exporter-with-hosts"
    inner = f'{mount} && exec "$0" "$@"'
    binary = shlex.quote(str(with_.exporter.binary))
    wrapper.write_text(f'#!/bin/sh\nexec unshare -m sh -c {shlex.quote(inner)} {binary} "$@"\n', "ascii")
    wrapper.chmod(0o755)
    with Exporter(wrapper, with_.directory).serve("--config.file", file) as running:
        yield running
