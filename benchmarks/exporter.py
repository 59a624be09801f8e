# SPDX-License-Identifier: Apache-2.0
"""Our program: its configuration, and the values on its pages."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import pathlib
import re
from collections.abc import Iterator, Sequence

import machine
import web
from dataset import Truth
from machine import BUILD, HOST, Broken

SAMPLE = re.compile(rb"(\w+)\{(.*)\} (\S+)")
LABEL = re.compile(rb'(endpoint_type|status|visibility)="([^"]*)"')
CAPACITIES = (b"dataarts_fabric_apu_reserved", b"dataarts_fabric_dpu_reserved", b"dataarts_fabric_mu_reserved")


@dataclasses.dataclass(frozen=True)
class Exporter:
    """The program, with the settings that benchmarks vary."""

    program: pathlib.Path

    def configure(
        self,
        base_url: str,
        workspaces: Sequence[str],
        details: str = "none",
        interval: str = "1d",
        name: str = "config",
    ) -> pathlib.Path:
        """Writes a configuration without rate limits."""
        # Never while another program reads it.
        if not (BUILD / "token").exists():
            (BUILD / "token").write_text("token\n", "ascii")
        lines = [
            "poll:",
            f"  interval: {interval}",
            "  timeout: 5m",
            "  stale_after: 30d",
            "  concurrency: 50",
            "  requests_per_second: 0",
            "metrics:",
            f"  endpoint_details: {details}",
            "  max_endpoint_details: 1000000",
            "sources:",
            "  - name: bench",
            "    region: cn-north-4",
            f"    base_url: {base_url}",
            "    auth: {token_file: token}",
        ]
        if base_url.startswith("https:"):
            lines.append(f"    tls: {{ca_file: {web.CERTIFICATE}}}")
        lines.append("    workspaces:")
        lines += [f"      - {{id: {workspace}, name: team-{number}}}" for number, workspace in enumerate(workspaces)]
        path = BUILD / f"{name}.yaml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def once(self, configuration: pathlib.Path, page: pathlib.Path) -> machine.Cost:
        return machine.run([self.program, "once", "--config.file", configuration], page)

    @contextlib.contextmanager
    def serve(
        self, configuration: pathlib.Path, core: int = machine.MEASURED, log: str = "exporter"
    ) -> Iterator[Served]:
        port = machine.free_port()
        address = f"--web.listen-address={HOST}:{port}"
        command = [self.program, "serve", "--config.file", configuration, address]
        with machine.server(command, log, port, core=core) as process:
            yield Served(process.pid, port, configuration.read_text("utf-8").count("- {id: "))

    def version(self) -> str:
        output = BUILD / "version"
        machine.run([self.program, "--version"], output)
        return output.read_text("utf-8").strip().splitlines()[0]


@dataclasses.dataclass(frozen=True)
class Served:
    """A running exporter."""

    pid: int
    port: int
    workspaces: int

    def ready(self, seconds: float = 600) -> None:
        """Waits until the page has all workspaces. `/-/ready` waits at most two intervals."""
        machine.wait_for(lambda: listed(self.page()) == self.workspaces, "a page of all workspaces", seconds, 0.1)

    def page(self) -> bytes:
        status, body = machine.get(self.port, "/metrics")
        if status != 200:
            raise Broken(f"/metrics answered {status}")
        return body


def listed(page: bytes) -> int:
    """Returns the number of workspaces with a listing on the page."""
    return sum(page.count(b"\ndataarts_fabric_workspace_listed_%s{" % what) for what in (b"endpoints", b"records"))


def read_truth(page: pathlib.Path) -> dict[str, object]:
    """Returns the counts of all workspaces on a page."""
    truth = Truth()
    counts: collections.Counter[bytes] = collections.Counter()
    with page.open("rb") as lines:
        for line in lines:
            if not line.startswith((b"dataarts_fabric_endpoints{", *CAPACITIES)):
                continue
            match = SAMPLE.match(line)
            if match is None:
                raise Broken(f"{page.name} has a line that is not a sample: {line[:200]!r}")
            name, labels, value = match.groups()
            if name in CAPACITIES:
                truth.capacity += int(value)
            elif name == b"dataarts_fabric_endpoints":
                found = dict(LABEL.findall(labels))
                key = b",".join((found[b"endpoint_type"], found[b"status"], found[b"visibility"]))
                counts[key] += int(value)
    truth.endpoints = sum(counts.values())
    # Documented types without endpoints are exported as 0.
    truth.counts.update({key.decode(): count for key, count in counts.items() if count})
    return truth.as_json()
