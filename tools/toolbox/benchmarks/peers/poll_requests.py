# SPDX-License-Identifier: Apache-2.0
"""poll_requests URLS CA THREADS: like the official Python SDK, it uses a session, builds each request from its
parts, parses with json and creates an object per row; then counts the objects."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import requests

from toolbox.benchmarks.peers.counting import Tally, is_first, run


class Endpoint:
    """A model like the SDK's generated ones: an attribute per documented field, set through a table."""

    FIELDS = (
        "id", "name", "type", "status", "visibility", "description", "create_time", "update_time", "owner", "cap",
        "custom_image_id", "reserved_resource", "ray_resource", "error_code", "error_msg",
    )  # fmt: skip

    def __init__(self, row: dict[str, Any]) -> None:
        for field in self.FIELDS:
            setattr(self, field, row.get(field))


class Client:
    def __init__(self, ca: str) -> None:
        self.session = requests.Session()
        # Otherwise it reads the environment's proxies and .netrc for each request.
        self.session.trust_env = False
        self.session.verify = ca
        self.tally = Tally()

    def list_endpoints(self, url: str) -> None:
        address, query = url.split("?")
        parameters = urllib.parse.parse_qsl(query)
        headers = {"X-Auth-Token": "token", "Content-Type": "application/json", "User-Agent": "huaweicloud-usdk-python"}
        response = self.session.get(address, params=parameters, headers=headers, timeout=(60, 120))
        response.raise_for_status()
        page = json.loads(response.content)
        rows = [vars(Endpoint(row)) for row in page["endpoints"]]
        self.tally.add_page({"endpoints": rows}, is_first(url))


def poll(urls: list[str], ca: str) -> Tally:
    client = Client(ca)
    for url in urls:
        client.list_endpoints(url)
    return client.tally


run(poll)
