# SPDX-License-Identifier: Apache-2.0
"""poll_sdk URLS CA: lists with Huawei Cloud's official SDK for Python."""

from __future__ import annotations

import pathlib
import re
import sys
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkdataartsfabric.v1 import DataArtsFabricClient, ListEndpointsRequest

from toolbox.benchmarks.peers.counting import Tally

URL = re.compile(r"(https?://[^/]+)/v1/workspaces/([^/]+)/endpoints\?offset=(\d+)&limit=(\d+)")


def new_client(base_url: str, ca: str) -> DataArtsFabricClient:
    config = HttpConfig.get_default_config()
    config.ssl_ca_cert = ca
    # Access keys, because it does not support tokens; with a project, which it would otherwise request from IAM.
    credentials = BasicCredentials("access", "secret", "0123456789abcdef0123456789abcdef")
    builder = DataArtsFabricClient.new_builder().with_http_config(config).with_credentials(credentials)
    return builder.with_endpoints([base_url]).build()


def as_row(endpoint: Any) -> dict[str, Any]:
    """Returns the counted values of an endpoint; None for capacity that it does not have."""
    resource, reserved = endpoint.reserved_resource, {}
    for kind in ("apu", "dpu"):
        if (amounts := getattr(resource, kind)) is not None:
            reserved[kind] = {"warm_up_num": amounts.warm_up_num}
    if resource.mu is not None:
        reserved["mu"] = {"min": resource.mu.min}
    counted = {"type": endpoint.type, "status": endpoint.status, "visibility": endpoint.visibility}
    return {**counted, "reserved_resource": reserved}


def main(urls: list[str], ca: str) -> None:
    tally, client = Tally(), None
    for url in urls:
        match = URL.fullmatch(url)
        assert match, f"{url}: not a page of endpoints"
        base_url, workspace, offset, limit = match.groups()
        client = client or new_client(base_url, ca)
        request = ListEndpointsRequest(workspace_id=workspace, offset=int(offset), limit=int(limit))
        response = client.list_endpoints(request)
        tally.add_page({"endpoints": [as_row(endpoint) for endpoint in response.endpoints]}, offset == "0")
    tally.print()


main(pathlib.Path(sys.argv[1]).read_text("ascii").split(), sys.argv[2])
