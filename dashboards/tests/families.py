# SPDX-License-Identifier: Apache-2.0
"""The families that docs/metrics.md knows, with their labels, and those that Prometheus itself makes."""

import pathlib
import re

_DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "metrics.md"

# Made by Prometheus, at each scrape and from alerting rules.
OTHERS = {"up", "scrape_duration_seconds"}
MADE_OF_RULES = {"ALERTS": {"alertname", "alertstate", "severity", "source", "workspace"}}


def _documented():
    families = dict(MADE_OF_RULES)
    for line in _DOCUMENT.read_text(encoding="utf-8").splitlines():
        match = re.match(r"\| `(\w+)` \| \w+ \| (.*?) \| ", line)
        if match:
            families[match[1]] = set(re.findall(r"`(\w+)`", match[2]))
    return families


FAMILIES = _documented()
