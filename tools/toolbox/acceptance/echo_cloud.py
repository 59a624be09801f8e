# SPDX-License-Identifier: Apache-2.0
"""A combined control plane, IAM, metadata service and proxy that accepts all credentials and repeats all secrets.

It remembers all credentials: those in headers and bodies, and those that it issued. Every text of every response
contains them all, as they are and with each character escaped as JSON allows. A signature is only in the response to
its own request.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import re
import threading
import time
import urllib.parse
from typing import Any

from toolbox.shared.identity import PROJECT, PROJECT_NAME, Identity

HEADERS = ("x-auth-token", "x-security-token", "x-metadata-token", "proxy-authorization", "authorization")
LISTED = re.compile(r"/v1/workspaces/([^/]*)/endpoints")
WORKSPACE = "echo-workspace"
# As long as real tokens, and different from the first bytes on.
LONG = "0123456789abcdef" * 20


class EchoCloud:
    """Listens on a free port. `refuses` makes every response an error, `iam_refuses` only those of IAM."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.secrets: list[str] = []
        self.signatures: list[str] = []
        self.refuses = self.iam_refuses = False
        self.requests = 0
        self._server = Server(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> EchoCloud:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[Handler]:
        return type("EchoHandler", (Handler,), {"cloud": self})

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

    def note(self, headers: dict[str, str], body: bytes) -> str | None:
        """Remembers the credentials of a request; returns its signature."""
        signature = None
        for name in HEADERS:
            if value := headers.get(name):
                scheme, _, rest = value.partition(" ")
                if "Signature=" in value:
                    signature = value.rpartition("Signature=")[2]
                    self.signatures.append(signature)
                elif scheme == "Basic":
                    self.remember(rest)
                    user_and_password = base64.b64decode(rest).decode()
                    self.remember(user_and_password)
                    self.remember(user_and_password.partition(":")[2])
                else:
                    self.remember(value)
        with contextlib.suppress(ValueError):
            self.note_fields(json.loads(body))
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
            escaped = "".join(f"\\u{unit:04x}" for unit in units(secret))
            quoted = json.dumps(json.dumps(secret, ensure_ascii=False), ensure_ascii=False)
            plain = json.dumps(f"r:{secret}", ensure_ascii=False)
            texts += [plain, json.dumps(f"c:{secret[:20]}"), quoted, f'"e:{escaped}"']
        return [*texts, f'"s:{signature}"', f'"t:{signature[:20]}"'] if signature else texts

    # Responses.

    def listing(self, signature: str | None) -> bytes:
        rows = []
        for number, text in enumerate(self.spellings(signature) or ['"none"']):
            status = text if number % 2 else '"CREATE_FAILED"'
            rows.append(
                f'{{"id":"{number:032x}","name":{text},"type":{text},"status":{status},"visibility":{text},'
                f'"error_code":{text},"error_msg":{text},"create_time":"2025-01-01T00:00:00Z",'
                f'"resource":{{"ray":{{"head":{{"spec_code":{text}}}}}}}}}'
            )
        return f'{{"total":{len(rows)},"endpoints":[{",".join(rows[:100])}]}}'.encode()

    def workspaces(self, signature: str | None) -> bytes:
        rows = [f'{{"id":"{WORKSPACE}","name":"plain"}}']
        for number, text in enumerate(self.spellings(signature)):
            rows.append(f'{{"id":"w-{number}","name":{text},"enterprise_project_id":{text}}}')
        return f'{{"total":{len(rows)},"workspaces":[{",".join(rows)}]}}'.encode()

    def failure(self, signature: str | None) -> bytes:
        """Returns one of the error bodies."""
        spelled = self.spellings(signature) or ['"nothing"']
        every = '"' + " ".join(text[1:-1] for text in spelled) + '"'
        one = spelled[self.requests % len(spelled)]
        shapes = (
            f'{{"error_code":{one},"error_msg":{every},"request_id":{one}}}',
            f'{{"error":{{"code":{one},"message":{every},"title":{one}}}}}',
            f"<html><p>{every}</p></html>",
            f'{{"error_code":{one},"error_msg":{one},"request_id":{one}}}',
        )
        return shapes[self.requests // len(spelled) % len(shapes)].encode()

    def issued(self, path: str) -> tuple[bytes, dict[str, str]]:
        """Returns a token or temporary keys, with all secrets seen so far."""
        number = f"{self.requests:06d}"
        ends = Identity.text(time.time() + 86_400)
        if "securitytokens" in path or "assume-with-oidc" in path or "securitykey" in path:
            secret = self.remember(f"issued-secret-{number}-{LONG[:24]}")
            token = self.remember(f"{number}-issued-security-{LONG}")
            credential = {"access": f"HST{number}", "secret": secret, "securitytoken": token, "expires_at": ends}
            return json.dumps({"credential": credential, "echo": self.secrets}).encode(), {}
        if path == "/v3/projects":
            return json.dumps({"projects": [{"id": PROJECT, "name": PROJECT_NAME}], "echo": self.secrets}).encode(), {}
        if "/api/token" in path:
            return self.remember(f"{number}-metadata-session-token").encode(), {}
        token = self.remember(f"MIIF-{number}-issued-{LONG}")
        times = {"expires_at": ends, "issued_at": Identity.text(time.time())}
        return json.dumps({"token": times, "echo": self.secrets}).encode(), {"X-Subject-Token": token}


def units(text: str) -> list[int]:
    data = text.encode("utf-16-be")
    return [data[index] << 8 | data[index + 1] for index in range(0, len(data), 2)]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores clients that disconnect."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    cloud: EchoCloud

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""

    def do_GET(self) -> None:
        cloud = self.cloud
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signature = cloud.note({name.lower(): value for name, value in self.headers.items()}, body)
        with cloud.lock:
            cloud.requests += 1
        # The request line of a proxy request has the full URL.
        path = urllib.parse.urlsplit(self.path).path
        is_fabric = path.startswith("/v1/")
        if cloud.refuses if is_fabric else cloud.iam_refuses:
            self.answer(403 if cloud.requests % 2 else 500, cloud.failure(signature), {})
        elif LISTED.fullmatch(path):
            self.answer(200, cloud.listing(signature), {})
        elif is_fabric:
            self.answer(200, cloud.workspaces(signature), {})
        else:
            self.answer(201, *cloud.issued(path)) if self.command == "POST" else self.answer(200, *cloud.issued(path))

    do_POST = do_PUT = do_GET

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        with self.cloud.lock:
            known = [secret for secret in self.cloud.secrets if secret.isascii()]
        echoed = known[self.cloud.requests % len(known)] if known else "none"
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Request-Id", echoed)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)
