# SPDX-License-Identifier: Apache-2.0
"""IAM, the metadata service and the gateway of the control plane reject what they must."""

import json
import time

import pytest

from toolbox.shared import identity, signed_requests
from toolbox.shared.identity import DOMAIN, KEY, KEY_ID, PASSWORD, PROJECT_NAME, USER, Identity, Reply
from toolbox.shared.signed_requests import Request

LISTING = "/v1/workspaces/w/endpoints"
METADATA_KEYS, METADATA_SESSION = "/openstack/latest/securitykey", "/meta-data/latest/api/token"


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
    """Returns the response of the gateway to a rejected request, or nothing if it accepts the request."""
    return str(rules.refusal(asked) or "")


def test_a_password_gives_a_token_that_expires(rules: Identity) -> None:
    token = log_in(rules)[2]["X-Subject-Token"]
    assert not refused(rules, request(LISTING, x_auth_token=token))
    rules.ahead = 86_401
    assert refused(rules, request(LISTING, x_auth_token=token))
    assert len(rules.problems()) == 1


def test_a_wrong_password_or_project_fails(rules: Identity) -> None:
    assert log_in(rules, project="elsewhere")[0] == 401
    assert log_in(rules, "wrong")[0] == 401


def test_a_signed_request_is_accepted_and_a_wrong_signature_rejected(rules: Identity) -> None:
    path = f"{LISTING}?name=%E7%AB%AF%20%2B%26"
    assert not refused(rules, signed(path))
    assert "verify aksk signature fail" in refused(rules, signed(path, secret="wrong"))
    assert "ak not exist" in refused(rules, signed(path, key="another"))
    assert rules.odd_targets == []


def test_a_target_that_differs_from_the_signed_one_is_recorded(rules: Identity) -> None:
    assert not refused(rules, signed(f"{LISTING}?name=%e7%ab%af"))
    assert len(rules.odd_targets) == 1


def test_temporary_keys_need_their_security_token_and_expire(rules: Identity) -> None:
    key, secret, token, _ = rules.temporary_key(900).values()
    assert not refused(rules, signed(LISTING, key, secret, x_security_token=token))
    assert "does not fit" in refused(rules, signed(LISTING, key, secret))
    rules.ahead = 901
    assert "expired" in refused(rules, signed(LISTING, key, secret, x_security_token=token))


def test_an_id_token_of_another_provider_gives_no_token(rules: Identity) -> None:
    scope = {"project": {"name": PROJECT_NAME}}
    path, body = "/v3.0/OS-AUTH/id-token/tokens", {"auth": {"id_token": {"id": identity.ID_TOKEN}, "scope": scope}}
    assert ask(rules, request(path, "POST", body, x_idp_id=identity.PROVIDER))[0] == 201
    assert ask(rules, request(path, "POST", body, x_idp_id="other"))[0] == 401


def test_an_old_id_token_gives_no_keys(rules: Identity) -> None:
    body = {"provider_urn": identity.PROVIDER_URN, "agency_urn": identity.AGENCY_URN, "agency_session_name": "s",
            "id_token": identity.ID_TOKEN, "duration_seconds": 900}  # fmt: skip
    asked = request("/v5/agencies/assume-with-oidc", "POST", body)
    assert ask(rules, asked)[0] == 200
    rules.id_token = "rotated"
    assert ask(rules, asked)[0] == 403


@pytest.mark.parametrize(("seconds", "status"), [(899, 404), (900, 201)])
def test_an_agency_gives_keys_for_15_minutes_at_least(rules: Identity, seconds: int, status: int) -> None:
    role = {"agency_name": identity.AGENCY, "domain_name": identity.OWNER, "duration_seconds": seconds}
    body = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
    assert ask(rules, signed("/v3.0/OS-CREDENTIAL/securitytokens", body=body))[0] == status


def test_the_metadata_service_requires_a_session(rules: Identity) -> None:
    assert ask(rules, request(METADATA_KEYS))[0] == 401
    session = ask(rules, request(METADATA_SESSION, "PUT", x_metadata_token_ttl_seconds="21600"))[1].decode()
    assert ask(rules, request(METADATA_KEYS, x_metadata_token=session))[0] == 200
