# SPDX-License-Identifier: Apache-2.0
"""A directory of the tests' own, so that they disturb neither each other nor a run of the benchmarks."""

from collections.abc import Iterator

import pytest

from toolbox.benchmarks import machine


@pytest.fixture(scope="session", autouse=True)
def _build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    assert machine.LAUNCH.exists(), "launch not found; run benchmarks/install"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "BUILD", tmp_path_factory.mktemp("benchmarks"))
        yield
