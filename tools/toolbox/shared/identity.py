# SPDX-License-Identifier: Apache-2.0
"""IAM, the metadata service and the gateway's checks, by the API reference. All secrets contain `PLANTED`."""

import dataclasses
import datetime
import json
import threading
import time
import urllib.parse
from typing import Any

from toolbox.shared import signed_requests
from toolbox.shared.exporter import PLANTED
from toolbox.shared.signed_requests import Request

PASSWORD = f"{PLANTED}-pässwörd \"with\" 'quotes', {{braces}}, \\ and 中文"
KEY_ID, KEY = "AKOFTHEACCEPTANCERUN", f"{PLANTED}+of/the/access=key"
PERMANENT_SESSION = f"{PLANTED}-security-token=="
PROJECT, PROJECT_NAME = "0605767ac280d5762f8cc01ab2b4ba1d", "cn-north-4"
DOMAIN, USER = "acme", "exporter"
AGENCY, OWNER = "monitoring", "owner"
PROVIDER, PROVIDER_URN, AGENCY_URN = "corporate", "iam::d1:oidc-provider:corporate", "iam::d1:agency:monitoring"
ID_TOKEN = f"{PLANTED}.id.token"

Reply = tuple[int, Any, dict[str, str]]


@dataclasses.dataclass
class Identity:
    """Users, keys and permissions. Lifetimes are in seconds; `ahead` is the offset of the cloud's clock."""

    password: str = PASSWORD
    id_token: str = ID_TOKEN
    keys: dict[str, str] = dataclasses.field(default_factory=lambda: {KEY_ID: KEY})
    # Keys that are only valid with this security token.
    sessions: dict[str, str] = dataclasses.field(default_factory=dict)
    projects: list[dict[str, str]] = dataclasses.field(
        default_factory=lambda: [{"id": PROJECT, "name": PROJECT_NAME}, {"id": "f" * 32, "name": PROJECT_NAME + "_a"}]
    )
    key_life: float | None = None
    has_agency: bool = True
    ahead: float = 0
    needs_project: bool = False
    # Tokens are as long as real ones.
    padding = 4_000

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        # What was tried on any path, and the problem.
        self.attempts: list[tuple[str, str | None]] = []
        self.signatures: list[str] = []
        self.odd_targets: list[str] = []
        # Ends of tokens and of temporary keys.
        self.tokens: dict[str, float] = {}
        self.ends: dict[str, float] = {}
        self.metadata_tokens: set[str] = set()
        self.issued = 0

    @property
    def now(self) -> float:
        return time.time() + self.ahead

    def problems(self) -> list[str]:
        """Returns the failed attempts."""
        with self.lock:
            return [f"{what}: {problem}" for what, problem in self.attempts if problem]

    def count(self, what: str) -> int:
        with self.lock:
            return sum(tried == what for tried, _ in self.attempts)

    # The gateway.

    def refusal(self, request: Request, for_fabric: bool = True) -> Reply | None:
        """Returns the error response to a rejected request, else None."""
        with self.lock:
            token = request.value("x-auth-token")
            if token is not None:
                problem = None if self.tokens.get(token, 0) > self.now else "decrypt token fail"
                return self.judged("token", problem, request)
            problem = self.signature_problem(request)
            if problem is None and (odd := signed_requests.spelled_otherwise(request)):
                self.odd_targets.append(odd)
            refused = self.judged("signature", problem, request)
            if refused is None and for_fabric and self.needs_project and request.value("x-project-id") != PROJECT:
                return 400, {"error_code": "dataartsfabric.00010003", "error_msg": "The workspace does not exist."}, {}
            return refused

    def signature_problem(self, request: Request) -> str | None:
        match = signed_requests.AUTHORIZATION.fullmatch(request.value("authorization") or "")
        if not match:
            return "no signature"
        key = match["key"]
        self.signatures.append(match["digest"])
        if key not in self.keys:
            return f"Get secretKey failed,ak:{key},err:ak not exist"
        if self.ends.get(key, self.now + 1) <= self.now:
            return "the security token has expired"
        if key in self.sessions and request.value("x-security-token") != self.sessions[key]:
            return f"the security token does not fit ak {key}"
        return signed_requests.problem(request, self.keys[key], self.now)

    def judged(self, what: str, problem: str | None, request: Request) -> Reply | None:
        self.attempts.append((what, problem))
        if problem is None:
            return None
        told = f"Incorrect IAM authentication information: {problem}"
        return 401, {"error_code": "APIG.0301", "error_msg": told}, {}

    # IAM and the metadata service.

    def answer(self, request: Request) -> Reply | None:
        """Returns the response of IAM or the metadata service; None for other requests."""
        routes = {
            "POST /v3/auth/tokens": self.create_token,
            "POST /v3.0/OS-CREDENTIAL/securitytokens": self.assume_agency,
            "POST /v3.0/OS-AUTH/id-token/tokens": self.create_federated_token,
            "POST /v5/agencies/assume-with-oidc": self.assume_with_id_token,
            "GET /v3/projects": self.list_projects,
            "PUT /meta-data/latest/api/token": self.metadata_session,
            "GET /openstack/latest/securitykey": self.metadata_keys,
        }
        route = routes.get(f"{request.method} {request.target.partition('?')[0]}")
        with self.lock:
            return route(request) if route else None

    def create_token(self, request: Request) -> Reply:
        auth = json.loads(request.body)["auth"]
        user, scope = auth["identity"]["password"]["user"], auth["scope"]["project"]
        given = (auth["identity"]["methods"], user["name"], user["domain"]["name"], user["password"])
        problem = None
        if given != (["password"], USER, DOMAIN, self.password):
            problem = "wrong password"
        elif not any(scope.get(key) == project[key] for project in self.projects for key in ("id", "name")):
            problem = "no such project"
        self.attempts.append(("password", problem))
        if not problem:
            return self.token()
        message = "The username or password is wrong."
        return 401, {"error": {"code": 401, "message": message, "title": "Unauthorized"}}, {}

    def create_federated_token(self, request: Request) -> Reply:
        auth = json.loads(request.body)["auth"]
        given = (auth["id_token"]["id"], request.value("x-idp-id"), auth["scope"]["project"]["name"])
        is_right = given == (self.id_token, PROVIDER, PROJECT_NAME)
        self.attempts.append(("id token", None if is_right else "wrong"))
        return self.token() if is_right else (401, {"error": {"code": 401, "title": "Unauthorized"}}, {})

    def assume_with_id_token(self, request: Request) -> Reply:
        body = json.loads(request.body)
        given = (body["provider_urn"], body["agency_urn"], body["id_token"])
        duration, session = int(body["duration_seconds"]), body["agency_session_name"]
        is_right = given == (PROVIDER_URN, AGENCY_URN, self.id_token) and session and duration >= 900
        self.attempts.append(("id token", None if is_right else "wrong"))
        if not is_right:
            return 403, {"error_code": "STS.0004", "error_msg": "The id token is not valid."}, {}
        names = ("access_key_id", "secret_access_key", "security_token", "expiration")
        return 200, {"credentials": dict(zip(names, self.temporary_key(duration).values(), strict=True))}, {}

    def token(self) -> Reply:
        token = f"MIIF{self.number()}{PLANTED}" + "x" * self.padding
        self.tokens[token] = self.now + 86_400
        times = {"expires_at": self.text(self.tokens[token]), "issued_at": self.text(self.now)}
        return 201, {"token": {**times, "catalog": [], "project": self.projects[0]}}, {"X-Subject-Token": token}

    def list_projects(self, request: Request) -> Reply:
        if refused := self.refusal(request, for_fabric=False):
            return refused
        wanted = dict(urllib.parse.parse_qsl(request.target.partition("?")[2])).get("name")
        return 200, {"projects": [project for project in self.projects if wanted in (None, project["name"])]}, {}

    def assume_agency(self, request: Request) -> Reply:
        if refused := self.refusal(request, for_fabric=False):
            return refused
        identity = json.loads(request.body)["auth"]["identity"]
        role = identity["assume_role"]
        given = (identity["methods"], role["agency_name"], role.get("domain_name") or role["domain_id"])
        duration = int(role["duration_seconds"])
        if given != (["assume_role"], AGENCY, OWNER) or not 900 <= duration <= 86_400:
            return 404, {"error": {"code": 404, "message": "Could not find agency.", "title": "Not Found"}}, {}
        return 201, {"credential": self.temporary_key(duration)}, {}

    def metadata_session(self, request: Request) -> Reply:
        if not (request.value("x-metadata-token-ttl-seconds") or "").isdigit():
            return 400, {"message": "a life is required"}, {}
        token = f"{self.number()}-session-{PLANTED}"
        self.metadata_tokens.add(token)
        return 200, token.encode(), {}

    def metadata_keys(self, request: Request) -> Reply:
        self.attempts.append(("metadata", None))
        if request.value("x-metadata-token") not in self.metadata_tokens:
            return 401, {"message": "the session is missing or over"}, {}
        if not self.has_agency:
            return 401, {"message": "Please configure Cloud Service Agency first"}, {}
        return 200, {"credential": self.temporary_key(86_400)}, {}

    def temporary_key(self, life: float) -> dict[str, str]:
        number = self.number()
        # All secrets differ from the first bytes on, so that the redaction of one does not hide another.
        key, secret = f"HST{number}ACCEPTANCE", f"K{number}{PLANTED}"
        session = f"{number}=={PLANTED}" + "y" * (self.padding // 2)
        ends = self.now + (self.key_life if self.key_life is not None else life)
        self.keys[key], self.sessions[key], self.ends[key] = secret, session, ends
        return {"access": key, "secret": secret, "securitytoken": session, "expires_at": self.text(ends)}

    def number(self) -> str:
        self.issued += 1
        return f"{self.issued:06d}"

    @staticmethod
    def text(moment: float) -> str:
        return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
