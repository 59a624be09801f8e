# SPDX-License-Identifier: Apache-2.0
"""poll_requests URLS CA: like the official Python SDK, it uses a session, builds each request from its
parts, parses with json and creates an object per row; then counts the objects."""

import json
import pathlib
import sys
import urllib.parse
from typing import Any

import requests

from toolbox.benchmarks.peers.counting import Tally


class Endpoint:
    """A model like the SDK's generated ones: an attribute per documented field, set through a table."""

    FIELDS = (
        "id", "name", "type", "status", "visibility", "description", "create_time", "update_time", "owner", "cap",
        "custom_image_id", "reserved_resource", "ray_resource", "error_code", "error_msg",
    )  # fmt: skip

    def __init__(self, row: dict[str, Any]) -> None:
        for field in self.FIELDS:
            setattr(self, field, row.get(field))


def main(urls: list[str], ca: str) -> None:
    session, tally = requests.Session(), Tally()
    # Otherwise it reads the environment's proxies and .netrc for each request.
    session.trust_env = False
    session.verify = ca
    headers = {"X-Auth-Token": "token", "Content-Type": "application/json", "User-Agent": "huaweicloud-usdk-python"}
    for url in urls:
        address, query = url.split("?")
        parameters = urllib.parse.parse_qsl(query)
        response = session.get(address, params=parameters, headers=headers, timeout=(60, 120))
        response.raise_for_status()
        page = json.loads(response.content)
        rows = [vars(Endpoint(row)) for row in page["endpoints"]]
        tally.add_page({"endpoints": rows}, url)
    tally.print()


main(pathlib.Path(sys.argv[1]).read_text("ascii").split(), sys.argv[2])
