# SPDX-License-Identifier: Apache-2.0
"""IAM, the metadata service and the gateway of the control plane, requested by a separate client."""

from __future__ import annotations

import dataclasses
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import identity, signed_requests
from toolbox.shared.cloud_data import Workspace
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.identity import AGENCY, DOMAIN, KEY, KEY_ID, OWNER, PASSWORD, PROJECT, PROJECT_NAME, USER, Identity
from toolbox.shared.signed_requests import Request

LISTING = "/v1/workspaces/w/endpoints"

Answer = tuple[int, Any, dict[str, str]]


@dataclasses.dataclass
class Client:
    """Requests of a control plane with these rules."""

    plane: ControlPlane
    identity: Identity

    def ask(
        self, method: str, target: str, headers: dict[str, str] | None = None, body: dict[str, Any] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(self.plane.host, self.plane.port, timeout=5)
        try:
            connection.request(method, target, body=json.dumps(body) if body else None, headers=headers or {})
            response = connection.getresponse()
            text = response.read()
            fields = {name.lower(): value for name, value in response.getheaders()}
        finally:
            connection.close()
        return response.status, json.loads(text) if text[:1] in b"{[" else text.decode(), fields

    def signed(
        self,
        target: str,
        key: str = KEY_ID,
        secret: str = KEY,
        method: str = "GET",
        body: dict[str, Any] | None = None,
        **more: str,
    ) -> Answer:
        headers = {"host": f"127.0.0.1:{self.plane.port}", "x-sdk-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}
        headers |= {f"x-{name.replace('_', '-')}": value for name, value in more.items()}
        data = json.dumps(body).encode() if body else b""
        signed = signed_requests.sign(Request(method, target, tuple(headers.items()), data), key, secret, headers)
        return self.ask(method, target, {**headers, "Authorization": signed.authorization}, body)

    def token(self, password: str = PASSWORD, project: str = PROJECT_NAME) -> Answer:
        user = {"name": USER, "password": password, "domain": {"name": DOMAIN}}
        proof = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": proof, "scope": {"project": {"name": project}}}}
        return self.ask("POST", "/v3/auth/tokens?nocatalog=true", body=body)

    def list(self, token: str) -> int:
        return self.ask("GET", LISTING, {"X-Auth-Token": token})[0]

    def require_working_keys(self, access: str, secret: str, token: str, life: float) -> None:
        """Requires that keys need their security token, and expire."""
        assert self.signed(LISTING, access, secret, security_token=token)[0] == 200
        assert self.signed(LISTING, access, secret)[0] == 401
        self.identity.ends[access] -= life + 1
        assert self.signed(LISTING, access, secret, security_token=token)[0] == 401
        self.identity.failures.clear()


@pytest.fixture
def client() -> Iterator[Client]:
    with ControlPlane([Workspace("w", "w", [])]) as plane:
        plane.identity = Identity()
        yield Client(plane, plane.identity)


def test_a_password_gives_a_token_that_expires(client: Client) -> None:
    status, body, headers = client.token()
    assert (status, body["token"]["project"]["id"]) == (201, PROJECT)
    assert client.list(headers["x-subject-token"]) == 200
    client.identity.ahead = 86_401
    assert client.list(headers["x-subject-token"]) == 401
    assert len(client.identity.problems()) == 1


def test_a_revoked_token_is_rejected(client: Client) -> None:
    token = client.token()[2]["x-subject-token"]
    client.identity.revoke()
    assert client.list(token) == 401


def test_a_wrong_password_or_project_fails_and_five_lock_the_user(client: Client) -> None:
    assert client.token(project="elsewhere")[0] == 401
    for _ in range(identity.FAILURES_THAT_LOCK):
        assert client.token(password="wrong")[0] == 401
    status, body, _ = client.token()
    assert (status, body["error_code"]) == (401, "IAM.0061")


def test_a_signed_request_is_accepted_and_a_wrong_signature_rejected(client: Client) -> None:
    target = f"{LISTING}?name=%E7%AB%AF%20%2B%26"
    assert client.signed(target)[0] == 200
    status, body, _ = client.signed(target, secret="wrong")
    assert status == 401
    assert "verify aksk signature fail" in body["error_msg"]
    assert "ak not exist" in client.signed(target, key="another")[1]["error_msg"]
    assert client.identity.odd_targets == []


def test_a_target_that_differs_from_the_signed_one_is_recorded(client: Client) -> None:
    assert client.signed(f"{LISTING}?name=%e7%ab%af")[0] == 200
    assert len(client.identity.odd_targets) == 1


def test_five_wrong_requests_in_a_row_lock_the_key(client: Client) -> None:
    for _ in range(identity.FAILURES_THAT_LOCK):
        client.signed(LISTING, secret="wrong")
    assert "AK access failed" in client.signed(LISTING)[1]["error_msg"]


def test_a_project_is_required_if_the_cloud_is_configured_so(client: Client) -> None:
    client.identity.needs_project = True
    assert client.signed(LISTING)[0] == 400
    assert client.signed(LISTING, project_id=PROJECT)[0] == 200
    assert client.signed("/v3/projects")[0] == 200, "IAM needs none"


def test_an_id_token_gives_a_token(client: Client) -> None:
    body = {"auth": {"id_token": {"id": identity.ID_TOKEN}, "scope": {"project": {"name": PROJECT_NAME}}}}
    path = "/v3.0/OS-AUTH/id-token/tokens"
    status, _, headers = client.ask("POST", path, {"X-Idp-Id": identity.PROVIDER}, body)
    assert (status, client.list(headers["x-subject-token"])) == (201, 200)
    assert client.ask("POST", path, {"X-Idp-Id": "other"}, body)[0] == 401


def test_an_id_token_gives_keys(client: Client) -> None:
    body = {"provider_urn": identity.PROVIDER_URN, "agency_urn": identity.AGENCY_URN, "agency_session_name": "s",
            "id_token": identity.ID_TOKEN, "duration_seconds": 900}  # fmt: skip
    status, answer, _ = client.ask("POST", "/v5/agencies/assume-with-oidc", body=body)
    assert status == 200
    given = answer["credentials"]
    client.require_working_keys(given["access_key_id"], given["secret_access_key"], given["security_token"], 900)
    client.identity.id_token = "rotated"
    assert client.ask("POST", "/v5/agencies/assume-with-oidc", body=body)[0] == 403


def test_projects_are_found_by_name(client: Client) -> None:
    status, body, _ = client.signed(f"/v3/projects?name={PROJECT_NAME}")
    assert (status, [project["id"] for project in body["projects"]]) == (200, [PROJECT])


def test_an_agency_gives_keys_that_need_their_token_and_expire(client: Client) -> None:
    def assume(seconds: int) -> Answer:
        role = {"agency_name": AGENCY, "domain_name": OWNER, "duration_seconds": seconds}
        body = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
        return client.signed("/v3.0/OS-CREDENTIAL/securitytokens", method="POST", body=body)

    status, answer, _ = assume(900)
    assert status == 201
    given = answer["credential"]
    client.require_working_keys(given["access"], given["secret"], given["securitytoken"], 900)
    assert assume(899)[0] == 404


def test_the_metadata_service_requires_a_session(client: Client) -> None:
    path, session_path = "/openstack/latest/securitykey", "/meta-data/latest/api/token"
    assert client.ask("GET", path)[0] == 401
    session = client.ask("PUT", session_path, {"X-Metadata-Token-Ttl-Seconds": "21600"})[1]
    status, answer, _ = client.ask("GET", path, {"X-Metadata-Token": session})
    assert status == 200
    given = answer["credential"]
    client.require_working_keys(given["access"], given["secret"], given["securitytoken"], 86_400)
    client.identity.no_sessions = 404
    assert client.ask("PUT", session_path)[0] == 404
    assert client.ask("GET", path)[0] == 200


def test_an_echo_repeats_what_was_sent(client: Client) -> None:
    client.identity.echoes = True
    assert "told" in str(client.ask("GET", LISTING, {"X-Auth-Token": "told"})[1])
    assert "wrong-one" in str(client.token(password="wrong-one")[1])


def test_the_date_header_is_by_the_clouds_clock(client: Client) -> None:
    client.identity.ahead = 20 * 60
    date = client.ask("GET", "/")[2]["date"]
    assert date == time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(client.identity.now))


def test_a_body_that_is_not_understood_is_rejected(client: Client) -> None:
    assert client.ask("POST", "/v3/auth/tokens", body={"auth": {}})[0] == 400
