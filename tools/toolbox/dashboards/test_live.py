# SPDX-License-Identifier: Apache-2.0
"""Tests dashboards and consoles against a Prometheus that has scraped the exporter's demo for about a minute."""

import contextlib
import html
import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import details
from exceptions import MAY_BE_EMPTY, stale
from prometheus import Prometheus, QueryError, Selection

HOST = "127.0.0.1"
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRAPE_INTERVAL = 3
# 75 s: rates need two scrapes, and capacity over time is sampled at whole minutes.
SCRAPES = 25
SPAN = 900
CONFIGURATION = """\
global:
  scrape_interval: {interval}s
  evaluation_interval: {interval}s
rule_files: [alerts.yaml]
scrape_configs:
  - job_name: dataarts-fabric
    static_configs:
      - targets: {targets}
"""


class NotRunning(Exception):
    """A process that the tests need did not start, or exited."""


def free_port():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(name, command, directory):
    """Runs a process and terminates it afterwards; yields the process and its log file."""
    log = directory / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory)
    try:
        yield process, log
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(what, condition, processes, limit):
    """Waits until the condition returns a true value. Fails with the log of a process that exited."""
    end = time.monotonic() + limit
    while True:
        for process, log in processes:
            if process.poll() is not None:
                raise NotRunning(f"{log.stem} exited: {log.read_text(errors='replace')[-2000:]}")
        with contextlib.suppress(OSError, QueryError):
            value = condition()
            if value:
                return value
        if time.monotonic() > end:
            raise NotRunning(f"{what}: timed out after {limit} s")
        time.sleep(0.5)


def listen_address(log):
    """Returns the address that a program with `--web.listen-address host:0` logs, or None before that."""
    match = re.search(r"msg=listening address=(\S+)", log.read_text(errors="replace"))
    return match and match[1]


def query_complaints(boards, prometheus):
    end = time.time()
    for stem, board in boards.items():
        # All workspaces, also on the workspace dashboard, so that every query has data.
        selection = Selection(board, prometheus, {"workspace": ".*"}, end=end, span=SPAN, interval=SCRAPE_INTERVAL)
        for variable in board["templating"]["list"]:
            if variable["type"] == "query" and not prometheus.label_values(selection.fill(variable["query"])):
                yield f"{stem}.json: ${variable['name']} has no values"
        for panel in board["panels"]:
            step = int(panel["interval"].rstrip("m")) * 60 if "interval" in panel else SCRAPE_INTERVAL
            for target in panel.get("targets", []):
                where = f"{stem}.json: {panel['title']}: query {target['refId']}"
                try:
                    expression = selection.fill(target["expr"], step)
                    found = prometheus.instant(expression, end) if target["instant"] else prometheus.range(
                        expression, end - SPAN, end, SCRAPE_INTERVAL)
                except QueryError as error:
                    yield f"{where} fails: {error}"
                    continue
                if not found and (stem, panel["title"], target["refId"]) not in MAY_BE_EMPTY:
                    yield f"{where} has no data: {expression}"


def console_complaints(address, prometheus):
    workspace = max(prometheus.instant('max by (source, workspace) (dataarts_fabric_workspace_listed_records{listing="endpoints"})'),
                    key=lambda row: row[1])[0]
    pages = {
        "dataarts-fabric.html": ({}, workspace["workspace"]),
        "dataarts-fabric-workspace.html": (workspace, workspace["workspace"]),
        # An unknown workspace gives a message.
        "dataarts-fabric-workspace.html#unknown": ({"source": 'no "source"', "workspace": "\\"}, "no such workspace"),
    }
    present = {path.name for path in (ROOT / "dashboards" / "consoles").glob("*.html")}
    for name in present - pages.keys():
        yield f"consoles/{name}: has no test"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for name, (parameters, wanted) in pages.items():
        url = f"{address}/consoles/{name.partition('#')[0]}?{urllib.parse.urlencode(parameters)}"
        try:
            with opener.open(url, timeout=20) as response:
                text = response.read().decode()
        except urllib.error.HTTPError as error:
            yield f"consoles/{name}: {error.code}: {error.read().decode(errors='replace')[:500]}"
            continue
        if html.escape(wanted) not in text:
            yield f"consoles/{name}: does not contain {wanted!r}"
        if "error executing template" in text or not text.rstrip().endswith("</html>"):
            yield f"consoles/{name}: is incomplete: …{text[-300:]}"


def picture_complaints(boards, directory, address, scratch):
    for stem in boards:
        page, picture = scratch / f"{stem}.html", scratch / f"{stem}.png"
        result = subprocess.run(
            [ROOT / "scripts" / "render-dashboard", directory / f"{stem}.json", "--prometheus", address,
             "--html", page, "--png", picture, "--range", f"{SPAN}s", "--scrape-interval", f"{SCRAPE_INTERVAL}s"],
            capture_output=True, text=True, timeout=120)
        if result.returncode:
            yield f"{stem}.json cannot be rendered: {result.stderr.strip()[-1000:]}"
        elif picture.read_bytes()[:8] != b"\x89PNG\r\n\x1a\n" or picture.stat().st_size < 20_000:
            yield f"{stem}.json: the picture is not a PNG, or empty"


def complaints(program, boards, directory):
    for name in ("prometheus", "chromium"):
        if not shutil.which(name):
            return [f"{name} not found; run scripts/install-dependencies --test"]
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        scratch = pathlib.Path(name)
        try:
            demo = stack.enter_context(running(
                "demo", [program.resolve(), "demo", "--web.listen-address", f"{HOST}:0"], scratch))
            target = wait_for("demo listens", lambda: listen_address(demo[1]), [demo], 30)
            others = stack.enter_context(details.exporters(program, scratch, running, wait_for, listen_address))
            targets = json.dumps([target, *others])
            (scratch / "prometheus.yml").write_text(CONFIGURATION.format(interval=SCRAPE_INTERVAL, targets=targets))
            # Alerts without `for`, so that the panel of firing alerts has data.
            rules = (ROOT / "dashboards" / "prometheus" / "alerts.yaml").read_text(encoding="utf-8")
            (scratch / "alerts.yaml").write_text(re.sub(r"\bfor: \d+m", "for: 0s", rules), encoding="utf-8")
            address = f"http://{HOST}:{free_port()}"
            server = stack.enter_context(running("prometheus", [
                "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn",
                f"--web.listen-address={address.removeprefix('http://')}",
                f"--web.console.templates={ROOT / 'dashboards' / 'consoles'}",
            ], scratch))
            prometheus = Prometheus(address)
            scrapes = f'count_over_time(up{{job="dataarts-fabric"}}[10m]) >= {SCRAPES}'
            wait_for("a minute of scrapes", lambda: prometheus.instant(scrapes), [demo, server], 150)
            return [
                *stale(boards),
                *query_complaints(boards, prometheus),
                *details.complaints(boards, prometheus, time.time()),
                *console_complaints(address, prometheus),
                *picture_complaints(boards, directory, address, scratch),
            ]
        except NotRunning as error:
            return [str(error)]
