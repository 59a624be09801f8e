# SPDX-License-Identifier: Apache-2.0
"""The work of all polling peers: count endpoints by type, status and visibility, and sum their reserved capacity.

It is less than the exporter's: no check that pages are consistent, and no endpoint details.
"""

import collections
import json
from typing import Any


class Tally:
    def __init__(self) -> None:
        self.capacity = 0
        self.counts: collections.Counter[tuple[str, str, str]] = collections.Counter()

    def add_page(self, page: dict[str, Any], url: str) -> None:
        """Adds the rows of a page. Adjacent pages share a row, so the first row of a later page is skipped."""
        rows = page["endpoints"] if "offset=0&" in url else page["endpoints"][1:]
        self.counts.update([(row["type"], row["status"], row["visibility"]) for row in rows])
        self.capacity += sum(reserved(row["reserved_resource"]) for row in rows)

    def print(self) -> None:
        counts = {",".join(key): count for key, count in self.counts.items()}
        print(json.dumps({"endpoints": self.counts.total(), "capacity": self.capacity, "counts": counts}))


def reserved(resource: dict[str, Any]) -> int:
    total = 0
    for kind, amounts in resource.items():
        total += amounts["min"] if kind == "mu" else amounts["warm_up_num"]
    return total
