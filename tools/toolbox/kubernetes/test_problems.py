# SPDX-License-Identifier: Apache-2.0
"""Each check of rendered objects fails on a bad sample."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from toolbox.kubernetes import cases
from toolbox.kubernetes.cases import of
from toolbox.kubernetes.chart import Manifest, manifests, render
from toolbox.kubernetes.problems import problems
from toolbox.shared.exporter import Exporter

pytestmark = pytest.mark.prometheus


@pytest.fixture(scope="module")
def good() -> list[Manifest]:
    return manifests(render(cases.GOOD["three shards"]))


@pytest.mark.parametrize(("complaint", "change"), cases.BROKEN.items(), ids=cases.BROKEN.keys())
def test_a_changed_object_is_detected(
    complaint: str, change: Callable[[list[Manifest]], Any], good: list[Manifest], exporter: Exporter
) -> None:
    bad = copy.deepcopy(good)
    change(bad)
    assert complaint in "\n".join(problems(bad, exporter))


def test_what_the_program_or_promtool_rejects_is_detected(good: list[Manifest], exporter: Exporter) -> None:
    bad = copy.deepcopy(good)
    texts = of(bad, "ConfigMap")["data"]
    texts["config.yaml"] = texts["config.yaml"].replace("interval", "intervall")
    assert "unknown key" in "\n".join(problems(bad, exporter))
    bad = manifests(render(cases.GIVEN | {"extraArgs": ["--web.enable-livecycle"]}))
    assert "has no flag" in "\n".join(problems(bad, exporter))
    bad = manifests(render(cases.GOOD["the demo"]))
    of(bad, "PrometheusRule")["spec"]["groups"][0]["rules"][0]["expr"] = "vector("
    assert "promtool" in "\n".join(problems(bad, exporter))


def test_a_duplicate_key_is_detected() -> None:
    with pytest.raises(yaml.YAMLError, match="duplicate keys: a"):
        manifests({"twice.yaml": "a: 1\na: 2\n"})
