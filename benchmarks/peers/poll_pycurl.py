# SPDX-License-Identifier: Apache-2.0
"""poll_pycurl.py URLS CA: fetches with libcurl's multi interface, 50 in parallel, and parses with orjson."""

from __future__ import annotations

import io
import pathlib
import sys

import orjson
import pycurl
from counting import Tally, is_first

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
    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
    handles = [new_handle(ca) for _ in range(PARALLEL)]
    idle, waiting, running = list(handles), list(reversed(urls)), 0
    while waiting or running:
        while waiting and idle:
            handle = idle.pop()
            handle.url = waiting.pop()
            handle.body = io.BytesIO()
            handle.setopt(pycurl.URL, handle.url)
            handle.setopt(pycurl.WRITEDATA, handle.body)
            multi.add_handle(handle)
            running += 1
        multi.select(1.0)
        while multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
            pass
        _, done, failed = multi.info_read()
        if failed:
            sys.exit(f"{failed[0][0].url}: {failed[0][2]}")
        for handle in done:
            multi.remove_handle(handle)
            running -= 1
            if (status := handle.getinfo(pycurl.RESPONSE_CODE)) != 200:
                sys.exit(f"{handle.url}: {status}")
            tally.add_page(orjson.loads(handle.body.getbuffer()), is_first(handle.url))
            idle.append(handle)
    tally.print()


main(pathlib.Path(sys.argv[1]).read_text("ascii").split(), sys.argv[2])
