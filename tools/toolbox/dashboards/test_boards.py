# SPDX-License-Identifier: Apache-2.0
"""The dashboards are current and follow Grafana's schemas and our conventions; the checks refuse bad ones."""

from __future__ import annotations

import copy
import json
import pathlib
import shutil
from collections.abc import Callable

import pytest

from toolbox.dashboards import conventions, validation
from toolbox.dashboards.make import GRAFANA, stale
from toolbox.dashboards.panels import Json
from toolbox.shared.processes import ROOT

BOARDS: dict[str, Json] = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GRAFANA.glob("*.json"))}
LARGEST_PICTURE = 300_000


def query(expression: str) -> Callable[[Json, Json], None]:
    """Returns a change of a panel's query."""

    def change(_: Json, panel: Json) -> None:
        panel["targets"][0]["expr"] = expression

    return change


def setting(name: str, value: str) -> Callable[[Json, Json], None]:
    def change(_: Json, panel: Json) -> None:
        panel["fieldConfig"]["defaults"][name] = value

    return change


SELECTION = '{source=~"$source", workspace=~"$workspace"}'
# What the checks say about a changed board. A change gets the board and its first graph.
BAD: dict[str, Callable[[Json, Json], object]] = {
    "has no description": lambda board, panel: panel.pop("description"),
    "has no unit": setting("unit", ""),
    "does not use ${datasource}": lambda board, panel: panel.update(datasource={"type": "prometheus", "uid": "mine"}),
    "has no 'All' with the value .*": lambda board, panel: board["templating"]["list"][1].update(allValue=".+"),
    "by $workspace": query('sum(dataarts_fabric_endpoints{source=~"$source"})'),
    "is not in docs/metrics.json": query("dataarts_fabric_endpoint"),
    "with different listing": query(f"sum(dataarts_fabric_workspace_up{SELECTION})"),
    "with different visibility": query(f"sum(dataarts_fabric_endpoints{SELECTION})"),
    "must work without rules": query("source:endpoints:sum"),
    "schema: ": setting("units", "s"),
    "unknown unit": setting("unit", "fortnight"),
}


def complaints(stem: str, board: Json) -> list[str]:
    return [*validation.complaints(board), *conventions.complaints(stem, board)]


def test_the_files_are_as_generated() -> None:
    assert len(BOARDS) == 4
    assert stale(GRAFANA) == []


def test_an_edited_file_is_not_current(tmp_path: pathlib.Path) -> None:
    shutil.copytree(GRAFANA, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "overview.json"
    file.write_text(file.read_text("utf-8").replace('"title": "', '"title": "Changed ', 1), "utf-8")
    assert stale(tmp_path) == ["overview.json"]


@pytest.mark.parametrize("stem", BOARDS)
def test_a_board_follows_schemas_and_conventions(stem: str) -> None:
    assert complaints(stem, BOARDS[stem]) == []


@pytest.mark.parametrize("complaint", BAD)
def test_a_bad_board_is_refused(complaint: str) -> None:
    board = copy.deepcopy(BOARDS["overview"])
    BAD[complaint](board, next(panel for panel in board["panels"] if panel["type"] == "timeseries"))
    assert [text for text in complaints("overview", board) if complaint in text]


@pytest.mark.parametrize("stem", BOARDS)
def test_a_board_has_a_small_picture(stem: str) -> None:
    assert 0 < (ROOT / f"docs/images/dashboard-{stem}.png").stat().st_size < LARGEST_PICTURE
