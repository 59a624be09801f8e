# SPDX-License-Identifier: Apache-2.0
"""Fetches with libcurl's multi interface."""

import sys
from collections.abc import Iterator, Sequence

import pycurl


def transfers(handles: Sequence[pycurl.Curl], urls: Sequence[str]) -> Iterator[pycurl.Curl]:
    """Fetches all URLs, as many in parallel as there are handles; yields a handle when its response is complete."""
    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
    idle, waiting = list(handles), list(reversed(urls))
    for handle in handles:
        handle.setopt(pycurl.FAILONERROR, True)
    while waiting or len(idle) < len(handles):
        while waiting and idle:
            handle = idle.pop()
            handle.setopt(pycurl.URL, waiting.pop())
            multi.add_handle(handle)
        multi.select(1.0)
        while multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
            pass
        _, done, failed = multi.info_read()
        if failed:
            sys.exit(f"{failed[0][0].getinfo(pycurl.EFFECTIVE_URL)}: {failed[0][2]}")
        for handle in done:
            multi.remove_handle(handle)
            yield handle
            idle.append(handle)
