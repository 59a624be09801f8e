# SPDX-License-Identifier: Apache-2.0
"""Tests the endpoint tables with each value of `metrics.endpoint_details`: they list only endpoints that need attention."""

import contextlib
import datetime
import json
import pathlib
import sys

from prometheus import Selection

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "Tests" / "acceptance"))

from cloud_data import Stored, Workspace  # noqa: E402
from control_plane import TOKEN, ControlPlane  # noqa: E402

MODES = ("problems", "all", "none")
IN_TRANSITION, FAILED = "In transition, by age", "Failed endpoints, most recent first"
ENDPOINTS = {
    "stuck": ("CREATING", {}),
    "failed": ("CREATE_FAILED", {"error_code": "dataartsfabric.00010011"}),
    "failed without a code": ("DELETE_FAILED", {}),
    "frozen": ("FROZEN", {}),
    "frozen for arrears": ("ON_DEMAND_FROZEN", {}),
    "unhealthy": ("ABNORMAL", {}),
    "theirs, stuck": ("CREATING", {"visibility": "PUBLIC"}),
    "theirs, failed": ("CREATE_FAILED", {"visibility": "PUBLIC", "error_code": "dataartsfabric.00010011"}),
    "runs": ("RUNNING", {}),
    "runs with a code": ("RUNNING", {"error_code": "dataartsfabric.00010024"}),
    "never enabled": ("INACTIVE", {"visibility": "PUBLIC"}),
}
BAD = {"failed", "failed without a code", "runs with a code", "frozen", "frozen for arrears", "unhealthy"}
# The endpoint names that each table must show. None is a row without an endpoint, which stands for all of a type.
WANTED = {
    ("problems", IN_TRANSITION): {"stuck"},
    ("all", IN_TRANSITION): {"stuck"},
    ("none", IN_TRANSITION): {None},
    ("problems", FAILED): BAD,
    ("all", FAILED): BAD,
    ("none", FAILED): set(),
}


def rows():
    begun = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for number, (name, (status, more)) in enumerate(ENDPOINTS.items(), 1):
        yield {"id": f"{number:032x}", "name": name, "type": "ray", "status": status, "visibility": "PRIVATE",
               "create_time": begun, "update_time": begun, **more}


def configuration(mode, plane, directory):
    """Writes the configuration of an exporter with one source, named after the mode. JSON is valid YAML."""
    (directory / "token").write_text(TOKEN + "\n", encoding="utf-8")
    identifier = next(iter(plane.workspaces))
    workspace = {"id": identifier, "name": "details", "filter": {"visibility": "ALL"}}
    path = directory / f"details-{mode}.yaml"
    path.write_text(json.dumps({
        "poll": {"interval": "1s", "timeout": "2s", "stale_after": "60s"},
        "metrics": {"endpoint_details": mode},
        "sources": [{"name": f"details-{mode}", "region": "cn-north-4", "base_url": plane.base_url,
                     "auth": {"token_file": "token"}, "workspaces": [workspace]}],
    }), encoding="utf-8")
    return path


@contextlib.contextmanager
def exporters(program, directory, running, wait_for, listen_address):
    """Starts one exporter per mode, all with the same control plane; yields their addresses."""
    workspace = Workspace("5d1e0c8a-7f4b-4a1c-9c57-2f0e6a1b3c4d", "details", [Stored(row) for row in rows()])
    with ControlPlane([workspace]) as plane, contextlib.ExitStack() as stack:
        started = []
        for mode in MODES:
            file = configuration(mode, plane, directory)
            started.append(stack.enter_context(running(f"details-{mode}", [
                program.resolve(), "serve", "--config.file", file, "--web.listen-address", "127.0.0.1:0"], directory)))
        yield [wait_for("exporter listens", lambda log=log: listen_address(log), [(process, log)], 30)
               for process, log in started]


def complaints(boards, prometheus, end):
    for stem, board in boards.items():
        for panel in board["panels"]:
            for mode in MODES:
                wanted = WANTED.get((mode, panel["title"]))
                if wanted is None:
                    continue
                chosen = {"source": f"details-{mode}", "workspace": ".*"}
                selection = Selection(board, prometheus, chosen, end=end, span=60, interval=3)
                found = prometheus.instant(selection.fill(panel["targets"][0]["expr"]), end)
                names = {labels.get("endpoint_name") for labels, _ in found}
                if names != wanted:
                    yield (f"{stem}.json: {panel['title']}: with endpoint_details {mode} it lists "
                           f"{sorted(map(str, names))}, not {sorted(map(str, wanted))}")
