# SPDX-License-Identifier: Apache-2.0
"""The other paths of the web server, and invalid requests."""

from __future__ import annotations

import dataclasses
import html
import json
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, pages
from toolbox.shared.cloud_data import Workspace, new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import FORBIDDEN, TOKEN, ControlPlane, Fault
from toolbox.shared.exporter import TEXT, Exporter, Running

ECHO = {"error_code": 403, "error_msg": f"no <b>entry</b> with {TOKEN}"}
META = "__meta_dataarts_fabric_"


@dataclasses.dataclass
class Served:
    """A running exporter that has polled the test cloud and a workspace that is forbidden."""

    running: Running
    source: Source
    small: Workspace


@pytest.fixture(scope="module")
def served(exporter: Exporter) -> Iterator[Served]:
    cloud = new_cloud()
    refused = Workspace("refused-1", "refused", [])
    with ControlPlane([*cloud.values(), refused]) as plane:
        plane.faults[refused.id] = Fault(status=403, body=FORBIDDEN | ECHO)
        source = Source(plane.base_url, [*cloud.values(), refused])
        file = configuration.write(exporter.directory, "http.yaml", [source])
        with exporter.serve("--config.file", file) as running:
            running.ready()
            yield Served(running, source, cloud["small"])


@pytest.fixture(scope="module")
def running(served: Served) -> Running:
    return served.running


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
def test_health_checks_answer_200(running: Running, path: str) -> None:
    assert running.fetch(path).status == 200


@pytest.mark.parametrize("path", ["/metrics", "/", "/-/healthy", "/api/v1/status"])
def test_head_responds_like_get_without_a_body_and_get_sets_nosniff(running: Running, path: str) -> None:
    head, get = running.fetch(path, "HEAD"), running.fetch(path)
    assert (head.status, head.raw) == (get.status, b"")
    assert head.headers.get("content-type") == get.headers.get("content-type")
    assert get.headers.get("x-content-type-options") == "nosniff"


def test_the_status_page_is_html_without_external_resources(running: Running) -> None:
    page = running.fetch("/")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "*" not in policy
    assert "http" not in policy


def test_the_status_page_has_all_workspaces_and_failures_escaped_and_no_secret(served: Served) -> None:
    text = served.running.fetch("/").text
    unescaped = html.unescape(text)
    for workspace in served.source.workspaces:
        assert workspace.shown_name in unescaped
    assert "one <b>" not in text
    assert "<b>entry" not in text
    assert "/metrics" in text
    assert "forbidden" in text.lower()
    assert TOKEN not in unescaped
    messages = [row.get("error_msg") for row in served.source.workspaces[3].rows if isinstance(row, dict)]
    assert [shown for shown in messages if isinstance(shown, str) and shown and shown in unescaped]


def test_the_status_api_has_all_workspaces_and_no_secret(served: Served) -> None:
    answer = served.running.fetch("/api/v1/status")
    assert answer.status == 200
    assert "json" in answer.headers["content-type"]
    text = json.dumps(json.loads(answer.body), ensure_ascii=False)
    for workspace in served.source.workspaces:
        assert workspace.id in text
    assert TOKEN not in text


def test_metrics_of_a_workspace_are_its_series_only(served: Served) -> None:
    text = served.running.fetch(f"/metrics?workspace_id={served.small.id}").text
    assert workspace_ids(text) == {served.small.id}
    wanted = pages.wanted([Source(served.source.base_url, [served.small])], "problems")
    pages.require_series(pages.read(text, TEXT), wanted, (0, 2e10))
    pages.require_well_formed(text, TEXT)


def test_metrics_of_a_source_are_those_of_its_workspaces(served: Served) -> None:
    text = served.running.fetch("/metrics?source=acceptance").text
    assert workspace_ids(text) == {workspace.id for workspace in served.source.workspaces}


def workspace_ids(text: str) -> set[str | None]:
    return {dict(labels).get("workspace_id") for _, labels in pages.read(text, TEXT).values()}


def test_service_discovery_has_one_target_per_workspace(served: Served) -> None:
    answer = served.running.fetch("/sd")
    assert answer.status == 200
    assert "application/json" in answer.headers["content-type"]
    groups = json.loads(answer.body)
    assert all(group["targets"] == [served.running.address] for group in groups)
    found = {group["labels"]["__param_workspace_id"]: group["labels"] for group in groups}
    assert set(found) == {workspace.id for workspace in served.source.workspaces}
    for workspace in served.source.workspaces:
        wanted = {
            "__param_source": "acceptance", "instance": f"acceptance/{workspace.id}", f"{META}source": "acceptance",
            f"{META}workspace_id": workspace.id, f"{META}workspace": workspace.shown_name,
        }  # fmt: skip
        assert found[workspace.id].items() >= wanted.items()


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/metricsx", "/-/", "/../etc/passwd", "/metrics?workspace_id=unknown", "/metrics?source=unknown",
    ],
)  # fmt: skip
def test_an_unknown_path_workspace_or_source_is_not_found(running: Running, path: str) -> None:
    assert running.fetch(path).status == 404


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/metrics"), ("DELETE", "/"), ("PUT", "/-/healthy"), ("PATCH", "/sd")]
)
def test_another_method_is_refused_with_an_allow_header(running: Running, method: str, path: str) -> None:
    answer = running.fetch(path, method)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_a_reload_by_request_is_forbidden_unless_enabled(running: Running) -> None:
    assert running.fetch("/-/reload", "POST").status == 403


def test_headers_beyond_16_kib_are_refused(running: Running) -> None:
    request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20000 + b"\r\n\r\n"
    assert running.send(request, half_close=False).startswith(b"HTTP/1.1 431")


def test_invalid_http_gets_400_or_a_closed_connection(running: Running) -> None:
    received = running.send(b"\x16\x03\x01\x00\xa5 no http at all\r\n\r\n", half_close=False)
    assert received == b"" or received.startswith(b"HTTP/1.1 400")
    assert running.fetch("/-/healthy").status == 200
