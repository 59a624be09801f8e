# SPDX-License-Identifier: Apache-2.0
"""Runs programs on one core each, and measures their costs."""

import contextlib
import dataclasses
import http.client
import os
import pathlib
import platform
import subprocess
import time

from toolbox.shared import processes
from toolbox.shared.exporter import environment
from toolbox.shared.processes import HOST, ROOT, listens

BUILD = ROOT / ".build-benchmarks"
# What benchmarks/install compiles.
LAUNCH = BUILD / "bin/launch"
CORES = sorted(os.sched_getaffinity(0))
# The measured program uses the first core, its clients and servers the last.
MEASURED, BESIDE = CORES[0], CORES[-1]


@dataclasses.dataclass(frozen=True)
class Cost:
    """The costs of one run of a program."""

    wall: float
    cpu: float
    peak_megabytes: float


def run(*command: object, core: int = MEASURED) -> tuple[Cost, bytes]:
    """Runs a program to its end; returns its costs and its standard output."""
    report, output = BUILD / "launch-report", BUILD / "launch-output"
    words = [str(word) for word in (LAUNCH, core, report, *command)]
    # A file, because a program may wait for the reader of a pipe.
    with output.open("wb") as stdout:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, env=environment(BUILD), cwd=BUILD,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, f"{command[0]} exited with status {done.returncode}: {done.stderr[-2000:].decode()}"
    wall, user, system, peak, _ = report.read_text("ascii").split()
    return Cost(float(wall), float(user) + float(system), int(peak) * 1024 / 1e6), output.read_bytes()


class Server(processes.Server):
    """A server on one core, with a path that returns the page to scrape."""

    def __init__(self, name: str, core: int = MEASURED, path: str = "/metrics") -> None:
        super().__init__(name, BUILD)
        self.core, self.path = core, path

    def pinned(self, *command: object, seconds: float = 60) -> contextlib.AbstractContextManager[None]:
        """Returns a context manager that runs the command on the server's core."""
        return self.running("taskset", "--cpu-list", self.core, *command, seconds=seconds, env=environment(BUILD))

    def is_ready(self) -> bool:
        self.require_running()
        return listens(self.port)

    def cpu(self) -> float:
        """Returns the CPU seconds of the process and its children, such as nginx' worker."""
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        return sum(cpu_seconds(each) for each in (pid, *map(int, children)))

    def memory_megabytes(self, field: str = "VmRSS") -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text("ascii", "replace")
        return int(status.split(f"\n{field}:")[1].split()[0]) * 1024 / 1e6

    def get(self, encoding: str = "identity") -> bytes:
        """Returns the page as sent in this encoding, which must be the one requested."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=300)
        with contextlib.closing(connection):
            connection.request("GET", self.path, headers={"Accept-Encoding": encoding})
            response = connection.getresponse()
            assert response.status == 200, f"{self.path} answered {response.status}"
            answered = response.headers.get("Content-Encoding", "identity")
            assert answered == encoding, f"{self.path} answered in {answered}"
            return response.read()


def cpu_seconds(pid: int) -> float:
    """Returns the CPU time of all threads of a process, including ended ones, with a resolution of nanoseconds.
    /proc/PID/stat has hundredths of a second, too coarse for a few requests. The clock id is computed like Linux'
    MAKE_PROCESS_CPUCLOCK in posix-timers.h, the result of clock_getcpuclockid(3)."""
    return time.clock_gettime((~pid << 3) | 2)


def facts() -> list[tuple[str, str]]:
    """Returns facts about the machine that readers need to interpret results, without its name."""
    lines = pathlib.Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    release = pathlib.Path("/etc/debian_version").read_text("ascii").strip()
    return [
        ("CPU", f"{model}, {len(CORES)} cores"),
        ("memory", f"{gigabytes:.0f} GiB"),
        ("system", f"Debian {release}, Linux {platform.release().split('-')[0]}"),
    ]
