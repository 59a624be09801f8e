# SPDX-License-Identifier: Apache-2.0
"""Tests the signature check with vectors of the reference implementation."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import unittest

from toolbox.shared import signed_requests
from toolbox.shared.signed_requests import Request

VECTORS = pathlib.Path(__file__).parents[1] / "FabricTests" / "signing-vectors.json"


def vectors() -> list[tuple[str, Request, str, dict[str, str]]]:
    """Yields name, request as sent, key, and the expected result."""
    entries = []
    for entry in json.loads(VECTORS.read_text("utf-8"))["vectors"]:
        given, expected = entry["input"], entry["expected"]
        request = Request(
            given["method"],
            expected["sdk_request_target"],
            tuple(expected["sdk_headers_sent"].items()),
            given["body"].encode(),
        )
        entries.append((entry["name"], request, given["sk"], expected))
    return entries


def now(request: Request) -> float:
    moment = signed_requests.seconds(request.value("x-sdk-date") or "")
    assert moment is not None
    return moment


def with_header(request: Request, name: str, value: str) -> Request:
    kept = tuple(header for header in request.headers if header[0].lower() != name.lower())
    return dataclasses.replace(request, headers=(*kept, (name, value)))


class Vectors(unittest.TestCase):
    def test_number_of_vectors(self) -> None:
        self.assertEqual(len(vectors()), 23)

    def test_each_vector_is_valid(self) -> None:
        for name, request, secret, expected in vectors():
            with self.subTest(name):
                names = expected["signed_headers"].split(";")
                self.assertEqual(signed_requests.canonical(request, names), expected["canonical_request"])
                self.assertIsNone(signed_requests.problem(request, secret, now(request), only=None))

    def test_each_vector_is_invalid_with_another_key_method_target_body_or_header(self) -> None:
        for name, request, secret, expected in vectors():
            mark = "&" if "?" in request.target else "?"
            bad = [
                (request, secret + "x"),
                (dataclasses.replace(request, method="DELETE"), secret),
                (dataclasses.replace(request, target=request.target + mark + "x=y"), secret),
            ]
            bad += [
                (with_header(request, header, (request.value(header) or "") + "0"), secret)
                for header in expected["signed_headers"].split(";")
            ]
            if request.value("x-sdk-content-sha256") is None:
                bad.append((dataclasses.replace(request, body=request.body + b"x"), secret))
            for index, (changed, key) in enumerate(bad):
                with self.subTest(name, change=index):
                    self.assertIsNotNone(signed_requests.problem(changed, key, now(request), only=None))


class Rules(unittest.TestCase):
    def setUp(self) -> None:
        self.request, self.secret = next(
            (request, secret) for name, request, secret, _ in vectors() if name.startswith("11")
        )
        self.now = now(self.request)

    def problem(self, request: Request, later: float = 0) -> str:
        return signed_requests.problem(request, self.secret, self.now + later) or ""

    def test_required_headers_must_be_signed(self) -> None:
        self.assertEqual(self.problem(self.request), "")
        plain = next(request for name, request, _, _ in vectors() if name.startswith("01"))
        self.assertIn("sent but not signed", self.problem(with_header(plain, "X-Project-Id", "p")))

    def test_other_headers_must_not_be_signed(self) -> None:
        more = next(request for name, request, _, _ in vectors() if name.startswith("12"))
        self.assertIn("signed without need: ['content-type', 'user-agent']", self.problem(more))

    def test_a_clock_offset_of_fifteen_minutes_is_the_maximum(self) -> None:
        self.assertEqual(self.problem(self.request, 900), "")
        self.assertEqual(self.problem(self.request, -900), "")
        self.assertIn("expired", self.problem(self.request, 901))
        self.assertIn("expired", self.problem(self.request, -901))

    def test_a_duplicate_header_is_rejected(self) -> None:
        twice = dataclasses.replace(self.request, headers=(*self.request.headers, ("Host", "other")))
        self.assertIn("not sent once", self.problem(twice))

    def test_a_malformed_authorization_is_rejected(self) -> None:
        for value in ("", "Basic YTpi", "SDK-HMAC-SHA256 Access=a", "SDK-HMAC-SHA256 Access=a,SignedHeaders=host"):
            self.assertIn("malformed authorization", self.problem(with_header(self.request, "Authorization", value)))

    def test_a_target_that_differs_from_the_signed_one_is_detected(self) -> None:
        def told(target: str) -> str | None:
            return signed_requests.spelled_otherwise(dataclasses.replace(self.request, target=target))

        for target in ("/v1/a", "/v1/a/?a=1&b=%20%2B", "/"):
            self.assertIsNone(told(target))
        for target in ("/v1/a b", "/v1/%7e", "/v1/a?b=1&a=2", "/v1/a?a=1+2", "/v1/a?a", "/v1/a?a=%2b"):
            self.assertIsNotNone(told(target))


if __name__ == "__main__":
    unittest.main()
