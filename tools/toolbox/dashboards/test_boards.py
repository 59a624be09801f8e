# SPDX-License-Identifier: Apache-2.0
"""The dashboards are current and follow Grafana's schemas and our conventions; the checks refuse bad ones."""

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
SELECTION = '{source=~"$source", workspace=~"$workspace"}'


def ask(expression: str) -> Callable[[Json], object]:
    return lambda panel: panel["targets"][0].update(expr=expression)


# What the checks say about a board after a change of its first graph.
BAD: dict[str, Callable[[Json], object]] = {
    "has no description": lambda panel: panel.update(description=""),
    "schema: ": lambda panel: panel["fieldConfig"]["defaults"].update(units="s"),
    "unknown unit": lambda panel: panel["fieldConfig"]["defaults"].update(unit="fortnight"),
    "by $workspace": ask('sum(dataarts_fabric_endpoints{source=~"$source"})'),
    "is not in docs/metrics.json": ask("dataarts_fabric_endpoint"),
    "with different listing": ask(f"sum(dataarts_fabric_workspace_up{SELECTION})"),
    "with different visibility": ask(f"sum(dataarts_fabric_endpoints{SELECTION})"),
}


def complaints(board: Json) -> list[str]:
    return [*validation.complaints(board), *conventions.complaints(board)]


def test_an_edited_file_is_not_current(tmp_path: pathlib.Path) -> None:
    shutil.copytree(GRAFANA, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "overview.json"
    file.write_text(file.read_text("utf-8").replace('"title": "', '"title": "Changed ', 1), "utf-8")
    assert stale(tmp_path) == ["overview.json"]


@pytest.mark.parametrize("stem", BOARDS)
def test_a_board_follows_schemas_and_conventions(stem: str) -> None:
    assert complaints(BOARDS[stem]) == []


@pytest.mark.parametrize("complaint", BAD)
def test_a_bad_board_is_refused(complaint: str) -> None:
    board = copy.deepcopy(BOARDS["overview"])
    BAD[complaint](next(panel for panel in board["panels"] if panel["type"] == "timeseries"))
    assert [text for text in complaints(board) if complaint in text]


@pytest.mark.parametrize("stem", BOARDS)
def test_a_board_has_a_small_picture(stem: str) -> None:
    assert 0 < (ROOT / f"docs/images/dashboard-{stem}.png").stat().st_size < LARGEST_PICTURE
