# SPDX-License-Identifier: Apache-2.0
"""Tests the suite's IAM, metadata service and gateway with a separate client."""

from __future__ import annotations

import http.client
import json
import time
import unittest
from typing import Any

from toolbox.shared import cloud_data, identity, signed_requests
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.identity import AGENCY, DOMAIN, KEY, KEY_ID, OWNER, PASSWORD, PROJECT, USER, Identity
from toolbox.shared.signed_requests import Request

AGENCY_PATH = "/v3.0/OS-CREDENTIAL/securitytokens"


class Proof(unittest.TestCase):
    def setUp(self) -> None:
        self.workspace = cloud_data.Workspace("w", "w", [])
        self.plane = ControlPlane([self.workspace])
        self.identity = self.plane.identity = Identity()
        self.plane.start()
        self.addCleanup(self.plane.stop)

    def ask(
        self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, Any, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.plane.port, timeout=5)
        try:
            connection.request(method, target, body=body or None, headers=headers or {})
            response = connection.getresponse()
            text = response.read()
            fields = {name.lower(): value for name, value in response.getheaders()}
        finally:
            connection.close()
        return response.status, json.loads(text) if text[:1] in b"{[" else text.decode(), fields

    def signed(
        self, target: str, key: str = KEY_ID, secret: str = KEY, method: str = "GET", body: bytes = b"", **more: str
    ) -> tuple[int, Any, dict[str, str]]:
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"Host": f"127.0.0.1:{self.plane.port}", "X-Sdk-Date": date}
        headers |= {f"X-{name.replace('_', '-')}": value for name, value in more.items()}
        names = sorted(name.lower() for name in headers)
        text = signed_requests.canonical(Request(method, target, tuple(headers.items()), body), names)
        signature = signed_requests.signature(text, date, secret)
        authorization = f"SDK-HMAC-SHA256 Access={key}, SignedHeaders={';'.join(names)}, Signature={signature}"
        return self.ask(method, target, {**headers, "Authorization": authorization}, body)

    def token(self, password: str = PASSWORD, project: str = "cn-north-4") -> tuple[int, Any, dict[str, str]]:
        user = {"name": USER, "password": password, "domain": {"name": DOMAIN}}
        proof = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": proof, "scope": {"project": {"name": project}}}}
        return self.ask("POST", "/v3/auth/tokens?nocatalog=true", body=json.dumps(body).encode())

    def list(self, token: str) -> int:
        return self.ask("GET", "/v1/workspaces/w/endpoints", {"X-Auth-Token": token})[0]

    def test_a_password_gives_a_token_that_expires(self) -> None:
        status, body, headers = self.token()
        self.assertEqual((status, body["token"]["project"]["id"]), (201, PROJECT))
        self.assertEqual(self.list(headers["x-subject-token"]), 200)
        self.identity.ahead = 86_401
        self.assertEqual(self.list(headers["x-subject-token"]), 401)
        self.assertEqual(len(self.identity.problems()), 1)

    def test_a_revoked_token_is_rejected(self) -> None:
        token = self.token()[2]["x-subject-token"]
        self.identity.revoke()
        self.assertEqual(self.list(token), 401)

    def test_a_wrong_password_or_project_fails_and_five_lock_the_user(self) -> None:
        self.assertEqual(self.token(project="elsewhere")[0], 401)
        for _ in range(identity.FAILURES_THAT_LOCK):
            self.assertEqual(self.token(password="wrong")[0], 401)
        status, body, _ = self.token()
        self.assertEqual((status, body["error_code"]), (401, "IAM.0061"))

    def test_a_signed_request_is_accepted_and_a_wrong_signature_rejected(self) -> None:
        target = "/v1/workspaces/w/endpoints?name=%E7%AB%AF%20%2B%26"
        self.assertEqual(self.signed(target)[0], 200)
        status, body, _ = self.signed(target, secret="wrong")
        self.assertEqual(status, 401)
        self.assertIn("verify aksk signature fail", body["error_msg"])
        self.assertIn("ak not exist", self.signed(target, key="another")[1]["error_msg"])
        self.assertEqual(self.identity.odd_targets, [])

    def test_a_target_that_differs_from_the_signed_one_is_recorded(self) -> None:
        self.assertEqual(self.signed("/v1/workspaces/w/endpoints?name=%e7%ab%af")[0], 200)
        self.assertEqual(len(self.identity.odd_targets), 1)

    def test_five_wrong_requests_in_a_row_lock_the_key(self) -> None:
        for _ in range(identity.FAILURES_THAT_LOCK):
            self.signed("/v1/workspaces/w/endpoints", secret="wrong")
        self.assertIn("AK access failed", self.signed("/v1/workspaces/w/endpoints")[1]["error_msg"])

    def test_a_project_is_required_if_the_cloud_is_configured_so(self) -> None:
        self.identity.needs_project = True
        self.assertEqual(self.signed("/v1/workspaces/w/endpoints")[0], 400)
        self.assertEqual(self.signed("/v1/workspaces/w/endpoints", Project_Id=PROJECT)[0], 200)

    def test_the_identity_service_needs_no_project(self) -> None:
        self.identity.needs_project = True
        self.assertEqual(self.signed("/v3/projects")[0], 200)

    def test_an_id_token_gives_a_token_or_keys(self) -> None:
        scope = {"project": {"name": "cn-north-4"}}
        body = json.dumps({"auth": {"id_token": {"id": identity.ID_TOKEN}, "scope": scope}}).encode()
        path = "/v3.0/OS-AUTH/id-token/tokens"
        status, _, headers = self.ask("POST", path, {"X-Idp-Id": identity.PROVIDER}, body)
        self.assertEqual((status, self.list(headers["x-subject-token"])), (201, 200))
        self.assertEqual(self.ask("POST", path, {"X-Idp-Id": "other"}, body)[0], 401)
        names = {"provider_urn": identity.PROVIDER_URN, "agency_urn": identity.AGENCY_URN, "agency_session_name": "s"}
        asked = json.dumps({**names, "id_token": identity.ID_TOKEN, "duration_seconds": 900}).encode()
        status, body, _ = self.ask("POST", "/v5/agencies/assume-with-oidc", body=asked)
        self.assertEqual(status, 200)
        given = body["credentials"]
        key = {"access": "access_key_id", "secret": "secret_access_key", "securitytoken": "security_token"}
        self.keys_work({name: given[theirs] for name, theirs in key.items()}, 900)
        self.identity.id_token = "rotated"
        self.assertEqual(self.ask("POST", "/v5/agencies/assume-with-oidc", body=asked)[0], 403)

    def test_projects_are_found_by_name(self) -> None:
        status, body, _ = self.signed("/v3/projects?name=cn-north-4")
        self.assertEqual((status, [project["id"] for project in body["projects"]]), (200, [PROJECT]))

    def test_an_agency_gives_keys_that_need_their_token_and_expire(self) -> None:
        role = {"agency_name": AGENCY, "domain_name": OWNER, "duration_seconds": 900}
        body = json.dumps({"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}).encode()
        status, answer, _ = self.signed(AGENCY_PATH, method="POST", body=body)
        self.assertEqual(status, 201)
        self.keys_work(answer["credential"], 900)
        self.assertEqual(self.signed(AGENCY_PATH, method="POST", body=body.replace(b"900", b"899"))[0], 404)

    def test_the_metadata_service_requires_a_session(self) -> None:
        path = "/openstack/latest/securitykey"
        self.assertEqual(self.ask("GET", path)[0], 401)
        session = self.ask("PUT", "/meta-data/latest/api/token", {"X-Metadata-Token-Ttl-Seconds": "21600"})[1]
        status, answer, _ = self.ask("GET", path, {"X-Metadata-Token": session})
        self.assertEqual(status, 200)
        self.keys_work(answer["credential"], 86_400)
        self.identity.no_sessions = 404
        self.assertEqual(self.ask("PUT", "/meta-data/latest/api/token")[0], 404)
        self.assertEqual(self.ask("GET", path)[0], 200)

    def keys_work(self, given: dict[str, str], life: float) -> None:
        target, key = "/v1/workspaces/w/endpoints", (given["access"], given["secret"])
        self.assertEqual(self.signed(target, *key, Security_Token=given["securitytoken"])[0], 200)
        self.assertEqual(self.signed(target, *key)[0], 401)
        self.identity.ends[given["access"]] -= life + 1
        self.assertEqual(self.signed(target, *key, Security_Token=given["securitytoken"])[0], 401)
        self.identity.failures.clear()

    def test_an_echo_repeats_what_was_sent(self) -> None:
        self.identity.echoes = True
        self.assertIn("told", str(self.ask("GET", "/v1/workspaces/w/endpoints", {"X-Auth-Token": "told"})[1]))
        self.assertIn("wrong-one", str(self.token(password="wrong-one")[1]))

    def test_the_date_header_is_by_the_clouds_clock(self) -> None:
        self.identity.ahead = 20 * 60
        date = self.ask("GET", "/")[2]["date"]
        self.assertEqual(date, time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.identity.now)))


if __name__ == "__main__":
    unittest.main()
