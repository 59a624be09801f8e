# SPDX-License-Identifier: Apache-2.0
"""A combined control plane, IAM, metadata service and proxy that accepts all credentials and repeats all secrets.

It remembers all credentials: those in headers and bodies, and those that it issued. Every text of every response
contains them all, as they are and with each character escaped as JSON allows. A signature is only in the response to
its own request.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import re
import threading
import urllib.parse
from typing import Any

from toolbox.shared import json_text
from toolbox.shared.control_plane import QuietHandler, Server
from toolbox.shared.identity import Identity, Reply
from toolbox.shared.json_text import Literal
from toolbox.shared.processes import HOST
from toolbox.shared.signed_requests import Request

HEADERS = ("x-auth-token", "x-security-token", "x-metadata-token", "proxy-authorization", "authorization")
LISTED = re.compile(r"/v1/workspaces/([^/]*)/endpoints")
RUNS = re.compile(r"/v1/workspaces/([^/]*)/jobs/runs")
WORKSPACE = "echo-workspace"


class Trusting(Identity):
    """IAM without users' keys, and a gateway that accepts all requests. Its tokens are repeated often, thus shorter."""

    padding = 300

    def __init__(self) -> None:
        super().__init__(keys={})

    def refusal(self, request: Request, for_fabric: bool = True) -> Reply | None:
        return None


class EchoCloud:
    """Listens on a free port. `refuses` makes every response an error, `iam_refuses` only those of IAM."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.secrets: list[str] = []
        self.signatures: list[str] = []
        self.refuses = self.iam_refuses = False
        self.requests = 0
        self.identity = Trusting()
        self.server = Server(functools.partial(Handler, self))
        self.address = f"{HOST}:{self.server.server_port}"

    def __enter__(self) -> EchoCloud:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    # Secrets.

    def remember(self, secret: str) -> str:
        with self.lock:
            if len(secret) >= 8 and secret not in self.secrets:
                self.secrets.append(secret)
        return secret

    def forget(self) -> None:
        """Forgets issued secrets, because the next process does not know them."""
        with self.lock:
            self.secrets.clear()
            self.signatures.clear()
            self.identity = Trusting()

    def note(self, request: Request) -> str | None:
        """Remembers the credentials of a request; returns its signature."""
        signature = None
        for value in filter(None, map(request.value, HEADERS)):
            scheme, _, rest = value.partition(" ")
            if "Signature=" in value:
                signature = value.rpartition("Signature=")[2]
                self.signatures.append(signature)
            elif scheme == "Basic":
                user_and_password = base64.b64decode(rest).decode()
                for secret in (rest, user_and_password, user_and_password.partition(":")[2]):
                    self.remember(secret)
            else:
                self.remember(value)
        with contextlib.suppress(ValueError):
            self.note_fields(json.loads(request.body))
        return signature

    def note_fields(self, value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, member in value.items():
                self.note_fields(member, "id_token" if key == "id_token" else name)
        elif isinstance(value, str) and key in ("password", "id_token"):
            self.remember(value)

    def spellings(self, signature: str | None) -> list[str]:
        """Returns JSON strings with quotes of each secret, of its prefixes, and of JSON that contains it."""
        with self.lock:
            secrets = list(self.secrets)
        texts = []
        for secret in secrets:
            escaped = json_text.escaped(secret).lower()
            quoted = json.dumps(json.dumps(secret, ensure_ascii=False), ensure_ascii=False)
            plain = json.dumps(f"r:{secret}", ensure_ascii=False)
            texts += [plain, json.dumps(f"c:{secret[:20]}"), quoted, f'"e:{escaped}"']
        return [*texts, f'"s:{signature}"', f'"t:{signature[:20]}"'] if signature else texts

    # Responses.

    def listing(self, signature: str | None) -> bytes:
        rows = []
        for number, text in enumerate(map(Literal, self.spellings(signature) or ['"none"'])):
            fields = "name", "type", "status", "visibility", "description", "error_code", "error_msg"
            row = dict.fromkeys(fields, text)
            status = {} if number % 2 else {"status": "CREATE_FAILED"}
            known = {"id": f"{number:032x}", "create_time": "2025-01-01T00:00:00Z"}
            ray = {"head_group_spec": {"spec_code": text}}
            rows.append({**row, **status, **known, "ray_resource": ray})
        return json_text.write({"total": len(rows), "endpoints": rows[:100]}).encode()

    def job_runs(self, signature: str | None) -> bytes:
        """Returns one run, whose status is not the requested one but contains a secret."""
        texts = self.spellings(signature) or ['"none"']
        text = Literal(texts[self.requests % len(texts)])
        row = dict.fromkeys(("id", "name", "status", "type", "create_time", "update_time"), text)
        return json_text.write({"total": 1, "job_runs": [row]}).encode()

    def workspaces(self, signature: str | None) -> bytes:
        rows: list[Any] = [{"id": WORKSPACE, "name": "plain"}]
        for number, text in enumerate(map(Literal, self.spellings(signature))):
            rows.append({"id": f"w-{number}", "name": text, "enterprise_project_id": text})
        return json_text.write({"total": len(rows), "workspaces": rows}).encode()

    def failure(self, signature: str | None) -> bytes:
        """Returns one of the error bodies."""
        spelled = self.spellings(signature) or ['"nothing"']
        text = " ".join(text[1:-1] for text in spelled)
        every, one = Literal(f'"{text}"'), Literal(spelled[self.requests % len(spelled)])
        shapes = (
            {"error_code": one, "error_msg": every, "request_id": one},
            {"error": {"code": one, "message": every, "title": one}},
            Literal(f"<html><p>{every.text}</p></html>"),
            {"error_code": one, "error_msg": one, "request_id": one},
        )
        return json_text.write(shapes[self.requests // len(spelled) % len(shapes)]).encode()

    def issued(self, request: Request) -> Reply:
        """Returns IAM's response, with all secrets seen so far."""
        rules = self.identity
        status, body, headers = rules.answer(request) or (404, {}, {})
        for secret in (*rules.tokens, *rules.keys.values(), *rules.sessions.values(), *rules.metadata_tokens):
            self.remember(secret)
        return status, body if isinstance(body, bytes) else json.dumps({**body, "echo": self.secrets}).encode(), headers


class Handler(QuietHandler):
    def __init__(self, cloud: EchoCloud, *arguments: Any) -> None:
        self.cloud = cloud
        super().__init__(*arguments)

    def do_GET(self) -> None:
        cloud, request = self.cloud, self.received()
        signature = cloud.note(request)
        with cloud.lock:
            cloud.requests += 1
        # The request line of a proxy request has the full URL.
        path = urllib.parse.urlsplit(self.path).path
        is_fabric = path.startswith("/v1/")
        if cloud.refuses if is_fabric else cloud.iam_refuses:
            self.answer(403 if cloud.requests % 2 else 500, cloud.failure(signature), {})
        elif is_fabric:
            lists = {LISTED: cloud.listing, RUNS: cloud.job_runs}
            body = next((body for pattern, body in lists.items() if pattern.fullmatch(path)), cloud.workspaces)
            self.answer(200, body(signature), {})
        else:
            self.answer(*cloud.issued(request))

    do_POST = do_PUT = do_GET

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        with self.cloud.lock:
            known = [secret for secret in self.cloud.secrets if secret.isascii()]
        echoed = known[self.cloud.requests % len(known)] if known else "none"
        self.send(status, body, {"Content-Type": "application/json;charset=utf-8", "X-Request-Id": echoed, **headers})
