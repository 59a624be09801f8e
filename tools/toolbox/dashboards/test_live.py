# SPDX-License-Identifier: Apache-2.0
"""Dashboards and consoles work with a Prometheus that has scraped the exporter's demo for about a minute."""

import contextlib
import datetime
import html
import json
import pathlib
import re
import urllib.parse
from collections.abc import Iterator

import pytest

from toolbox.dashboards.make import GRAFANA
from toolbox.dashboards.panels import Json
from toolbox.dashboards.render import Renderer, Selection
from toolbox.dashboards.test_boards import BOARDS
from toolbox.shared import configuration
from toolbox.shared.cloud_data import Stored, Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import OPENER, ROOT, run, wait_for
from toolbox.shared.prometheus import Client, Labels, prometheus

pytestmark = pytest.mark.prometheus

INTERVAL, SPAN = 3, 900
# 75 s: rates need two scrapes, and capacity over time is sampled at whole minutes.
SCRAPES = 25
CONSOLES = ROOT / "dashboards/consoles"
CONFIGURATION = """\
global: {{scrape_interval: {interval}s, evaluation_interval: {interval}s}}
rule_files: [alerts.yaml]
scrape_configs:
  - job_name: dataarts-fabric
    static_configs: [{{targets: {targets}}}]
"""
# Queries that have no data. All others must have data.
EMPTY = {
    # The demo's discovery does not fail.
    "exporter": {("Failed discoveries by reason", "A")},
    # Model units are taken on demand: the minimum is zero.
    "capacity": {("Reserved by non-running endpoints", "C")},
}

# Endpoints of another exporter per value of `metrics.endpoint_details`, whose source is named after it.
ENDPOINTS: dict[str, tuple[str, dict[str, str]]] = {
    "stuck": ("CREATING", {}),
    "failed": ("CREATE_FAILED", {"error_code": "dataartsfabric.00010011"}),
    "failed without a code": ("DELETE_FAILED", {}),
    "frozen": ("FROZEN", {}),
    "frozen for arrears": ("ON_DEMAND_FROZEN", {}),
    "unhealthy": ("ABNORMAL", {}),
    "theirs, stuck": ("CREATING", {"visibility": "PUBLIC"}),
    "theirs, failed": ("CREATE_FAILED", {"visibility": "PUBLIC", "error_code": "dataartsfabric.00010011"}),
    "runs": ("RUNNING", {}),
    "runs with a code": ("RUNNING", {"error_code": "dataartsfabric.00010024"}),
    "never enabled": ("INACTIVE", {"visibility": "PUBLIC"}),
}
BAD = {"failed", "failed without a code", "runs with a code", "frozen", "frozen for arrears", "unhealthy"}
# The endpoint names in two tables. None is a row without an endpoint, which stands for all of a type.
LISTED: dict[str, tuple[set[str | None], set[str]]] = {
    "problems": ({"stuck"}, BAD), "all": ({"stuck"}, BAD), "none": ({None}, set()),
}  # fmt: skip


def rows() -> Iterator[dict[str, str]]:
    begun = f"{datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    for number, (name, (status, more)) in enumerate(ENDPOINTS.items(), 1):
        yield {
            "id": f"{number:032x}", "name": name, "type": "ray", "status": status, "visibility": "PRIVATE",
            "create_time": begun, "update_time": begun, **more,
        }  # fmt: skip


@pytest.fixture(scope="module")
def client(exporter: Exporter) -> Iterator[Client]:
    directory = exporter.directory
    workspace = Workspace("5d1e0c8a-7f4b-4a1c-9c57-2f0e6a1b3c4d", "details", [Stored(row) for row in rows()])
    # Alerts without `for`, so that the panel of firing alerts has data.
    rules = (ROOT / "dashboards/prometheus/alerts.yaml").read_text("utf-8")
    (directory / "alerts.yaml").write_text(re.sub(r"\bfor: \d+m", "for: 0s", rules), "utf-8")
    with ControlPlane([workspace]) as plane, contextlib.ExitStack() as stack:
        targets = [stack.enter_context(exporter.serve(command="demo")).address]
        for details in LISTED:
            filters = {workspace.id: {"visibility": "ALL"}}
            source = Source(plane.base_url, [workspace], details, filters=filters)
            file = configuration.write(directory, f"{details}.yaml", [source], details)
            targets.append(stack.enter_context(exporter.serve("--config.file", file)).address)
        text = CONFIGURATION.format(interval=INTERVAL, targets=json.dumps(targets))
        client = stack.enter_context(prometheus(directory, text, f"--web.console.templates={CONSOLES}"))
        scraped = f'min(count_over_time(up{{job="dataarts-fabric"}}[10m])) >= {SCRAPES}'
        wait_for(lambda: client.instant(scraped), 150, "a minute of scrapes", step=1)
        yield client


def renderer(board: Json, client: Client, span: int, **chosen: str) -> Renderer:
    # All workspaces, also on the workspace dashboard, so that every query has data.
    variables = {"workspace": ".*", **chosen}
    return Renderer(board, client, Selection(board, client, variables, span=span, interval=INTERVAL))


@pytest.mark.parametrize("stem", BOARDS)
def test_every_variable_and_query_has_data(client: Client, stem: str) -> None:
    board = BOARDS[stem]
    rendered = renderer(board, client, SPAN)
    for variable in board["templating"]["list"]:
        assert variable["type"] != "query" or client.label_values(rendered.selection.fill(variable["query"])), variable
    empty = set()
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            expression, end = rendered.selection.fill(target["expr"], rendered.step(panel)), rendered.end
            found = client.instant(expression, end) if target["instant"] else client.range(
                expression, end - SPAN, end, INTERVAL)  # fmt: skip
            if not found:
                empty.add((panel["title"], target["refId"]))
    assert empty == EMPTY.get(stem, set())


@pytest.mark.parametrize("title", ["In transition, by age", "Failed endpoints, most recent first"])
@pytest.mark.parametrize("details", LISTED)
def test_endpoint_tables_list_only_endpoints_that_need_attention(client: Client, details: str, title: str) -> None:
    wanted = LISTED[details][title.startswith("Failed")]
    tables = [(board, panel) for board in BOARDS.values() for panel in board["panels"] if panel["title"] == title]
    assert len(tables) == 2
    for board, panel in tables:
        found = renderer(board, client, 60, source=details).query(panel["targets"][0])
        assert {labels.get("endpoint_name") for labels, _ in found} == wanted, board["title"]


def console(client: Client, name: str, query: Labels) -> str:
    url = f"{client.url}/consoles/{name}.html?{urllib.parse.urlencode(query)}"
    with OPENER.open(url, timeout=20) as response:
        text: str = response.read().decode()
    assert "error executing template" not in text
    assert text.rstrip().endswith("</html>")
    return text


def test_consoles_show_the_workspace_with_the_most_endpoints(client: Client) -> None:
    counts = 'max by (source, workspace) (dataarts_fabric_workspace_listed_records{listing="endpoints"})'
    workspace, _ = max(client.instant(counts), key=lambda row: row[1])
    name = html.escape(workspace["workspace"])
    pages = {"dataarts-fabric": {}, "dataarts-fabric-workspace": workspace}
    assert {path.stem for path in CONSOLES.glob("*.html")} == pages.keys()
    for stem, query in pages.items():
        assert name in console(client, stem, query)


def test_the_console_of_an_unknown_workspace_says_so(client: Client) -> None:
    unknown = {"source": 'no "source"', "workspace": "\\"}
    assert "no such workspace" in console(client, "dataarts-fabric-workspace", unknown)


@pytest.mark.chromium
@pytest.mark.parametrize("stem", BOARDS)
def test_a_dashboard_can_be_rendered(client: Client, stem: str, tmp_path: pathlib.Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "picture.png"
    run(ROOT / "scripts/render-dashboard", GRAFANA / f"{stem}.json", "--prometheus", client.url, "--html", page,
        "--png", picture, "--range", SPAN, "--scrape-interval", INTERVAL)  # fmt: skip
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert picture.stat().st_size > 20_000, "the picture is empty"
