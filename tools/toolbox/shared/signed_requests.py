# SPDX-License-Identifier: Apache-2.0
"""A gateway's check of signed requests (SDK-HMAC-SHA256), implemented from the API reference."""

from __future__ import annotations

import calendar
import dataclasses
import hashlib
import hmac
import re
import time
import urllib.parse
from collections.abc import Iterable

ALGORITHM = "SDK-HMAC-SHA256"
AUTHORIZATION = re.compile(
    ALGORITHM + r" Access=(?P<key>[^,\s]+), SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
# Few signed headers, because a proxy that rewrites one invalidates the signature.
SIGNED = ("host", "x-project-id", "x-sdk-date", "x-security-token")
TOLERANCE = 15 * 60


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


def encoded(text: bytes) -> str:
    return urllib.parse.quote(text, safe="-_.~")


def canonical_path(target: str) -> str:
    segments = target.partition("?")[0].split("/")
    path = "/".join(encoded(urllib.parse.unquote_to_bytes(segment)) for segment in segments)
    return path if path.endswith("/") else path + "/"


def canonical_query(target: str) -> str:
    pairs = []
    for part in filter(None, target.partition("?")[2].split("&")):
        name, _, value = part.partition("=")
        pairs.append((urllib.parse.unquote_to_bytes(name), urllib.parse.unquote_to_bytes(value)))
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(pairs))


def canonical(request: Request, names: Iterable[str]) -> str:
    """Returns the text whose digest is signed."""
    names = list(names)
    lines = [f"{name}:{(request.value(name) or '').strip(' ')}" for name in names]
    payload = (request.value("x-sdk-content-sha256") if request.body else None) or hashlib.sha256(
        request.body
    ).hexdigest()
    parts = [request.method, canonical_path(request.target), canonical_query(request.target)]
    return "\n".join([*parts, *lines, "", ";".join(names), payload])


def signature(text: str, date: str, secret: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return hmac.new(secret.encode(), f"{ALGORITHM}\n{date}\n{digest}".encode(), "sha256").hexdigest()


def seconds(date: str) -> float | None:
    """Returns `X-Sdk-Date` in seconds since 1970."""
    if not re.fullmatch(r"\d{8}T\d{6}Z", date):
        return None
    try:
        return calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return None


def access_key(request: Request) -> str | None:
    """Returns the access key of the signature."""
    match = AUTHORIZATION.fullmatch(request.value("authorization") or "")
    return match["key"] if match else None


def problem(request: Request, secret: str, now: float, only: Iterable[str] | None = SIGNED) -> str | None:
    """Returns the problem of the signature, or None.

    `only` are the headers that may be signed; those that are sent must be signed.
    """
    match = AUTHORIZATION.fullmatch(request.value("authorization") or "")
    if not match:
        return "malformed authorization"
    names = match["names"].split(";")
    if names != sorted(set(names)):
        return f"the names of the signed headers are not sorted: {names}"
    if missing := [name for name in SIGNED if request.value(name) is not None and name not in names]:
        return f"sent but not signed: {missing}"
    if only is not None and (others := sorted(set(names) - set(only))):
        return f"signed without need: {others}"
    if twice := [name for name in names if len(request.values(name)) != 1]:
        return f"signed headers that are not sent once: {twice}"
    date = request.value("x-sdk-date") or ""
    moment = seconds(date)
    if moment is None:
        return f"X-Sdk-Date is no date: {date!r}"
    if abs(moment - now) > TOLERANCE:
        return "calc ak sk signature fail:signature expired"
    if not hmac.compare_digest(signature(canonical(request, names), date, secret), match["signature"]):
        return "verify aksk signature fail, canonicalRequest: " + canonical(request, names).replace("\n", "|")
    return None


def spelled_otherwise(request: Request) -> str | None:
    """Returns the differences between the path and query that were sent and those that were signed."""
    path, _, query = request.target.partition("?")
    if (path if path.endswith("/") else path + "/") != canonical_path(request.target):
        return f"the path {path!r} was signed as {canonical_path(request.target)!r}"
    if query != canonical_query(request.target):
        return f"the query {query!r} was signed as {canonical_query(request.target)!r}"
    return None
