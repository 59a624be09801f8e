# SPDX-License-Identifier: Apache-2.0
"""Which alerts hide others in a real Alertmanager: with our example configuration, and with kube-prometheus-stack's."""

import json
import pathlib
import urllib.request
from collections.abc import Iterator

import pytest
import yaml

from toolbox.shared.processes import OPENER, ROOT, Server, wait_for
from toolbox.shared.prometheus import Labels, alertmanager

pytestmark = pytest.mark.prometheus

SHIPPED = ROOT / "dashboards/prometheus"
PREFIX = "DataArtsFabric"
# What kube-prometheus-stack configures by default: a more severe alert hides others of its name and namespace.
DEFAULT = """\
inhibit_rules:
  - source_matchers: [severity = critical]
    target_matchers: [severity =~ warning|info]
    equal: [namespace, alertname]
  - source_matchers: [severity = warning]
    target_matchers: [severity = info]
    equal: [namespace, alertname]
  - source_matchers: [alertname = InfoInhibitor]
    target_matchers: [severity = info]
    equal: [namespace]
  - target_matchers: [alertname = InfoInhibitor]
route:
  receiver: "null"
  group_by: [namespace]
  routes:
    - receiver: "null"
      matchers: [alertname = Watchdog]
receivers:
  - name: "null"
"""
SOURCE = ("source",)
LISTING = ("source", "workspace_id", "listing")
WORKSPACE = ("source", "workspace_id")
ENDPOINT = ("source", "workspace_id", "endpoint_id", "endpoint_type", "status", "visibility")
SERVICE_INSTANCE = ("source", "workspace_id", "service_instance_id", "service_type", "status", "visibility")
SERVING = ("source", "workspace_id", "endpoint_id")
# An alert, the alert that it hides, the labels that must be equal, and a further label of the hidden one.
HIDDEN: tuple[tuple[str, str, tuple[str, ...], Labels], ...] = (
    ("EndpointStuckCritical", "EndpointStuck", ENDPOINT, {}),
    ("ServiceInstanceStuckCritical", "ServiceInstanceStuck", SERVICE_INSTANCE, {}),
    ("JobRunsWaitingCritical", "JobRunsWaiting", WORKSPACE, {}),
    ("QuotaHighCritical", "QuotaHigh", ("source", "resource"), {}),
    ("EndpointFailed", "ServiceInstanceFailed", SERVING, {"service_instance_id": "i1"}),
    ("EndpointAbnormal", "ServiceInstanceStillFailed", SERVING, {"service_instance_id": "i1"}),
    ("EndpointStuckCritical", "ServiceInstanceStuckCritical", SERVING, {"service_instance_id": "i1"}),
    ("WorkspaceFailingCritical", "WorkspaceFailing", LISTING, {"reason": "server"}),
    ("WorkspaceFailingCritical", "DataStale", LISTING, {}),
    ("WorkspaceStalled", "WorkspaceFailing", LISTING, {"reason": "stalled"}),
    ("WorkspaceStalled", "WorkspaceFailing", LISTING, {"reason": "unknown"}),
    ("WorkspacesLost", "WorkspacesDropped", SOURCE, {}),
    ("CredentialExpiringCritical", "CredentialExpiring", SOURCE, {}),
    ("SourceLockedOut", "CredentialExpiring", SOURCE, {}),
    ("SourceLockedOut", "CredentialExpiringCritical", SOURCE, {}),
    ("SourceLockedOut", "DataStale", SOURCE, {}),
    ("DiscoveryFailing", "QuotasFailing", SOURCE, {}),
    ("SourceThrottled", "QuotasFailing", SOURCE, {}),
    ("SourceThrottled", "WorkspaceFailing", SOURCE, {"reason": "throttled"}),
    ("SourceThrottled", "PoolQueriesFailing", SOURCE, {"reason": "throttled"}),
)


def severities() -> set[tuple[str, str]]:
    """Returns the names and severities of all alerts."""
    return {
        (rule["alert"], rule["labels"]["severity"])
        for path in SHIPPED.glob("alerts*.yaml")
        for group in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }


def post(manager: Server, alerts: list[Labels]) -> None:
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    headers = {"Content-Type": "application/json"}
    OPENER.open(urllib.request.Request(f"{manager.url}/api/v2/alerts", body, headers), timeout=20).close()


def hidden(manager: Server) -> list[Labels]:
    alerts = json.loads(manager.text("/api/v2/alerts"))
    return [alert["labels"] for alert in alerts if alert["status"]["inhibitedBy"]]


@pytest.fixture(scope="module")
def example(directory: pathlib.Path) -> Iterator[Server]:
    with alertmanager(directory, (SHIPPED / "alertmanager.yaml").read_text("utf-8")) as manager:
        yield manager


@pytest.mark.parametrize("case", HIDDEN, ids=lambda case: "-".join([*case[:2], *case[3].values()]))
def test_an_alert_hides_one_about_the_same_subject_only(
    example: Server, case: tuple[str, str, tuple[str, ...], Labels]
) -> None:
    hiding, name, labels, more = case
    # A subject of this case only.
    subject = dict.fromkeys(labels, f"{hiding}-{name}-{more}")
    target = {"alertname": PREFIX + name, **more}
    others = [target | subject | {label: f"other {subject[label]}"} for label in labels]
    post(example, [{"alertname": PREFIX + hiding, **subject}, target | subject, *others])
    wait_for(lambda: target | subject in hidden(example), 10, "the alert is hidden")
    assert not [each for each in hidden(example) if each in others]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("WorkspaceFailingCritical", "unauthenticated"), ("WorkspaceFailing", "network"), ("WorkspaceStalled", None),
        ("DataStale", None),
    ],
)  # fmt: skip
def test_an_alert_on_endpoints_stands_for_other_listings_that_fail_for_the_same_reason(
    example: Server, name: str, reason: str | None
) -> None:
    # A workspace of this case only.
    workspace: Labels = {"alertname": PREFIX + name, "source": "listings", "workspace_id": f"{name} {reason}"}
    if reason:
        workspace["reason"] = reason
    endpoints, services = ({**workspace, "listing": listing} for listing in ("endpoints", "service_instances"))
    elsewhere = services | {"workspace_id": f"other {services['workspace_id']}"}
    others = [endpoints, elsewhere, *([services | {"reason": "tls"}] if reason else [])]
    post(example, [*others, services])
    wait_for(lambda: services in hidden(example), 10, "the alert on the other listing is hidden")
    assert not [each for each in hidden(example) if each in others]


def test_causes_that_differ_between_listings_hide_nothing_nor_do_endpoints_without_details(example: Server) -> None:
    workspace = {"source": "differing", "workspace_id": "w1"}
    failing = {"alertname": f"{PREFIX}WorkspaceFailingCritical", "reason": "forbidden", **workspace}
    shown = [failing | {"listing": listing} for listing in ("endpoints", "service_instances", "job_runs")]
    # Without the endpoint's id, an alert on it hides no alert on its service instances.
    shown += [{"alertname": PREFIX + name, **workspace} for name in ("EndpointFailed", "ServiceInstanceFailed")]
    last = [{"alertname": PREFIX + name, "source": "last"} for name in ("WorkspacesLost", "WorkspacesDropped")]
    # Alertmanager takes them in this order, so that when the last one is hidden, it has seen all.
    post(example, [*shown, *last])
    wait_for(lambda: last[1] in hidden(example), 10, "the last alert is hidden")
    assert not [each for each in hidden(example) if each in shown]


def test_each_critical_stage_hides_its_warning() -> None:
    names = {name.removeprefix(PREFIX) for name, _ in severities()}
    critical = {name for name in names if name.endswith("Critical")}
    assert critical
    assert critical <= {hiding for hiding, name, _, _ in HIDDEN if hiding == f"{name}Critical"}
    assert {name for case in HIDDEN for name in case[:2]} <= names


def test_with_the_default_of_kube_prometheus_stack_no_alert_hides_one_about_another_subject(
    tmp_path: pathlib.Path,
) -> None:
    def alerts(name: str, severity: str) -> list[Labels]:
        both = ({"source": subject, "workspace_id": subject, "endpoint_id": subject} for subject in "ab")
        return [{"namespace": "fabric", "alertname": name, "severity": severity, **subject} for subject in both]

    ours = [labels for name, severity in sorted(severities()) for labels in alerts(name, severity)]
    # With two severities of one name, the critical alert about one workspace hides the warnings about all.
    critical, warnings = alerts("TwoSeverities", "critical")[:1], alerts("TwoSeverities", "warning")
    with alertmanager(tmp_path, DEFAULT) as manager:
        # Alertmanager takes them in this order, so that when the last ones are hidden, it has seen all.
        post(manager, [*ours, *critical, *warnings])
        wait_for(lambda: all(each in hidden(manager) for each in warnings), 10, "the warnings are hidden")
        assert not [each for each in hidden(manager) if each not in warnings]
        assert len(json.loads(manager.text("/api/v2/alerts"))) == len(ours) + 3
