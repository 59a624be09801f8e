# SPDX-License-Identifier: Apache-2.0
"""Tests alerts end to end: control plane → exporter → Prometheus → Alertmanager → webhook.

usage: end_to_end.py PROGRAM DASHBOARDS
"""

from __future__ import annotations

import datetime
import pathlib
import sys
import tempfile
import time
from collections.abc import Iterable
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "acceptance"))

import configuration
from cloud_data import Workspace
from configuration import Source
from control_plane import FORBIDDEN, INTERNAL, ControlPlane, Fault
from exporter import HOST, Exporter
from report import Report, require, require_equal, wait_for
from servers import Alertmanager, Prometheus, Webhook

ANALYTICS = Workspace("e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6", "analytics", [])
SECRET = Workspace("0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11", "secret", [])
HEALTHY = Workspace("77e1f8a3-90b2-4a5f-8f34-5a6b7c8d9e0f", "healthy", [])
FOUND = Workspace("1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9", "found", [])
IDS = (f"{n}" * 8 + "-0000-4000-8000-000000000000" for n in range(1, 10))
STUCK, YOUNG, BROKEN, SLOW, FINE, PUBLIC, THEIRS, ABNORMAL, FROZEN = IDS
NAMES = {
    STUCK: 'train "beta"', YOUNG: "young", BROKEN: "训练", SLOW: "etl\\sql", FINE: "fine", PUBLIC: "public",
    THEIRS: "theirs", ABNORMAL: "unhealthy", FROZEN: "frozen",
}  # fmt: skip
PREFIX = "DataArtsFabric"
Alert = tuple[tuple[str, str], ...]


def row(id: str, type: str, status: str, hours: float, **more: Any) -> dict[str, Any]:
    """Returns an endpoint that entered its status this many hours ago."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    resource = {"apu": {"spec_code": "a1x", "warm_up_num": 4, "max_num": 8}}
    return {
        "id": id, "name": NAMES[id], "type": type, "status": status, "visibility": "PRIVATE", "create_time": text,
        "update_time": text, "reserved_resource": resource, **more,
    }  # fmt: skip


def fill(plane: ControlPlane) -> None:
    code = {"error_code": "dataartsfabric.00010024", "error_msg": "agency"}
    plane.put(ANALYTICS.id, row(STUCK, "ray", "CREATING", 3))
    plane.put(ANALYTICS.id, row(YOUNG, "ray", "CREATING", 0))
    plane.put(ANALYTICS.id, row(BROKEN, "inference", "CREATE_FAILED", 1, **code))
    plane.put(ANALYTICS.id, row(SLOW, "sql", "UPDATING", 5))
    plane.put(HEALTHY.id, row(FINE, "sql", "RUNNING", 100))
    plane.put(HEALTHY.id, row(PUBLIC, "inference", "INACTIVE", 100, visibility="PUBLIC"))
    plane.put(HEALTHY.id, row(THEIRS, "inference", "CREATE_FAILED", 100, visibility="PUBLIC", **code))
    plane.put(ANALYTICS.id, row(ABNORMAL, "ray", "ABNORMAL", 1, **code))
    plane.put(ANALYTICS.id, row(FROZEN, "sql", "ON_DEMAND_FROZEN", 1))
    plane.faults[SECRET.id] = Fault(status=403, body=FORBIDDEN)


def on_endpoint(name: str, severity: str, id: str, type: str, status: str) -> Alert:
    """Returns the labels of an alert on an endpoint, including its id, name and workspace."""
    return labeled(
        name, severity, ANALYTICS, endpoint_id=id, endpoint_name=NAMES[id], endpoint_type=type, status=status,
        visibility="PRIVATE",
    )  # fmt: skip


def labeled(name: str, severity: str, workspace: Workspace | None = None, **more: str) -> Alert:
    labels = {"alertname": PREFIX + name, "severity": severity, **more}
    if workspace:
        labels |= {"source": "acceptance", "workspace_id": workspace.id, "workspace": workspace.shown_name}
    return tuple(sorted(labels.items()))


def alerts(labels: Iterable[dict[str, str]]) -> set[Alert]:
    return {tuple(sorted(each.items())) for each in labels}


STUCK_CRITICAL = on_endpoint("EndpointStuck", "critical", STUCK, "ray", "CREATING")
SLOW_CRITICAL = on_endpoint("EndpointStuck", "critical", SLOW, "sql", "UPDATING")
FAILED = on_endpoint("EndpointFailed", "critical", BROKEN, "inference", "CREATE_FAILED")
UNHEALTHY = on_endpoint("EndpointAbnormal", "critical", ABNORMAL, "ray", "ABNORMAL")
SUSPENDED = on_endpoint("EndpointSuspended", "warning", FROZEN, "sql", "ON_DEMAND_FROZEN")
REFUSED = labeled("WorkspaceFailing", "critical", SECRET, listing="endpoints", reason="forbidden")
LOST = labeled("WorkspacesLost", "critical", source="lost")
NOTIFIED = {STUCK_CRITICAL, SLOW_CRITICAL, FAILED, UNHEALTHY, SUSPENDED, REFUSED, LOST}
ENDPOINTS = NOTIFIED - {REFUSED} | {
    on_endpoint("EndpointStuck", "warning", STUCK, "ray", "CREATING"),
    on_endpoint("EndpointStuck", "warning", SLOW, "sql", "UPDATING"),
}
FIRING = ENDPOINTS | {REFUSED, labeled("DataStale", "critical", SECRET, listing="endpoints")}
OUTAGE = {
    labeled("WorkspaceFailing", "warning", ANALYTICS, listing="endpoints", reason="server"),
    labeled("DataStale", "critical", ANALYTICS, listing="endpoints"),
}


class Chain:
    """The servers of the test, and the checks on them."""

    def __init__(
        self, plane: ControlPlane, empty: ControlPlane, prometheus: Prometheus, webhook: Webhook, report: Report
    ) -> None:
        self.plane, self.empty, self.prometheus, self.webhook, self.report = plane, empty, prometheus, webhook, report

    def settles(self, wanted: set[Alert], seconds: float, still: float) -> None:
        """Requires that exactly these alerts fire, and keep firing for a while."""
        deadline = time.monotonic() + seconds
        while (firing := alerts(self.prometheus.alerts())) != wanted and time.monotonic() < deadline:
            time.sleep(0.2)
        require_equal(firing - wanted, set(), "unexpected alerts")
        require_equal(wanted - firing, set(), "missing alerts")
        deadline = time.monotonic() + still
        while time.monotonic() < deadline:
            require_equal(alerts(self.prometheus.alerts()) ^ wanted, set(), "alerts that changed without a cause")
            time.sleep(0.2)

    def run(self) -> None:
        check = self.report.check
        with check("only the expected alerts fire, none for new, healthy and public endpoints"):
            self.settles(FIRING, 40, still=3)
        with check("all rules can be evaluated"):
            require_equal(self.prometheus.failed_rules(), [], "failed rules")
        with check("the webhook receives them with id, name and workspace; of two severities, the critical one"):
            wait_for(lambda: alerts(self.webhook.told("firing")) >= NOTIFIED, 40, "the notifications arrive")
            require_equal(alerts(self.webhook.told("firing")) - NOTIFIED, set(), "other notifications")
        with check("the notification of a failed endpoint has its error code"):
            texts = [alert["annotations"]["description"] for alert in self.webhook.alerts]
            require(any(text.endswith("error code dataartsfabric.00010024.") for text in texts), f"{texts}")
        with check("an outage of the API resolves no alert on an endpoint, even when data is stale"):
            self.plane.faults[ANALYTICS.id] = Fault(status=500, body=INTERNAL)
            self.settles(FIRING | OUTAGE, 40, still=5)
            wait_for(lambda: alerts(self.webhook.told("firing")) >= OUTAGE, 40, "notifications of the outage")
            require_equal(self.webhook.told("resolved"), [], "resolved alerts")
        with check("after the outage its own alerts resolve and the others are unchanged"):
            del self.plane.faults[ANALYTICS.id]
            self.settles(FIRING, 40, still=2)
            wait_for(lambda: alerts(self.webhook.told("resolved")) == OUTAGE, 40, "resolved notifications")
        with check("alerts resolve after endpoints, permission and discovery are repaired"):
            self.plane.put(ANALYTICS.id, row(STUCK, "ray", "RUNNING", 0))
            self.plane.put(ANALYTICS.id, row(SLOW, "sql", "RUNNING", 0))
            for id in (BROKEN, ABNORMAL, FROZEN):
                self.plane.remove(ANALYTICS.id, id)
            del self.plane.faults[SECRET.id]
            self.empty.workspaces[FOUND.id] = FOUND
            self.settles(set(), 40, still=2)
            wait_for(lambda: alerts(self.webhook.told("resolved")) >= NOTIFIED, 40, "the resolved alerts arrive")

    def stopped(self, target: str) -> None:
        down = labeled("ExporterDown", "critical", job="dataarts-fabric", instance=target)
        with self.report.check("a stopped exporter raises only its own alert"):
            self.settles({down}, 40, still=2)
            wait_for(lambda: down in alerts(self.webhook.told("firing")), 40, "the webhook receives it")
        with self.report.check("there were no other notifications"):
            require_equal(alerts(self.webhook.told("firing")) - NOTIFIED - OUTAGE, {down}, "other notifications")


def main(program: str, dashboards: str) -> int:
    report, shipped = Report(), pathlib.Path(dashboards).resolve() / "prometheus"
    report.begin("alerts, end to end")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch,
        ControlPlane([ANALYTICS, SECRET, HEALTHY]) as plane,
        ControlPlane([]) as empty,
    ):
        directory = pathlib.Path(scratch)
        fill(plane)
        filters = {workspace.id: {"visibility": "ALL"} for workspace in (ANALYTICS, HEALTHY)}
        source = Source(plane.base_url, [ANALYTICS, SECRET, HEALTHY], filters=filters)
        # Discovery of this source succeeds and finds nothing.
        lost = Source(empty.base_url, [], name="lost", discovery="{interval: 1s}")
        file = configuration.write(directory, "exporter.yaml", [source, lost], poll={"stale_after": "4s"})
        webhook, servers = Webhook(), []
        try:
            alertmanager = Alertmanager(shipped, directory, webhook.url)
            servers.append(alertmanager)
            with Exporter(pathlib.Path(program).resolve(), directory).serve("--config.file", file) as exporter:
                exporter.ready()
                target = f"{HOST}:{exporter.port}"
                prometheus = Prometheus(shipped, directory, target, f"{HOST}:{alertmanager.port}")
                servers.append(prometheus)
                for server in servers:
                    wait_for(server.ready, 30, f"{server.name} is ready")
                chain = Chain(plane, empty, prometheus, webhook, report)
                chain.run()
                with report.check("the exporter stops"):
                    require_equal(exporter.terminate()[0], 0, "the exit status")
            chain.stopped(target)
        finally:
            for server in servers:
                server.stop()
            webhook.stop()
    return report.summary()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
