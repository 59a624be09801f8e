# SPDX-License-Identifier: Apache-2.0
"""Memory with pages of the maximum size, 16 at the same time, of each kind that is expensive to parse or store. With
the default limits the peak stays below the documented maximum."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import pathlib
import threading
from collections.abc import Callable, Iterator

from toolbox.shared import pages
from toolbox.shared import configuration

from toolbox.shared.cloud_data import Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.exporter import Running
from report import require, require_equal, wait_for

# The documented maximum, and the limits that determine it.
MAXIMUM_MEGABYTES = 250
AT_ONCE = 16
LARGEST = 4 << 20
# One less than a full page, which would need another request.
ROWS = 99
LISTINGS = 2


def listing(rows: list[str]) -> str:
    return f'{{"total":{len(rows)},"endpoints":[{",".join(rows)}]}}'


def words(workspace: int, turn: int, row: int, fill: str) -> str:
    """Returns a unique text of the maximum size for a page of a hundred rows."""
    begin = f"{workspace}-{turn}-{row}-"
    octets = max(len(fill.encode()), len(json.dumps(fill, ensure_ascii=False).encode()) - 2)
    return begin + fill * ((LARGEST - 80_000) // ROWS // octets - len(begin))


def numbers(workspace: int, turn: int) -> str:
    return f'{{"total":1,"endpoints":[{{"id":"a","ignored":[{"1," * ((LARGEST - 100) // 2)}1]}}]}}'


def empty_arrays(workspace: int, turn: int) -> str:
    return f'{{"total":1,"endpoints":[{{"id":"a","ignored":[{"[]," * ((LARGEST - 100) // 3)}1]}}]}}'


def long_types(workspace: int, turn: int) -> str:
    return listing([f'{{"id":"e{row}","type":"{words(workspace, turn, row, "t")}"}}' for row in range(ROWS)])


def long_messages(workspace: int, turn: int) -> str:
    rows = []
    for row in range(ROWS):
        message = json.dumps(words(workspace, turn, row, '"'), ensure_ascii=False)
        rows.append(f'{{"id":"e{row}","status":"CREATE_FAILED","error_code":"C{row}","error_msg":{message}}}')
    return listing(rows)


def long_names(workspace: int, turn: int) -> str:
    return listing([f'{{"id":"e{row}","name":"{words(workspace, turn, row, "名")}"}}' for row in range(ROWS)])


def escapes(workspace: int, turn: int) -> str:
    return listing([f'{{"id":"e{row}","name":"{chr(92)}u0000{chr(92)}ud800"}}' for row in range(ROWS - 1)]) + " " * (
        LARGEST - 10_000
    )


def workers(workspace: int, turn: int) -> str:
    groups = "{}," * ((LARGEST - 200) // 3)
    return listing([f'{{"id":"e","type":"ray","ray_resource":{{"worker_group_spec":[{groups}{{}}]}}}}'])


def specs(workspace: int, turn: int) -> str:
    """Returns worker groups with long codes in rows of a hundred types: the maximum number of series of a page."""
    rows, each = [], (LARGEST // ROWS - 400) // 300
    for row in range(ROWS):
        codes = (f"{workspace}-{turn}-{row * each + code}-".ljust(250, "s") for code in range(each))
        groups = ",".join(f'{{"spec_code":"{code}"}}' for code in codes)
        kind = f"{turn}-{row}-".ljust(250, "k")
        rows.append(f'{{"id":"e{row}","type":"{kind}","ray_resource":{{"worker_group_spec":[{groups}]}}}}')
    return listing(rows)


def too_many_rows(workspace: int, turn: int) -> str:
    return listing([f'{{"id":"{row}"}}' for row in range(LARGEST // 16)])


def errors(workspace: int, turn: int) -> str:
    return json.dumps({"error_code": "X.1", "error_msg": "m" * (LARGEST - 100)})


# Name, body, status of the response, whether the listing succeeds.
KINDS: tuple[tuple[str, Callable[[int, int], str], int, bool], ...] = (
    ("numbers", numbers, 200, True),
    ("empty arrays", empty_arrays, 200, True),
    ("long types", long_types, 200, True),
    ("long messages", long_messages, 200, True),
    ("long names", long_names, 200, True),
    ("escapes and white space", escapes, 200, True),
    ("worker groups", workers, 200, True),
    ("long spec codes", specs, 200, True),
    ("more rows than asked for", too_many_rows, 200, False),
    ("error bodies", errors, 500, False),
)


class Plane(http.server.ThreadingHTTPServer):
    """Responds to all workspaces with a page of one kind at the same time."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, body: Callable[[int, int], str], status: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.status = body, status
        self.barrier = threading.Barrier(AT_ONCE)
        self.turns = [0] * AT_ONCE
        self.largest = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignores connections that the exporter closes."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Plane

    def do_GET(self) -> None:
        plane = self.server
        workspace = int(self.path.split("/")[3].rsplit("-", 1)[1])
        turn = plane.turns[workspace]
        plane.turns[workspace] += 1
        body = plane.body(workspace, turn).encode()
        require(len(body) <= LARGEST, f"a body of {len(body)} bytes")
        plane.largest = max(plane.largest, len(body))
        # Every other response is compressed.
        is_compressed = workspace % 2 == 0
        sent = gzip.compress(body, 1) if is_compressed else body
        with contextlib.suppress(threading.BrokenBarrierError):
            plane.barrier.wait(5)
        self.send_response(plane.status)
        self.send_header("Content-Type", "application/json")
        if is_compressed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing; the report has the failures."""


@contextlib.contextmanager
def serving(body: Callable[[int, int], str], status: int) -> Iterator[Plane]:
    plane = Plane(body, status)
    thread = threading.Thread(target=plane.serve_forever, daemon=True)
    thread.start()
    try:
        yield plane
    finally:
        plane.shutdown()
        plane.server_close()


def run(with_: Bench) -> None:
    workspaces = [Workspace(id=f"memory-{number:02}", name=f"memory {number}", stored=[]) for number in range(AT_ONCE)]
    for name, body, status, is_listed in KINDS:
        with (
            with_.report.check(f"{AT_ONCE} pages of {name} at once: less than {MAXIMUM_MEGABYTES} MB"),
            serving(body, status) as plane,
        ):
            source = Source(plane.base_url, workspaces)
            poll = {"interval": "2s", "timeout": "20s", "retries": "0", "requests_per_second": "0"}
            file = configuration.write(with_.directory, "memory.yaml", [source], "all", poll)
            with with_.exporter.serve("--config.file", file, "--log.level", "error") as running:
                measure(name, plane, running, source, is_listed)


def measure(name: str, plane: Plane, running: Running, source: Source, is_listed: bool) -> None:
    for turn in range(1, LISTINGS + 1):
        wanted = AT_ONCE * turn
        wait_for(lambda wanted=wanted: polls(running) >= wanted, 60, f"{wanted} polls completed")
        text = running.page()
        peak = peak_megabytes(running)
        require(peak < MAXIMUM_MEGABYTES, f"a peak of {peak:.0f} MB after {turn} listings of {name}")
        require(len(text) < 64 << 20, f"a page of {len(text)} bytes")
        up = sum(value for key, value in pages.read(text, "text").values().items() if key[0].endswith("workspace_up"))
        require_equal(up, float(AT_ONCE if is_listed else 0), "workspaces up")
    size = len(text) / 1e6
    print(f"        peak {peak_megabytes(running):.0f} MB, page {size:.1f} MB, bodies of {plane.largest} bytes")


def polls(running: Running) -> float:
    text = running.page()
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if line.startswith("dataarts_fabric_workspace_polls_total{")
    )


def peak_megabytes(running: Running) -> float:
    status = pathlib.Path(f"/proc/{running.process.pid}/status").read_text("ascii", "replace")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
