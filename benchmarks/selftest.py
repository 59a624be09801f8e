# SPDX-License-Identifier: Apache-2.0
"""Tests of the benchmarks. They check no measured values, which differ between machines."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import pathlib
import shutil
import socketserver
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable

import bench
import exporter
import fleet
import growth
import machine
import polling
import scraping
import web
from dataset import PAGE, Dataset
from machine import BUILD, PEERS, PYTHON, Broken
from table import Group, percentile, spread

sys.path.append(str(PEERS))
from counting import Tally

SMALL = Dataset(3, 250)


def require(condition: bool, what: object) -> None:
    if not condition:
        raise AssertionError(what)


def refused(action: Callable[[], object]) -> str:
    try:
        action()
    except Broken as problem:
        return str(problem)
    raise AssertionError("not rejected")


def pages_are_the_same_in_every_run() -> None:
    def written() -> dict[str, bytes]:
        shutil.rmtree(SMALL.folder, ignore_errors=True)
        SMALL.make()
        return {str(path): path.read_bytes() for path in sorted(SMALL.folder.rglob("*")) if path.is_file()}

    first = written()
    require(len(first) == 2 * SMALL.page_count() + 1, sorted(first))
    require(first == written(), "a second run wrote different pages")


def growth_is_judged_by_what_one_more_takes() -> None:
    def verdicts(cost: Callable[[int], float]) -> list[tuple[str, bool]]:
        group = Group("growth", ("what", "size", "CPU", "each", "ratio", "peak"))
        costs = {size: [machine.Cost(1, 0.02 + cost(size), 1)] * 3 for size in (10, 100, 1_000, 10_000)}
        growth.judge(group, "polling", costs)
        return [(target.text.split(" at ")[1].split(" ")[0], target.reached) for target in group.targets]

    require(verdicts(lambda size: size * 1e-3) == [("1,000", True), ("10,000", True)], "linear growth")
    require(verdicts(lambda size: size**1.2 * 1e-3)[-1] == ("10,000", False), "faster growth")
    # Neither costs within the noise nor a single larger size are a result.
    require(verdicts(lambda size: size * 1e-7) == [("10,000", False)], "no result")
    require(set(bench.GROUPS) == {"fleet", "polling", "scraping", "growth", "latency", "idle"}, bench.GROUPS)


def pages_of_a_fleet_change_and_are_as_before_in_the_end() -> None:
    dataset = Dataset(2, fleet.ROWS, types=fleet.TYPES)
    dataset.make()
    pages = [dataset.folder / workspace / "0.json.gz" for workspace in dataset.ids()]
    before = [page.read_bytes() for page in pages]

    def changed() -> list[tuple[bytes, bytes]]:
        return [
            (one, other)
            for one, other in zip(before, (page.read_bytes() for page in pages), strict=True)
            if one != other
        ]

    with fleet.changing(dataset):
        machine.wait_for(lambda: bool(changed()), "a page to change", 10)
        for one, other in changed():
            rows = [json.loads(gzip.decompress(body))["endpoints"] for body in (one, other)]
            differing = [[row["status"] for row in pair] for pair in zip(*rows, strict=True) if pair[0] != pair[1]]
            require(differing == [["RUNNING", "UPDATING"]], differing)
    require(not changed(), "a page differs")


def pages_overlap_by_one_row() -> None:
    SMALL.make()
    for workspace in SMALL.ids():
        pages = [json.loads((SMALL.folder / workspace / f"{at}.json").read_bytes()) for at in SMALL.offsets()]
        require([len(page["endpoints"]) for page in pages] == [PAGE, PAGE, 52], "pages of different sizes")
        for left, right in itertools.pairwise(pages):
            require(left["endpoints"][-1] == right["endpoints"][0], "adjacent pages share no row")
        ids = {row["id"] for page in pages for row in page["endpoints"]}
        require(len(ids) == SMALL.rows == pages[0]["total"], len(ids))


def truth_is_what_counting_gives() -> None:
    made, tally = SMALL.make(), Tally()
    for workspace in SMALL.ids():
        for offset in SMALL.offsets():
            page = json.loads((SMALL.folder / workspace / f"{offset}.json").read_bytes())
            tally.add_page(page, offset == 0)
    counts = {",".join(key): count for key, count in tally.counts.items()}
    require((tally.endpoints, tally.capacity) == (made["endpoints"], made["capacity"]), made)
    require(counts == made["counts"], counts)


def every_peer_counts_each_variant() -> None:
    with web.nginx(SMALL.folder, "nginx-selftest", machine.BESIDE) as served:
        for variant in web.VARIANTS:
            for contender in peers(served.base_url(variant)):
                polling.poll(contender)


def a_missing_page_is_refused() -> None:
    beyond = Dataset(SMALL.workspaces, SMALL.rows + PAGE)
    with web.nginx(SMALL.folder, "nginx-selftest", machine.BESIDE) as served:
        for contender in peers(served.base_url(web.VARIANTS[0]), beyond):
            said = refused(lambda contender=contender: polling.poll(contender))
            require("exited with status" in said, said)


def a_wrong_count_is_refused() -> None:
    SMALL.make()
    truth = SMALL.folder / "truth.json"
    kept = truth.read_text("ascii")
    truth.write_text(json.dumps({**json.loads(kept), "capacity": 1}), "ascii")
    try:
        with web.nginx(SMALL.folder, "nginx-selftest", machine.BESIDE) as served:
            for contender in peers(served.base_url(web.VARIANTS[0])):
                if contender.read:
                    said = refused(lambda contender=contender: polling.poll(contender))
                    require("counted wrong" in said, said)
    finally:
        truth.write_text(kept, "ascii")


def peers(base_url: str, asked: Dataset = SMALL) -> list[polling.Contender]:
    """Returns all clients but our program."""
    SMALL.make()
    nothing = exporter.Exporter(pathlib.Path("/nonexistent"))
    everyone = polling.contenders(nothing, base_url, asked)
    return [contender for contender in everyone if contender.name != polling.OURS]


def a_page_is_read() -> None:
    page = BUILD / "selftest-page"
    labels = 'source="s",workspace_id="w",workspace="n",endpoint_type="sql",status="RUNNING"'
    page.write_text(
        f'# HELP x y\ndataarts_fabric_endpoints{{{labels},visibility="PRIVATE"}} 3\n'
        f'dataarts_fabric_endpoints{{{labels},visibility="PUBLIC"}} 0\n'
        f'dataarts_fabric_dpu_reserved{{{labels},visibility="PRIVATE",spec_code="d",public_resource="false"}} 40\n'
        f'dataarts_fabric_dpu_max{{{labels},visibility="PRIVATE",spec_code="d",public_resource="false"}} 50\n',
        "ascii",
    )
    read = exporter.read_truth(page)
    page.unlink()
    require(read == {"endpoints": 3, "capacity": 40, "counts": {"sql,RUNNING,PRIVATE": 3}}, read)


def a_peak_is_the_program_s_own() -> None:
    output = BUILD / "selftest-output"
    ballast = bytearray(os.urandom(1 << 20) * 200)
    small = machine.run(["true"], output)
    large = machine.run([PYTHON, "-c", "b = b'x' * 100_000_000"], output)
    del ballast
    require(small.peak_megabytes < 10, f"true took {small.peak_megabytes} MB")
    require(100 < large.peak_megabytes < 160, f"100 MB showed as {large.peak_megabytes}")


def cpu_time_is_counted_with_children() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    cost = machine.run(["sh", "-c", f'"{PYTHON}" -c "{burn}" | cat'], BUILD / "selftest-output")
    require(0.3 <= cost.cpu < 0.6, cost)


def the_clock_of_a_process_is_read() -> None:
    burn = "import threading, time\ndef f():\n while time.thread_time() < 0.2: pass\n"
    burn += "t = threading.Thread(target=f); t.start(); t.join(); print(flush=True); input()"
    with subprocess.Popen([PYTHON, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        require(process.stdout is not None and process.stdin is not None, "no pipes")
        process.stdout.readline()
        spent = machine.cpu_seconds(process.pid)
        process.stdin.write(b"\n")
    require(0.2 <= spent < 0.5, f"0.2 s of a thread that ended showed as {spent}")


def a_program_that_fails_is_refused() -> None:
    said = refused(lambda: machine.run(["sh", "-c", "echo why >&2; exit 3"], BUILD / "selftest-output"))
    require("status 3" in said and "why" in said, said)


def responses_of_every_kind_are_read_whole() -> None:
    body = b"x" * 300_000
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    for head, sent, closes in (
        (b"HTTP/1.1 200 OK\r\n" + length, body, False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks, False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + length, body, True),
        (b"HTTP/1.0 200 OK\r\n\r\n", body, True),
        (b"HTTP/1.0 200 OK\r\n" + length, body, True),
    ):
        told = scraped(head + sent, closes)
        require(told.bytes == len(sent) and told.rate > 0, f"{head!r}: {told}")


def responses_that_mean_nothing_are_refused() -> None:
    for response in (
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        b"",
    ):
        said = refused(lambda response=response: scraped(response, closes=True))
        require("exited with status 1" in said, said)


def scraped(response: bytes, closes: bool) -> scraping.Scraped:
    """Returns the client's output about a server with these responses, for seven requests of three clients."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline():
                while self.rfile.readline() not in (b"\r\n", b""):
                    pass
                self.wfile.write(response)
                if closes:
                    return

    with socketserver.ThreadingTCPServer((machine.HOST, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return scraping.scrape(scraping.process(os.getpid(), server.server_address[1]), "identity", 3, 7)
        finally:
            server.shutdown()


def verdicts_go_both_ways() -> None:
    group = Group("G", ("a",))
    for value, limit, at_least in ((1, 2, False), (2, 2, False), (3, 2, False), (1, 2, True), (3, 2, True)):
        group.target("t", value, limit, at_least)
    require([target.reached for target in group.targets] == [True, True, False, False, True], group.targets)
    require(group.markdown().count("| **no** |") == 2, group.markdown())
    require(not Group("G", ("a",)).targets, "targets are mixed between groups")


def figures_are_medians_and_percentiles() -> None:
    require(percentile(list(range(1, 101)), 0.99) == 99, "p99 of 1 to 100")
    require(percentile([5.0], 0.99) == 5, "p99 of one")
    require(spread([3, 1, 2]) == "2 (1–3)", spread([3, 1, 2]))


TESTS = (
    pages_are_the_same_in_every_run,
    pages_overlap_by_one_row,
    pages_of_a_fleet_change_and_are_as_before_in_the_end,
    truth_is_what_counting_gives,
    every_peer_counts_each_variant,
    a_missing_page_is_refused,
    a_wrong_count_is_refused,
    a_page_is_read,
    a_peak_is_the_program_s_own,
    cpu_time_is_counted_with_children,
    the_clock_of_a_process_is_read,
    a_program_that_fails_is_refused,
    responses_of_every_kind_are_read_whole,
    responses_that_mean_nothing_are_refused,
    verdicts_go_both_ways,
    growth_is_judged_by_what_one_more_takes,
    figures_are_medians_and_percentiles,
)


def main() -> int:
    BUILD.mkdir(exist_ok=True)
    failed = 0
    for test in TESTS:
        title = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok: {title}")
        except Exception:
            failed += 1
            print(f"FAILED: {title}\n{traceback.format_exc()}")
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
