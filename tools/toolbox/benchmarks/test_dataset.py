# SPDX-License-Identifier: Apache-2.0
"""The generated pages, and the counts that clients must find on them."""

import gzip
import itertools
import json
import shutil
from typing import Any

from toolbox.benchmarks import exporter, fleet
from toolbox.benchmarks.dataset import PAGE, Dataset
from toolbox.benchmarks.peers.counting import Tally
from toolbox.shared.processes import wait_for

SMALL = Dataset(3, 250)


def pages(workspace: str) -> list[dict[str, Any]]:
    return [json.loads((SMALL.folder / workspace / f"{offset}.json").read_bytes()) for offset in SMALL.offsets()]


def test_pages_are_the_same_in_every_run() -> None:
    def written() -> dict[str, bytes]:
        SMALL.make()
        return {str(path): path.read_bytes() for path in SMALL.folder.rglob("*") if path.is_file()}

    first = written()
    assert len(first) == 2 * len(SMALL.paths()) + 1
    shutil.rmtree(SMALL.folder)
    assert written() == first


def test_pages_overlap_by_one_row() -> None:
    SMALL.make()
    for workspace in SMALL.ids():
        lists = [page["endpoints"] for page in pages(workspace)]
        assert [len(rows) for rows in lists] == [PAGE, PAGE, 52]
        assert all(left[-1] == right[0] for left, right in itertools.pairwise(lists))
        assert len({row["id"] for rows in lists for row in rows}) == SMALL.rows
        assert {page["total"] for page in pages(workspace)} == {SMALL.rows}


def test_the_truth_is_what_counting_gives() -> None:
    truth, tally = SMALL.make(), Tally()
    for workspace in SMALL.ids():
        for offset, page in zip(SMALL.offsets(), pages(workspace), strict=True):
            tally.add_page(page, f"?offset={offset}&")
    assert tally.as_json() == truth


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


def test_the_counts_of_a_page_are_read() -> None:
    labels = 'source="s",workspace_id="w",workspace="n",endpoint_type="sql",status="RUNNING"'
    page = (
        f'# HELP x y\ndataarts_fabric_endpoints{{{labels},visibility="PRIVATE"}} 3\n'
        f'dataarts_fabric_endpoints{{{labels},visibility="PUBLIC"}} 0\n'
        f'dataarts_fabric_dpu_reserved{{{labels},visibility="PRIVATE",spec_code="d",public_resource="false"}} 40\n'
        f'dataarts_fabric_dpu_max{{{labels},visibility="PRIVATE",spec_code="d",public_resource="false"}} 50\n'
    )
    assert exporter.read_truth(page.encode()) == {"endpoints": 3, "capacity": 40, "counts": {"sql,RUNNING,PRIVATE": 3}}
