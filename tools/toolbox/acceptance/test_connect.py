# SPDX-License-Identifier: Apache-2.0
"""`check --connect`: results, request counts, request IDs; ConnectionCheckTests.swift has all failures and remedies."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import configuration, expected, pages
from toolbox.shared.cloud_data import Workspace, new_cloud
from toolbox.shared.configuration import Source, quoted
from toolbox.shared.control_plane import FORBIDDEN, ControlPlane, Fault
from toolbox.shared.exporter import PLANTED, TEXT, Exporter, Outcome
from toolbox.shared.identity import DOMAIN, KEY, KEY_ID, PASSWORD, PROJECT, USER, Identity
from toolbox.shared.processes import free_port

POLL = {"interval": "60s", "stale_after": "120s", "timeout": "10s", "requests_per_second": "0"}
REQUEST_ID = re.compile(r"\[request id [0-9a-f]{32}\]")


@dataclasses.dataclass
class Case:
    """A cloud with three workspaces, and the program's output about it."""

    exporter: Exporter
    plane: ControlPlane
    workspaces: list[Workspace]

    def source(self, **more: Any) -> Source:
        return Source(**{"base_url": self.plane.base_url, "workspaces": self.workspaces} | more)

    def key(self, more: str) -> str:
        (self.exporter.directory / "key").write_text(KEY + "\n", "utf-8")
        return f"{{access_key: {{id: {KEY_ID}, secret_file: key, {more}}}}}"

    def connect(self, status: int, words: list[str], *sources: Source) -> Outcome:
        """Requires this status, and standard output that contains each of the words."""
        file = configuration.write(self.exporter.directory, "connect.yaml", sources, poll=POLL)
        outcome = self.exporter.run("check", "--config.file", file, "--connect")
        assert outcome.status == status, outcome.everything
        assert not (missing := [word for word in words if word not in outcome.text]), f"{missing}\n{outcome.text}"
        return outcome


@pytest.fixture
def case(exporter: Exporter) -> Iterator[Case]:
    workspaces = list(new_cloud("small", "hundred-and-one", "single").values())
    with ControlPlane(workspaces) as plane:
        yield Case(exporter, plane, workspaces)


def row(outcome: Outcome, workspace: Workspace) -> list[str]:
    """Returns the cells of that workspace's row in the table."""
    found = [line for line in outcome.text.splitlines() if f"  {workspace.id}  " in line]
    assert len(found) == 1, outcome.text
    return re.split(r"  +", found[0].strip())


def test_success_shows_requests_and_the_series_that_once_prints(case: Case) -> None:
    outcome = case.connect(0, ["clock: ", "requests per minute", "3 of 3 workspaces"], case.source())
    assert len(case.plane.requests) == 3
    text = case.exporter.run("once", "--config.file", "connect.yaml").stdout.decode()
    page = pages.read(text, TEXT)
    for workspace in case.workspaces:
        cells = row(outcome, workspace)
        assert cells[2:4] == ["endpoints", "ok"]
        assert re.fullmatch(r"\d+ ms", cells[5])
        if cells[7].startswith("~"):
            assert cells[6] == "2", "requests a minute of two pages"
            continue
        assert int(cells[7]) == text.count(f'workspace_id="{workspace.id}"')
        assert int(cells[4]) <= len(workspace.rows)
        labels = {"workspace_id": workspace.id, **expected.LISTING}
        listed = pages.sample_value(page, "dataarts_fabric_workspace_listed_records", labels)
        assert (listed or 0) <= len(workspace.rows)


def test_discovery_issued_tokens_and_keys_with_a_project_lookup_work(case: Case) -> None:
    case.plane.identity = Identity()
    (case.exporter.directory / "password").write_text(PASSWORD + "\n", "utf-8")
    at = f"iam_url: {quoted(case.plane.base_url)}"
    password = f"{{password: {{{at}, domain: {DOMAIN}, user: {USER}, password_file: password}}}}"
    case.connect(
        0,
        ["credential: obtained, expires 20", "discovery: 3 workspaces found", "6 of 6 workspaces"],
        case.source(auth=password, name="discovering", workspaces=[], discovery="{}"),
        case.source(auth=case.key(at), name="configured"),
    )


def test_a_bad_configuration_is_rejected_as_without_connect(exporter: Exporter) -> None:
    (exporter.directory / "bad.yaml").write_text("polls: {}\n", "utf-8")
    outcome = exporter.run("check", "--config.file", "bad.yaml", "--connect")
    assert outcome.status == 2
    assert "bad.yaml:1:1: polls: unknown key" in outcome.stderr


def test_a_forbidden_workspace_is_reported_with_the_permission_and_the_others_work(case: Case) -> None:
    case.plane.faults[case.workspaces[0].id] = Fault(status=403, body=FORBIDDEN)
    words = ["DataArtsFabric:endpoint:list", "forbidden (HTTP 403)", "2 of 3 workspaces"]
    outcome = case.connect(3, words, case.source())
    assert REQUEST_ID.search(outcome.everything)
    assert "Check failed for: acceptance" in outcome.stderr
    assert [row(outcome, workspace)[3] for workspace in case.workspaces].count("ok") == 2


def test_quotas_are_tried_and_their_request_is_counted(case: Case) -> None:
    case.plane.quotas[PROJECT] = [{"type": "compute", "quota": 100, "used": 92}]
    quotas = f"{{interval: 60s, project_id: {PROJECT}}}"
    case.connect(0, ["quotas: 1 resource, ", "3 of 3 workspaces"], case.source(quotas=quotas))
    assert [request.path for request in case.plane.requests].count(f"/v2/{PROJECT}/quotas") == 1
    words = ["quotas: FAILED", "forbidden (HTTP 403)", "ListResourceQuotas", "3 of 3 workspaces"]
    outcome = case.connect(3, words, case.source(quotas="{project_id: another}"))
    assert REQUEST_ID.search(outcome.everything)


def test_a_key_of_another_project_is_reported_with_what_to_check(case: Case) -> None:
    case.plane.identity = Identity(needs_project=True)
    source = case.source(auth=case.key(f"project_id: {'f' * 32}"))
    outcome = case.connect(3, ["not_found (HTTP 400)", "belongs to the workspace's project"], source)
    assert REQUEST_ID.search(outcome.everything)


def test_a_source_that_fails_does_not_affect_the_other(case: Case) -> None:
    sources = case.source(auth=f"{{token: {PLANTED}-expired}}", name="bad"), case.source(name="good")
    case.connect(3, ["Source bad", "Source good", "3 of 6 workspaces"], *sources)
    # The rejected token is sent once.
    assert len(case.plane.requests) == 4


def test_an_address_without_a_listener_is_reported(case: Case) -> None:
    source = case.source(base_url=f"http://127.0.0.1:{free_port()}")
    case.connect(3, ["network", "is unreachable: check region"], source)
