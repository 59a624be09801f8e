# SPDX-License-Identifier: Apache-2.0
"""A gateway's check of signed requests (SDK-HMAC-SHA256): the signer of the official SDK must sign them equally."""

import dataclasses
import datetime
import re
import types
import urllib.parse
from collections.abc import Iterable

from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

AUTHORIZATION = re.compile(
    r"SDK-HMAC-SHA256 Access=(?P<key>[^,\s]+), SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<digest>[0-9a-f]{64})"
)
# Few signed headers, because a proxy that rewrites one invalidates the signature.
SIGNED = ("host", "x-project-id", "x-sdk-date", "x-security-token")
TOLERANCE = datetime.timedelta(minutes=15)


@dataclasses.dataclass(frozen=True)
class Request:
    """A request as received. `target` is the raw text of the request line."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header.lower() == name]

    def value(self, name: str) -> str | None:
        return next(iter(self.values(name)), None)


@dataclasses.dataclass(frozen=True)
class Signed:
    """The header of the SDK's request, the text whose digest is signed, and the target."""

    authorization: str
    canonical: str
    target: str


def sign(request: Request, key: str, secret: str, names: Iterable[str]) -> Signed:
    """Returns how the SDK signs a request with these headers, whose names are lower case."""
    path, _, query = request.target.partition("?")
    signer = Signer(types.SimpleNamespace(ak=key, sk=secret))
    signed = SdkRequest(
        request.method, resource_path=path, query_params=urllib.parse.parse_qsl(query, keep_blank_values=True),
        header_params={name: request.value(name) or "" for name in names}, body=request.body,
    )  # fmt: skip
    # Before `sign`, which changes the headers.
    canonical = signer._process_canonical_request(signed, sorted(signed.header_params))
    signer.sign(signed)
    return Signed(signed.header_params["Authorization"], canonical, signed.uri)


def moment(request: Request) -> datetime.datetime:
    """Returns the time of `X-Sdk-Date`; fails with ValueError."""
    date = datetime.datetime.strptime(request.value("x-sdk-date") or "", "%Y%m%dT%H%M%SZ")
    return date.replace(tzinfo=datetime.UTC)


def problem(request: Request, secret: str, now: float) -> str | None:
    """Returns the problem of the signature, or None. No other headers may be signed."""
    match = AUTHORIZATION.fullmatch(request.value("authorization") or "")
    if not match:
        return "malformed authorization"
    names = match["names"].split(";")
    if missing := [name for name in SIGNED if request.value(name) is not None and name not in names]:
        return f"sent but not signed: {missing}"
    if others := sorted(set(names) - set(SIGNED)):
        return f"signed without need: {others}"
    if twice := [name for name in names if len(request.values(name)) != 1]:
        return f"signed headers that are not sent once: {twice}"
    try:
        offset = moment(request) - datetime.datetime.fromtimestamp(now, datetime.UTC)
    except ValueError as malformed:
        return f"X-Sdk-Date is no date: {malformed}"
    if abs(offset) > TOLERANCE:
        return "calc ak sk signature fail:signature expired"
    signed = sign(request, match["key"], secret, names)
    # Also differs if the names are not sorted.
    if signed.authorization != request.value("authorization"):
        return "verify aksk signature fail, canonicalRequest: " + signed.canonical.replace("\n", "|")
    return None


def spelled_otherwise(request: Request) -> str | None:
    """Returns the difference between the target that was sent and the SDK's, which is the one that was signed."""
    path = request.target.partition("?")[0]
    spelled = urllib.parse.quote(urllib.parse.unquote(path), safe="/~")
    target = sign(request, "key", "secret", ()).target.replace(path, spelled, 1)
    return None if request.target == target else f"{request.target!r} was signed as {target!r}"
