# SPDX-License-Identifier: Apache-2.0
"""IAM, the metadata service and the gateway of the control plane, requested by a separate client."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import identity, signed_requests
from toolbox.shared.cloud_data import Workspace
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Answer, fetch
from toolbox.shared.identity import AGENCY, DOMAIN, KEY, KEY_ID, OWNER, PASSWORD, PROJECT, PROJECT_NAME, USER, Identity
from toolbox.shared.signed_requests import Request

LISTING = "/v1/workspaces/w/endpoints"
SCOPE = {"project": {"name": PROJECT_NAME}}


@dataclasses.dataclass
class Client:
    """Requests of a control plane with these rules."""

    plane: ControlPlane
    identity: Identity

    def ask(self, path: str, method: str = "GET", body: dict[str, Any] | None = None, **headers: str) -> Answer:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return fetch(self.plane.port, path, method, fields, json.dumps(body) if body else None)

    def signed(
        self, path: str, key: str = KEY_ID, secret: str = KEY, body: dict[str, Any] | None = None, **headers: str
    ) -> Answer:
        method, data = ("POST", json.dumps(body).encode()) if body else ("GET", b"")
        headers |= {
            "host": f"127.0.0.1:{self.plane.port}",
            "x_sdk_date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        }
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        signed = signed_requests.sign(Request(method, path, tuple(fields.items()), data), key, secret, fields)
        return self.ask(path, method, body, **headers, authorization=signed.authorization)

    def log_in(self, password: str = PASSWORD, project: str = PROJECT_NAME) -> Answer:
        user = {"name": USER, "password": password, "domain": {"name": DOMAIN}}
        proof = {"methods": ["password"], "password": {"user": user}}
        auth = {"identity": proof, "scope": {"project": {"name": project}}}
        return self.ask("/v3/auth/tokens?nocatalog=true", "POST", {"auth": auth})

    def list_with(self, given: Answer) -> int:
        """Lists endpoints with the token of a response; returns the status."""
        return self.ask(LISTING, x_auth_token=given.headers["x-subject-token"]).status

    def require_keys(self, key: str, secret: str, token: str, life: float) -> None:
        """Requires that keys need their security token, and expire."""
        assert self.signed(LISTING, key, secret, x_security_token=token).status == 200
        assert self.signed(LISTING, key, secret).status == 401
        self.identity.ends[key] -= life + 1
        assert self.signed(LISTING, key, secret, x_security_token=token).status == 401


@pytest.fixture
def client() -> Iterator[Client]:
    with ControlPlane([Workspace("w", "w", [])]) as plane:
        plane.identity = Identity()
        yield Client(plane, plane.identity)


def test_a_password_gives_a_token_that_expires(client: Client) -> None:
    given = client.log_in()
    assert (given.status, given.json()["token"]["project"]["id"]) == (201, PROJECT)
    assert client.list_with(given) == 200
    client.identity.ahead = 86_401
    assert client.list_with(given) == 401
    assert len(client.identity.problems()) == 1


def test_a_revoked_token_is_rejected(client: Client) -> None:
    given = client.log_in()
    client.identity.revoke()
    assert client.list_with(given) == 401


def test_a_wrong_password_or_project_fails_and_five_lock_the_user(client: Client) -> None:
    assert client.log_in(project="elsewhere").status == 401
    for _ in range(identity.FAILURES_THAT_LOCK):
        assert client.log_in("wrong").status == 401
    locked = client.log_in()
    assert (locked.status, locked.json()["error_code"]) == (401, "IAM.0061")


def test_a_signed_request_is_accepted_and_a_wrong_signature_rejected(client: Client) -> None:
    path = f"{LISTING}?name=%E7%AB%AF%20%2B%26"
    assert client.signed(path).status == 200
    rejected = client.signed(path, secret="wrong")
    assert rejected.status == 401
    assert "verify aksk signature fail" in rejected.text
    assert "ak not exist" in client.signed(path, key="another").text
    assert client.identity.odd_targets == []


def test_a_target_that_differs_from_the_signed_one_is_recorded(client: Client) -> None:
    assert client.signed(f"{LISTING}?name=%e7%ab%af").status == 200
    assert len(client.identity.odd_targets) == 1


def test_five_wrong_requests_in_a_row_lock_the_key(client: Client) -> None:
    for _ in range(identity.FAILURES_THAT_LOCK):
        client.signed(LISTING, secret="wrong")
    assert "AK access failed" in client.signed(LISTING).text


def test_a_project_is_required_if_the_cloud_is_configured_so_but_not_by_iam(client: Client) -> None:
    client.identity.needs_project = True
    assert client.signed(LISTING).status == 400
    assert client.signed(LISTING, x_project_id=PROJECT).status == 200
    assert client.signed("/v3/projects").status == 200


def test_an_id_token_gives_a_token(client: Client) -> None:
    path, body = "/v3.0/OS-AUTH/id-token/tokens", {"auth": {"id_token": {"id": identity.ID_TOKEN}, "scope": SCOPE}}
    given = client.ask(path, "POST", body, x_idp_id=identity.PROVIDER)
    assert (given.status, client.list_with(given)) == (201, 200)
    assert client.ask(path, "POST", body, x_idp_id="other").status == 401


def test_an_id_token_gives_keys(client: Client) -> None:
    body = {"provider_urn": identity.PROVIDER_URN, "agency_urn": identity.AGENCY_URN, "agency_session_name": "s",
            "id_token": identity.ID_TOKEN, "duration_seconds": 900}  # fmt: skip
    given = client.ask("/v5/agencies/assume-with-oidc", "POST", body)
    assert given.status == 200
    key = given.json()["credentials"]
    client.require_keys(key["access_key_id"], key["secret_access_key"], key["security_token"], 900)
    client.identity.id_token = "rotated"
    assert client.ask("/v5/agencies/assume-with-oidc", "POST", body).status == 403


def test_projects_are_found_by_name(client: Client) -> None:
    found = client.signed(f"/v3/projects?name={PROJECT_NAME}")
    assert (found.status, [project["id"] for project in found.json()["projects"]]) == (200, [PROJECT])


def test_an_agency_gives_keys(client: Client) -> None:
    def assume(seconds: int) -> Answer:
        role = {"agency_name": AGENCY, "domain_name": OWNER, "duration_seconds": seconds}
        body = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
        return client.signed("/v3.0/OS-CREDENTIAL/securitytokens", body=body)

    given = assume(900)
    assert given.status == 201
    key = given.json()["credential"]
    client.require_keys(key["access"], key["secret"], key["securitytoken"], 900)
    assert assume(899).status == 404


def test_the_metadata_service_requires_a_session(client: Client) -> None:
    path, session_path = "/openstack/latest/securitykey", "/meta-data/latest/api/token"
    assert client.ask(path).status == 401
    session = client.ask(session_path, "PUT", x_metadata_token_ttl_seconds="21600").text
    given = client.ask(path, x_metadata_token=session)
    assert given.status == 200
    key = given.json()["credential"]
    client.require_keys(key["access"], key["secret"], key["securitytoken"], 86_400)
    client.identity.no_sessions = 404
    assert client.ask(session_path, "PUT").status == 404
    assert client.ask(path).status == 200


def test_a_body_that_is_not_understood_is_rejected(client: Client) -> None:
    assert client.ask("/v3/auth/tokens", "POST", {"auth": {}}).status == 400


def test_an_echo_repeats_what_was_sent(client: Client) -> None:
    client.identity.echoes = True
    assert "told" in client.ask(LISTING, x_auth_token="told").text
    assert "wrong-one" in client.log_in("wrong-one").text


def test_the_date_header_is_by_the_clouds_clock(client: Client) -> None:
    client.identity.ahead = 20 * 60
    date = client.ask("/").headers["date"]
    assert date == time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(client.identity.now))
