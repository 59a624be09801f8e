# SPDX-License-Identifier: Apache-2.0
"""A control plane on loopback that lists endpoints as the API reference specifies.

`ControlPlane` can be stopped and restarted on its port, its rows may change between requests, and a workspace can have
a `Fault` that replaces the response. All requests are recorded.
"""

from __future__ import annotations

import contextlib
import dataclasses
import email.utils
import http.server
import re
import socket
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable
from typing import Any

from toolbox.shared import json_text
from toolbox.shared.cloud_data import Stored, Workspace
from toolbox.shared.identity import Identity, Reply
from toolbox.shared.signed_requests import Request

TOKEN = "SECRET-TOKEN-VALUE-of-the-test-cloud"
PATH = re.compile(r"/v1/workspaces/([^/]*)/endpoints")
WORKSPACES = "/v1/workspaces"
WORKSPACE_ID = re.compile(r"[A-Za-z0-9-]{1,36}")
LIMITS = {"name": (1, 128), "model_id": (32, 36), "endpoint_id": (32, 36)}

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
TIMED_OUT = {"error_code": "common.00000408", "error_msg": "timeout exception occurred"}
INTERNAL = {"error_code": "common.00000500", "error_msg": "internal error"}


@dataclasses.dataclass
class Fault:
    """A response instead of the listing.

    `mode` is `answer`, `reset` (connection closed without a response), `truncate` (half of the body, then closed),
    `hang` (until the control plane stops or the fault is removed) or `count` (the listing, with `total` changed by
    `adjust`, whose argument is the number of the request).
    """

    mode: str = "answer"
    status: int = 500
    body: Any = None
    content_type: str = "application/json"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    adjust: Callable[[int, int], int] = lambda total, number: total
    requests: int = 0

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json_text.write(self.body).encode() if self.body is not None else b""


@dataclasses.dataclass(frozen=True)
class Recorded:
    """One request as received."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    at: float


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


class ControlPlane:
    """The server and its workspaces. A context manager; or use `start` and `stop`."""

    def __init__(self, workspaces: list[Workspace], host: str = "127.0.0.1", port: int = 0) -> None:
        self.lock = threading.RLock()
        self.workspaces = {workspace.id: workspace for workspace in workspaces}
        self.faults: dict[str, Fault] = {}
        self.requests: list[Recorded] = []
        # The IAM rules; None: only the suite's token is accepted.
        self.identity: Identity | None = None
        self.host, self.port = host, port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

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
        self._server = Server((self.host, self.port), self)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Closes the listener and all connections at once."""
        server, self._server = self._server, None
        if server is None:
            return
        server.stopping.set()
        server.shutdown()
        server.server_close()
        server.drop_connections()
        if self._thread:
            self._thread.join()

    def put(self, workspace: str, row: Any) -> None:
        """Adds a row, or replaces the row with its id."""
        with self.lock:
            stored = self.workspaces[workspace].stored
            for entry in stored:
                if isinstance(entry.row, dict) and entry.row.get("id") == row["id"]:
                    entry.row = row
                    return
            stored.append(Stored(row))

    def remove(self, workspace: str, endpoint: str) -> None:
        """Removes the row with that id."""
        with self.lock:
            held = self.workspaces[workspace]
            held.stored = [e for e in held.stored if not (isinstance(e.row, dict) and e.row.get("id") == endpoint)]

    def recorded(self, workspace: str) -> list[Recorded]:
        """Returns the requests for one workspace so far."""
        with self.lock:
            return [request for request in self.requests if f"/{workspace}/" in request.path]


class Server(http.server.ThreadingHTTPServer):
    """A threading server that tracks its connections, so that it can close them."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], plane: ControlPlane) -> None:
        self.plane = plane
        self.stopping = threading.Event()
        self.connections: set[socket.socket] = set()
        super().__init__(address, Handler)

    def drop_connections(self) -> None:
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores clients that disconnect."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing; requests are in `ControlPlane.requests`."""

    def do_GET(self) -> None:
        target = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(target.query, keep_blank_values=True)
        plane = self.server.plane
        headers = {name.lower(): value for name, value in self.headers.items()}
        with plane.lock:
            plane.requests.append(Recorded(target.path, query, headers, time.monotonic()))
        match = PATH.fullmatch(target.path)
        if not match and target.path != WORKSPACES:
            self.identity_or_nothing()
        elif refused := self.refusal():
            self.answer(*refused[:2], headers=refused[2])
        elif match:
            self.list_endpoints(match[1], query)
        else:
            self.list_workspaces(query)

    def request_as_it_came(self) -> Request:
        length = int(self.headers.get("Content-Length") or 0)
        return Request(self.command, self.path, tuple(self.headers.items()), self.rfile.read(length))

    def refusal(self) -> Reply | None:
        """Returns the error response to a request that is not permitted, else None."""
        if self.server.plane.identity:
            return self.server.plane.identity.refusal(self.request_as_it_came())
        return None if self.headers.get("X-Auth-Token") == TOKEN else (401, UNAUTHORIZED, {})

    def identity_or_nothing(self) -> None:
        identity = self.server.plane.identity
        status, body, headers = (identity and identity.answer(self.request_as_it_came())) or (404, NO_API, {})
        self.answer(status, body, headers=headers)

    do_POST = do_PUT = do_DELETE = do_PATCH = identity_or_nothing

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Returns the `Date` header by the cloud's own clock."""
        identity = self.server.plane.identity
        return email.utils.formatdate(identity.now if identity and timestamp is None else timestamp, usegmt=True)

    def list_endpoints(self, workspace_id: str, query: dict[str, list[str]]) -> None:
        plane = self.server.plane
        with plane.lock:
            fault = plane.faults.get(workspace_id)
            if fault:
                fault.requests += 1
        if fault and fault.mode != "count":
            self.fail(workspace_id, fault)
            return
        parameters = checked(query)
        if parameters is None or not WORKSPACE_ID.fullmatch(workspace_id):
            self.answer(400, BAD_REQUEST)
            return
        with plane.lock:
            held = plane.workspaces.get(workspace_id)
            if held is None:
                self.answer(400, NO_WORKSPACE)
                return
            rows = [entry.row for entry in selected(held.stored, parameters)]
            offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 10))
            total = len(rows) if not fault else fault.adjust(len(rows), fault.requests)
            members = [("total", total), ("endpoints", rows[offset : offset + limit])]
            styles = list(json_text.Style)
            number = len(plane.requests)
            document = dict(members if number % 2 else reversed(members))
            text = json_text.write(document, styles[number % len(styles)])
        self.answer(200, text.encode())

    def list_workspaces(self, query: dict[str, list[str]]) -> None:
        """Lists all workspaces, which are in the default enterprise project."""
        parameters = checked({key: value for key, value in query.items() if key != "enterprise_project_id"})
        project = query.get("enterprise_project_id", [""])[0]
        if parameters is None or project not in ("all_granted_eps", "0"):
            self.answer(400, BAD_REQUEST)
            return
        with self.server.plane.lock:
            held = sorted(self.server.plane.workspaces.values(), key=lambda workspace: workspace.id)
        rows = [
            {"id": workspace.id, "enterprise_project_id": "0"} | ({"name": workspace.name} if workspace.name else {})
            for workspace in held
            if parameters.get("name", "") in (workspace.name or "")
        ]
        offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 10))
        self.answer(200, {"total": len(rows), "workspaces": rows[offset : offset + limit]})

    def fail(self, workspace_id: str, fault: Fault) -> None:
        if fault.mode == "hang":
            while self.server.plane.faults.get(workspace_id) is fault and not self.server.stopping.wait(0.02):
                pass
            self.close_connection = True
        elif fault.mode == "reset":
            self.close_connection = True
        else:
            body = fault.encoded()
            self.answer(fault.status, body, fault.content_type, fault.headers, cut=fault.mode == "truncate")

    def answer(
        self,
        status: int,
        body: Any,
        content_type: str = "application/json;charset=utf-8",
        headers: dict[str, str] | None = None,
        cut: bool = False,
    ) -> None:
        data = body if isinstance(body, bytes) else json_text.write(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-request-id", uuid.uuid4().hex)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = self.close_connection or cut


def checked(query: dict[str, list[str]]) -> dict[str, str] | None:
    """Returns the parameters of a listing, or None if one is invalid by the API reference."""
    if any(len(values) != 1 for values in query.values()):
        return None
    parameters = {name: values[0] for name, values in query.items()}
    for name, (low, high) in {"offset": (0, 10**9), "limit": (1, 100)}.items():
        text = parameters.get(name)
        if text is not None and not (re.fullmatch(r"[0-9]{1,10}", text) and low <= int(text) <= high):
            return None
    for name, (shortest, longest) in LIMITS.items():
        if name in parameters and not shortest <= len(parameters[name]) <= longest:
            return None
    if parameters.get("visibility", "ALL") not in ("PRIVATE", "PUBLIC", "ALL"):
        return None
    return parameters
