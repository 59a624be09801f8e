# SPDX-License-Identifier: Apache-2.0
"""A control plane on loopback that lists endpoints as the API reference specifies.

`ControlPlane` can be stopped and restarted on its port, its rows may change between requests, and a workspace can have
a `Fault` that replaces the response. All requests are recorded.
"""

from __future__ import annotations

import contextlib
import dataclasses
import email.utils
import functools
import http.server
import operator
import re
import socket
import sys
import threading
import urllib.parse
import uuid
from collections.abc import Callable
from typing import Any

from toolbox.shared import json_text, pool_api
from toolbox.shared.cloud_data import Row, Stored, Workspace
from toolbox.shared.identity import Identity, Reply
from toolbox.shared.processes import HOST
from toolbox.shared.signed_requests import Request

TOKEN = "SECRET-TOKEN-VALUE-of-the-test-cloud"
PATH = re.compile(r"/v1/workspaces/([^/]*)/endpoints")
PATH_V2 = re.compile(r"/v2/workspaces/([^/]*)/endpoints")
SERVICES = re.compile(r"/v1/workspaces/([^/]*)/services/instances")
RUNS = re.compile(r"/v1/workspaces/([^/]*)/jobs/runs")
QUOTAS = re.compile(r"/v2/([^/]*)/quotas")
WORKSPACES = ("/v1/workspaces", "/v2/workspaces")
# The values of the parameters of a listing, by the API reference.
VALID = {
    "offset": r"[0-9]{1,9}|10{9}",
    "limit": r"[1-9][0-9]?|100",
    "name": r".{1,128}",
    "model_id": r".{32,36}",
    "endpoint_id": r".{32,36}",
    "visibility": r"PRIVATE|PUBLIC|ALL",
    "sort_by": r"CREATE_TIME|DURATION",
    "order_by": r"ASC|DESC",
}

BAD_REQUEST = {
    "error_code": "common.01000001",
    "error_msg": "failed to read http request, please check your input, code: 400, reason: Type mismatch.,"
    " cause: TypeMismatchException",
}
UNAUTHORIZED = {"error_code": "APIG.1002", "error_msg": "Incorrect token or token resolution failed"}
FORBIDDEN = {
    "error": {"code": "403", "message": "X-Auth-Token is invalid in the request", "title": "Forbidden"},
    "error_code": 403,
    "error_msg": "X-Auth-Token is invalid in the request",
    "title": "Forbidden",
}
NO_WORKSPACE = {"error_code": "dataartsfabric.00010003", "error_msg": "The workspace does not exist."}
NO_RESOURCE = {"error_code": "dataartsfabric.00010009", "error_msg": "Resource not found."}
NO_API = {"error_code": "APIG.0101", "error_msg": "The API does not exist or has not been published."}
THROTTLED = {"error_code": "APIG.0308", "error_msg": "policy user over ratelimit,limit:10,time:1 minute"}
INTERNAL = {"error_code": "common.00000500", "error_msg": "internal error"}


@dataclasses.dataclass
class Fault:
    """A response instead of the listing.

    `mode` is `answer`, `reset` (connection closed without a response), `truncate` (half of the body, then closed),
    `hang` (until the control plane stops or the fault is removed) or `count` (the listing, with `total` changed by
    `adjust`, whose argument is the number of the request). A `body` may be a function that each request calls.
    """

    mode: str = "answer"
    status: int = 500
    body: Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    adjust: Callable[[int, int], int] = lambda total, number: total
    requests: int = 0


@dataclasses.dataclass(frozen=True)
class Recorded:
    """One request as received."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]


def selected(stored: list[Stored], query: dict[str, str]) -> list[Stored]:
    """Returns the rows that match the filters of a request."""
    visibility = query.get("visibility")

    def shown(entry: Stored) -> bool:
        row = entry.row if isinstance(entry.row, dict) else {}
        public = row.get("visibility") == "PUBLIC"
        allowed = {None: entry.mine, "PRIVATE": entry.mine and not public, "PUBLIC": public, "ALL": True}[visibility]
        return (
            allowed
            and ("type" not in query or row.get("type") == query["type"])
            and ("name" not in query or query["name"] in str(row.get("name", "")))
            and ("endpoint_id" not in query or row.get("id") == query["endpoint_id"])
            and ("model_id" not in query or query["model_id"] in entry.models)
        )

    return [entry for entry in stored if shown(entry)]


def selected_v2(rows: list[Any], types: list[str] | None, query: dict[str, str]) -> list[Any]:
    """Returns the endpoints of API v2 that match the filters of a request; names match exactly."""

    def shown(row: Any) -> bool:
        fields = row if isinstance(row, dict) else {}
        engine = fields.get("engine")
        return (
            (types is None or (isinstance(engine, dict) and engine.get("type") in types))
            and ("name" not in query or fields.get("name") == query["name"])
            and ("compute_id" not in query or fields.get("compute_id") == query["compute_id"])
        )

    return [row for row in rows if shown(row)]


def selected_runs(runs: list[Any], query: dict[str, str]) -> list[Any]:
    """Returns the job runs that match the status of a request, in its order. Runs without a text as time are last in
    either order."""
    rows = [run for run in runs if "status" not in query or run.get("status") == query["status"]]
    if query.get("sort_by") != "CREATE_TIME":
        return rows
    timed = [row for row in rows if isinstance(row.get("create_time"), str)]
    rest = [row for row in rows if row not in timed]
    return sorted(timed, key=operator.itemgetter("create_time"), reverse=query.get("order_by") == "DESC") + rest


class Server(http.server.ThreadingHTTPServer):
    """Serves in a thread. `handler` is called as a class of handlers."""

    request_queue_size = 128

    def __init__(self, handler: Callable[..., http.server.BaseHTTPRequestHandler], host: str = HOST, port: int = 0):
        self.stopping = threading.Event()
        self.connections: set[Any] = set()
        super().__init__((host, port), handler)
        # Polls often for its end, so that tests need not wait.
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Closes the listener and all connections at once."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores clients that disconnect; prints other errors."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class QuietHandler(http.server.BaseHTTPRequestHandler):
    """Keeps connections open, logs nothing, and reads and writes whole bodies."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""

    def received(self) -> Request:
        """Reads the rest of the request."""
        length = int(self.headers.get("Content-Length") or 0)
        return Request(self.command, self.path, tuple(self.headers.items()), self.rfile.read(length))

    def send(self, status: int, data: bytes, headers: dict[str, str], cut: bool = False) -> None:
        """Sends a response; with `cut` only half of its body, and closes the connection."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = self.close_connection or cut


class ControlPlane:
    """The server and its workspaces. A context manager; or use `start` and `stop`."""

    def __init__(self, workspaces: list[Workspace], host: str = HOST, port: int = 0) -> None:
        self.lock = threading.RLock()
        self.workspaces = {workspace.id: workspace for workspace in workspaces}
        # The rows of the quotas of each project.
        self.quotas: dict[str, list[Any]] = {}
        self.faults: dict[str, Fault] = {}
        self.requests: list[Recorded] = []
        # The IAM rules; None: only the suite's token is accepted.
        self.identity: Identity | None = None
        self.host, self.port = host, port
        self._server: Server | None = None

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def __enter__(self) -> ControlPlane:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listens on a free port the first time, on the same port afterwards."""
        self._server = Server(functools.partial(Handler, self), self.host, self.port)
        self.port = self._server.server_port

    def stop(self) -> None:
        """Closes the listener and all connections at once."""
        server, self._server = self._server, None
        if server:
            server.stop()

    def put(self, workspace: str, row: Row) -> None:
        """Adds a row, or replaces the row with its id."""
        with self.lock:
            self.remove(workspace, row["id"])
            self.workspaces[workspace].stored.append(Stored(row))

    def remove(self, workspace: str, endpoint: str) -> None:
        """Removes the row with that id."""
        with self.lock:
            held = self.workspaces[workspace]
            held.stored = [entry for entry in held.stored if entry.row["id"] != endpoint]

    def recorded(self, workspace: str) -> list[Recorded]:
        """Returns the requests for one workspace so far."""
        with self.lock:
            return [request for request in self.requests if f"/{workspace}/" in request.path]


class Handler(QuietHandler):
    """The control plane's responses, and those of its IAM."""

    def __init__(self, plane: ControlPlane, *arguments: Any) -> None:
        self.plane = plane
        super().__init__(*arguments)

    def do_GET(self) -> None:
        target = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(target.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.plane.lock:
            self.plane.requests.append(Recorded(target.path, query, headers))
        v2 = PATH_V2.fullmatch(target.path)
        match, services = v2 or PATH.fullmatch(target.path), SERVICES.fullmatch(target.path)
        runs, quotas = RUNS.fullmatch(target.path), QUOTAS.fullmatch(target.path)
        pools = pool_api.PATH.fullmatch(target.path)
        if not (match or services or runs or quotas or pools or target.path in WORKSPACES):
            self.identity_or_nothing()
        elif refused := self.refusal():
            self.answer(*refused)
        elif services:
            self.answer_listing(services_subject(services[1]), services[1], query)
        elif runs:
            self.answer_listing(runs_subject(runs[1]), runs[1], query)
        elif quotas:
            self.answer_quotas(urllib.parse.unquote(quotas[1]))
        elif pools:
            self.answer_pools(pools[2], pools[1], query)
        elif not match:
            self.answer(*self.list_workspaces(query, target.path == WORKSPACES[1]))
        else:
            with self.plane.lock:
                fault = self.plane.faults.get(match[1], Fault("count"))
                fault.requests += 1
            if fault.mode == "count":
                self.answer(*self.list_endpoints(match[1], query, fault, v2 is not None))
            else:
                self.fail(match[1], fault)

    def answer_listing(self, subject: str, workspace_id: str, query: dict[str, list[str]]) -> None:
        """Lists service instances or job runs; the fault of the subject replaces the response."""
        with self.plane.lock:
            fault = self.plane.faults.get(subject, Fault("count"))
            fault.requests += 1
            held = self.plane.workspaces.get(workspace_id)
        parameters = checked(query)
        if fault.mode != "count":
            self.fail(subject, fault)
        elif parameters is None or held is None:
            self.answer(400, BAD_REQUEST if held else NO_WORKSPACE, {})
        else:
            is_runs = subject == runs_subject(workspace_id)
            rows = selected_runs(held.runs, parameters) if is_runs else held.services
            name = "job_runs" if is_runs else "service_instances"
            document = {name: page(rows, parameters), "total": fault.adjust(len(rows), fault.requests)}
            self.answer(200, json_text.write(document).encode(), {})

    def answer_quotas(self, project: str) -> None:
        """Lists the quotas of a project; the fault of `quotas_subject(project)` replaces the response."""
        with self.plane.lock:
            subject = quotas_subject(project)
            fault = self.plane.faults.get(subject, Fault("count"))
            fault.requests += 1
            rows = self.plane.quotas.get(project)
        if fault.mode != "count":
            self.fail(subject, fault)
        elif rows is None:
            self.answer(403, FORBIDDEN, {})
        else:
            self.answer(200, json_text.write({"quotas": {"resources": rows}}).encode(), {})

    def answer_pools(self, operation: str, workspace_id: str, query: dict[str, list[str]]) -> None:
        """Lists pools, or answers a query of one; the fault of the workspace or the pool replaces the response."""
        pool = next(iter(query.get("compute_ids") or query.get("compute_id") or [""]))
        subjects = [pool_api.subject(operation, of) for of in (workspace_id, pool)]
        with self.plane.lock:
            subject = next((subject for subject in subjects if subject in self.plane.faults), subjects[0])
            fault = self.plane.faults.get(subject, Fault("count"))
            fault.requests += 1
            held = self.plane.workspaces.get(workspace_id)
            styles, number = list(json_text.Style), len(self.plane.requests)
        parameters = pool_api.checked(operation, query)
        if fault.mode != "count":
            self.fail(subject, fault)
        elif parameters is None or held is None:
            self.answer(400, BAD_REQUEST if held else NO_WORKSPACE, {})
        else:
            body = pool_api.answer(operation, held, parameters)
            if operation == pool_api.LIST:
                body["total"] = fault.adjust(body["total"], fault.requests)
            text = body if isinstance(body, bytes) else json_text.write(body, styles[number % len(styles)]).encode()
            self.answer(200, text, {})

    def refusal(self) -> Reply | None:
        """Returns the error response to a request that is not permitted, else None."""
        if self.plane.identity:
            return self.plane.identity.refusal(self.received())
        return None if self.headers.get("X-Auth-Token") == TOKEN else (401, UNAUTHORIZED, {})

    def identity_or_nothing(self) -> None:
        identity = self.plane.identity
        self.answer(*((identity and identity.answer(self.received())) or (404, NO_API, {})))

    do_POST = do_PUT = do_DELETE = do_PATCH = identity_or_nothing

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Returns the `Date` header by the cloud's own clock."""
        identity = self.plane.identity
        return email.utils.formatdate(identity.now if identity and timestamp is None else timestamp, usegmt=True)

    def list_endpoints(self, workspace_id: str, query: dict[str, list[str]], fault: Fault, v2: bool) -> Reply:
        # The only parameter that may be repeated.
        types = query.pop("engine_types", None) if v2 else None
        parameters = checked(query)
        if parameters is None:
            return 400, BAD_REQUEST, {}
        with self.plane.lock:
            held = self.plane.workspaces.get(workspace_id)
            if held is None:
                return 400, NO_WORKSPACE, {}
            stored = [entry.row for entry in selected(held.stored, parameters)]
            rows = selected_v2(held.lake, types, parameters) if v2 else stored
            members = [("total", fault.adjust(len(rows), fault.requests)), ("endpoints", page(rows, parameters))]
            styles = list(json_text.Style)
            number = len(self.plane.requests)
            document = dict(members if number % 2 else reversed(members))
            return 200, json_text.write(document, styles[number % len(styles)]).encode(), {}

    def list_workspaces(self, query: dict[str, list[str]], v2: bool) -> Reply:
        """Lists all workspaces, which are in the default enterprise project. Only v1 requires the parameter."""
        parameters = checked(query)
        projects = ("all_granted_eps", "0", *((None,) if v2 else ()))
        if parameters is None or parameters.get("enterprise_project_id") not in projects:
            return 400, BAD_REQUEST, {}
        with self.plane.lock:
            held = sorted(self.plane.workspaces.values(), key=lambda workspace: workspace.id)
        rows = [
            {"id": workspace.id, "enterprise_project_id": "0"} | ({"name": workspace.name} if workspace.name else {})
            for workspace in held
            if parameters.get("name", "") in (workspace.name or "")
        ]
        return 200, {"total": len(rows), "workspaces": page(rows, parameters)}, {}

    def fail(self, workspace_id: str, fault: Fault) -> None:
        while fault.mode == "hang" and self.plane.faults.get(workspace_id) is fault:
            if self.server.stopping.wait(0.02):
                break
        if fault.mode in ("hang", "reset"):
            self.close_connection = True
        else:
            body = fault.body() if callable(fault.body) else fault.body
            self.answer(fault.status, body, fault.headers, cut=fault.mode == "truncate")

    def answer(self, status: int, body: Any, headers: dict[str, str], cut: bool = False) -> None:
        """Sends bytes as they are, None as no body, and other values as JSON."""
        data = body if isinstance(body, bytes) else b"" if body is None else json_text.write(body).encode()
        default = {"Content-Type": "application/json;charset=utf-8", "X-request-id": uuid.uuid4().hex}
        self.send(status, data, {**default, **headers}, cut)


def services_subject(workspace_id: str) -> str:
    """Returns the key of a fault of the workspace's list of service instances."""
    return f"services of {workspace_id}"


def runs_subject(workspace_id: str) -> str:
    """Returns the key of a fault of the workspace's list of job runs."""
    return f"job runs of {workspace_id}"


def quotas_subject(project: str) -> str:
    """Returns the key of a fault of the quotas of a project."""
    return f"quotas of {project}"


def page(rows: list[Any], parameters: dict[str, str]) -> list[Any]:
    offset = int(parameters.get("offset", 0))
    return rows[offset : offset + int(parameters.get("limit", 10))]


def checked(query: dict[str, list[str]]) -> dict[str, str] | None:
    """Returns the parameters of a listing, or None if one is invalid or repeated."""
    valid = all(
        len(values) == 1 and re.fullmatch(VALID.get(name, ".*"), values[0], re.DOTALL) for name, values in query.items()
    )
    return {name: values[0] for name, values in query.items()} if valid else None
