# SPDX-License-Identifier: Apache-2.0
"""The generated pages. test_polling.py compares their counts with those of clients."""

import gzip
import json
import shutil

from toolbox.benchmarks import fleet
from toolbox.benchmarks.dataset import Dataset
from toolbox.shared.processes import wait_for

SMALL = Dataset(3, 250)


def test_pages_are_the_same_in_every_run() -> None:
    def written() -> dict[str, bytes]:
        SMALL.make()
        return {str(path): path.read_bytes() for path in SMALL.folder.rglob("*") if path.is_file()}

    first = written()
    assert len(first) == 2 * len(SMALL.paths()) + 1
    shutil.rmtree(SMALL.folder)
    assert written() == first


def test_pages_of_a_fleet_change_and_are_as_before_in_the_end() -> None:
    dataset = Dataset(2, fleet.ROWS, fleet.TYPES)
    dataset.make()
    files = [dataset.folder / workspace / "0.json.gz" for workspace in dataset.ids()]
    before = [file.read_bytes() for file in files]

    def changed() -> list[tuple[bytes, bytes]]:
        now = [file.read_bytes() for file in files]
        return [pair for pair in zip(before, now, strict=True) if pair[0] != pair[1]]

    with fleet.changing(dataset):
        for pair in wait_for(changed, 10, "a page to change"):
            old, new = (json.loads(gzip.decompress(body))["endpoints"] for body in pair)
            differing = [(one["status"], two["status"]) for one, two in zip(old, new, strict=True) if one != two]
            assert differing == [("RUNNING", "UPDATING")]
    assert not changed()
