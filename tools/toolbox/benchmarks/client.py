# SPDX-License-Identifier: Apache-2.0
"""client PORT PATH ENCODING CLIENTS REQUESTS: scrapes like Prometheus, on keep-alive connections, and reads complete
responses. Prints a line of JSON: seconds of each request, bytes of all bodies, total seconds.

Existing load generators either stop in the middle of a response, so that the cost per request cannot be computed, or
fail if a server closes the connection after each response, as Python's does.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time

HOST = "127.0.0.1"
LAST_CHUNK = b"\r\n0\r\n\r\n"
BUFFER = memoryview(bytearray(1 << 20))


class Connection:
    """One client: a request, its response, the next request."""

    def __init__(self, port: int, request: bytes, selector: selectors.BaseSelector) -> None:
        self.port, self.request, self.selector = port, request, selector
        self.latencies: list[float] = []
        self.bytes = 0
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection((HOST, self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.socket, selectors.EVENT_READ, self)

    def send(self) -> None:
        self.head, self.received, self.tail = b"", 0, b""
        self.in_body = self.chunked = self.closes = False
        self.length: int | None = None
        self.begin = time.perf_counter()
        self.socket.sendall(self.request)

    def receive(self) -> bool:
        """Reads available data; returns whether the response is complete."""
        count = self.socket.recv_into(BUFFER)
        part = BUFFER[:count]
        if not self.in_body:
            self.head += part
            if b"\r\n\r\n" not in self.head:
                if count == 0:
                    raise ConnectionError("closed before a response")
                return False
            part = self.read_head()
        self.received += len(part)
        self.tail = (self.tail + bytes(part[-7:]))[-7:]
        if self.length is not None:
            whole = self.received >= self.length
        else:
            whole = self.tail == LAST_CHUNK if self.chunked else count == 0
        if count == 0 and not whole:
            raise ConnectionError("closed in the middle of a response")
        if whole:
            self.latencies.append(time.perf_counter() - self.begin)
            self.bytes += self.received
            if self.closes:
                self.selector.unregister(self.socket)
                self.socket.close()
                self.connect()
        return whole

    def read_head(self) -> memoryview:
        """Returns the beginning of the body."""
        head, body = self.head.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").lower().split("\r\n")
        if first.split()[1] != "200":
            raise ConnectionError(first)
        fields = dict(line.split(": ", 1) for line in lines)
        self.in_body = True
        self.chunked = fields.get("transfer-encoding") == "chunked"
        self.length = int(fields["content-length"]) if "content-length" in fields else None
        ends_by_closing = self.length is None and not self.chunked
        # No server keeps connections of HTTP/1.0.
        self.closes = ends_by_closing or fields.get("connection") == "close" or first.startswith("http/1.0")
        encoding = fields.get("content-encoding", "identity")
        if f"accept-encoding: {encoding}" not in self.request.decode("ascii").lower():
            raise ConnectionError(f"answered in {encoding}")
        return memoryview(body)


def main(port: int, path: str, encoding: str, clients: int, requests: int) -> None:
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept: text/plain;version=0.0.4\r\n"
        f"Accept-Encoding: {encoding}\r\nUser-Agent: scrape\r\n\r\n"
    ).encode("ascii")
    with selectors.DefaultSelector() as selector:
        connections = [Connection(port, request, selector) for _ in range(clients)]
        begin = time.perf_counter()
        for connection in connections:
            connection.send()
        sent, done = clients, 0
        while done < requests:
            complete = [key.data for key, _ in selector.select() if key.data.receive()]
            done += len(complete)
            for connection in complete[: requests - sent]:
                connection.send()
                sent += 1
        wall = time.perf_counter() - begin
    latencies = [latency for connection in connections for latency in connection.latencies]
    print(json.dumps({"latencies": latencies, "bytes": sum(one.bytes for one in connections), "wall": wall}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
