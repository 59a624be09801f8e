# SPDX-License-Identifier: Apache-2.0
"""Our program: its configuration, and the values on its pages."""

import collections
import contextlib
import gzip
import pathlib
from collections.abc import Iterator

import yaml
from prometheus_client.parser import text_string_to_metric_families

from toolbox.benchmarks import dataset, machine, web
from toolbox.shared.processes import wait_for

# Without rate limits, and with limits and times that do not affect results.
POLL = {"timeout": "5m", "stale_after": "30d", "concurrency": 50, "requests_per_second": 0}
# The labels by which endpoints are counted.
COUNTED = ("endpoint_type", "status", "visibility")


def configure(
    base_url: str, workspaces: list[str], details: str = "none", interval: str = "1d", name: str = "config",
    collect: dict[str, object] | None = None,
) -> pathlib.Path:  # fmt: skip
    # Never while another program reads it.
    if not (machine.BUILD / "token").exists():
        (machine.BUILD / "token").write_text("token\n", "ascii")
    source: dict[str, object] = {
        "name": "bench", "region": "cn-north-4", "base_url": base_url, "auth": {"token_file": "token"},
        "workspaces": [{"id": each, "name": f"team-{number}"} for number, each in enumerate(workspaces)],
    }  # fmt: skip
    if collect:
        source |= {"services_url": base_url, "collect": collect}
    if base_url.startswith("https:"):
        source["tls"] = {"ca_file": web.certificates().path("ca.pem")}
    metrics = {"endpoint_details": details, "max_endpoint_details": 1_000_000}
    text = yaml.safe_dump({"poll": {**POLL, "interval": interval}, "metrics": metrics, "sources": [source]})
    path = machine.BUILD / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


@contextlib.contextmanager
def serve(program: pathlib.Path, configuration: pathlib.Path) -> Iterator[machine.Server]:
    """Runs `serve`, and waits until the page has all workspaces. `/-/ready` waits at most two intervals."""
    server = machine.Server(f"exporter-{configuration.stem}")
    source = yaml.safe_load(configuration.read_text("utf-8"))["sources"][0]
    # Quotas are no listing of workspaces.
    listings = len({"endpoints", *source.get("collect", {})} - {"quotas"})
    lists = len(source["workspaces"]) * listings
    address = f"--web.listen-address={server.address}"
    with server.pinned(program, "serve", "--config.file", configuration, address):
        # Compressed, as Prometheus requests it: the program would keep a page in both forms.
        wait_for(lambda: listed(gzip.decompress(server.get("gzip"))) == lists, 600, "a page of all lists", 0.1)
        yield server


def listed(page: bytes) -> int:
    """Returns the number of lists of workspaces on the page."""
    return page.count(b"\ndataarts_fabric_workspace_listed_records{")


def read_truth(page: bytes) -> dataset.Truth:
    """Returns the counts of all workspaces on a page."""
    counts, capacity = collections.Counter[str](), 0
    for family in text_string_to_metric_families(page.decode()):
        for sample in family.samples:
            if sample.name == "dataarts_fabric_endpoints":
                counts[",".join(sample.labels[name] for name in COUNTED)] += int(sample.value)
            if sample.name.endswith("_reserved"):
                capacity += int(sample.value)
    # Documented types without endpoints are exported as 0.
    return dataset.truth(+counts, capacity)
