# SPDX-License-Identifier: Apache-2.0
"""The other paths of the web server."""

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


def test_head_responds_like_get_without_a_body_and_get_sets_nosniff(served: Served) -> None:
    head, get = served.running.fetch("/", "HEAD"), served.running.fetch("/")
    assert (head.status, head.raw) == (get.status, b"")
    assert head.headers.get("content-type") == get.headers.get("content-type")
    assert get.headers.get("x-content-type-options") == "nosniff"


def test_the_status_page_has_all_workspaces_and_failures_escaped_and_no_secret(served: Served) -> None:
    text = served.running.fetch("/").text
    unescaped = html.unescape(text)
    for workspace in served.source.workspaces:
        assert workspace.shown_name in unescaped
    assert "one <b" not in text
    assert "no <b" not in text
    assert "/metrics" in text
    assert "forbidden" in text.lower()
    assert TOKEN not in unescaped
    messages = [row.get("error_msg") for row in served.source.workspaces[3].rows if isinstance(row, dict)]
    assert [shown for shown in messages if isinstance(shown, str) and shown and shown in unescaped]


def test_the_status_api_has_all_workspaces_and_no_secret(served: Served) -> None:
    answer = served.running.fetch("/api/v1/status")
    assert answer.status == 200
    assert "json" in answer.headers["content-type"]
    status = json.loads(answer.body)
    assert (status["state"], status["needs_attention"]["workspaces"]) == ("attention", 1)
    assert "Needs attention:" in served.running.fetch("/").text
    text = json.dumps(status, ensure_ascii=False)
    for workspace in served.source.workspaces:
        assert workspace.id in text
    assert TOKEN not in text


def test_a_filter_that_matches_nothing_is_not_ok(served: Served) -> None:
    assert json.loads(served.running.fetch("/api/v1/status?q=none-such").body)["state"] == "unknown"
    assert "Nothing needs attention" not in served.running.fetch("/?q=none-such").text


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


@pytest.mark.parametrize("path", ["/nothing", "/metrics?workspace_id=unknown", "/metrics?source=unknown"])
def test_an_unknown_path_workspace_or_source_is_not_found(served: Served, path: str) -> None:
    assert served.running.fetch(path).status == 404
