# SPDX-License-Identifier: Apache-2.0
"""Reloads by signal and by request, and socket activation."""

from __future__ import annotations

import pathlib
import signal
import socket
import subprocess
import urllib.request

from toolbox.shared import pages
from toolbox.shared import configuration

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import WORKSPACES, ControlPlane
from toolbox.shared.exporter import HOST, TEXT, Running, environment
from report import require, require_equal, wait_for


def run(with_: Bench) -> None:
    cloud = with_.cloud()
    workspaces = list(cloud.values())
    with ControlPlane(workspaces) as plane:
        all_of_them, fewer = Source(plane.base_url, workspaces), Source(plane.base_url, workspaces[:-1])
        file = with_.directory / configuration.write(with_.directory, "reload.yaml", [all_of_them])
        with (
            with_.report.check("serve starts"),
            with_.exporter.serve("--config.file", str(file), "--web.enable-lifecycle") as running,
        ):
            running.ready()
            reloads(with_, running, file, all_of_them, fewer)
        activation(with_, file)
    moves(with_)


def ids(running: Running) -> set[str]:
    page = pages.read(running.page(TEXT), TEXT)
    return {dict(labels)["workspace_id"] for name, labels in page.values() if name == "dataarts_fabric_workspace_info"}


def state(running: Running) -> float | None:
    page = pages.read(running.page(TEXT), TEXT)
    return pages.sample_value(page, "dataarts_fabric_exporter_config_last_reload_successful", {})


def reloads(with_: Bench, running: Running, file: pathlib.Path, whole: Source, fewer: Source) -> None:
    every = {workspace.id for workspace in whole.workspaces}
    gone = {workspace.id for workspace in whole.workspaces} - {workspace.id for workspace in fewer.workspaces}
    with with_.report.check("POST /-/reload removes a workspace and its series at once"):
        require_equal(ids(running), every, "the workspaces")
        configuration.write(with_.directory, file.name, [fewer])
        require_equal(running.fetch("/-/reload", "POST").status, 200, "the status")
        require_equal(ids(running), every - gone, "the workspaces")
    with with_.report.check("a bad file returns 500 with the reasons and keeps the previous configuration"):
        file.write_text("sources: []\npolls: {}\n", "utf-8")
        answer = running.fetch("/-/reload", "POST")
        require_equal(answer.status, 500, "the status")
        require("polls: unknown key" in answer.text and "sources" in answer.text, f"it says {answer.text!r}")
        require_equal(ids(running), every - gone, "the workspaces")
        require_equal(state(running), 0.0, "config_last_reload_successful")
    with with_.report.check("SIGHUP reloads and logs it"):
        configuration.write(with_.directory, file.name, [whole])
        running.process.send_signal(signal.SIGHUP)
        wait_for(lambda: ids(running) == every, 5, "the workspace is polled again")
        require_equal(state(running), 1.0, "config_last_reload_successful")
    with with_.report.check("SIGHUP with a bad file keeps the previous configuration"):
        file.write_text("sources: 5\n", "utf-8")
        running.process.send_signal(signal.SIGHUP)
        wait_for(lambda: state(running) == 0.0, 5, "not logged")
        require_equal(ids(running), every, "the workspaces")
        configuration.write(with_.directory, file.name, [whole])
        require_equal(running.fetch("/-/reload", "POST").status, 200, "the status")


def moves(with_: Bench) -> None:
    workspaces = list(with_.cloud().values())
    every = {workspace.id for workspace in workspaces}
    title = "after a reload to another address whose discovery fails, the old workspaces are not polled there"
    with with_.report.check(title), ControlPlane(workspaces) as here, ControlPlane(workspaces) as there:
        name = "moves.yaml"

        def source(plane: ControlPlane, project: str) -> Source:
            return Source(plane.base_url, [], discovery=f"{{interval: 1s, enterprise_project_id: {project}}}")

        file = with_.directory / configuration.write(with_.directory, name, [source(here, "all_granted_eps")])
        with with_.exporter.serve("--config.file", str(file), "--web.enable-lifecycle") as running:
            wait_for(lambda: ids(running) == every, 10, "workspaces are discovered")
            configuration.write(with_.directory, name, [source(there, "nobodys")])
            require_equal(running.fetch("/-/reload", "POST").status, 200, "the status")
            require_equal(ids(running), set(), "the workspaces")
            wait_for(lambda: len(there.requests) >= 3, 10, "discovery requests to the new address")
            require_equal({request.path for request in there.requests}, {WORKSPACES}, "requests to the new address")
            require_equal(ids(running), set(), "the workspaces")
            configuration.write(with_.directory, name, [source(there, "all_granted_eps")])
            require_equal(running.fetch("/-/reload", "POST").status, 200, "the status")
            wait_for(lambda: ids(running) == every, 10, "workspaces are discovered at the new address")


def activation(with_: Bench, file: pathlib.Path) -> None:
    title = "sockets of the service manager are used by two processes in turn"
    with with_.report.check(title), socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        port = listening.getsockname()[1]
        command = f'exec 3<&{listening.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@"'
        for _ in range(2):
            arguments = ["serve", "--config.file", str(file), "--web.systemd-socket"]
            process = subprocess.Popen(
                ["bash", "-c", command, with_.exporter.binary, *arguments],
                pass_fds=[listening.fileno()], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=environment(with_.directory), cwd=with_.directory,
            )  # fmt: skip
            try:
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                with opener.open(f"http://{HOST}:{port}/-/healthy", timeout=10) as response:
                    require_equal(response.read(), b"Healthy.\n", "the answer")
            finally:
                process.terminate()
                require_equal(process.wait(10), 0, "the status")
    with with_.report.check("--web.systemd-socket without a socket ends with a clear message"):
        outcome = with_.exporter.run("serve", "--config.file", str(file), "--web.systemd-socket")
        require_equal(outcome.status, 1, "the status")
        require("systemd passed no socket" in outcome.stderr, f"it says {outcome.stderr!r}")
