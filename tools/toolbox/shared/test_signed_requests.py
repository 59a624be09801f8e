# SPDX-License-Identifier: Apache-2.0
"""The signature check accepts the vectors of the exporter's own tests, and nothing that differs from them."""

import dataclasses
import json
from typing import Any

import pytest

from toolbox.shared import signed_requests
from toolbox.shared.processes import ROOT
from toolbox.shared.signed_requests import Request

VECTORS = {
    vector["name"]: vector
    for vector in json.loads((ROOT / "Tests/FabricTests/signing-vectors.json").read_text("utf-8"))["vectors"]
}
PLAIN, FULL, OTHER_HEADERS = "01-no-query", "11-token-project-port", "12-content-type-and-user-agent"


def sent(vector: dict[str, Any]) -> Request:
    """Returns the request of a vector as the SDK sends it."""
    given, expected = vector["input"], vector["expected"]
    headers = tuple(expected["sdk_headers_sent"].items())
    return Request(given["method"], expected["sdk_request_target"], headers, given["body"].encode())


def with_header(request: Request, name: str, value: str) -> Request:
    kept = tuple(header for header in request.headers if header[0].lower() != name.lower())
    return dataclasses.replace(request, headers=(*kept, (name, value)))


# All vectors have one date.
NOW = signed_requests.moment(sent(VECTORS[PLAIN])).timestamp()


def problem(request: Request, later: float = 0) -> str:
    """Returns the problem of a request, signed with the key of all vectors, by the rules for the exporter."""
    return signed_requests.problem(request, VECTORS[FULL]["input"]["sk"], NOW + later) or ""


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_a_vector_is_signed_so(vector: dict[str, Any]) -> None:
    given, expected = vector["input"], vector["expected"]
    signed = signed_requests.sign(sent(vector), given["ak"], given["sk"], expected["signed_headers"].split(";"))
    assert (signed.canonical, signed.authorization) == (expected["canonical_request"], expected["authorization"])


@pytest.mark.parametrize("seconds", [900, -900])
def test_a_clock_offset_of_fifteen_minutes_is_the_maximum(seconds: int) -> None:
    request = sent(VECTORS[FULL])
    assert problem(request, seconds) == ""
    assert "expired" in problem(request, seconds + seconds // 900)


@pytest.mark.parametrize(
    ("name", "header", "value", "complaint"),
    [
        (PLAIN, "X-Project-Id", "p", "sent but not signed"),
        (OTHER_HEADERS, "Unsigned", "x", "signed without need: ['content-type', 'user-agent']"),
        (FULL, "X-Sdk-Date", "today", "no date"),
        (FULL, "X-Project-Id", "other", "verify aksk signature fail"),
        (FULL, "Authorization", "", "malformed authorization"),
        (FULL, "Authorization", "SDK-HMAC-SHA256 Access=a,SignedHeaders=host", "malformed authorization"),
    ],
)
def test_a_request_is_rejected(name: str, header: str, value: str, complaint: str) -> None:
    assert complaint in problem(with_header(sent(VECTORS[name]), header, value))


def test_a_duplicate_header_is_rejected() -> None:
    request = sent(VECTORS[FULL])
    assert "not sent once" in problem(dataclasses.replace(request, headers=(*request.headers, ("Host", "other"))))


def test_names_of_signed_headers_that_are_not_sorted_are_rejected() -> None:
    request = sent(VECTORS[FULL])
    swapped = (request.value("authorization") or "").replace("host;x-project-id", "x-project-id;host")
    assert "verify aksk signature fail" in problem(with_header(request, "Authorization", swapped))


@pytest.mark.parametrize("target", ["/v1/a b", "/v1/%7e", "/v1/a?b=1&a=2", "/v1/a?a=1+2", "/v1/a?a", "/v1/a?a=%2b"])
def test_a_target_that_differs_from_the_signed_one_is_reported(target: str) -> None:
    assert signed_requests.spelled_otherwise(Request("GET", target, ())) is not None
