# SPDX-License-Identifier: Apache-2.0
"""client URL ENCODING CLIENTS REQUESTS: scrapes like Prometheus, on keep-alive connections, and reads complete
responses. Prints a line of JSON: seconds of each request, bytes of all bodies, total seconds.

Existing load generators stop in the middle of a response, so that the cost per request cannot be computed.
"""

import json
import sys
import time
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


def new_handle(encoding: str) -> pycurl.Curl:
    handle = pycurl.Curl()
    headers = ["Accept: text/plain;version=0.0.4", f"Accept-Encoding: {encoding}", "User-Agent: scrape"]
    handle.setopt(pycurl.HTTPHEADER, headers)
    handle.setopt(pycurl.BUFFERSIZE, 1 << 20)
    # Discards the body.
    handle.setopt(pycurl.WRITEFUNCTION, len)
    return handle


def main(url: str, encoding: str, clients: int, requests: int) -> None:
    latencies, size = [], 0.0
    begin = time.perf_counter()
    for handle in transfers([new_handle(encoding) for _ in range(clients)], [url] * requests):
        latencies.append(handle.getinfo(pycurl.TOTAL_TIME))
        size += handle.getinfo(pycurl.SIZE_DOWNLOAD)
    print(json.dumps({"latencies": latencies, "bytes": size, "wall": time.perf_counter() - begin}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
