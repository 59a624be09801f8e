# SPDX-License-Identifier: Apache-2.0
"""A failed poll has its reason and does not affect other workspaces; Exporter+FaultTests.swift has all failures."""

import dataclasses
import functools
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, control_plane, exposition, json_text, pages
from toolbox.shared.cloud_data import Workspace, new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import TOKEN, ControlPlane, Fault
from toolbox.shared.exporter import TEXT, Exporter, Outcome
from toolbox.shared.pages import FAILURES, REASONS, UP
from toolbox.shared.processes import free_port

FAULTS: dict[str, tuple[Fault, str]] = {
    "echoed-token": (Fault(status=403, body={"error_code": 403, "error_msg": f"bad token {TOKEN}"}), "forbidden"),
    "no-workspace": (Fault(status=400, body=control_plane.NO_WORKSPACE), "not_found"),
    "no-resource": (Fault(status=400, body=control_plane.NO_RESOURCE), "not_found"),
    "bad-request": (Fault(status=400, body=control_plane.BAD_REQUEST), "bad_request"),
    "internal": (Fault(status=500, body=control_plane.INTERNAL), "server"),
    "cut-off": (Fault("truncate", 200, b'{"total":1,"endpoints":[{"id":"' + b"a" * 400), "network"),
    "hanging": (Fault("hang"), "timeout"),
    "redirect": (Fault(status=302, body=b"", headers={"Location": "http://127.0.0.1:1/"}), "response"),
    "too-large": (Fault(status=200, body=b'{"total":0,"pad":"' + b"x" * 2_000_000 + b'","endpoints":[]}'), "response"),
    "more-than-there-is": (Fault("count", adjust=lambda total, number: total + 150), "inconsistent"),
}
# The reasons of the only workspace of other sources, and that of a workspace with too many endpoints.
OTHER_REASONS = {
    "throttled-source": "throttled", "dead-source": "network", "plain-source": "tls",
    "unknown-source": "unauthenticated", "iam-source": "credentials",
}  # fmt: skip


@dataclasses.dataclass
class Polled:
    """The result of `once` with every kind of failure."""

    outcome: Outcome
    # The labels of workspaces by their name, or by that of their source.
    labels: dict[str, dict[str, str]]
    complete: Source
    poll: tuple[float, float]
    plane: ControlPlane

    @functools.cached_property
    def page(self) -> exposition.Page:
        return pages.read(self.outcome.text, TEXT)


@pytest.fixture(scope="module")
def polled(exporter: Exporter) -> Iterator[Polled]:
    cloud = new_cloud()
    large, small, unlimited = cloud["large"], cloud["small"], cloud["single"]
    failing = {name: Workspace(f"fault-{name}", name, list(large.stored)) for name in FAULTS}
    failing["too-long"] = Workspace("listing-too-long", "too-long", large.stored * 3)
    throttled = Workspace("throttled", "throttled-source", [])
    with ControlPlane([*failing.values(), small, unlimited, throttled]) as plane:
        plane.faults = {f"fault-{name}": fault for name, (fault, _) in FAULTS.items()}
        plane.faults["throttled"] = Fault(status=429, body=control_plane.THROTTLED)
        dead, plain = f"http://127.0.0.1:{free_port()}", plane.base_url
        (exporter.directory / "wrong-token").write_text("wrong\n", "utf-8")
        password = f"{{password: {{iam_url: {json_text.write(dead)}, domain: d, user: u, password: {TOKEN}}}}}"
        main = Source(plain, [*failing.values(), small, unlimited])
        others = [
            Source(plain, [throttled], "throttled-source"),
            Source(dead, [alone("dead")], "dead-source"),
            Source(plain.replace("http:", "https:"), [alone("no-tls")], "plain-source"),
            Source(plain, [alone("refused")], "unknown-source", "{token_file: wrong-token}"),
            Source(plain, [alone("no-iam")], "iam-source", password),
        ]
        # A hang takes one timeout, a poll at most three; long, so that a slow machine does not change reasons.
        poll = {"timeout": "3s", "max_response_bytes": "1000000", "max_endpoints": "1000", "concurrency": "64",
                "requests_per_second": "0"}  # fmt: skip
        file = configuration.write(exporter.directory, "reasons.yaml", [main, *others], poll=poll)
        begin = time.time()
        outcome = exporter.run("once", "--config.file", file)
        labels = {name: main.labels(workspace) for name, workspace in failing.items()}
        labels |= {source.name: source.labels(source.workspaces[0]) for source in others}
        yield Polled(outcome, labels, Source(plain, [small, unlimited]), (begin, time.time()), plane)


def alone(name: str) -> Workspace:
    return Workspace(name, name, [])


def test_once_ends_within_three_timeouts_with_status_3(polled: Polled) -> None:
    assert polled.outcome.status == 3, polled.outcome.stderr[-1500:]
    assert polled.outcome.seconds < 3 * 3 + 3


@pytest.mark.parametrize(
    ("name", "reason"),
    [*((name, reason) for name, (_, reason) in FAULTS.items()), ("too-long", "response"), *OTHER_REASONS.items()],
)
def test_a_failed_poll_has_its_reason_only(polled: Polled, name: str, reason: str) -> None:
    labels = polled.labels[name]
    assert pages.sample_value(polled.page, UP, labels) == 0
    counted = {name: pages.sample_value(polled.page, FAILURES, labels | {"reason": name}) for name in REASONS}
    assert counted == {name: float(name == reason) for name in REASONS}


def test_the_other_workspaces_are_complete(polled: Polled) -> None:
    pages.require_well_formed(polled.outcome.text, TEXT)
    pages.require_series(polled.page, pages.wanted([polled.complete], "problems"), polled.poll)


def test_a_rejected_token_is_sent_once(polled: Polled) -> None:
    assert len(polled.plane.recorded("refused")) == 1
