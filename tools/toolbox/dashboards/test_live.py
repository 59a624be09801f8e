# SPDX-License-Identifier: Apache-2.0
"""Dashboards and consoles work with a Prometheus that has scraped the exporter's demo for about a minute."""

import collections
import contextlib
import datetime
import html
import json
import pathlib
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.dashboards import promql
from toolbox.dashboards.make import DASHBOARDS
from toolbox.dashboards.panels import Json
from toolbox.dashboards.render import Renderer, Selection
from toolbox.dashboards.test_boards import BOARDS
from toolbox.shared import configuration
from toolbox.shared.cloud_data import Stored, Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import OPENER, ROOT, run, wait_for
from toolbox.shared.prometheus import Client, Labels, prometheus

pytestmark = pytest.mark.prometheus

INTERVAL, SPAN = 3, 900
WORKSPACE_ID = "5d1e0c8a-7f4b-4a1c-9c57-2f0e6a1b3c4d"
# 75 s: rates need two scrapes, and capacity over time is sampled at whole minutes.
SCRAPES = 25
CONSOLES = ROOT / "dashboards/consoles"
CONFIGURATION = """\
global: {{scrape_interval: {interval}s, evaluation_interval: {interval}s}}
rule_files: [alerts.yaml, test.yaml]
scrape_configs:
  - job_name: dataarts-fabric
    static_configs: [{{targets: {targets}}}]
"""
# Queries that have no data. All others must have data.
# The demo's pools have no GPUs.
NO_GPU = {("Compute pools", reference) for reference in "CFJ"}
EMPTY = {
    # Workspaces of the demo that are down were never listed.
    "overview": {("Down workspaces", "C"), *NO_GPU},
    "workspace": NO_GPU,
    # The demo's discovery does not fail.
    "exporter": {("Failed discoveries by reason", "A")},
    "capacity": {
        # Model units are taken on demand: the minimum is zero.
        ("Reserved by non-running endpoints", "D"),
        ("AI DataLake: capacity by workspace and type", "C"), ("AI DataLake: capacity by workspace and type", "D"),
    },
    "pools": {
        *(("Pools", reference) for reference in "CFJ"), ("GPU utilization", "A"),
        # The idle pool has no accelerators.
        ("Idle pools", "D"), ("Idle pools", "E"),
        # The demo's queries do not fail.
        ("Failed queries by reason", "A"),
    },
}  # fmt: skip

WEEK, STUCK, HOUR, MINUTE = 7 * 86400, 3 * 3600, 3600, 60
FAILED = {"error_code": "dataartsfabric.00010011"}
WEAK = {"error_code": "dataartsfabric.00010024"}
PUBLIC = {"visibility": "PUBLIC"}


def reserving(unit: str, amount: int) -> dict[str, Any]:
    """Returns the field of an endpoint that reserves a unit of the specification "test.UNIT"."""
    resource = {"spec_code": f"test.{unit}", "warm_up_num": amount}
    if unit == "apu":
        return {"reserved_resource": {"apu": resource}}
    return {"reserved_resource": {"dpu": {**resource, "use_public_resource": True}}}


SQL, JOB = {**reserving("dcu", 2), "type": "sql"}, {"type": "job"}
# Endpoints of another exporter per value of `metrics.endpoint_details`, whose source is named after it: seconds in
# their status, status, fields, and why they need attention.
ENDPOINTS: dict[str, tuple[int, str, dict[str, Any], str | None]] = {
    "stuck": (STUCK, "CREATING", {}, "3"),
    "stuck for an hour": (HOUR, "UPDATING", {}, "4"),
    "with an exception": (STUCK, "DELETING", {}, None),
    "new": (MINUTE, "CREATING", {}, None),
    "new, with a code": (MINUTE, "CREATING", WEAK, "7"),
    "failed": (STUCK, "CREATE_FAILED", {**FAILED, "owner": {"user_name": "alice"}}, "1"),
    "failed without a code": (STUCK, "DELETE_FAILED", {}, "1"),
    "failed long ago": (WEEK, "UPDATE_FAILED", FAILED, "2"),
    "frozen": (STUCK, "FROZEN", {}, "6"),
    "frozen for arrears": (STUCK, "ON_DEMAND_FROZEN", {}, "6"),
    "unhealthy": (STUCK, "ABNORMAL", {}, "5"),
    "theirs, stuck": (STUCK, "CREATING", PUBLIC, None),
    "theirs, failed": (STUCK, "CREATE_FAILED", {**PUBLIC, **FAILED}, None),
    "runs": (STUCK, "RUNNING", {}, None),
    "runs with a code": (STUCK, "RUNNING", WEAK, "7"),
    "never enabled": (STUCK, "INACTIVE", PUBLIC, None),
    "never enabled, with a code": (STUCK, "INACTIVE", WEAK, None),
    "of an unknown status": (STUCK, "REBALANCING", {}, None),
    "billed in DCU": (STUCK, "RUNNING", SQL, None),
    "billed in DPU": (STUCK, "RUNNING", {**reserving("dpu", 3), **JOB}, None),
    "billed in APU": (STUCK, "RUNNING", {**reserving("apu", 5), **JOB}, None),
    "not billed": (STUCK, "RUNNING", reserving("apu", 5), None),
    "theirs, not billed": (STUCK, "RUNNING", {**PUBLIC, **SQL}, None),
}
ATTENTION = {(name, reason) for name, (*_, reason) in ENDPOINTS.items() if reason}
DETAILS = ("problems", "all", "none")
# Without details: one row with an age per type and status, if the oldest is stuck, and the numbers of all others.
OLDEST = {("CREATING", "3"), ("UPDATING", "4"), ("DELETING", "3")}
COUNTED = {
    ("CREATING", "7"), ("CREATE_FAILED", "1"), ("DELETE_FAILED", "1"), ("UPDATE_FAILED", "1"), ("FROZEN", "6"),
    ("ON_DEMAND_FROZEN", "6"), ("ABNORMAL", "5"), ("RUNNING", "7"),
}  # fmt: skip
# The alerts on endpoints that need attention, by the reason in the table. Of several, the first counts.
REASONS = {
    "EndpointFailed": "1", "EndpointStillFailed": "2", "EndpointStuckCritical": "3", "EndpointStuck": "4",
    "EndpointAbnormal": "5", "EndpointSuspended": "6", "EndpointError": "7",
}  # fmt: skip
# The groups of the status page, by the reason in the table. It knows the default thresholds of rules, no exceptions.
GROUPS = {"1": "failed", "2": "failed", "3": "stuck", "4": "stuck", "5": "abnormal", "6": "suspended", "7": "error"}
ON_PAGE = {(name, GROUPS[reason]) for name, reason in ATTENTION} | {("with an exception", "stuck")}
# Service instances likewise. Without details: the oldest in transition, and the number of failed ones.
SERVICES: dict[str, tuple[int, str, dict[str, Any], str | None]] = {
    "waits": (STUCK, "PENDING", {}, "3"),
    "stops for an hour": (HOUR, "STOPPING", {}, "4"),
    "starts": (MINUTE, "CREATING", {}, None),
    "failed": (STUCK, "FAILED", FAILED, "1"),
    "failed long ago": (WEEK, "FAILED", {}, "2"),
    "theirs, failed": (STUCK, "FAILED", PUBLIC, None),
    "runs with a code": (STUCK, "RUNNING", WEAK, None),
    "ended": (STUCK, "STOPPED", {}, None),
}
SERVICE_ATTENTION = {(name, reason) for name, (*_, reason) in SERVICES.items() if reason}
OLDEST_SERVICES, COUNTED_SERVICES = {("PENDING", "3"), ("STOPPING", "4")}, {("FAILED", "1")}
SERVICE_REASONS = {
    f"ServiceInstance{name}": reason
    for name, reason in (("Failed", "1"), ("StillFailed", "2"), ("StuckCritical", "3"), ("Stuck", "4"))
}
PRICES = {"test.dcu": 0.5, "": 1000.0}


def rules() -> Json:
    """Prices, an exception of the thresholds, and a pair of alerts."""
    number = list(ENDPOINTS).index("with an exception") + 1
    found: list[Json] = [
        {"record": "dataarts_fabric:endpoint_transition_seconds:threshold", "expr": "vector(4 * 3600)",
         "labels": {"status": "DELETING", "level": level, "endpoint_id": f"{number:032x}"}}
        for level in ("warning", "critical")
    ]  # fmt: skip
    found += [
        {"record": "dataarts_fabric_unit_price_per_hour", "expr": f"vector({price})",
         "labels": {"unit": unit, "currency": "CNY", "spec_code": spec}}
        for unit in ("apu", "dpu", "mu") for spec, price in PRICES.items()
    ]  # fmt: skip
    found += [
        {"alert": f"DataArtsFabricPair{end}", "expr": "vector(1)", "labels": {"source": "pair", "severity": severity}}
        for end, severity in (("", "warning"), ("Critical", "critical"))
    ]
    return {"groups": [{"name": "test", "rules": found}]}


def rows(records: dict[str, tuple[int, str, dict[str, Any], str | None]], type: str) -> Iterator[dict[str, Any]]:
    now = datetime.datetime.now(datetime.UTC)
    for number, (name, (seconds, status, more, _)) in enumerate(records.items(), 1):
        begun = f"{now - datetime.timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"
        yield {
            "id": f"{number:032x}", "name": name, "type": type, "status": status, "visibility": "PRIVATE",
            "create_time": begun, "update_time": begun, **more,
        }  # fmt: skip


@pytest.fixture(scope="module")
def exporters(exporter: Exporter) -> Iterator[dict[str, Running]]:
    """The exporters by their value of `metrics.endpoint_details`."""
    stored = [Stored(row) for row in rows(ENDPOINTS, "ray")]
    workspace = Workspace(WORKSPACE_ID, "details", stored, services=list(rows(SERVICES, "LLM_MODEL")))
    with ControlPlane([workspace]) as plane, contextlib.ExitStack() as stack:
        running = {}
        for details in DETAILS:
            filters = {workspace.id: {"visibility": "ALL"}}
            source = Source(plane.base_url, [workspace], details, filters=filters, services_url=plane.base_url)
            file = configuration.write(exporter.directory, f"{details}.yaml", [source], details)
            running[details] = stack.enter_context(exporter.serve("--config.file", file))
        for each in running.values():
            each.ready()
        yield running


@pytest.fixture(scope="module")
def client(exporter: Exporter, exporters: dict[str, Running]) -> Iterator[Client]:
    directory = exporter.directory
    # Alerts without `for`, so that the panel of firing alerts has data.
    alerts = (ROOT / "dashboards/prometheus/alerts.yaml").read_text("utf-8")
    (directory / "alerts.yaml").write_text(re.sub(r"\bfor: \d+m", "for: 0s", alerts), "utf-8")
    (directory / "test.yaml").write_text(json.dumps(rules()), "utf-8")
    with exporter.serve(command="demo") as demo:
        targets = [demo.address, *(each.address for each in exporters.values())]
        text = CONFIGURATION.format(interval=INTERVAL, targets=json.dumps(targets))
        with prometheus(directory, text, f"--web.console.templates={CONSOLES}") as client:
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


def panels(title: str) -> list[tuple[Json, Json]]:
    """Returns the panels with this title, and their boards."""
    every = ((board, panel) for board in BOARDS.values() for panel in board["panels"] if panel["type"] != "row")
    return [(board, panel) for board, panel in every if panel["title"] == title]


@pytest.mark.parametrize("details", DETAILS)
def test_endpoints_that_need_attention_are_listed_with_their_reason(client: Client, details: str) -> None:
    assert len(panels("Needs attention")) == 2
    for board, panel in panels("Needs attention"):
        rendered = renderer(board, client, 60, source=details)
        named, counted = (rendered.query(target) for target in panel["targets"])
        if details == "none":
            assert {(labels["status"], labels["reason"]) for labels, _ in named} == OLDEST
            assert {(labels["status"], labels["reason"]) for labels, _ in counted} == COUNTED
            assert {value for _, value in counted} == {1}
            assert {labels["endpoint_name"] for labels, _ in [*named, *counted]} == {promql.NO_DETAILS}
        else:
            assert {(labels["endpoint_name"], labels["reason"]) for labels, _ in named} == ATTENTION
            assert len(named) == len(ATTENTION)
            assert not counted


@pytest.mark.parametrize("details", DETAILS)
def test_alerts_are_on_the_same_endpoints_as_the_table_of_attention(client: Client, details: str) -> None:
    found: dict[str, str] = {}
    firing = f'ALERTS{{alertstate="firing", source="{details}", alertname=~"DataArtsFabricEndpoint.+"}}'
    for labels, _ in client.instant(firing):
        reason = REASONS.get(labels["alertname"].removeprefix("DataArtsFabric"))
        # Without details, endpoints of a status with and without an error code are different subjects.
        subject = labels.get("endpoint_name") or f"{labels['status']} {labels.get('error_code', '')}"
        if reason:
            found[subject] = min(reason, found.get(subject, reason))
    if details == "none":
        subjects = {(name.split(" ")[0], reason) for name, reason in found.items()}
        assert subjects == OLDEST | COUNTED
    else:
        assert set(found.items()) == ATTENTION


@pytest.mark.parametrize("details", DETAILS)
def test_service_instances_that_need_attention_are_listed_with_their_reason(client: Client, details: str) -> None:
    found = panels("Service instances that need attention")
    assert len(found) == 2
    for board, panel in found:
        rendered = renderer(board, client, 60, source=details)
        named, counted = (rendered.query(target) for target in panel["targets"])
        if details == "none":
            assert {(labels["status"], labels["reason"]) for labels, _ in named} == OLDEST_SERVICES
            assert {(labels["status"], labels["reason"]) for labels, _ in counted} == COUNTED_SERVICES
            assert {value for _, value in counted} == {2}
        else:
            assert {(labels["service_instance_name"], labels["reason"]) for labels, _ in named} == SERVICE_ATTENTION
            assert len(named) == len(SERVICE_ATTENTION)
            assert not counted


@pytest.mark.parametrize("details", DETAILS)
def test_alerts_are_on_the_same_service_instances_as_the_table(client: Client, details: str) -> None:
    found: dict[str, str] = {}
    firing = f'ALERTS{{alertstate="firing", source="{details}", alertname=~"DataArtsFabricServiceInstance.+"}}'
    for labels, _ in client.instant(firing):
        reason = SERVICE_REASONS[labels["alertname"].removeprefix("DataArtsFabric")]
        subject = labels.get("service_instance_name", labels["status"])
        found[subject] = min(reason, found.get(subject, reason))
    assert set(found.items()) == (OLDEST_SERVICES | COUNTED_SERVICES if details == "none" else SERVICE_ATTENTION)


def listed(text: str) -> list[str]:
    """Returns the names of the rows of a table of the status page."""
    return [html.unescape(name) for name in re.findall(r'<th scope="row">([^<]*)<span class="id">', text)]


@pytest.mark.parametrize("details", DETAILS)
def test_the_status_page_and_its_json_list_the_same_endpoints_as_alerts_and_dashboards(
    exporters: dict[str, Running], details: str
) -> None:
    running, wanted = exporters[details], {name for name, _ in ON_PAGE}
    status = running.fetch("/api/v1/status").json()
    served = status["workspaces"][0]["listings"][0]["served"]
    assert {(each["name"], each["attention"]) for each in served["problems"]} == ON_PAGE
    assert served["problem_count"] == len(served["problems"]) == len(ON_PAGE)
    counts = collections.Counter(group for _, group in ON_PAGE)
    assert {group: count for group, count in status["needs_attention"]["endpoints"].items() if count} == counts
    overview = running.fetch("/").text.split('<h2 id="problems">')[1].split("<h2")[0]
    assert sorted(listed(overview)) == sorted(wanted)
    every = listed(running.fetch("/endpoints?attention=any").text)
    assert sorted(every) == sorted(wanted)
    # The order is that of the overview.
    assert every == listed(overview)
    workspace = f"/?source={details}&workspace_id={WORKSPACE_ID}"
    section = running.fetch(workspace).text.split('<h2 id="endpoints-problems">')[1].split("<h2")[0]
    assert listed(section) == every


@pytest.mark.parametrize("group", sorted(set(GROUPS.values())))
def test_the_list_of_a_group_has_its_endpoints(exporters: dict[str, Running], group: str) -> None:
    found = listed(exporters["none"].fetch(f"/endpoints?attention={group}").text)
    wanted = {name for name, other in ON_PAGE if other == group}
    if group == "error":
        # Also those with an error code that need attention for another reason.
        wanted |= {name for name, _ in ON_PAGE if "error_code" in ENDPOINTS[name][2]}
    assert sorted(found) == sorted(wanted)


def test_the_table_of_attention_has_owner_and_code_and_the_worst_first(client: Client) -> None:
    board, panel = panels("Needs attention")[0]
    titles, found = renderer(board, client, 60, source="all", status_page="http://exporter/").rows(panel)
    rows = [dict(zip(titles, row, strict=True)) for row in found]
    assert [row["Reason"] for row in rows] == sorted(reason for _, reason in ATTENTION)
    first = {row["Endpoint"]: row for row in rows}["failed"]
    assert first["Error code"] == "dataartsfabric.00010011"
    assert first["Owner"] == "alice"
    assert first["Status page"] == "Open"
    titles, _ = renderer(board, client, 60, source="all").rows(panel)
    assert "Status page" not in titles, "a link to nowhere"


@pytest.mark.parametrize("details", DETAILS)
def test_all_endpoints_in_transition_are_listed(client: Client, details: str) -> None:
    wanted = {"stuck", "stuck for an hour", "with an exception", "new", "new, with a code"}
    for board, panel in panels("In transition, by age"):
        found = renderer(board, client, 60, source=details).query(panel["targets"][0])
        names = {labels["endpoint_name"] for labels, _ in found}
        assert names == ({promql.NO_DETAILS} if details == "none" else wanted), board["title"]


def test_the_critical_alert_of_a_pair_stands_for_both(client: Client) -> None:
    board, panel = panels("Firing alerts")[0]
    found = renderer(board, client, 60, source="pair").query(panel["targets"][0])
    assert [(labels["alertname"], labels["runbook"]) for labels, _ in found] == [
        ("DataArtsFabricPairCritical", "DataArtsFabricPair")
    ]


def only(client: Client, title: str, **chosen: str) -> tuple[Labels, float]:
    """Returns the value of a panel with one value."""
    ((board, panel),) = panels(title)
    (found,) = renderer(board, client, 60, **chosen).query(panel["targets"][0])
    return found


def test_pools_of_the_demo_are_where_they_belong(client: Client) -> None:
    wanted = {
        "Failed and suspended pools": {("npu-trial", "1"), ("archive", "6")}, "Idle pools": {("reporting", "")},
    }  # fmt: skip
    for title, pools in wanted.items():
        ((board, panel),) = panels(title)
        found = renderer(board, client, 60).query(panel["targets"][0])
        assert {(labels["pool"], labels.get("reason", "")) for labels, _ in found} == pools
    for title, count in (("Compute pools", 6), ("Pools running", 3), ("Pools idle", 1), ("Pools exhausted", 1)):
        ((board, panel),) = [found for found in panels(title) if found[1]["type"] == "stat"]
        assert renderer(board, client, 60).query(panel["targets"][0]) == [({}, count)]
    firing = client.instant('count by (alertname, pool) (ALERTS{alertstate="firing", pool!=""})')
    assert {(labels["alertname"], labels["pool"]) for labels, _ in firing} == {
        ("DataArtsFabricPoolFailed", "npu-trial"), ("DataArtsFabricPoolSuspended", "archive"),
    }  # fmt: skip


def test_costs_are_those_of_billed_endpoints_at_the_price_of_their_specification(client: Client) -> None:
    assert only(client, "Cost per hour", source="all") == ({"currency": "CNY"}, 2 * 0.5 + 3 * 1000 + 5 * 1000)
    assert only(client, "Idle cost per hour", source="all") == ({"currency": "CNY"}, 0)
    # A source that does not exist has no data.
    assert only(client, "Cost per hour", source="other") == ({"currency": "CNY"}, promql.UNKNOWN_COST)


def test_units_of_sql_endpoints_are_not_added_to_others(client: Client) -> None:
    assert only(client, "DCU reserved", source="all") == ({}, 2)
    assert only(client, "DPU reserved", source="all") == ({}, 3)


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


def test_consoles_list_the_endpoints_that_need_attention(client: Client) -> None:
    everywhere = console(client, "dataarts-fabric", {})
    workspace = console(client, "dataarts-fabric-workspace", {"source": "all", "workspace": "details"})
    wanted = {name for name, _ in ATTENTION}
    for text in (everywhere, workspace):
        section = text.split("<h2>Needs attention")[1].split("<h2>")[0]
        listed = set(re.findall(r'<td class="name">([^<]*)</td>', section))
        assert listed & ENDPOINTS.keys() == wanted


def test_the_console_of_an_unknown_workspace_says_so(client: Client) -> None:
    unknown = {"source": 'no "source"', "workspace": "\\"}
    assert "no such workspace" in console(client, "dataarts-fabric-workspace", unknown)


@pytest.mark.chromium
@pytest.mark.parametrize("stem", BOARDS)
def test_a_dashboard_can_be_rendered(client: Client, stem: str, tmp_path: pathlib.Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "picture.png"
    run(ROOT / "scripts/render-dashboard", DASHBOARDS / f"grafana/{stem}.json", "--prometheus", client.url,
        "--html", page, "--png", picture, "--range", SPAN, "--scrape-interval", INTERVAL)  # fmt: skip
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert picture.stat().st_size > 20_000, "the picture is empty"
