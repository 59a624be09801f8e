# SPDX-License-Identifier: Apache-2.0
"""Metric families and statuses, from docs/metrics.json (the output of `dataarts-fabric-exporter metrics --format json`)."""

import json
import pathlib

_CATALOG = json.loads((pathlib.Path(__file__).resolve().parents[2] / "docs" / "metrics.json").read_text(encoding="utf-8"))

# Metric families by sample name, with their labels.
FAMILIES = {family["name"]: set(family["labels"]) for family in _CATALOG["families"]}
# The phase of each documented status.
PHASES = {entry["status"]: entry["phase"] for entry in _CATALOG["statuses"]}


def statuses(*phases):
    """Returns the documented statuses of these phases."""
    unknown = set(phases) - set(_CATALOG["phases"])
    if unknown:
        raise ValueError(f"docs/metrics.json has no phase {', '.join(sorted(unknown))}")
    return [status for status, phase in PHASES.items() if phase in phases]


def pattern(*phases):
    """Returns a regular expression that matches these phases. An undocumented status that ends in _FAILED is failed."""
    chosen = [status for status in statuses(*phases) if PHASES[status] != "failed"]
    return "|".join([".+_FAILED", *chosen] if "failed" in phases else chosen)
