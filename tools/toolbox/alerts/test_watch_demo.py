# SPDX-License-Identifier: Apache-2.0
"""The timeline of scripts/watch-demo."""

import pytest

from toolbox.alerts.watch_demo import Timeline, subject
from toolbox.shared.prometheus import Labels

STUCK = {
    "alertname": "DataArtsFabricEndpointStuck", "severity": "warning", "source": "s", "workspace": "w",
    "endpoint_name": "train-ray", "endpoint_type": "ray", "status": "CREATING",
}  # fmt: skip
LOCKED = {"alertname": "DataArtsFabricSourceLockedOut", "severity": "critical", "source": "s"}
STUCK_LINE = "EndpointStuck            warning   w/train-ray (CREATING)"
LOCKED_LINE = "SourceLockedOut          critical  s"


def test_each_change_of_an_alert_is_a_line_and_the_summary_has_its_times() -> None:
    timeline = Timeline()
    assert timeline.update(15, [(STUCK, "pending"), (LOCKED, "pending")]) == [
        f"  0:15  pending   {STUCK_LINE}", f"  0:15  pending   {LOCKED_LINE}",
    ]  # fmt: skip
    assert timeline.update(135, [(STUCK, "firing"), (LOCKED, "pending")]) == [f"  2:15  firing    {STUCK_LINE}"]
    assert timeline.update(150, [(STUCK, "firing")]) == [f"  2:30  canceled  {LOCKED_LINE}"]
    assert timeline.update(165, [(STUCK, "firing")]) == []
    assert timeline.update(600, []) == [f" 10:00  resolved  {STUCK_LINE}"]
    assert timeline.summary() == [
        "pending  firing  resolved  alert", f"   0:15    2:15     10:00  {STUCK_LINE}", "Fired more than once: 0",
    ]  # fmt: skip
    assert timeline.flapping() == []


def test_an_alert_that_fires_twice_flaps_also_if_it_was_pending_in_between() -> None:
    timeline = Timeline()
    for second, state in enumerate(("firing", "pending", "firing")):
        timeline.update(second, [(STUCK, state), (LOCKED, "firing")])
    assert timeline.summary() == [
        "pending  firing  resolved  alert", f"           0:00            {STUCK_LINE}",
        f"           0:00            {LOCKED_LINE}", "Fired more than once: 1", f"  2 × {STUCK_LINE}",
    ]  # fmt: skip
    assert timeline.flapping() == [STUCK_LINE]


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ({"endpoint_type": "ray", "status": "FROZEN"}, "w/ray endpoints (FROZEN)"),
        (
            {"service_type": "LLM_MODEL", "service_instance_name": "chat", "endpoint_id": "e1", "status": "FAILED"},
            "w/chat (FAILED)",
        ),
        ({"service_type": "LLM_MODEL", "status": "PENDING"}, "w/LLM_MODEL service instances (PENDING)"),
        ({"pool": "batch", "charge_mode": "prePaid", "status": "FAILED"}, "w/batch (FAILED)"),
        ({"charge_mode": "prePaid", "status": "FREEZING"}, "w/prePaid pools (FREEZING)"),
        ({"query": "utilization", "reason": "server"}, "w (utilization, server)"),
        ({"resource": "compute"}, "w (compute)"),
        ({}, "w"),
    ],
)
def test_a_line_names_the_subject_of_the_alert(labels: Labels, text: str) -> None:
    assert subject({"source": "s", "workspace": "w", **labels}) == text
