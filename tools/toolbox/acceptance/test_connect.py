# SPDX-License-Identifier: Apache-2.0
"""`check --connect`: results, request counts, and for each failure the reason, request ID and remedy."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import configuration, expected, identity, pages
from toolbox.shared.cloud_data import Workspace, new_cloud
from toolbox.shared.configuration import Source, quoted
from toolbox.shared.control_plane import FORBIDDEN, ControlPlane, Fault
from toolbox.shared.exporter import PLANTED, TEXT, Exporter, Outcome
from toolbox.shared.identity import DOMAIN, KEY, KEY_ID, PROJECT, USER, Identity
from toolbox.shared.processes import free_port

POLL = {"interval": "60s", "stale_after": "120s", "timeout": "10s", "requests_per_second": "0"}
REQUEST_ID = re.compile(r"\[request id [0-9a-f]{32}\]")
EXPIRED = f"{{token: {PLANTED}-expired}}"
MANY = [Workspace(f"many-{number}", f"many-{number}", []) for number in range(60)]


@dataclasses.dataclass
class Case:
    """A cloud with three workspaces, and the program's output about it."""

    exporter: Exporter
    plane: ControlPlane
    workspaces: list[Workspace]

    def source(self, **more: Any) -> Source:
        return Source(**{"base_url": self.plane.base_url, "workspaces": self.workspaces} | more)

    def key(self, more: str = f"project_id: {PROJECT}", secret: str = KEY) -> str:
        (self.exporter.directory / "key").write_text(secret + "\n", "utf-8")
        return f"{{access_key: {{id: {KEY_ID}, secret_file: key, {more}}}}}"

    def password(self, iam_url: str) -> str:
        (self.exporter.directory / "password").write_text(identity.PASSWORD + "\n", "utf-8")
        where = f"iam_url: {quoted(iam_url)}, domain: {DOMAIN}, user: {USER}"
        return f"{{password: {{{where}, password_file: password}}}}"

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
    url = case.plane.base_url
    case.connect(
        0,
        ["credential: obtained, expires 20", "discovery: 3 workspaces found", "6 of 6 workspaces"],
        case.source(auth=case.password(url), name="discovering", workspaces=[], discovery="{}"),
        case.source(auth=case.key(f"iam_url: {quoted(url)}"), name="configured"),
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
    assert [row(outcome, workspace)[3] for workspace in case.workspaces].count("ok") == 2


def test_a_key_of_another_project_is_reported_with_what_to_check(case: Case) -> None:
    case.plane.identity = Identity(needs_project=True)
    source = case.source(auth=case.key(f"project_id: {'f' * 32}"))
    outcome = case.connect(3, ["not_found (HTTP 400)", "belongs to the workspace's project"], source)
    assert REQUEST_ID.search(outcome.everything)


def test_an_unknown_workspace_is_reported_with_the_visible_ones(case: Case) -> None:
    visible = [workspace.id for workspace in case.workspaces]
    source = case.source(workspaces=[Workspace("not-there", None, [])])
    case.connect(3, ["The workspace does not exist", "It has access to ", *visible], source)


@pytest.mark.parametrize("discovery", [None, "{}"])
def test_an_expired_token_is_sent_once(case: Case, discovery: str | None) -> None:
    source = case.source(auth=EXPIRED, workspaces=MANY, discovery=discovery)
    outcome = case.connect(3, ["unauthenticated (HTTP 401)", "expired", "skipped"], source)
    assert REQUEST_ID.search(outcome.everything)
    assert len(case.plane.requests) == 1


def test_a_wrong_key_is_sent_once_for_60_workspaces(case: Case) -> None:
    case.plane.identity = Identity()
    source = case.source(auth=case.key(secret=f"{PLANTED}-wrong"), workspaces=MANY)
    case.connect(3, ["lock the key", "59 workspaces skipped"], source)
    assert len(case.plane.requests) <= 2


def test_a_wrong_address_of_iam_is_reported_and_not_the_password(case: Case) -> None:
    case.plane.identity = Identity()
    source = case.source(auth=case.password(f"{case.plane.base_url}/identity"))
    words = ["/identity/v3/auth/tokens; check iam_url", "The IAM address is wrong"]
    assert "wrong passwords" not in case.connect(3, words, source).everything


def test_a_source_that_fails_does_not_affect_the_other(case: Case) -> None:
    sources = case.source(auth=EXPIRED, name="bad"), case.source(name="good")
    case.connect(3, ["Source bad", "Source good", "3 of 6 workspaces"], *sources)


@pytest.mark.parametrize(("ahead", "word"), [(40, "behind"), (-40, "ahead of")])
def test_a_wrong_clock_is_reported_with_a_remedy(case: Case, ahead: int, word: str) -> None:
    case.plane.identity = Identity(ahead=ahead * 60)
    words = ["WRONG", "Synchronize this machine's clock (NTP)", f"minutes {word} the service's"]
    case.connect(3, words, case.source(auth=case.key()))
    assert len(case.plane.requests) <= 2


def test_a_clock_that_is_6_minutes_off_is_a_warning(case: Case) -> None:
    case.plane.identity = Identity(ahead=360)
    words = ["6 minutes behind the service's, WRONG", "synchronize it"]
    case.connect(0, words, case.source(auth=case.key()))


def test_an_unreachable_proxy_is_reported_without_its_password(case: Case) -> None:
    address = f"127.0.0.1:{free_port()}"
    source = case.source(proxy_url=f"http://user:{PLANTED}@{address}", workspaces=MANY)
    case.connect(3, [f"is unreachable through the proxy {address} (proxy_url)", "57 workspaces skipped"], source)
    assert len(case.plane.requests) == 0


def test_an_address_without_a_listener_is_reported(case: Case) -> None:
    source = case.source(base_url=f"http://127.0.0.1:{free_port()}")
    case.connect(3, ["network", "is unreachable: check DNS"], source)


def test_discovery_that_finds_no_workspaces_is_reported_with_the_remedy(case: Case) -> None:
    case.plane.workspaces.clear()
    words = [
        "no workspaces to poll",
        "discovery of acceptance: succeeded, but found 0 workspaces",
        "-> Check that the credential has the permission DataArtsFabric:workspace:list",
    ]
    outcome = case.connect(3, words, case.source(workspaces=[], discovery="{}"))
    assert "Check failed for: acceptance" in outcome.stderr


def test_discovery_that_finds_nothing_is_reported_beside_configured_workspaces(case: Case) -> None:
    words = ["3 of 3 workspaces can be listed", "found 0 workspaces"]
    case.connect(3, words, case.source(discovery="{name: no-such-name}"))


def test_discovery_filters_that_match_nothing_are_reported_with_what_they_hide(case: Case) -> None:
    words = [
        "discovery of named: succeeded, but found 0 workspaces",
        "3 exist without discovery.name",
        "discovery of patterned: found 3 workspaces, all excluded by discovery.include and exclude: ",
    ]
    hidden = case.source(name="named", workspaces=[], discovery="{name: no-such-name}")
    excluded = case.source(name="patterned", workspaces=[], discovery="{exclude: .}")
    case.connect(3, words, hidden, excluded)


def test_an_empty_workspace_and_a_filter_that_matches_nothing_are_told_apart(case: Case) -> None:
    empty, single = Workspace("empty", "bare", []), case.workspaces[2]
    case.plane.workspaces[empty.id] = empty
    words = ["empty (bare): the caller owns no endpoints", "the filter matches no endpoints (1 endpoint without it)"]
    filters = {single.id: {"name": "no-such-endpoint"}}
    case.connect(0, words, case.source(workspaces=[empty, single], filters=filters))
