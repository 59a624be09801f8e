# SPDX-License-Identifier: Apache-2.0
"""The generated files of the chart, and the values for rules."""

from __future__ import annotations

import re
from typing import Any

import helm_python
import pytest
import yaml

from toolbox.kubernetes import generate, values
from toolbox.kubernetes.chart import CASES, CHART, Manifest, manifests, of, render
from toolbox.kubernetes.problems import FLAG
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import ROOT

# Flags of `serve` that the chart sets, or whose defaults it needs.
SET = {
    "--help", "--version", "--config.file", "--region", "--workspace", "--token-file", "--shard", "--log.level",
    "--log.format", "--web.listen-address", "--web.telemetry-path", "--web.config.file", "--web.health-listen-address",
    "--web.systemd-socket",
}  # fmt: skip


def rules(settings: dict[str, Any]) -> list[dict[str, Any]]:
    objects = manifests(render({"demo": True, "prometheusRule": {"enabled": True, **settings}}))
    return [rule for group in of(objects, "PrometheusRule")["spec"]["groups"] for rule in group["rules"]]


def test_generated_files_are_current() -> None:
    message = "run scripts/generate-kubernetes"
    assert (CHART / "values.schema.json").read_text("utf-8") == values.schema(), message
    assert (CHART / "README.md").read_text("utf-8") == values.readme(), message


def test_the_charts_files_are_copies_and_not_links() -> None:
    copies = generate.copies()
    assert {path for path in (CHART / "files").rglob("*") if not path.is_dir()} == copies.keys()
    assert not [path for path in CHART.rglob("*") if path.is_symlink()]
    different = [copy.name for copy, original in copies.items() if copy.read_bytes() != original.read_bytes()]
    assert not different, "run scripts/generate-kubernetes"


def test_every_value_has_a_description_and_a_schema() -> None:
    described = list(values.described((CHART / "values.yaml").read_text("utf-8")))
    assert len(described) > 80
    assert not [name for name, _, description in described if not description]
    known = yaml.safe_load(values.schema())
    for name, _, _ in described:
        schema = known
        for part in name.split("."):
            schema = schema["properties"][part]


def test_a_value_without_a_comment_is_detected() -> None:
    text = "# A.\na: 1\nb:\n  # C.\n  # More.\n  c: {}\n  #  e: 1\n  d: []\n"
    assert list(values.described(text)) == [("a", 1, "A."), ("b.c", {}, "C. More."), ("b.d", [], "")]


def test_the_schema_needs_no_other_file() -> None:
    schema = yaml.safe_load(values.schema())
    references = set(re.findall(r'"\$ref": "([^"]+)"', values.schema()))
    assert references
    assert references == {f"#/definitions/{name}" for name in schema["definitions"]}


def test_extra_arguments_may_be_all_flags_that_the_chart_does_not_set(exporter: Exporter) -> None:
    known = set(FLAG.findall(exporter.run("serve", "--help").text.replace("--web.listen-address.", "")))
    assert known >= SET
    assert known - SET
    for flag in known:
        given = CASES["given"] | {"extraArgs": [flag if flag == "--web.enable-lifecycle" else f"{flag}=1"]}
        if flag in SET:
            with pytest.raises(helm_python.HelmError, match="/extraArgs/0"):
                render(given)
        else:
            assert given["extraArgs"][0] in str(render(given))


def test_labels_of_thresholds_are_those_of_the_document() -> None:
    text = (ROOT / "dashboards/README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `dataarts_fabric:(\w+):threshold` \| ([^|]+) \|", text, re.MULTILINE))
    # Only in the rules for the textfile collector.
    del rows["textfile_age_seconds"]
    schema = values.thresholds()["properties"]
    assert rows.keys() == schema.keys()
    for name, row in rows.items():
        documented = set(re.findall(r"`([a-z_]+)`", row)) - {"warning", "critical"}
        assert documented == schema[name]["items"]["properties"].keys() - {"value"}, name


def test_thresholds_are_rules_without_the_label_default() -> None:
    defaults, made = rules({}), rules({"thresholds": CASES["thresholds"]})
    added = [rule for rule in made if rule not in defaults]
    found = {(rule["record"], rule["expr"], tuple(rule.get("labels", {}).items())) for rule in added}
    assert found == {
        ("dataarts_fabric:pool_utilization_ratio:threshold", "vector(-1)", ()),
        ("dataarts_fabric:pool_utilization_ratio:threshold", "vector(0.1)", (("pool_id", "p"),)),
        ("dataarts_fabric:job_run_failed_seconds:threshold", "vector(0)", (("workspace_id", "w"),)),
        (
            "dataarts_fabric:endpoint_transition_seconds:threshold",
            "vector(3600)",
            (("level", "warning"), ("status", "CREATING")),
        ),
        (
            "dataarts_fabric:endpoint_transition_seconds:threshold",
            "vector(10000000)",
            (("endpoint_type", "ray"), ("level", "critical"), ("status", "CREATING")),
        ),
        ("dataarts_fabric:idle_reserved:threshold", "vector(8)", (("unit", "DPU"),)),
    }
    # All of the defaults are still there.
    assert all(rule in made for rule in defaults)


def test_only_disabled_alerts_are_missing_and_labels_are_added_to_alerts() -> None:
    disabled = ["DataArtsFabricPoolIdle", "DataArtsFabricCapacityIdle"]
    before, after = rules({}), rules({"disabledAlerts": disabled, "additionalAlertLabels": {"platform": "fabric"}})
    expected: list[Manifest] = [
        rule | {"labels": rule["labels"] | {"platform": "fabric"}} if "alert" in rule else rule
        for rule in before
        if rule.get("alert") not in disabled
    ]
    assert after == expected
    assert len(after) == len(before) - 2
