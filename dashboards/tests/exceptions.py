# SPDX-License-Identifier: Apache-2.0
"""Queries that may have no data in a short demo, with the reason. Keys: file, panel, query. All others must have data."""

_NO_DISCOVERY_FAILURE = "the demo's discovery does not fail"

MAY_BE_EMPTY = {
    ("exporter", "Failed discoveries by reason", "A"): _NO_DISCOVERY_FAILURE,
    ("capacity", "Reserved by non-running endpoints", "C"): "model units are taken on demand: the API only allows a minimum "
    "of zero",
}


def stale(boards):
    """Yields a message for each exception without a query."""
    known = {(stem, panel.get("title"), target["refId"])
             for stem, board in boards.items() for panel in board["panels"] for target in panel.get("targets", [])}
    for key in MAY_BE_EMPTY.keys() - known:
        yield f"dashboards/tests/exceptions.py: unknown query {' / '.join(key)}"
