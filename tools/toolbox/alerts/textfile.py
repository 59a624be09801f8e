# SPDX-License-Identifier: Apache-2.0
"""Writes alerts-textfile.yaml, the alerts for node_exporter's textfile collector, from alerts.yaml."""

import argparse
import pathlib
import re
import sys

from toolbox.dashboards.catalog import CATALOG
from toolbox.shared.processes import ROOT

ALERTS = ROOT / "dashboards/prometheus/alerts.yaml"
TEXTFILE = ROOT / "dashboards/prometheus/alerts-textfile.yaml"
# `once` starts its counters at zero each time.
COUNTERS = re.compile("|".join(family["name"] for family in CATALOG["families"] if family["type"] == "counter"))
HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# Written by scripts/generate-alerts-textfile from alerts.yaml; edit that.
#
# Alerts for `once` with node_exporter's textfile collector, to be loaded instead of alerts.yaml. Without the alerts
# that need counters or the job of the exporter; the age of the file replaces them.
groups:
  - name: dataarts-fabric.textfile
    rules:
      # Maximum seconds since the file was written.
      - record: dataarts_fabric:textfile_age_seconds:threshold
        expr: vector(15 * 60)
        labels: {default: "true"}

      # The file's name contains "fabric". Without such a file the value is 1, without the label `file`.
      - alert: DataArtsFabricTextfileOld
        expr: |
          (
            time() - max by (job, instance, file) (node_textfile_mtime_seconds{file=~".*fabric[^/]*[.]prom"})
            > on () group_left () (
              max(dataarts_fabric:textfile_age_seconds:threshold{default=""})
              or on () dataarts_fabric:textfile_age_seconds:threshold
            )
          )
          or absent(node_textfile_mtime_seconds{file=~".*fabric[^/]*[.]prom"})
        for: 2m
        labels:
          severity: critical
        annotations:
          summary: The file with the metrics of DataArts Fabric is not written.
          description: >-
            {{ if $labels.file }}{{ $labels.file }} on {{ $labels.instance }} was written {{ $value | humanizeDuration
            }} ago: `once` fails or is not started{{ else }}No textfile collector reads a file with "fabric" in its
            name{{ end }}. Other alerts on DataArts Fabric do not change meanwhile.
          runbook_url: http://dataarts-fabric-exporter:9942/runbooks/DataArtsFabricTextfileOld.md

"""


def rules(group: str) -> list[str]:
    """Returns the rules of a group, each with the comments above it. The first element is the group's head."""
    return re.split(r"(?m)^(?=(?:(?:      #.*)?\n)*      - (?:record|alert):)", group)


def generated() -> str:
    _, *groups = re.split(r"(?m)^(?=  - name: )", ALERTS.read_text("utf-8"))
    kept = [group for group in groups if not group.startswith("  - name: dataarts-fabric.exporter\n")]
    return HEADER + "".join(
        rule for group in kept for rule in rules(group) if not COUNTERS.search(rule)
    ).rstrip("\n") + "\n"  # fmt: skip


def main() -> str | None:
    parser = argparse.ArgumentParser(prog="generate-alerts-textfile", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is not current")
    parser.add_argument("file", nargs="?", type=pathlib.Path, default=TEXTFILE)
    arguments = parser.parse_args()
    if not arguments.check:
        arguments.file.write_text(generated(), "utf-8")
    elif arguments.file.read_text("utf-8") != generated():
        return f"generate-alerts-textfile: {arguments.file} is not current; run scripts/generate-alerts-textfile"
    return None


if __name__ == "__main__":
    sys.exit(main())
