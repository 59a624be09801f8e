# SPDX-License-Identifier: Apache-2.0
"""Alerts end to end: control plane → exporter → Prometheus → Alertmanager → webhook."""

import contextlib
import dataclasses
import datetime
import http.server
import json
import pathlib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import yaml

from toolbox.alerts.test_inhibition import DEFAULT
from toolbox.shared import configuration
from toolbox.shared.cloud_data import Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import FORBIDDEN, INTERNAL, ControlPlane, Fault
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import HOST, ROOT, wait_for
from toolbox.shared.prometheus import Client, Labels, alertmanager, prometheus

pytestmark = pytest.mark.prometheus

SHIPPED = ROOT / "dashboards/prometheus"
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
CODE = "dataartsfabric.00010024"
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
    code = {"error_code": CODE, "error_msg": "agency"}
    plane.put(ANALYTICS.id, row(STUCK, "ray", "CREATING", 3, owner={"user_name": "li", "user_id": "u1"}))
    plane.put(ANALYTICS.id, row(YOUNG, "ray", "CREATING", 0))
    plane.put(ANALYTICS.id, row(BROKEN, "inference", "CREATE_FAILED", 1, owner={"user_name": "王芳"}, **code))
    plane.put(ANALYTICS.id, row(SLOW, "sql", "UPDATING", 5))
    plane.put(HEALTHY.id, row(FINE, "sql", "RUNNING", 100))
    plane.put(HEALTHY.id, row(PUBLIC, "inference", "INACTIVE", 100, visibility="PUBLIC"))
    plane.put(HEALTHY.id, row(THEIRS, "inference", "CREATE_FAILED", 100, visibility="PUBLIC", **code))
    plane.put(ANALYTICS.id, row(ABNORMAL, "ray", "ABNORMAL", 1, **code))
    plane.put(ANALYTICS.id, row(FROZEN, "sql", "ON_DEMAND_FROZEN", 1))
    plane.faults[SECRET.id] = Fault(status=403, body=FORBIDDEN)


def labeled(name: str, severity: str, workspace: Workspace | None = None, **more: str) -> Alert:
    labels = {"alertname": f"DataArtsFabric{name}", "severity": severity, **more}
    if workspace:
        labels |= {"source": "acceptance", "workspace_id": workspace.id, "workspace": workspace.shown_name}
    return tuple(sorted(labels.items()))


def on_endpoint(name: str, severity: str, id: str, type: str, status: str, **more: str) -> Alert:
    """Returns the labels of an alert on an endpoint, including its id, name and workspace."""
    endpoint = {"endpoint_id": id, "endpoint_name": NAMES[id], "endpoint_type": type, "status": status}
    return labeled(name, severity, ANALYTICS, visibility="PRIVATE", **endpoint, **more)


REFUSED = labeled("WorkspaceFailingCritical", "critical", SECRET, listing="endpoints", reason="forbidden")
ENDPOINTS = {
    on_endpoint("EndpointStuckCritical", "critical", STUCK, "ray", "CREATING", owner="li"),
    on_endpoint("EndpointStuckCritical", "critical", SLOW, "sql", "UPDATING"),
    on_endpoint("EndpointFailed", "critical", BROKEN, "inference", "CREATE_FAILED", error_code=CODE, owner="王芳"),
    on_endpoint("EndpointAbnormal", "critical", ABNORMAL, "ray", "ABNORMAL", error_code=CODE),
    on_endpoint("EndpointSuspended", "warning", FROZEN, "sql", "ON_DEMAND_FROZEN"),
}
NOTIFIED = ENDPOINTS | {REFUSED, labeled("WorkspacesLost", "critical", source="lost")}
# Alertmanager inhibits these.
INHIBITED = {
    on_endpoint("EndpointStuck", "warning", STUCK, "ray", "CREATING", owner="li"),
    on_endpoint("EndpointStuck", "warning", SLOW, "sql", "UPDATING"),
    labeled("DataStale", "critical", SECRET, listing="endpoints"),
}
FIRING = NOTIFIED | INHIBITED
OUTAGE = {
    labeled("WorkspaceFailing", "warning", ANALYTICS, listing="endpoints", reason="server"),
    labeled("DataStale", "critical", ANALYTICS, listing="endpoints"),
}


class Webhook(http.server.ThreadingHTTPServer):
    """Records all alerts that Alertmanager sends, in order, with their status."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Handler)
        self.alerts: list[dict[str, Any]] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def server_close(self) -> None:
        self.shutdown()
        super().server_close()

    def told(self, status: str) -> set[Alert]:
        return alerts(alert["labels"] for alert in list(self.alerts) if alert["status"] == status)


class Handler(http.server.BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self.server.alerts += json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""


def alerts(labels: Iterable[Labels]) -> set[Alert]:
    return {tuple(sorted(each.items())) for each in labels}


def load(name: str) -> Any:
    return yaml.safe_load((SHIPPED / name).read_text("utf-8"))


def prometheus_configuration(directory: pathlib.Path, target: str, notified: str) -> str:
    """Returns the example with other addresses and shorter intervals, and writes its rules with `for` in seconds."""
    example = load("scrape-static.yaml")
    example["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    example["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [notified]
    example["scrape_configs"][0]["static_configs"][0]["targets"] = [target]
    for name in example["rule_files"]:
        rules = load(name)
        for group in rules["groups"]:
            group["interval"] = "1s"
            for rule in group["rules"]:
                rule |= {key: value for key, value in (("for", "1s"), ("keep_firing_for", "2s")) if key in rule}
        (directory / name).write_text(yaml.safe_dump(rules), "utf-8")
    return yaml.safe_dump(example)


def alertmanager_configuration(webhook: Webhook, inhibition: Any) -> str:
    """Returns the example with our webhook, shorter intervals and, unless None, other inhibition rules."""
    example = load("alertmanager.yaml")
    example["inhibit_rules"] = inhibition or example["inhibit_rules"]
    # Longer than the delay between the severities of one alert, so that inhibition works.
    example["route"] |= {"group_wait": "8s", "group_interval": "1s"}
    url = f"http://{HOST}:{webhook.server_port}/"
    for receiver in example["receivers"]:
        receiver["webhook_configs"] = [{"url": url, "send_resolved": True}]
    return yaml.safe_dump(example)


def require_alerts(client: Client, wanted: set[Alert], still: float) -> None:
    """Requires that exactly these alerts fire within 40 s, and keep firing for a while."""
    deadline = time.monotonic() + 40
    while alerts(client.firing_alerts()) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    deadline = time.monotonic() + still
    while time.monotonic() < deadline:
        assert alerts(client.firing_alerts()) == wanted
        time.sleep(0.2)


@dataclasses.dataclass
class Parts:
    """All parts from the API to the notification."""

    plane: ControlPlane
    # A source whose discovery succeeds and finds nothing.
    empty: ControlPlane
    running: Running
    client: Client
    webhook: Webhook


@contextlib.contextmanager
def parts(exporter: Exporter, directory: pathlib.Path, folder: str = "", inhibition: Any = None) -> Iterator[Parts]:
    with (
        ControlPlane([ANALYTICS, SECRET, HEALTHY]) as plane,
        ControlPlane([]) as empty,
        Webhook() as webhook,
        alertmanager(directory, alertmanager_configuration(webhook, inhibition)) as manager,
    ):
        fill(plane)
        filters = {workspace.id: {"visibility": "ALL"} for workspace in (ANALYTICS, HEALTHY)}
        source = Source(plane.base_url, [ANALYTICS, SECRET, HEALTHY], filters=filters)
        lost = Source(empty.base_url, [], name="lost", discovery="{interval: 1s}")
        file = configuration.write(exporter.directory, "exporter.yaml", [source, lost], poll={"stale_after": "4s"})
        with exporter.serve("--config.file", file) as running:
            running.ready()
            text = prometheus_configuration(directory, running.address, manager.address)
            with prometheus(directory, text, folder=folder) as client:
                yield Parts(plane, empty, running, client, webhook)


def test_alerts_from_the_api_to_the_notification(
    exporter: Exporter, tmp_path: pathlib.Path, prometheus_folder: str
) -> None:
    with parts(exporter, tmp_path, prometheus_folder) as every:
        client, webhook = every.client, every.webhook
        follow(every.plane, every.empty, client, webhook)
        status, _ = every.running.terminate()
        assert status == 0

        # A stopped exporter raises only its own alert, and there were no other notifications.
        down = labeled("ExporterDown", "critical", job="dataarts-fabric", instance=every.running.address)
        require_alerts(client, {down}, still=2)
        wait_for(lambda: down in webhook.told("firing"), 40, "the notification of the stopped exporter")
        assert webhook.told("firing") - NOTIFIED - OUTAGE == {down}


def test_kube_prometheus_stack_notifies_of_every_alert(exporter: Exporter, tmp_path: pathlib.Path) -> None:
    inhibition = yaml.safe_load(DEFAULT)["inhibit_rules"]
    with parts(exporter, tmp_path, inhibition=inhibition) as every:
        require_alerts(every.client, FIRING, still=1)
        wait_for(lambda: every.webhook.told("firing") >= FIRING, 40, "the notifications")
        assert every.webhook.told("firing") == FIRING


def follow(plane: ControlPlane, empty: ControlPlane, client: Client, webhook: Webhook) -> None:
    # Only the expected alerts fire, none for new, healthy and public endpoints.
    require_alerts(client, FIRING, still=3)
    assert client.failed_rules() == []

    # The webhook receives them with id, name and workspace; of two severities, the critical one.
    wait_for(lambda: webhook.told("firing") >= NOTIFIED, 40, "the notifications")
    assert webhook.told("firing") == NOTIFIED
    texts = [alert["annotations"]["description"] for alert in webhook.alerts]
    assert any(text.endswith(f"error code {CODE}, owner 王芳.") for text in texts), texts

    # An outage of the API resolves no alert on an endpoint, even when data is stale.
    plane.faults[ANALYTICS.id] = Fault(status=500, body=INTERNAL)
    require_alerts(client, FIRING | OUTAGE, still=5)
    wait_for(lambda: webhook.told("firing") >= OUTAGE, 40, "notifications of the outage")
    assert webhook.told("resolved") == set()

    # After the outage its own alerts resolve and the others are unchanged.
    del plane.faults[ANALYTICS.id]
    require_alerts(client, FIRING, still=2)
    wait_for(lambda: webhook.told("resolved") == OUTAGE, 40, "the resolved alerts of the outage")

    # Alerts resolve after endpoints, permission and discovery are repaired.
    plane.put(ANALYTICS.id, row(STUCK, "ray", "RUNNING", 0))
    plane.put(ANALYTICS.id, row(SLOW, "sql", "RUNNING", 0))
    for id in (BROKEN, ABNORMAL, FROZEN):
        plane.remove(ANALYTICS.id, id)
    del plane.faults[SECRET.id]
    empty.workspaces[FOUND.id] = FOUND
    require_alerts(client, set(), still=2)
    wait_for(lambda: webhook.told("resolved") >= NOTIFIED, 40, "the resolved alerts")
