# SPDX-License-Identifier: Apache-2.0
"""A host name that changes its address while the old address still responds. Needs root, for a private /etc/hosts of
the exporter."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
from collections.abc import Iterator

from toolbox.shared import configuration

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter, Running
from report import Skip, require, require_equal, wait_for

NAME = "fabric.moves.test"
OLD, NEW = "127.0.0.1", "127.0.0.2"
# The minimum value.
MAX_AGE = 10


def run(with_: Bench) -> None:
    workspace = with_.cloud("single")["single"]
    with ControlPlane([workspace], OLD) as old, ControlPlane([workspace], NEW, old.port) as new:
        source = Source(f"http://{NAME}:{old.port}", [workspace])
        poll = {"interval": "250ms", "connection_max_age": f"{MAX_AGE}s"}
        file = configuration.write(with_.directory, "moves.yaml", [source], poll=poll)
        title = "a changed address is used at once after a reload, else within the maximum age"
        with (
            with_.report.check(title),
            serving(with_, file) as running,
        ):
            wait_for(lambda: len(old.requests) >= 3, 10, "requests to the old address")
            point(with_.directory, NEW)
            before = len(old.requests)
            wait_for(lambda: len(old.requests) > before + 2, 10, "the old connection is still used")
            require_equal(len(new.requests), 0, "requests to the new address")
            running.process.send_signal(signal.SIGHUP)
            wait_for(lambda: new.requests, 5, "the first request to the new address")
            after = len(old.requests)
            wait_for(lambda: len(new.requests) >= 5, 10, "further requests to the new address")
            require_equal(len(old.requests), after, "requests to the old address")

            point(with_.directory, OLD)
            wait_for(lambda: len(old.requests) > after, MAX_AGE + 5, "the changed address is used without a reload")
            require(" level=error " not in running.log(), f"a poll failed: {running.log()[-1000:]}")


def point(directory: pathlib.Path, address: str) -> None:
    """Sets the address of the name. Writes in place, because the file is bind-mounted."""
    with (directory / "hosts").open("r+", encoding="ascii") as hosts:
        hosts.write(f"{address} {NAME}\n")
        hosts.truncate()


@contextlib.contextmanager
def serving(with_: Bench, file: str) -> Iterator[Running]:
    """Runs the exporter in its own mount namespace, with an /etc/hosts that ``point`` writes."""
    hosts = with_.directory / "hosts"
    hosts.write_text(f"{OLD} {NAME}\n", "ascii")
    mount = f"mount --bind {shlex.quote(str(hosts))} /etc/hosts"
    trial = ["unshare", "-m", "sh", "-c", mount]
    if os.geteuid() != 0 or subprocess.run(trial, capture_output=True, check=False).returncode:
        raise Skip("only root can mount a private /etc/hosts")
    wrapper = with_.directory / "exporter-with-hosts"
    inner = f'{mount} && exec "$0" "$@"'
    binary = shlex.quote(str(with_.exporter.binary))
    wrapper.write_text(f'#!/bin/sh\nexec unshare -m sh -c {shlex.quote(inner)} {binary} "$@"\n', "ascii")
    wrapper.chmod(0o755)
    with Exporter(wrapper, with_.directory).serve("--config.file", file) as running:
        yield running
