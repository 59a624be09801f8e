# SPDX-License-Identifier: Apache-2.0
"""Metric families and statuses, from docs/metrics.json, the output of `metrics --format json`."""

import json

from toolbox.shared.processes import ROOT

CATALOG = json.loads((ROOT / "docs/metrics.json").read_text("utf-8"))
# Metric families by sample name, with their labels.
FAMILIES: dict[str, set[str]] = {family["name"]: set(family["labels"]) for family in CATALOG["families"]}
# The phase of each documented status.
PHASES: dict[str, str] = {entry["status"]: entry["phase"] for entry in CATALOG["statuses"]}


def statuses(*phases: str) -> list[str]:
    """Returns the documented statuses of these phases."""
    if unknown := set(phases) - set(CATALOG["phases"]):
        raise ValueError(f"docs/metrics.json has no phase {', '.join(sorted(unknown))}")
    return [status for status, phase in PHASES.items() if phase in phases]


def pattern(*phases: str) -> str:
    """Returns a regular expression that matches these phases. An undocumented status that ends in _FAILED is failed."""
    chosen = [status for status in statuses(*phases) if PHASES[status] != "failed"]
    return "|".join([".+_FAILED", *chosen] if "failed" in phases else chosen)
