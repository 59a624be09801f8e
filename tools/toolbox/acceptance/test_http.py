# SPDX-License-Identifier: Apache-2.0
"""The other paths of the web server, and invalid requests."""

from __future__ import annotations

import html
import json
import socket

from toolbox.shared import pages
from toolbox.shared import configuration

from toolbox.shared.cloud_data import Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import FORBIDDEN, TOKEN, ControlPlane, Fault
from toolbox.shared.exporter import HOST, TEXT, Running
from report import require, require_equal

ECHO = {"error_code": 403, "error_msg": f"no <b>entry</b> with {TOKEN}"}


def run(with_: Bench) -> None:
    cloud = with_.cloud()
    refused = Workspace("refused-1", "refused", [])
    with ControlPlane([*cloud.values(), refused]) as plane:
        plane.faults[refused.id] = Fault(status=403, body=FORBIDDEN | ECHO)
        source = Source(plane.base_url, [*cloud.values(), refused])
        file = configuration.write(with_.directory, "http.yaml", [source])
        with (
            with_.report.check("serve starts"),
            with_.exporter.serve("--config.file", file) as running,
        ):
            running.ready()
            health(with_, running)
            status_page(with_, running, source)
            selection(with_, running, source, cloud["small"])
            discovery(with_, running, source)
            refusals(with_, running)


def health(with_: Bench, running: Running) -> None:
    for path in ("/-/healthy", "/-/ready"):
        with with_.report.check(f"{path} answers 200"):
            require_equal(running.fetch(path).status, 200, "the status")
    for path in ("/metrics", "/", "/-/healthy", "/api/v1/status"):
        with with_.report.check(f"HEAD {path} responds like GET, without a body"):
            head, get = running.fetch(path, "HEAD"), running.fetch(path)
            require_equal((head.status, head.raw), (get.status, b""), "the answer")
            require_equal(head.headers.get("content-type"), get.headers.get("content-type"), "Content-Type")
        with with_.report.check(f"{path} sets nosniff"):
            require_equal(running.fetch(path).headers.get("x-content-type-options"), "nosniff", "the header")


def status_page(with_: Bench, running: Running, source: Source) -> None:
    page = running.fetch("/")
    with with_.report.check("/ is an HTML page without external resources"):
        require_equal(page.status, 200, "the status")
        require(page.headers.get("content-type", "").startswith("text/html"), "not HTML")
        policy = page.headers.get("content-security-policy", "")
        require("default-src 'none'" in policy or "default-src 'self'" in policy, f"its policy is {policy!r}")
        require("*" not in policy and "http" not in policy, f"its policy is {policy!r}")
    with with_.report.check("/ names every workspace, escaped"):
        unescaped = html.unescape(page.text)
        for workspace in source.workspaces:
            require(workspace.shown_name in unescaped, f"{workspace.shown_name} is not on it")
        require("one <b>" not in page.text and "<b>entry" not in page.text, "a name or message is not escaped")
        require("/metrics" in page.text, "no link to /metrics")
    with with_.report.check("/ shows failure reasons and no secret"):
        require("forbidden" in page.text.lower(), "the reason is missing")
        require(TOKEN not in unescaped, "the page contains the token")
    with with_.report.check("/ shows the error_msg of an endpoint with an error"):
        messages = [row.get("error_msg") for row in source.workspaces[3].rows if isinstance(row, dict)]
        shown = [text for text in messages if isinstance(text, str) and text and text in unescaped]
        require(shown, "no error_msg")
    with with_.report.check("/api/v1/status has all workspaces, without a secret"):
        answer = running.fetch("/api/v1/status")
        require_equal(answer.status, 200, "the status")
        require("json" in answer.headers.get("content-type", ""), "Content-Type")
        text = json.dumps(json.loads(answer.body), ensure_ascii=False)
        for workspace in source.workspaces:
            require(workspace.id in text, f"{workspace.id} is missing")
        require(TOKEN not in text, "the response contains the token")


def selection(with_: Bench, running: Running, source: Source, chosen: Workspace) -> None:
    with with_.report.check("/metrics?workspace_id= returns only that workspace's series"):
        answer = running.fetch(f"/metrics?workspace_id={chosen.id}")
        page = pages.read(answer.text, TEXT)
        names = {dict(labels).get("workspace_id") for _, labels in page.values()}
        require_equal(names, {chosen.id}, "its workspace ids")
        one = pages.wanted([Source(source.base_url, [chosen])], "problems")
        pages.require_series(page, one, (0, 2e10))
        pages.require_well_formed(answer.text, TEXT)
    with with_.report.check("/metrics?source= returns only that source's workspaces"):
        page = pages.read(running.fetch("/metrics?source=acceptance").text, TEXT)
        names = {dict(labels).get("workspace_id") for _, labels in page.values()}
        require_equal(names, {workspace.id for workspace in source.workspaces}, "its workspace ids")
    for query in ("workspace_id=unknown", "source=unknown"):
        with with_.report.check(f"/metrics?{query} returns 404"):
            require_equal(running.fetch(f"/metrics?{query}").status, 404, "the status")


def discovery(with_: Bench, running: Running, source: Source) -> None:
    with with_.report.check("/sd has one target per workspace"):
        answer = running.fetch("/sd")
        require_equal(answer.status, 200, "the status")
        require("application/json" in answer.headers.get("content-type", ""), "Content-Type")
        groups = json.loads(answer.body)
        found = {}
        for group in groups:
            require_equal(group["targets"], [f"{HOST}:{running.port}"], "targets")
            found[group["labels"]["__param_workspace_id"]] = group["labels"]
        require_equal(set(found), {workspace.id for workspace in source.workspaces}, "the workspaces")
        for workspace in source.workspaces:
            labels, meta = found[workspace.id], "__meta_dataarts_fabric_"
            require_equal(labels["__param_source"], "acceptance", "__param_source")
            require_equal(labels["instance"], f"acceptance/{workspace.id}", "instance")
            require_equal(labels[meta + "source"], "acceptance", "the source")
            require_equal(labels[meta + "workspace_id"], workspace.id, "the id")
            require_equal(labels[meta + "workspace"], workspace.shown_name, "the name")


def refusals(with_: Bench, running: Running) -> None:
    for path in ("/nothing", "/metricsx", "/-/", "/../etc/passwd"):
        with with_.report.check(f"{path} returns 404"):
            require_equal(running.fetch(path).status, 404, "the status")
    for method, path in (("POST", "/metrics"), ("DELETE", "/"), ("PUT", "/-/healthy"), ("PATCH", "/sd")):
        with with_.report.check(f"{method} {path} returns 405 with an Allow header"):
            answer = running.fetch(path, method)
            require_equal(answer.status, 405, "the status")
            require("GET" in answer.headers.get("allow", ""), f"Allow is {answer.headers.get('allow')!r}")
    with with_.report.check("POST /-/reload returns 403 unless enabled"):
        require_equal(running.fetch("/-/reload", "POST").status, 403, "the status")
    with with_.report.check("headers beyond 16 KiB return 431"):
        received = raw(running, b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20000 + b"\r\n\r\n")
        require(received.startswith(b"HTTP/1.1 431"), f"answer {received[:60]!r}")
    with with_.report.check("invalid HTTP returns 400 or closes the connection, and the server continues"):
        received = raw(running, b"\x16\x03\x01\x00\xa5 no http at all\r\n\r\n")
        require(received == b"" or received.startswith(b"HTTP/1.1 400"), f"answer {received[:60]!r}")
        require_equal(running.fetch("/-/healthy").status, 200, "the status")


def raw(running: Running, request: bytes) -> bytes:
    """Sends bytes unchanged; returns the response bytes."""
    received = b""
    with socket.create_connection((HOST, running.port), 5) as connection:
        try:
            connection.sendall(request)
            while block := connection.recv(65536):
                received += block
                if b"\r\n" in received:
                    break
        except ConnectionError:
            pass
    return received
