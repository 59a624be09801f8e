# SPDX-License-Identifier: Apache-2.0
"""The dashboards are current and follow Grafana's schemas and our conventions; the checks refuse bad ones."""

import copy
import json
import pathlib
import shutil
from collections.abc import Callable

import pytest

from toolbox.dashboards import conventions, validation
from toolbox.dashboards.make import DASHBOARDS, stale
from toolbox.dashboards.panels import UNKNOWN_COLOR, Json
from toolbox.shared.processes import ROOT

BOARDS: dict[str, Json] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(DASHBOARDS.glob("grafana/*.json"))
}
LARGEST_PICTURE = 150_000
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
    "adds DCU and DPU": ask(f"max by (visibility) (dataarts_fabric_dpu_reserved{SELECTION})"),
    "with different listing": ask(f"sum(dataarts_fabric_workspace_up{SELECTION})"),
    "with different visibility": ask(f"sum(dataarts_fabric_endpoints{SELECTION})"),
}


def complaints(board: Json) -> list[str]:
    return [*validation.complaints(board), *conventions.complaints(board)]


def test_an_edited_file_is_not_current(tmp_path: pathlib.Path) -> None:
    shutil.copytree(DASHBOARDS, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "grafana/overview.json"
    file.write_text(file.read_text("utf-8").replace('"title": "', '"title": "Changed ', 1), "utf-8")
    console = tmp_path / "consoles/dataarts-fabric.html"
    console.write_text(console.read_text("utf-8").replace("UPDATING", "CHANGING", 1), "utf-8")
    assert stale(tmp_path) == ["consoles/dataarts-fabric.html", "grafana/overview.json"]


@pytest.mark.parametrize("stem", BOARDS)
def test_a_board_follows_schemas_and_conventions(stem: str) -> None:
    assert complaints(BOARDS[stem]) == []


@pytest.mark.parametrize("complaint", BAD)
def test_a_bad_board_is_refused(complaint: str) -> None:
    board = copy.deepcopy(BOARDS["overview"])
    BAD[complaint](next(panel for panel in board["panels"] if panel["type"] == "timeseries"))
    assert [text for text in complaints(board) if complaint in text]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("stem", BOARDS)
def test_a_board_has_small_pictures(stem: str, scheme: str) -> None:
    assert 0 < (ROOT / f"docs/images/dashboard-{stem}-{scheme}.png").stat().st_size < LARGEST_PICTURE


@pytest.mark.parametrize("stem", BOARDS)
def test_a_statistic_without_data_is_gray_and_says_so(stem: str) -> None:
    for panel in (panel for panel in BOARDS[stem]["panels"] if panel["type"] == "stat"):
        settings = panel["fieldConfig"]["defaults"]
        unknown = [each["options"] for each in settings["mappings"] if each["type"] == "special"]
        assert [each["result"] for each in unknown] == [{"text": settings["noValue"], "color": UNKNOWN_COLOR}]


@pytest.mark.parametrize("stem", BOARDS)
def test_a_board_shows_firing_alerts_on_its_graphs(stem: str) -> None:
    (annotation,) = BOARDS[stem]["annotations"]["list"]
    assert annotation["enable"]
    assert 'alertname=~"DataArtsFabric.+", alertstate="firing"' in annotation["expr"]
