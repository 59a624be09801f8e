# SPDX-License-Identifier: Apache-2.0
"""Shows which alerts the demo raises, and when: runs it with a Prometheus that has the shipped rules."""

import argparse
import pathlib
import tempfile
import time

from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import ROOT
from toolbox.shared.prometheus import Client, Labels, prometheus

RULES = [str(ROOT / "dashboards/prometheus" / name) for name in ("alerts.yaml", "rules.yaml")]
CONFIGURATION = """\
global: {{scrape_interval: 15s, evaluation_interval: 15s}}
rule_files: {rules}
scrape_configs:
  - job_name: dataarts-fabric
    static_configs: [{{targets: [{target}]}}]
"""
STEP = 5
PREFIX = "DataArtsFabric"


def subject(labels: Labels) -> str:
    """Returns what an alert is about, in short."""
    place = labels.get("workspace") or labels.get("source") or labels.get("instance", "")
    if "endpoint_type" in labels:
        place += "/" + labels.get("endpoint_name", f"{labels['endpoint_type']} endpoints")
    if "service_type" in labels:
        place += "/" + labels.get("service_instance_name", f"{labels['service_type']} service instances")
    if "charge_mode" in labels:
        place += "/" + labels.get("pool", f"{labels['charge_mode']} pools")
    names = ("status", "error_code", "listing", "query", "reason", "unit", "resource")
    details = [labels[name] for name in names if name in labels]
    return f"{place} ({', '.join(details)})" if details else place


def shown(labels: Labels) -> str:
    """Returns an alert in one line: name, severity, subject."""
    name = labels["alertname"].removeprefix(PREFIX)
    return f"{name:<24} {labels.get('severity', ''):<9} {subject(labels)}".rstrip()


def clock(seconds: float | None) -> str:
    """Returns minutes and seconds since the start; empty for None."""
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Timeline:
    """The changes of all alerts: state (pending, firing, or none) and time in seconds."""

    def __init__(self) -> None:
        self.changes: dict[str, list[tuple[str | None, float]]] = {}

    def update(self, now: float, alerts: list[tuple[Labels, str]]) -> list[str]:
        """Returns a line for each change since the last update. `alerts` are labels and states, pending or firing."""
        current = {shown(labels): state for labels, state in sorted(alerts, key=lambda alert: alert[1] == "firing")}
        lines = []
        for alert in sorted({*self.changes, *current}):
            changes = self.changes.setdefault(alert, [])
            before, after = changes[-1][0] if changes else None, current.get(alert)
            if before != after:
                changes.append((after, now))
                lines.append(
                    f"{clock(now):>6}  {after or ('resolved' if before == 'firing' else 'canceled'):<9} {alert}"
                )
        return lines

    def times(self, alert: str, state: str | None) -> list[float]:
        return [time for changed, time in self.changes[alert] if changed == state]

    def flapping(self) -> list[str]:
        """Returns the alerts that fired more than once."""
        return sorted(alert for alert in self.changes if len(self.times(alert, "firing")) > 1)

    def summary(self) -> list[str]:
        """Returns the alerts that fired, with the times of their first change to each state, and those that flapped."""
        rows = []
        for alert in self.changes:
            if fired := self.times(alert, "firing"):
                resolved = next((time for time in self.times(alert, None) if time > fired[0]), None)
                pending = next((time for time in self.times(alert, "pending") if time < fired[0]), None)
                rows.append((fired[0], alert, pending, resolved))
        lines = ["pending  firing  resolved  alert"]
        for firing, alert, pending, resolved in sorted(rows, key=lambda row: row[:2]):
            lines.append(f"{clock(pending):>7}  {clock(firing):>6}  {clock(resolved):>8}  {alert}")
        flapping = [f"  {len(self.times(alert, 'firing'))} × {alert}" for alert in self.flapping()]
        return [*lines, f"Fired more than once: {len(flapping)}", *flapping]


def watch(demo: Running, client: Client, seconds: float) -> Timeline:
    timeline = Timeline()
    while (passed := time.monotonic() - demo.started) < seconds:
        found = [(alert["labels"], alert["state"]) for alert in client.ask("/api/v1/alerts")["alerts"]]
        for line in timeline.update(passed, found):
            print(line, flush=True)
        demo.require_running()
        time.sleep(STEP)
    return timeline


def main() -> int:
    parser = argparse.ArgumentParser(prog="watch-demo", description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("minutes", type=float, nargs="?", default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        with Exporter(options.program.resolve(), directory).serve(command="demo") as demo:
            with prometheus(directory, CONFIGURATION.format(rules=RULES, target=demo.address)) as client:
                guide = [line for line in demo.log().splitlines() if line.startswith(("Demo:", "  "))]
                print("\n".join([*guide, ""]))
                timeline = watch(demo, client, options.minutes * 60)
                print("\n".join(["", *timeline.summary(), *(f"Rule failed: {rule}" for rule in client.failed_rules())]))
    return 1 if timeline.flapping() else 0


if __name__ == "__main__":
    raise SystemExit(main())
