# SPDX-License-Identifier: Apache-2.0
"""Every client that the exporter is compared with does the same work, and one that does not ends the run."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from toolbox.benchmarks import polling, web
from toolbox.benchmarks.dataset import PAGE, Dataset, Truth
from toolbox.benchmarks.exporter import Exporter

SMALL = Dataset(3, 250)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return SMALL.make()


@pytest.fixture(scope="module")
def api(truth: Truth) -> Iterator[web.Web]:
    with web.nginx(SMALL.folder) as api:
        yield api


def peers(base_url: str, dataset: Dataset = SMALL) -> list[polling.Contender]:
    """Returns all clients but our program."""
    everyone = polling.contenders(Exporter(pathlib.Path("/nonexistent")), base_url, dataset)
    return [contender for contender in everyone if contender.name != polling.OURS]


@pytest.mark.parametrize("variant", web.VARIANTS, ids=lambda variant: variant.title)
def test_every_peer_counts_each_variant(variant: web.Variant, api: web.Web, truth: Truth) -> None:
    for contender in peers(api.base_url(variant)):
        contender.poll(truth)


def test_a_missing_page_is_rejected(api: web.Web, truth: Truth) -> None:
    beyond = Dataset(SMALL.workspaces, SMALL.rows + PAGE)
    for contender in peers(api.base_url(web.PLAIN), beyond):
        with pytest.raises(AssertionError, match="exited with status"):
            contender.poll(truth)


def test_a_wrong_count_is_rejected(api: web.Web, truth: Truth) -> None:
    for contender in peers(api.base_url(web.PLAIN)):
        if contender.read:
            with pytest.raises(AssertionError, match="counted wrong"):
                contender.poll({**truth, "capacity": 1})
