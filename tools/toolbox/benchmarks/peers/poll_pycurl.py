# SPDX-License-Identifier: Apache-2.0
"""poll_pycurl URLS CA: fetches with libcurl's multi interface, 50 in parallel, and parses with orjson."""

import io
import pathlib
import sys

import orjson
import pycurl

from toolbox.benchmarks.client import transfers
from toolbox.benchmarks.peers.counting import Tally

PARALLEL = 50


def new_handle(ca: str) -> pycurl.Curl:
    handle = pycurl.Curl()
    handle.setopt(pycurl.HTTPHEADER, ["X-Auth-Token: token"])
    # Empty: all encodings that this libcurl supports.
    handle.setopt(pycurl.ACCEPT_ENCODING, "")
    handle.setopt(pycurl.CAINFO, ca)
    # With HTTP/2, wait to share a connection instead of opening another.
    handle.setopt(pycurl.PIPEWAIT, 1)
    return handle


def main(urls: list[str], ca: str) -> None:
    tally = Tally()
    bodies = {new_handle(ca): io.BytesIO() for _ in range(PARALLEL)}
    for handle, body in bodies.items():
        handle.setopt(pycurl.WRITEDATA, body)
    for handle in transfers(list(bodies), urls):
        body = bodies[handle]
        tally.add_page(orjson.loads(body.getbuffer()), handle.getinfo(pycurl.EFFECTIVE_URL))
        body.seek(0)
        body.truncate()
    tally.print()


main(pathlib.Path(sys.argv[1]).read_text("ascii").split(), sys.argv[2])
