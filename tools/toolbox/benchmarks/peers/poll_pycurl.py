# SPDX-License-Identifier: Apache-2.0
"""poll_pycurl URLS CA: fetches with libcurl's multi interface, 50 in parallel, and parses with orjson."""

from __future__ import annotations

import io
import pathlib
import sys

import orjson
import pycurl

from toolbox.benchmarks.peers.counting import Tally, is_first

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
    idle, waiting = [new_handle(ca) for _ in range(PARALLEL)], list(reversed(urls))
    running: dict[pycurl.Curl, tuple[str, io.BytesIO]] = {}
    while waiting or running:
        while waiting and idle:
            handle, url, body = idle.pop(), waiting.pop(), io.BytesIO()
            handle.setopt(pycurl.URL, url)
            handle.setopt(pycurl.WRITEDATA, body)
            multi.add_handle(handle)
            running[handle] = (url, body)
        multi.select(1.0)
        while multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
            pass
        _, done, failed = multi.info_read()
        if failed:
            sys.exit(f"{running[failed[0][0]][0]}: {failed[0][2]}")
        for handle in done:
            multi.remove_handle(handle)
            url, body = running.pop(handle)
            if (status := handle.getinfo(pycurl.RESPONSE_CODE)) != 200:
                sys.exit(f"{url}: {status}")
            tally.add_page(orjson.loads(body.getbuffer()), is_first(url))
            idle.append(handle)
    tally.print()


main(pathlib.Path(sys.argv[1]).read_text("ascii").split(), sys.argv[2])
