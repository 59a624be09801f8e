# SPDX-License-Identifier: Apache-2.0
"""IAM, the metadata service and the gateway of the control plane reject what they must."""

from __future__ import annotations

import json
import time

import pytest

from toolbox.shared import identity, signed_requests
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import fetch
from toolbox.shared.identity import DOMAIN, KEY, KEY_ID, PASSWORD, PROJECT, PROJECT_NAME, USER, Identity, Reply
from toolbox.shared.signed_requests import Request

LISTING = "/v1/workspaces/w/endpoints"
METADATA_KEYS, METADATA_SESSION = "/openstack/latest/securitykey", "/meta-data/latest/api/token"
SCOPE = {"project": {"name": PROJECT_NAME}}


@pytest.fixture
def rules() -> Identity:
    return Identity()


def request(path: str, method: str = "GET", body: object = None, **headers: str) -> Request:
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method, path, fields, json.dumps(body).encode() if body else b"")


def signed(path: str, key: str = KEY_ID, secret: str = KEY, body: object = None, **headers: str) -> Request:
    headers |= {"host": "localhost", "x_sdk_date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}
    plain = request(path, "POST" if body else "GET", body, **headers)
    made = signed_requests.sign(plain, key, secret, [name for name, _ in plain.headers])
    return request(path, plain.method, body, **headers, authorization=made.authorization)


def log_in(rules: Identity, password: str = PASSWORD, project: str = PROJECT_NAME) -> Reply:
    user = {"name": USER, "password": password, "domain": {"name": DOMAIN}}
    proof = {"methods": ["password"], "password": {"user": user}}
    auth = {"identity": proof, "scope": {"project": {"name": project}}}
    return ask(rules, request("/v3/auth/tokens?nocatalog=true", "POST", {"auth": auth}))


def ask(rules: Identity, asked: Request) -> Reply:
    """Returns the response of IAM or the metadata service."""
    reply = rules.answer(asked)
    assert reply
    return reply


def refused(rules: Identity, asked: Request) -> str:
    """Returns the message of the gateway, or nothing if it accepts the request."""
    reply = rules.refusal(asked)
    assert not reply or reply[0] in (400, 401)
    return str(reply[1]) if reply else ""


def accepts_token(rules: Identity, reply: Reply) -> bool:
    return not refused(rules, request(LISTING, x_auth_token=reply[2]["X-Subject-Token"]))


def require_keys(rules: Identity, key: str, secret: str, token: str, life: float) -> None:
    """Requires that keys need their security token, and expire."""
    assert not refused(rules, signed(LISTING, key, secret, x_security_token=token))
    assert "does not fit" in refused(rules, signed(LISTING, key, secret))
    rules.ends[key] -= life + 1
    assert "expired" in refused(rules, signed(LISTING, key, secret, x_security_token=token))


def test_a_password_gives_a_token_that_expires(rules: Identity) -> None:
    reply = log_in(rules)
    assert (reply[0], reply[1]["token"]["project"]["id"]) == (201, PROJECT)
    assert accepts_token(rules, reply)
    rules.ahead = 86_401
    assert not accepts_token(rules, reply)
    assert len(rules.problems()) == 1


def test_a_revoked_token_is_rejected(rules: Identity) -> None:
    reply = log_in(rules)
    rules.revoke()
    assert not accepts_token(rules, reply)


def test_a_wrong_password_or_project_fails_and_five_lock_the_user(rules: Identity) -> None:
    assert log_in(rules, project="elsewhere")[0] == 401
    for _ in range(identity.FAILURES_THAT_LOCK):
        assert log_in(rules, "wrong")[0] == 401
    assert log_in(rules)[:2] == (401, identity.LOCKED_USER)


def test_a_signed_request_is_accepted_and_a_wrong_signature_rejected(rules: Identity) -> None:
    path = f"{LISTING}?name=%E7%AB%AF%20%2B%26"
    assert not refused(rules, signed(path))
    assert "verify aksk signature fail" in refused(rules, signed(path, secret="wrong"))
    assert "ak not exist" in refused(rules, signed(path, key="another"))
    assert rules.odd_targets == []


def test_a_target_that_differs_from_the_signed_one_is_recorded(rules: Identity) -> None:
    assert not refused(rules, signed(f"{LISTING}?name=%e7%ab%af"))
    assert len(rules.odd_targets) == 1


def test_five_wrong_requests_in_a_row_lock_the_key(rules: Identity) -> None:
    for _ in range(identity.FAILURES_THAT_LOCK):
        assert refused(rules, signed(LISTING, secret="wrong"))
    assert "AK access failed" in refused(rules, signed(LISTING))


def test_a_project_is_required_if_the_cloud_is_configured_so_but_not_by_iam(rules: Identity) -> None:
    rules.needs_project = True
    assert "does not exist" in refused(rules, signed(LISTING))
    assert not refused(rules, signed(LISTING, x_project_id=PROJECT))
    assert ask(rules, signed("/v3/projects"))[0] == 200


def test_an_id_token_gives_a_token(rules: Identity) -> None:
    path, body = "/v3.0/OS-AUTH/id-token/tokens", {"auth": {"id_token": {"id": identity.ID_TOKEN}, "scope": SCOPE}}
    reply = ask(rules, request(path, "POST", body, x_idp_id=identity.PROVIDER))
    assert reply[0] == 201
    assert accepts_token(rules, reply)
    assert ask(rules, request(path, "POST", body, x_idp_id="other"))[0] == 401


def test_an_id_token_gives_keys(rules: Identity) -> None:
    body = {"provider_urn": identity.PROVIDER_URN, "agency_urn": identity.AGENCY_URN, "agency_session_name": "s",
            "id_token": identity.ID_TOKEN, "duration_seconds": 900}  # fmt: skip
    asked = request("/v5/agencies/assume-with-oidc", "POST", body)
    status, reply, _ = ask(rules, asked)
    assert status == 200
    key = reply["credentials"]
    require_keys(rules, key["access_key_id"], key["secret_access_key"], key["security_token"], 900)
    rules.id_token = "rotated"
    assert ask(rules, asked)[0] == 403


def test_projects_are_found_by_name(rules: Identity) -> None:
    status, body, _ = ask(rules, signed(f"/v3/projects?name={PROJECT_NAME}"))
    assert (status, [project["id"] for project in body["projects"]]) == (200, [PROJECT])


def test_an_agency_gives_keys_for_15_minutes_at_least(rules: Identity) -> None:
    def assume(seconds: int) -> Reply:
        role = {"agency_name": identity.AGENCY, "domain_name": identity.OWNER, "duration_seconds": seconds}
        body = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
        return ask(rules, signed("/v3.0/OS-CREDENTIAL/securitytokens", body=body))

    assert assume(899)[0] == 404
    status, reply, _ = assume(900)
    assert status == 201
    key = reply["credential"]
    require_keys(rules, key["access"], key["secret"], key["securitytoken"], 900)


def test_the_metadata_service_requires_a_session(rules: Identity) -> None:
    assert ask(rules, request(METADATA_KEYS))[0] == 401
    session = ask(rules, request(METADATA_SESSION, "PUT", x_metadata_token_ttl_seconds="21600"))[1].decode()
    status, body, _ = ask(rules, request(METADATA_KEYS, x_metadata_token=session))
    assert status == 200
    key = body["credential"]
    require_keys(rules, key["access"], key["secret"], key["securitytoken"], 86_400)
    rules.no_sessions = 404
    assert ask(rules, request(METADATA_SESSION, "PUT"))[0] == 404
    assert ask(rules, request(METADATA_KEYS))[0] == 200


def test_a_body_that_is_not_understood_is_rejected(rules: Identity) -> None:
    assert ask(rules, request("/v3/auth/tokens", "POST", {"auth": {}}))[0] == 400


def test_an_echo_repeats_what_was_sent(rules: Identity) -> None:
    rules.echoes = True
    assert "told" in refused(rules, request(LISTING, x_auth_token="told"))
    assert "wrong-one" in str(log_in(rules, "wrong-one"))


def test_the_date_header_is_by_the_clouds_clock(rules: Identity) -> None:
    rules.ahead = 20 * 60
    with ControlPlane([]) as plane:
        plane.identity = rules
        date = fetch(plane.port, "/").headers["date"]
    assert date == time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(rules.now))
