# SPDX-License-Identifier: Apache-2.0
"""The timeline of scripts/watch-demo."""

from toolbox.alerts.watch_demo import Timeline

STUCK = {
    "alertname": "DataArtsFabricEndpointStuck", "severity": "warning", "source": "s", "workspace": "w",
    "endpoint_name": "train-ray", "endpoint_type": "ray", "status": "CREATING",
}  # fmt: skip
LOCKED = {"alertname": "DataArtsFabricSourceLockedOut", "severity": "critical", "source": "s"}
STUCK_LINE = "EndpointStuck            warning   w/train-ray (CREATING)"
LOCKED_LINE = "SourceLockedOut          critical  s"


def test_each_change_of_an_alert_is_a_line() -> None:
    timeline = Timeline()
    assert timeline.update([(STUCK, "pending"), (LOCKED, "pending")]) == [
        f"pending   {STUCK_LINE}", f"pending   {LOCKED_LINE}",
    ]  # fmt: skip
    assert timeline.update([(STUCK, "firing"), (LOCKED, "pending")]) == [f"firing    {STUCK_LINE}"]
    assert timeline.update([(STUCK, "firing")]) == [f"canceled  {LOCKED_LINE}"]
    assert timeline.update([(STUCK, "firing")]) == []
    assert timeline.update([]) == [f"resolved  {STUCK_LINE}"]
    assert timeline.summary() == ["Firing at the end: 0", "Fired more than once: 0"]


def test_an_alert_that_fires_twice_is_in_the_summary_also_if_it_was_pending_in_between() -> None:
    timeline = Timeline()
    for state in ("firing", "pending", "firing"):
        timeline.update([(STUCK, state), (LOCKED, "firing")])
    assert timeline.summary() == [
        "Firing at the end: 2", f"  {STUCK_LINE}", f"  {LOCKED_LINE}", "Fired more than once: 1", f"  2 × {STUCK_LINE}",
    ]  # fmt: skip
