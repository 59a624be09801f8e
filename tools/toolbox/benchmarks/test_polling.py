# SPDX-License-Identifier: Apache-2.0
"""Every client that the exporter is compared with does the same work, and one that does not ends the run."""

import pathlib
from collections.abc import Iterator

import pytest

from toolbox.benchmarks import polling, web
from toolbox.benchmarks.dataset import PAGE, Dataset

SMALL = Dataset(3, 250)


@pytest.fixture(scope="module")
def api() -> Iterator[web.Web]:
    SMALL.make()
    with web.nginx(SMALL.folder) as api:
        yield api


def peers(base_url: str, dataset: Dataset = SMALL) -> list[polling.Contender]:
    """Returns all clients but our program."""
    return polling.contenders(pathlib.Path("/nonexistent"), base_url, dataset)[1:]


@pytest.mark.parametrize("variant", web.VARIANTS, ids=lambda variant: variant.title)
def test_every_peer_counts_each_variant(variant: web.Variant, api: web.Web) -> None:
    for contender in peers(api.base_url(variant)):
        contender.poll(SMALL.make())


def test_a_missing_page_is_rejected(api: web.Web) -> None:
    for contender in peers(api.base_url(web.PLAIN), Dataset(SMALL.workspaces, SMALL.rows + PAGE)):
        with pytest.raises(AssertionError, match="exited with status"):
            contender.poll(SMALL.make())


def test_a_wrong_count_is_rejected(api: web.Web) -> None:
    for contender in peers(api.base_url(web.PLAIN)):
        with pytest.raises(AssertionError, match="counted wrong"):
            contender.poll({**SMALL.make(), "capacity": 1})
