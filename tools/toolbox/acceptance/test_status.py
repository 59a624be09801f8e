# SPDX-License-Identifier: Apache-2.0
"""`status`: a running exporter; RemoteStatusTests.swift and StatusTextTests.swift have the responses of others."""

import re
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration
from toolbox.shared.certificates import Certificates
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter, Outcome, Running
from toolbox.shared.processes import HOST, free_port, wait_for

USER, PASSWORD = "alice", "s3cret-päss"
HASH = "$2b$10$2WnCKmFUuAfiGQ6lzFo4oeCineM73ZzQ2HiXIwTQXgutWqfAoZfq2"
WEB = f"tls_server_config: {{cert_file: server.pem, key_file: server.key}}\nbasic_auth_users: {{{USER}: '{HASH}'}}\n"


@pytest.fixture(scope="module")
def demo(exporter: Exporter) -> Iterator[Running]:
    with exporter.serve(command="demo") as running:
        wait_for(lambda: "needs_attention" in running.fetch("/api/v1/status").text, 10, "the status is served")
        running.ready(30)
        yield running


def column(lines: list[str], first: str) -> list[str]:
    """Returns the first cells of the rows of a table whose first title is `first`."""
    start = next(index for index, line in enumerate(lines) if line.startswith(first + "  "))
    rows = lines[start + 1 :]
    rows = rows[: rows.index("")] if "" in rows else rows
    return [re.split(r"  +", line)[0] for line in rows if not line.startswith(" ")]


def test_the_demo_shows_its_problems_workspaces_and_sources(exporter: Exporter, demo: Running) -> None:
    outcome = exporter.run("status", f"http://{demo.address}")
    assert (outcome.status, outcome.stderr) == (0, "")
    lines = outcome.text.splitlines()
    status = demo.fetch("/api/v1/status").json()
    assert re.match(r"Needs attention: \d sources, \d workspaces down, \d+ endpoints", lines[0])
    assert lines[1].startswith(f"{status['version']} · as of ")
    assert sorted(column(lines, "Workspace")) == sorted(row["name"] for row in status["workspaces"])
    assert column(lines, "Source") == [source["name"] for source in status["sources"]]
    assert {"locked out", "CREATE_FAILED", "FROZEN"} <= set(column(lines, "Status"))
    down = next(
        row
        for row in status["workspaces"]
        if row["state"] == "failing" and row["listings"][0]["polls"][0]["request_id"]
    )
    for text in (down["workspace_id"], down["listings"][0]["polls"][0]["message"], f"→ {down['remedy']['en']}"):
        assert text in outcome.text


def test_lines_fit_into_columns_and_the_language_is_that_of_the_locale(exporter: Exporter, demo: Running) -> None:
    exporter.variables = {"COLUMNS": "100", "LC_ALL": "zh_CN.UTF-8"}
    try:
        outcome = exporter.run("status", f"http://{demo.address}/")
    finally:
        exporter.variables = {}
    lines = outcome.text.splitlines()
    assert outcome.status == 0
    assert lines[0].startswith("需要关注：")
    assert max(map(len, lines)) <= 100


@pytest.fixture(scope="module")
def secured(exporter: Exporter) -> Iterator[Running]:
    """An exporter with TLS and a user."""
    Certificates(exporter.directory).make("server", "server", f"IP:{HOST}")
    (exporter.directory / "web.yml").write_text(WEB, "utf-8")
    (exporter.directory / "password").write_text(PASSWORD + "\n", "utf-8")
    (exporter.directory / "wrong").write_text("guess\n", "utf-8")
    cloud = list(new_cloud("small").values())
    with ControlPlane(cloud) as plane:
        file = configuration.write(exporter.directory, "status.yaml", [Source(plane.base_url, cloud)])
        with exporter.serve("--config.file", file, "--web.config.file", "web.yml") as running:
            wait_for(lambda: len(plane.requests) > 0, 10, "the workspace is polled")
            yield running


def test_tls_and_user(exporter: Exporter, secured: Running) -> None:
    url = f"https://{secured.address}"
    login = ("--username", USER, "--password-file", "password", "--ca-file", "ca.pem")
    outcome = exporter.run("status", url, *login)
    assert outcome.status == 0, outcome.everything
    assert re.search(r"^Workspaces down +0 +of 1 workspace$", outcome.text, re.MULTILINE)
    failed(exporter.run("status", url, "--ca-file", "ca.pem"), f"{url} responded with HTTP 401: it requires a user")
    wrong = ("--username", USER, "--password-file", "wrong", "--ca-file", "ca.pem")
    failed(exporter.run("status", url, *wrong), f"{url} responded with HTTP 401: it rejected the user or the password")
    failed(exporter.run("status", url), f"cannot get the status from {url}: ")
    assert exporter.run("status", url, "--username", USER).status == 2
    assert PASSWORD not in secured.log()


def test_an_address_without_an_exporter_is_reported(exporter: Exporter, demo: Running) -> None:
    url = f"http://{HOST}:{free_port()}"
    failed(exporter.run("status", url), f"cannot get the status from {url}: ")
    url = f"http://{demo.address}/prefix"
    failed(exporter.run("status", url), f"{url} responded with HTTP 404: there is no exporter")
    with ControlPlane([]) as plane:
        failed(exporter.run("status", plane.base_url), plane.base_url)


def failed(outcome: Outcome, beginning: str) -> None:
    """Requires exit status 1 and one line on standard error with this beginning."""
    assert (outcome.status, outcome.stdout) == (1, b""), outcome.everything
    assert outcome.stderr.startswith(beginning), outcome.stderr
    assert outcome.stderr.count("\n") == 1
