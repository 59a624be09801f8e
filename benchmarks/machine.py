# SPDX-License-Identifier: Apache-2.0
"""Runs processes on one core each, and measures their costs."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import os
import pathlib
import platform
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build-benchmarks"
PYTHON = ROOT / ".venv-benchmarks/bin/python"
PEERS = ROOT / "benchmarks/peers"
HOST = "127.0.0.1"
CORES = sorted(os.sched_getaffinity(0))
# The measured program uses the first core, its clients and servers the last.
MEASURED, BESIDE = CORES[0], CORES[-1]


class Broken(Exception):
    """An invalid measurement: a program failed, or two programs did different work."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """The costs of one run of a program."""

    wall: float
    cpu: float
    peak_megabytes: float


def environment() -> dict[str, str]:
    """Returns an environment without proxies, credentials and settings of the user."""
    return {"PATH": os.environ["PATH"], "HOME": str(BUILD), "LANG": "C.UTF-8"}


def run(command: Sequence[str | pathlib.Path], output: pathlib.Path, *, core: int = MEASURED) -> Cost:
    """Runs a program to its end, with its standard output in a file."""
    report, log = BUILD / "launch-report", BUILD / "launch-log"
    report.unlink(missing_ok=True)
    with output.open("wb") as stdout, log.open("wb") as stderr:
        subprocess.run(
            [BUILD / "bin/launch", str(core), report, *command], stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=stderr, env=environment(), cwd=BUILD, check=False,
        )  # fmt: skip
    try:
        wall, user, system, peak, status = report.read_text("ascii").split()
    except (OSError, ValueError):
        raise Broken(f"{command[0]} could not be measured: {log.read_text('utf-8', 'replace')[-2000:]}") from None
    if status != "0":
        raise Broken(f"{command[0]} exited with status {status}: {log.read_text('utf-8', 'replace')[-2000:]}")
    return Cost(float(wall), float(user) + float(system), int(peak) * 1024 / 1e6)


@contextlib.contextmanager
def server(
    command: Sequence[str | pathlib.Path], name: str, port: int, *, core: int, seconds: float = 60
) -> Iterator[subprocess.Popen[bytes]]:
    """Returns a context manager that runs a program that listens on `port`."""
    log = BUILD / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "--cpu-list", str(core), *command], stdin=subprocess.DEVNULL, stdout=output,
            stderr=output, env=environment(), cwd=BUILD,
        )  # fmt: skip
    try:
        wait_for(lambda: listens(process, log, port), f"{name} to listen", seconds)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(process: subprocess.Popen[bytes], log: pathlib.Path, port: int) -> bool:
    if process.poll() is not None:
        said = log.read_text("utf-8", "replace")[-2000:]
        raise Broken(f"{process.args!r} exited with status {process.returncode}: {said}")
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60, pause: float = 0.01) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Broken(f"timed out after {seconds} s: {what}")
        time.sleep(pause)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Returns status and raw body of a response."""
    connection = http.client.HTTPConnection(HOST, port, timeout=300)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def cpu_seconds(pid: int) -> float:
    """Returns the CPU time of all threads of a process, including ended ones, with a resolution of nanoseconds.
    /proc/PID/stat has hundredths of a second, too coarse for a few requests. The clock id is computed like Linux'
    MAKE_PROCESS_CPUCLOCK in posix-timers.h, the result of clock_getcpuclockid(3)."""
    return time.clock_gettime((~pid << 3) | 2)


def workers(pid: int) -> list[int]:
    """Returns a process and its children, such as nginx' worker."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *map(int, children)]


def memory_megabytes(pid: int, field: str = "VmRSS") -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise Broken(f"process {pid} has no {field}")


def facts() -> list[tuple[str, str]]:
    """Returns facts about the machine that readers need to interpret results, without its name."""
    lines = pathlib.Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    total = pathlib.Path("/proc/meminfo").read_text("ascii").split()[1]
    release = pathlib.Path("/etc/debian_version").read_text("ascii").strip()
    return [
        ("CPU", f"{model}, {len(CORES)} cores"),
        ("memory", f"{int(total) / 1024**2:.0f} GiB"),
        ("system", f"Debian {release}, Linux {platform.release().split('-')[0]}"),
    ]
