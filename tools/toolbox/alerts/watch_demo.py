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
    details = [labels[name] for name in ("status", "error_code", "listing", "reason", "unit") if name in labels]
    return f"{place} ({', '.join(details)})" if details else place


def shown(labels: Labels) -> str:
    """Returns an alert in one line: name, severity, subject."""
    name = labels["alertname"].removeprefix(PREFIX)
    return f"{name:<24} {labels.get('severity', ''):<9} {subject(labels)}"


class Timeline:
    """The states of all alerts, and how often each fired."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.fired: dict[str, int] = {}

    def update(self, alerts: list[tuple[Labels, str]]) -> list[str]:
        """Returns a line for each change since the last update. `alerts` are labels and states, pending or firing."""
        current = {shown(labels): state for labels, state in sorted(alerts, key=lambda alert: alert[1] == "firing")}
        lines = []
        for alert in sorted({*self.states, *current}):
            before, after = self.states.get(alert), current.get(alert)
            if before == after:
                continue
            if after == "firing":
                self.fired[alert] = self.fired.get(alert, 0) + 1
            lines.append(f"{after or ('resolved' if before == 'firing' else 'canceled'):<9} {alert}")
        self.states = current
        return lines

    def summary(self) -> list[str]:
        """Returns the alerts that are firing, and those that fired more than once."""
        firing = sorted(alert for alert, state in self.states.items() if state == "firing")
        flapping = sorted(f"{count} × {alert}" for alert, count in self.fired.items() if count > 1)
        return [
            f"Firing at the end: {len(firing)}", *(f"  {alert}" for alert in firing),
            f"Fired more than once: {len(flapping)}", *(f"  {alert}" for alert in flapping),
        ]  # fmt: skip


def watch(demo: Running, client: Client, seconds: float) -> Timeline:
    timeline = Timeline()
    while (passed := time.monotonic() - demo.started) < seconds:
        found = [(alert["labels"], alert["state"]) for alert in client.ask("/api/v1/alerts")["alerts"]]
        for line in timeline.update(found):
            print(f"{int(passed) // 60:3}:{int(passed) % 60:02}  {line}", flush=True)
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
            print("\n".join(line for line in demo.log().splitlines() if line.startswith(("Demo:", "  "))))
            with prometheus(directory, CONFIGURATION.format(rules=RULES, target=demo.address)) as client:
                timeline = watch(demo, client, options.minutes * 60)
                print("\n".join(timeline.summary() + [f"Rule failed: {rule}" for rule in client.failed_rules()]))
    return 1 if any(count > 1 for count in timeline.fired.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
