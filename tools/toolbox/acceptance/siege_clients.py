# SPDX-License-Identifier: Apache-2.0
"""Hostile and slow clients of one web server, in one process of low priority.

    python -m toolbox.acceptance.siege_clients '{"port": 9942, "seconds": 30, …}'

Prints `begun` when all clients have started, and at the end their counts as one line of JSON.
"""

from __future__ import annotations

import asyncio
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

from toolbox.shared.exporter import authorization
from toolbox.shared.processes import HOST

READERS, GUESSERS, PAGE_READERS, IDLERS = 400, 60, 40, 512
# What a slow reader reads at a time, and its seconds between two times.
BYTES, STEP = 8_192, 2.0
# Seconds between two attempts of a rejected client, so that the clients do not take the CPU from the exporter.
PAUSE = 0.02
TIMEOUT = 15.0

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclasses.dataclass
class Clients:
    """The clients, and counts of their results."""

    port: int
    seconds: float
    user: str
    password: str
    source: str

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds
        self.counts: collections.Counter[str] = collections.Counter()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end

    async def open(self, address: str = HOST, receive_buffer: int | None = None) -> Connection:
        connection = socket.socket()
        try:
            connection.setblocking(False)
            connection.bind((address, 0))
            if receive_buffer:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            connecting = asyncio.get_running_loop().sock_connect(connection, (HOST, self.port))
            await asyncio.wait_for(connecting, TIMEOUT)
        except BaseException:
            connection.close()
            raise
        # With this limit, the stream of a slow reader buffers little.
        return await asyncio.open_connection(sock=connection, limit=receive_buffer or 2**16)

    def ask(self, writer: asyncio.StreamWriter, path: str, password: str) -> None:
        fields = {"Host": f"{HOST}:{self.port}", **authorization(self.user, password)}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        writer.write("\r\n".join((*lines, "", "")).encode("ascii"))

    async def answer(self, kind: str, connection: Connection, path: str, password: str) -> None:
        """Sends a request, and counts the status of the response."""
        stream, writer = connection
        self.ask(writer, path, password)
        head = await asyncio.wait_for(stream.readuntil(b"\r\n\r\n"), TIMEOUT)
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n") if b": " in line)
        await asyncio.wait_for(stream.readexactly(int(fields.get(b"content-length", b"0"))), TIMEOUT)
        self.counts[f"{kind} {int(head[9:12])}"] += 1

    async def reader(self, number: int) -> None:
        """Requests the page of one source and reads a few KiB of it each second."""
        await asyncio.sleep(STEP * number / READERS)
        stream, writer = await self.open(receive_buffer=4_096)
        with contextlib.closing(writer):
            self.ask(writer, f"/metrics?source={self.source}", self.password)
            block = await asyncio.wait_for(stream.readexactly(12), TIMEOUT)
            self.counts[f"reader {int(block[9:12])}"] += 1
            while not self.is_over:
                if not await asyncio.wait_for(stream.read(BYTES), TIMEOUT):
                    self.counts["reader: cut off"] += 1
                    return
                await asyncio.sleep(STEP)

    async def guesser(self, number: int) -> None:
        """Guesses passwords on one connection until it is closed."""
        # From another address than that of Prometheus.
        connection = await self.open(f"127.0.0.{2 + number % 4}")
        with contextlib.closing(connection[1]):
            while not self.is_over:
                self.counts["guesses"] += 1
                await self.answer("guess", connection, "/metrics", f"guess {self.counts['guesses']}")
                await asyncio.sleep(PAUSE)

    async def page_reader(self, _: int) -> None:
        """Requests the status page repeatedly."""
        connection = await self.open()
        with contextlib.closing(connection[1]):
            while not self.is_over:
                await self.answer("page", connection, "/", self.password)
                await asyncio.sleep(PAUSE)

    async def idler(self, number: int) -> None:
        """Keeps a connection open. Half of the clients have sent a request before."""
        stream, writer = await self.open()
        with contextlib.closing(writer), contextlib.suppress(TimeoutError):
            if number % 2:
                await self.answer("idle", (stream, writer), "/-/healthy", "")
            if not await asyncio.wait_for(stream.read(1), max(0.1, self.end - time.monotonic())):
                self.counts["idle: closed"] += 1
                await asyncio.sleep(1)

    async def again(self, client: Callable[[int], Awaitable[None]], number: int) -> None:
        """Restarts a client whenever its connection ends."""
        while not self.is_over:
            try:
                await client(number)
            except (OSError, EOFError, asyncio.LimitOverrunError) as problem:
                self.counts[f"{client.__name__}: {type(problem).__name__}"] += 1
                await asyncio.sleep(0.5)

    async def run(self) -> None:
        kinds = (
            (self.reader, READERS), (self.guesser, GUESSERS), (self.page_reader, PAGE_READERS), (self.idler, IDLERS),
        )  # fmt: skip
        tasks = [asyncio.create_task(self.again(kind, number)) for kind, count in kinds for number in range(count)]
        await asyncio.sleep(2)
        print("begun", flush=True)
        await asyncio.sleep(max(0.0, self.end - time.monotonic()))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    os.nice(10)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 8_192, hard))
    clients = Clients(**json.loads(sys.argv[1]))
    asyncio.run(clients.run())
    print(json.dumps(dict(sorted(clients.counts.items()))))


if __name__ == "__main__":
    main()
