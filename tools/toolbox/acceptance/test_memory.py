# SPDX-License-Identifier: Apache-2.0
"""Memory with pages of the maximum size, 16 at the same time, of each kind that is expensive to parse or store. With
the default limits the peak stays below the documented maximum."""

import contextlib
import gzip
import itertools
import json
import threading
from collections.abc import Callable

import pytest

from toolbox.shared import configuration
from toolbox.shared.cloud_data import Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, Fault
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import wait_for

# The documented maximum, and the limits that determine it.
MAXIMUM_MEGABYTES = 250
AT_ONCE = 16
LARGEST = 4 << 20
# One less than a full page, which would need another request.
ROWS = 99
LISTINGS = 2
POLL = {"interval": "2s", "timeout": "20s", "retries": "0", "requests_per_second": "0"}


def listing(rows: list[str]) -> str:
    return f'{{"total":{len(rows)},"endpoints":[{",".join(rows)}]}}'


def words(page: str, row: int, fill: str) -> str:
    """Returns a unique text of the maximum size for a page of a hundred rows."""
    begin = f"{page}-{row}-"
    octets = max(len(fill.encode()), len(json.dumps(fill, ensure_ascii=False).encode()) - 2)
    return begin + fill * ((LARGEST - 80_000) // ROWS // octets - len(begin))


def ignored_array(item: str) -> str:
    return listing([f'{{"id":"a","ignored":[{item * ((LARGEST - 100) // len(item))}1]}}'])


def long_types(page: str) -> str:
    return listing([f'{{"id":"e{row}","type":"{words(page, row, "t")}"}}' for row in range(ROWS)])


def long_messages(page: str) -> str:
    rows = []
    for row in range(ROWS):
        message = json.dumps(words(page, row, '"'), ensure_ascii=False)
        rows.append(f'{{"id":"e{row}","status":"CREATE_FAILED","error_code":"C{row}","error_msg":{message}}}')
    return listing(rows)


def long_names(page: str) -> str:
    return listing([f'{{"id":"e{row}","name":"{words(page, row, "名")}"}}' for row in range(ROWS)])


def escapes(page: str) -> str:
    return listing([f'{{"id":"e{row}","name":"\\u0000\\ud800"}}' for row in range(ROWS - 1)]) + " " * (LARGEST - 10_000)


def workers(page: str) -> str:
    groups = "{}," * ((LARGEST - 200) // 3)
    return listing([f'{{"id":"e","type":"ray","ray_resource":{{"worker_group_spec":[{groups}{{}}]}}}}'])


def specs(page: str) -> str:
    """Returns worker groups with long codes in rows of a hundred types: the maximum number of series of a page."""
    rows, each = [], (LARGEST // ROWS - 400) // 300
    for row in range(ROWS):
        codes = (f"{page}-{row * each + code}-".ljust(250, "s") for code in range(each))
        groups = ",".join(f'{{"spec_code":"{code}"}}' for code in codes)
        turn = page.rpartition("-")[2]
        kind = f"{turn}-{row}-".ljust(250, "k")
        rows.append(f'{{"id":"e{row}","type":"{kind}","ray_resource":{{"worker_group_spec":[{groups}]}}}}')
    return listing(rows)


# Pages, whose argument is unique per workspace and listing.
PAGES: dict[str, Callable[[str], str]] = {
    "numbers": lambda page: ignored_array("1,"),
    "empty arrays": lambda page: ignored_array("[],"),
    "long types": long_types,
    "long messages": long_messages,
    "long names": long_names,
    "escapes and white space": escapes,
    "worker groups": workers,
    "long spec codes": specs,
    "more rows than requested": lambda page: listing([f'{{"id":"{row}"}}' for row in range(LARGEST // 16)]),
    "error bodies": lambda page: json.dumps({"error_code": "X.1", "error_msg": "m" * (LARGEST - 100)}),
}
# The pages that cannot be listed, with their status.
FAILING = {"more rows than requested": 200, "error bodies": 500}


def large_page(make: Callable[[str], str], status: int, workspace: int, barrier: threading.Barrier) -> Fault:
    """Returns a page instead of the listing, sent when all workspaces have theirs; every other one is compressed."""
    requests = itertools.count(1)
    compressed = workspace % 2 == 0

    def body() -> bytes:
        text = make(f"{workspace}-{next(requests)}").encode()
        sent = gzip.compress(text, 1) if compressed else text
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(5)
        return sent

    return Fault(status=status, body=body, headers={"Content-Encoding": "gzip"} if compressed else {})


def values(page: str, family: str) -> list[float]:
    """Returns the values of all workspaces; without our parser, which takes long on the largest pages."""
    begin = f"dataarts_fabric_workspace_{family}{{"
    return [float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(begin)]


def await_polls(running: Running, polls: int) -> None:
    """Waits until each workspace was polled this often: a busy machine may poll some again before others."""
    wait_for(lambda: min(values(running.page(), "polls_total"), default=0) >= polls, 60, f"{polls} polls of each")


@pytest.mark.alone
@pytest.mark.parametrize("name", PAGES)
def test_the_largest_pages_need_less_memory_than_documented(exporter: Exporter, name: str) -> None:
    make, status, barrier = PAGES[name], FAILING.get(name, 200), threading.Barrier(AT_ONCE)
    assert LARGEST * 0.8 < len(make(f"{AT_ONCE - 1}-{LISTINGS}").encode()) <= LARGEST
    workspaces = [Workspace(f"memory-{number:02}", f"memory {number}", []) for number in range(AT_ONCE)]
    with ControlPlane(workspaces) as plane:
        for number, workspace in enumerate(workspaces):
            plane.faults[workspace.id] = large_page(make, status, number, barrier)
        file = configuration.write(exporter.directory, "memory.yaml", [Source(plane.base_url, workspaces)], "all", POLL)
        with exporter.serve("--config.file", file, "--log.level", "error") as running:
            for listings in range(1, LISTINGS + 1):
                await_polls(running, listings)
                text = running.page()
                assert running.peak_megabytes() < MAXIMUM_MEGABYTES
                assert len(text) < 64 << 20
                assert values(text, "up") == [0 if name in FAILING else 1] * AT_ONCE
