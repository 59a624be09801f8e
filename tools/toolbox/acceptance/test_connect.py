# SPDX-License-Identifier: Apache-2.0
"""`check --connect`: results, request counts, and for each failure the reason, request ID and remedy."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator

from toolbox.shared import pages
from toolbox.shared import configuration
from toolbox.shared import expected
from toolbox.shared import identity
from toolbox.shared import json_text

from toolbox.shared.cloud_data import Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import FORBIDDEN, ControlPlane, Fault
from toolbox.shared.exporter import TEXT, Outcome, free_port
from toolbox.shared.identity import KEY, KEY_ID, PROJECT, Identity
from toolbox.shared.exporter import PLANTED
from report import require, require_equal

POLL = {"interval": "60s", "stale_after": "120s", "timeout": "10s", "requests_per_second": "0"}
REQUEST_ID = re.compile(r"\[request id [0-9a-f]{32}\]")


@dataclasses.dataclass
class Case:
    """A cloud, and the program's output about it."""

    with_: Bench
    plane: ControlPlane
    workspaces: list[Workspace]

    def source(self, auth: str = "{token_file: token}", **more: object) -> Source:
        workspaces = more.pop("workspaces", self.workspaces)
        return Source(self.plane.base_url, workspaces, auth=auth, **more)  # type: ignore[arg-type]

    def key(self, more: str = f", project_id: {PROJECT}", secret: str = KEY) -> str:
        (self.with_.directory / "key").write_text(secret + "\n", "utf-8")
        return f"{{access_key: {{id: {KEY_ID}, secret_file: key{more}}}}}"

    def connect(self, *sources: Source) -> Outcome:
        file = configuration.write(self.with_.directory, "connect.yaml", sources, poll=POLL)
        return self.with_.exporter.run("check", "--config.file", file, "--connect")

    def asked(self) -> int:
        return len(self.plane.requests)


@contextlib.contextmanager
def check(with_: Bench, title: str, *names: str, **changes: object) -> Iterator[Case]:
    """One check with its own cloud, whose identity has `changes`."""
    workspaces = list(with_.cloud(*(names or ("small", "hundred-and-one", "single"))).values())
    with with_.report.check(title), ControlPlane(workspaces) as plane:
        plane.identity = Identity(**changes) if changes else None  # type: ignore[arg-type]
        yield Case(with_, plane, workspaces)


def many(count: int) -> list[Workspace]:
    return [Workspace(f"many-{number}", f"many-{number}", []) for number in range(count)]


def require_said(outcome: Outcome, status: int, *words: str) -> None:
    """Requires this status, and standard output that contains each text."""
    text = outcome.stdout.decode("utf-8")
    require_equal(outcome.status, status, f"the status of\n{outcome.everything[-2500:]}\n")
    for word in words:
        require(word in text, f"{word!r} is missing in\n{text}")


def row(outcome: Outcome, workspace: Workspace) -> list[str]:
    """Returns the cells of that workspace's row in the table."""
    lines = outcome.stdout.decode("utf-8").splitlines()
    found = [line for line in lines if re.search(rf"  {re.escape(workspace.id)}  ", line)]
    require_equal(len(found), 1, f"lines of {workspace.id}")
    return re.split(r"  +", found[0].strip())


def run(with_: Bench) -> None:
    good(with_)
    refused(with_)
    clock_and_way(with_)
    empty(with_)


def good(with_: Bench) -> None:
    with check(with_, "connect: success: status 0, one request each, and the number of series that once prints") as it:
        outcome = it.connect(it.source())
        require_said(outcome, 0, "clock: ", "requests per minute", "3 of 3 workspaces")
        require_equal(it.asked(), 3, "requests")
        page = with_.exporter.run("once", "--config.file", "connect.yaml").stdout.decode("utf-8")
        for workspace in it.workspaces:
            cells = row(outcome, workspace)
            listed = pages.sample_value(
                pages.read(page, TEXT),
                "dataarts_fabric_workspace_listed_records",
                {"workspace_id": workspace.id, **expected.LISTING},
            )
            require_equal(cells[2:4], ["endpoints", "ok"], f"the list and the result of {workspace.shown_name}")
            require(re.fullmatch(r"\d+ ms", cells[5]), f"the latency is {cells[5]}")
            if cells[7].startswith("~"):
                require_equal(cells[6], "2", "requests a minute of two pages")
                continue
            series = sum(f'workspace_id="{workspace.id}"' in line for line in page.splitlines())
            require_equal(int(cells[7]), series, f"the series of {workspace.shown_name}")
            skipped = len(workspace.rows) - int(listed or 0)
            require(skipped >= 0 and int(cells[4]) <= len(workspace.rows), f"{cells[4]} endpoints")
    with check(with_, "connect: discovery, an issued token, keys with a project lookup", ahead=0) as it:
        password = f"{{password: {{iam_url: {json_text.write(it.plane.base_url)}, domain: {identity.DOMAIN}, "
        password += f"user: {identity.USER}, password_file: password}}}}"
        (with_.directory / "password").write_text(identity.PASSWORD + "\n", "utf-8")
        outcome = it.connect(
            it.source(password, name="discovering", workspaces=[], discovery="{}"),
            it.source(it.key(f", iam_url: {json_text.write(it.plane.base_url)}"), name="configured"),
        )
        texts = ("credential: obtained, expires 20", "discovery: 3 workspaces found", "6 of 6 workspaces")
        require_said(outcome, 0, *texts)
    with check(with_, "connect: a bad configuration is rejected as without --connect") as it:
        (with_.directory / "bad.yaml").write_text("polls: {}\n", "utf-8")
        outcome = with_.exporter.run("check", "--config.file", "bad.yaml", "--connect")
        require_equal(outcome.status, 2, "the status")
        require("bad.yaml:1:1: polls: unknown key" in outcome.stderr, outcome.everything[:800])


def refused(with_: Bench) -> None:
    with check(
        with_, "connect: a forbidden workspace: the permission, the request id, status 3; the others work"
    ) as it:
        it.plane.faults[it.workspaces[0].id] = Fault(status=403, body=FORBIDDEN)
        outcome = it.connect(it.source())
        require_said(outcome, 3, "DataArtsFabric:endpoint:list", "forbidden (HTTP 403)", "2 of 3 workspaces")
        require(REQUEST_ID.search(outcome.everything), "no request id")
        require_equal([row(outcome, each)[3] for each in it.workspaces].count("ok"), 2, "workspaces that succeed")
    with check(
        with_, "connect: a key of another project: what to check, and the visible workspaces", needs_project=True
    ) as it:
        outcome = it.connect(it.source(it.key(", project_id: " + "f" * 32)))
        require_said(outcome, 3, "not_found (HTTP 400)", "belongs to the workspace's project")
        require(REQUEST_ID.search(outcome.everything), "no request id")
    with check(with_, "connect: an unknown workspace: the visible workspaces") as it:
        outcome = it.connect(it.source(workspaces=[Workspace("not-there", None, [])]))
        ids = (each.id for each in it.workspaces)
        require_said(outcome, 3, "The workspace does not exist", "It has access to ", *ids)
    for discovery in (None, "{}"):
        with check(with_, f"connect: an expired token{' that discovers' if discovery else ''} is sent once") as it:
            auth = f"{{token: {PLANTED}-expired}}"
            outcome = it.connect(it.source(auth, workspaces=many(60), discovery=discovery))
            require_said(outcome, 3, "unauthenticated (HTTP 401)", "expired", "skipped")
            require(REQUEST_ID.search(outcome.everything), "no request id")
            require_equal(it.asked(), 1, "requests")
    with check(with_, "connect: a wrong key is sent once for 60 workspaces", ahead=0) as it:
        outcome = it.connect(it.source(it.key(secret=f"{PLANTED}-wrong"), workspaces=many(60)))
        require_said(outcome, 3, "lock the key", "59 workspaces skipped")
        require(it.asked() <= 2, f"{it.asked()} requests")
    with check(with_, "connect: a wrong address of IAM is reported, not the password", ahead=0) as it:
        wrong = json_text.write(f"{it.plane.base_url}/identity")
        (with_.directory / "password").write_text(identity.PASSWORD + "\n", "utf-8")
        outcome = it.connect(
            it.source(
                f"{{password: {{iam_url: {wrong}, domain: {identity.DOMAIN}, user: {identity.USER}, "
                "password_file: password}}"
            )
        )
        require_said(outcome, 3, "/identity/v3/auth/tokens; check iam_url", "The IAM address is wrong")
        require("wrong passwords" not in outcome.everything, outcome.everything[-800:])
    with check(with_, "connect: one source of two fails, the other is reported completely") as it:
        bad = it.source(f"{{token: {PLANTED}-expired}}", name="bad")
        require_said(it.connect(bad, it.source(name="good")), 3, "Source bad", "Source good", "3 of 6 workspaces")


def clock_and_way(with_: Bench) -> None:
    for ahead, word in ((40 * 60, "behind"), (-40 * 60, "ahead of")):
        with check(
            with_, f"connect: a clock that is {-ahead // 60} minutes off is reported with a remedy", ahead=ahead
        ) as it:
            outcome = it.connect(it.source(it.key()))
            require_said(outcome, 3, "WRONG", "Synchronize this machine's clock (NTP)", f"minutes {word} the service's")
            require(it.asked() <= 2, f"{it.asked()} requests")
    with check(with_, "connect: a clock that is 6 minutes off works, with a warning", ahead=360) as it:
        require_said(it.connect(it.source(it.key())), 0, "6 minutes behind the service's, WRONG", "synchronize it")
    with check(with_, "connect: an unreachable proxy is reported without its password") as it:
        address = f"127.0.0.1:{free_port()}"
        outcome = it.connect(it.source(proxy_url=f"http://user:{PLANTED}@{address}", workspaces=many(40)))
        require_said(outcome, 3, f"is unreachable through the proxy {address} (proxy_url)", "37 workspaces skipped")
        require_equal(it.asked(), 0, "requests that arrived")
    with check(with_, "connect: an address without a listener") as it:
        source = dataclasses.replace(it.source(), base_url=f"http://127.0.0.1:{free_port()}")
        require_said(it.connect(source), 3, "network", "is unreachable: check DNS")


def empty(with_: Bench) -> None:
    with check(with_, "connect: discovery succeeds and finds no workspaces: status 3, with the remedy") as it:
        it.plane.workspaces.clear()
        outcome = it.connect(it.source(workspaces=[], discovery="{}"))
        require_said(
            outcome,
            3,
            "no workspaces to poll",
            "discovery of acceptance: succeeded, but found 0 workspaces",
            "-> Check that the credential has the permission DataArtsFabric:workspace:list",
        )
        require("Check failed for: acceptance" in outcome.stderr, f"standard error: {outcome.stderr!r}")
    with check(with_, "connect: discovery finds nothing but configured workspaces are up: reported too") as it:
        hidden = it.source(discovery="{name: no-such-name}")
        require_said(it.connect(hidden), 3, "3 of 3 workspaces can be listed", "found 0 workspaces")
    with check(with_, "connect: discovery.name and exclude that match nothing are reported with what they hide") as it:
        hidden = it.source(name="named", workspaces=[], discovery="{name: no-such-name}")
        left_out = it.source(name="patterned", workspaces=[], discovery="{exclude: .}")
        require_said(
            it.connect(hidden, left_out),
            3,
            "discovery of named: succeeded, but found 0 workspaces",
            "3 exist without discovery.name",
            "discovery of patterned: found 3 workspaces, all excluded by discovery.include and exclude: ",
        )
    with check(with_, "connect: an empty workspace, and one whose filter hides everything", "empty", "single") as it:
        bare, single = it.workspaces
        require_said(
            it.connect(it.source(filters={single.id: {"name": "no-such-endpoint"}})), 0,
            (f"{bare.id} ({bare.shown_name}): " if bare.name else "") + "the caller owns no endpoints",
            "the filter matches no endpoints (1 endpoint without it)",
        )  # fmt: skip
