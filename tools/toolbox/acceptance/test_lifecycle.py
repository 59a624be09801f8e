# SPDX-License-Identifier: Apache-2.0
"""Reloads by request, and socket activation; ServeCommand+LongRunTests.swift has reloads by signal."""

import json
import socket
import subprocess
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, pages
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import FORMATS, TEXT, Exporter, Running, environment
from toolbox.shared.processes import HOST, OPENER


@pytest.fixture(scope="module")
def whole() -> Iterator[Source]:
    cloud = list(new_cloud().values())
    with ControlPlane(cloud) as plane:
        yield Source(plane.base_url, cloud)


def ids(running: Running) -> set[str]:
    page = pages.read(running.page(TEXT), TEXT)
    return {dict(labels)["workspace_id"] for name, labels in page.values() if name == "dataarts_fabric_workspace_info"}


def is_successful(running: Running) -> float | None:
    page = pages.read(running.page(TEXT), TEXT)
    return pages.sample_value(page, "dataarts_fabric_exporter_config_last_reload_successful", {})


def test_reloads_by_request(exporter: Exporter, whole: Source) -> None:
    fewer = Source(whole.base_url, whole.workspaces[:-1])
    every, kept = ({workspace.id for workspace in source.workspaces} for source in (whole, fewer))
    file = exporter.directory / configuration.write(exporter.directory, "reload.yaml", [whole])
    with exporter.serve("--config.file", str(file), "--web.enable-lifecycle") as running:
        running.ready()
        assert ids(running) == every
        # The removed workspace and its series disappear at once.
        configuration.write(exporter.directory, file.name, [fewer])
        assert running.fetch("/-/reload", "POST").status == 200
        assert ids(running) == kept
        assert is_successful(running) == 1
        # A bad file keeps the previous configuration.
        file.write_text("sources: []\npolls: {}\n", "utf-8")
        answer = running.fetch("/-/reload", "POST")
        assert answer.status == 500
        assert "polls: unknown key" in answer.text
        assert "sources" in answer.text
        assert ids(running) == kept
        assert is_successful(running) == 0


def test_prices_are_those_of_the_file_and_follow_a_reload(exporter: Exporter, whole: Source) -> None:
    file = exporter.directory / configuration.write(exporter.directory, "prices.yaml", [whole])
    text = file.read_text("utf-8")
    every: list[tuple[str, float, dict[str, str]]] = [
        ("dpu", 0.35, {"spec_code": "fabric.sql.dcu.std"}), ("dpu", 0, {}),
        ("mu", 1234567.125, {"spec_code": 'a "model"'}), ("apu", 6.5, {"spec_code": "a1x"}),
    ]  # fmt: skip
    with exporter.serve("--config.file", str(file), "--web.enable-lifecycle") as running:
        running.ready()
        for currency, prices in (("", []), ("CNY", every), ("EUR", every[1:2]), ("", [])):
            entries = [{"unit": unit, "price": price, **more} for unit, price, more in prices]
            section = f"prices: {json.dumps({'currency': currency, 'per_hour': entries})}\n" if prices else ""
            file.write_text(section + text, "utf-8")
            assert running.fetch("/-/reload", "POST").status == 200
            wanted = {
                frozenset({"unit": unit, "currency": currency, **more}.items()): price for unit, price, more in prices
            }
            for format in FORMATS:
                page = pages.read(running.page(format), format)
                found = {
                    frozenset(labels): value
                    for (name, labels), value in page.values().items()
                    if name == "dataarts_fabric_unit_price_per_hour"
                }
                assert found == wanted


def test_two_processes_use_the_socket_of_the_service_manager_in_turn(exporter: Exporter, whole: Source) -> None:
    file = configuration.write(exporter.directory, "activation.yaml", [whole])
    with socket.create_server((HOST, 0)) as listening:
        url = f"http://{HOST}:{listening.getsockname()[1]}/-/healthy"
        command = f'exec 3<&{listening.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@"'
        for _ in range(2):
            process = subprocess.Popen(
                ["bash", "-c", command, exporter.program, "serve", "--config.file", file, "--web.systemd-socket"],
                pass_fds=[listening.fileno()], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=environment(exporter.directory), cwd=exporter.directory,
            )  # fmt: skip
            try:
                with OPENER.open(url, timeout=10) as response:
                    assert response.read() == b"Healthy.\n"
            finally:
                process.terminate()
                assert process.wait(10) == 0


def test_a_missing_socket_of_the_service_manager_is_reported(exporter: Exporter, whole: Source) -> None:
    file = configuration.write(exporter.directory, "activation.yaml", [whole])
    outcome = exporter.run("serve", "--config.file", file, "--web.systemd-socket")
    assert outcome.status == 1
    assert "systemd passed no socket" in outcome.stderr
