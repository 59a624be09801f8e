# SPDX-License-Identifier: Apache-2.0
"""Quotas: true or absent whatever the API returns, and failures that do not affect endpoints."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import configuration, exposition, pages
from toolbox.shared.cloud_data import LARGEST, Workspace, new_cloud
from toolbox.shared.configuration import Source, quoted
from toolbox.shared.control_plane import FORBIDDEN, TOKEN, ControlPlane, Fault, quotas_subject
from toolbox.shared.expected import count_quotas, differences
from toolbox.shared.exporter import Exporter
from toolbox.shared.identity import DOMAIN, PASSWORD, PROJECT, USER, Identity
from toolbox.shared.json_text import Literal
from toolbox.shared.processes import wait_for

UP = "dataarts_fabric_quota_up"
FAILURES = "dataarts_fabric_quota_failures_total"
LABELS = {"source": "acceptance"}
EVERY_HOUR = f"{{project_id: {PROJECT}}}"
EVERY_SECOND = f"{{project_id: {PROJECT}, interval: 1s}}"

ODD_NUMBERS: list[Any] = [
    None, "5", True, [], {}, 1.5, -2, -1, 0, 5.0, LARGEST, LARGEST + 1, 2**53 + 1, Literal("1e2"), Literal("1e300"),
    Literal("-0.0"),
]  # fmt: skip
ODD_NAMES: list[Any] = ["", None, 7, [], "工作空间", 'odd "name" \\ of\ntwo lines', "x" * 300, "nul\0", "\ud83d\ude80"]
ROWS: list[Any] = [
    *({"type": f"quota-{index}", "quota": number, "used": 3} for index, number in enumerate(ODD_NUMBERS)),
    *({"type": f"used-{index}", "quota": 9, "used": number} for index, number in enumerate(ODD_NUMBERS)),
    *({"type": name, "quota": 9, "used": 1} for name in ODD_NAMES),
    {"type": "same", "quota": 9, "used": 1}, {"type": "same", "used": 1, "quota": 9},
    {"type": "contradictory", "quota": 9, "used": 1}, {"type": "contradictory", "quota": 9, "used": 2},
    {"type": "without numbers"}, {"type": "without a limit", "used": 4}, {"quota": 9, "used": 1}, None, [], "row", {},
]  # fmt: skip


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with ControlPlane(list(new_cloud("small").values())) as plane:
        yield plane


def workspaces(plane: ControlPlane) -> list[Workspace]:
    return list(plane.workspaces.values())


def read_once(exporter: Exporter, source: Source, status: int = 0, **metrics: str) -> exposition.Page:
    """Returns the page of `once`."""
    file = configuration.write(exporter.directory, "quotas.yaml", [source], metrics=metrics)
    outcome = exporter.run("once", "--config.file", file)
    assert outcome.status == status, outcome.everything
    return exposition.parse(outcome.text)


def test_every_series_equals_the_independent_count(exporter: Exporter, plane: ControlPlane) -> None:
    plane.quotas[PROJECT] = ROWS
    source = Source(plane.base_url, workspaces(plane), quotas=EVERY_HOUR)
    page = read_once(exporter, source)
    now = time.time()
    assert not (problems := differences(pages.quota_series(page), count_quotas(ROWS, source.name), (now, now))), (
        problems
    )
    assert pages.sample_value(page, UP, LABELS) == 1
    assert [request.path for request in plane.requests].count(f"/v2/{PROJECT}/quotas") == 1


def test_resources_are_limited_and_secrets_in_their_names_redacted(exporter: Exporter, plane: ControlPlane) -> None:
    rows = [{"type": f"r{index:03}", "quota": 1, "used": 1} for index in range(700)]
    plane.quotas[PROJECT] = rows
    source = Source(plane.base_url, workspaces(plane), quotas=EVERY_HOUR)
    page = read_once(exporter, source, max_label_values="50")
    assert pages.quota_series(page) == count_quotas(rows, source.name, limit=50)
    plane.quotas[PROJECT] = [{"type": f"of {TOKEN}", "quota": 1, "used": 1}]
    page = read_once(exporter, source)
    assert len(pages.quota_series(page)) == 2
    assert TOKEN not in str(page.values())


def test_the_project_is_that_of_the_credential_by_default(exporter: Exporter, plane: ControlPlane) -> None:
    plane.identity = Identity()
    plane.quotas[PROJECT] = [{"type": "compute", "quota": 100, "used": 92}]
    (exporter.directory / "password").write_text(PASSWORD + "\n", "utf-8")
    auth = (
        f"{{password: {{iam_url: {quoted(plane.base_url)}, domain: {DOMAIN}, user: {USER}, password_file: password}}}}"
    )
    page = read_once(exporter, Source(plane.base_url, workspaces(plane), auth=auth, quotas="{}"))
    assert len(pages.quota_series(page)) == 2


def test_a_failure_of_quotas_does_not_affect_endpoints(exporter: Exporter, plane: ControlPlane) -> None:
    plane.quotas[PROJECT] = [{"type": "compute", "quota": 100, "used": 92}]
    source = Source(plane.base_url, workspaces(plane), quotas=EVERY_SECOND)
    file = configuration.write(exporter.directory, "quotas.yaml", [source])
    wanted = count_quotas(plane.quotas[PROJECT], source.name)
    faults = {
        "forbidden": Fault(status=403, body=FORBIDDEN),
        "network": Fault("reset"),
        "unauthenticated": Fault(status=401, body={}),
        "response": Fault(status=200, body={"quotas": {"resources": None}}),
    }
    with exporter.serve("--config.file", file) as running:
        running.ready()

        def value(family: str, labels: dict[str, str]) -> float | None:
            return pages.sample_value(exposition.parse(running.page()), family, labels)

        wait_for(lambda: value(UP, LABELS) == 1, 30, "quotas are read")
        for reason, fault in faults.items():
            plane.faults[quotas_subject(PROJECT)] = fault
            wait_for(lambda: value(UP, LABELS) == 0, 30, "quotas fail")
            assert (value(FAILURES, LABELS | {"reason": reason}) or 0) > 0
            page = exposition.parse(running.page())
            assert pages.quota_series(page) == wanted
            for workspace in source.workspaces:
                assert pages.sample_value(page, pages.UP, source.labels(workspace)) == 1
            del plane.faults[quotas_subject(PROJECT)]
            wait_for(lambda: value(UP, LABELS) == 1, 30, "quotas recover")


def test_once_fails_if_quotas_fail_but_prints_the_endpoints(exporter: Exporter, plane: ControlPlane) -> None:
    source = Source(plane.base_url, workspaces(plane), quotas=EVERY_HOUR)
    page = read_once(exporter, source, status=3)
    assert pages.sample_value(page, UP, LABELS) == 0
    assert pages.sample_value(page, FAILURES, LABELS | {"reason": "forbidden"}) == 1
    for workspace in source.workspaces:
        assert pages.sample_value(page, pages.UP, source.labels(workspace)) == 1
