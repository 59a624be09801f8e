# SPDX-License-Identifier: Apache-2.0
"""Hostile and slow clients of one web server, in one process of low priority.

    python3 siege_clients.py '{"port": 9942, "seconds": 30, …}'

Prints `begun` when all clients have started, and at the end their counts as one line of JSON.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import contextlib
import dataclasses
import json
import os
import resource
import socket
import sys
import time
from collections.abc import Awaitable, Callable

HOST = "127.0.0.1"
# Seconds between two attempts of a rejected client, so that the clients do not take the CPU from the exporter.
PAUSE = 0.02
TIMEOUT = 15.0


@dataclasses.dataclass(frozen=True)
class Siege:
    """Numbers of clients, and their requests."""

    port: int
    seconds: float
    user: str
    password: str
    source: str
    readers: int = 400
    bytes_per_second: int = 4_096
    guessers: int = 60
    idle: int = 512
    page_readers: int = 40

    def request(self, path: str, password: str) -> bytes:
        pair = base64.b64encode(f"{self.user}:{password}".encode()).decode("ascii")
        lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{self.port}", f"Authorization: Basic {pair}"]
        return "\r\n".join((*lines, "", "")).encode("ascii")


class Clients:
    """The clients, and counts of their results."""

    def __init__(self, siege: Siege) -> None:
        self.siege = siege
        self.end = time.monotonic() + siege.seconds
        self.counts: collections.Counter[str] = collections.Counter()
        self.page_seconds: list[float] = []
        self.guesses = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end

    async def connect(self, buffer: int | None = None) -> socket.socket:
        connection = socket.socket()
        connection.setblocking(False)
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            await asyncio.wait_for(
                asyncio.get_running_loop().sock_connect(connection, (HOST, self.siege.port)), TIMEOUT
            )
        except BaseException:
            connection.close()
            raise
        return connection

    async def open(self, address: str = HOST) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        opening = asyncio.open_connection(HOST, self.siege.port, local_addr=(address, 0))
        return await asyncio.wait_for(opening, TIMEOUT)

    async def reader(self, number: int) -> None:
        """Requests the page of one source and reads a few KiB of it each second."""
        loop = asyncio.get_running_loop()
        step = 2.0
        await asyncio.sleep(step * number / self.siege.readers)
        with contextlib.closing(await self.connect(4_096)) as connection:
            await loop.sock_sendall(
                connection, self.siege.request(f"/metrics?source={self.siege.source}", self.siege.password)
            )
            first = True
            while not self.is_over:
                block = await asyncio.wait_for(
                    loop.sock_recv(connection, int(step * self.siege.bytes_per_second)), TIMEOUT
                )
                if first and block:
                    self.counts[f"reader {status(block)}"] += 1
                    first = False
                if not block:
                    self.counts["reader: cut off"] += 1
                    return
                await asyncio.sleep(step)

    async def guesser(self, number: int) -> None:
        """Guesses passwords on one connection until it is closed."""
        # From another address than that of Prometheus.
        stream, writer = await self.open(f"127.0.0.{2 + number % 4}")
        with contextlib.closing(writer):
            while not self.is_over:
                self.guesses += 1
                password = f"guess {number}-{self.guesses}"
                code, _ = await self.answer(stream, writer, self.siege.request("/metrics", password))
                self.counts[f"guess {code}"] += 1
                await asyncio.sleep(PAUSE)

    async def page_reader(self, _: int) -> None:
        """Requests the status page repeatedly."""
        stream, writer = await self.open()
        with contextlib.closing(writer):
            while not self.is_over:
                begin = time.monotonic()
                code, length = await self.answer(stream, writer, self.siege.request("/", self.siege.password))
                self.counts[f"page {code}"] += 1
                if code == 200:
                    self.page_seconds.append(time.monotonic() - begin)
                    self.counts["page bytes"] += length
                await asyncio.sleep(PAUSE)

    async def idler(self, number: int) -> None:
        """Keeps a connection open. Half of the clients have sent a request before."""
        stream, writer = await self.open()
        with contextlib.closing(writer):
            if number % 2:
                code, _ = await self.answer(stream, writer, self.siege.request("/-/healthy", ""))
                self.counts[f"idle {code}"] += 1
            while not self.is_over:
                with contextlib.suppress(TimeoutError):
                    if not await asyncio.wait_for(stream.read(1), max(0.1, self.end - time.monotonic())):
                        self.counts["idle: closed"] += 1
                        await asyncio.sleep(1)
                        return

    async def answer(
        self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> tuple[int, int]:
        """Reads status and length of the response."""
        writer.write(request)
        head = await asyncio.wait_for(stream.readuntil(b"\r\n\r\n"), TIMEOUT)
        fields = dict(line.lower().split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if ": " in line)
        length = int(fields.get("content-length", "0"))
        await asyncio.wait_for(stream.readexactly(length), TIMEOUT)
        return status(head), length

    async def again(self, name: str, client: Callable[[int], Awaitable[None]], number: int) -> None:
        """Restarts a client whenever its connection ends."""
        while not self.is_over:
            try:
                await client(number)
            except (OSError, EOFError, asyncio.LimitOverrunError) as problem:
                self.counts[f"{name}: {type(problem).__name__}"] += 1
                await asyncio.sleep(0.5)

    async def run(self) -> None:
        siege = self.siege
        kinds = (
            ("reader", self.reader, siege.readers), ("guess", self.guesser, siege.guessers),
            ("page", self.page_reader, siege.page_readers), ("idle", self.idler, siege.idle),
        )  # fmt: skip
        tasks = [
            asyncio.create_task(self.again(name, client, number))
            for name, client, count in kinds
            for number in range(count)
        ]
        await asyncio.sleep(2)
        print("begun", flush=True)
        await asyncio.sleep(max(0.0, self.end - time.monotonic()))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def status(head: bytes) -> int:
    return int(head[9:12])


def main() -> None:
    os.nice(10)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 8_192, hard))
    clients = Clients(Siege(**json.loads(sys.argv[1])))
    asyncio.run(clients.run())
    times = sorted(clients.page_seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = dict(sorted(clients.counts.items()))
    print(json.dumps({
        "counts": figures,
        "page_seconds_median": times[len(times) // 2] if times else None,
        "page_seconds_max": times[-1] if times else None,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
