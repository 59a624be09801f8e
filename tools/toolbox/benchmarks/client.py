# SPDX-License-Identifier: Apache-2.0
"""client URL ENCODING CLIENTS REQUESTS: scrapes like Prometheus, on keep-alive connections, and reads complete
responses. Prints a line of JSON: seconds of each request, bytes of all bodies, total seconds.

Existing load generators stop in the middle of a response, so that the cost per request cannot be computed.
"""

import json
import sys
import time

import pycurl

from toolbox.benchmarks.transfers import transfers


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
