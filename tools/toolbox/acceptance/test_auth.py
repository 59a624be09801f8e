# SPDX-License-Identifier: Apache-2.0
"""All kinds of credentials, with a cloud that checks each request as the API reference specifies."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import re
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, expected, exposition, identity, pages
from toolbox.shared.cloud_data import Stored, Workspace, new_cloud
from toolbox.shared.configuration import Source, quoted
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import PLANTED, TEXT, Exporter, Outcome, Running
from toolbox.shared.identity import DOMAIN, KEY, KEY_ID, PASSWORD, PERMANENT_SESSION, PROJECT, USER, Identity
from toolbox.shared.processes import wait_for

LISTED = "dataarts_fabric_workspace_listed_records"
EXPIRY = "dataarts_fabric_credential_expiry_timestamp_seconds"
REFRESHES = "dataarts_fabric_credential_refreshes_total"
REFRESH_FAILURES = "dataarts_fabric_credential_refresh_failures_total"
LOCKED_OUT = "dataarts_fabric_source_locked_out"
HOSTILE = "端点 a+b & c=d% e/f?g#h;i'j\"k~l"
TAIL = "TAIL-OF-A-SECRET"
ROTATED, WRONG = f"{PLANTED}-rotated", f"{PLANTED}-wrong"
OF_PROJECT = f", project_id: {PROJECT}"
ENVIRONMENT = "{environment: {}}"


@dataclasses.dataclass
class Case:
    """A cloud, an exporter with one source for it, and the files of its secrets."""

    exporter: Exporter
    plane: ControlPlane
    identity: Identity
    workspaces: list[Workspace]
    filters: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)

    @property
    def url(self) -> str:
        return quoted(self.plane.base_url)

    def secret(self, name: str, value: str) -> str:
        (self.exporter.directory / name).write_text(value + "\n", "utf-8")
        return name

    def key(self, more: str = OF_PROJECT, secret: str = KEY) -> str:
        return f"{{access_key: {{id: {KEY_ID}, secret_file: {self.secret('key', secret)}{more}}}}}"

    def session(self) -> str:
        """Makes the key temporary; returns the setting of its security token."""
        self.identity.sessions[KEY_ID] = PERMANENT_SESSION
        return f", security_token_file: {self.secret('session', PERMANENT_SESSION)}"

    def password(self, more: str = "", password: str = PASSWORD, path: str = "") -> str:
        file, url = self.secret("password", password), quoted(self.plane.base_url + path)
        return f"{{password: {{iam_url: {url}, domain: {DOMAIN}, user: {USER}, password_file: {file}{more}}}}}"

    def metadata(self) -> str:
        return f"{{metadata: {{url: {self.url}, project_id: {PROJECT}}}}}"

    def write(self, auth: str) -> str:
        source = Source(self.plane.base_url, self.workspaces, auth=auth, filters=self.filters)
        # Long, so that a slow machine does not change results.
        poll = {"requests_per_second": "0", "stale_after": "60s", "timeout": "10s"}
        return configuration.write(self.exporter.directory, "auth.yaml", [source], poll=poll)

    def once(self, auth: str) -> Outcome:
        return self.exporter.run("once", "--config.file", self.write(auth))

    def good(self, auth: str) -> exposition.Page:
        """Requires that one run lists everything without a rejected request."""
        begin = time.time()
        listed = self.accepted(self.once(auth))
        source = Source(self.plane.base_url, self.workspaces)
        pages.require_series(listed, pages.wanted([source], "problems"), (begin, time.time()))
        return listed

    def accepted(self, outcome: Outcome) -> exposition.Page:
        assert outcome.status == 0, outcome.stderr[-1500:]
        assert not self.identity.problems()
        assert not self.identity.odd_targets
        return pages.read(outcome.text, TEXT)

    @contextlib.contextmanager
    def serving(self, auth: str, *flags: str, up: float) -> Iterator[Running]:
        """Runs `serve`; the block begins when all workspaces are up, or all are down."""
        with self.exporter.serve("--config.file", self.write(auth), *flags) as running:
            self.wait_until(running, up)
            yield running

    def wait_until(self, running: Running, up: float, seconds: float = 8) -> None:
        """Waits until all workspaces are up, or all are down."""

        def all_are() -> bool:
            values = page(running).values()
            told = {dict(labels)["workspace_id"]: value for (name, labels), value in values.items() if name == pages.UP}
            return told == {workspace.id: up for workspace in self.workspaces}

        wait_for(all_are, seconds, f"every workspace has up == {up}\n{running.log()[-1500:]}")


@pytest.fixture
def case(program: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Case]:
    workspaces = list(new_cloud("small", "hundred-and-one", "single").values())
    with ControlPlane(workspaces) as plane:
        plane.identity = Identity()
        yield Case(Exporter(program, tmp_path), plane, plane.identity, workspaces)


def page(running: Running) -> exposition.Page:
    return pages.read(running.page(TEXT), TEXT)


def failures(running: Running) -> set[str]:
    """Returns the reasons of all failed polls."""
    series = page(running).values().items()
    return {dict(labels)["reason"] for (name, labels), failed in series if name == pages.FAILURES and failed}


def value(running: Running, family: str) -> float | None:
    return pages.sample_value(page(running), family, {"source": "acceptance"})


def require_expiry(listed: exposition.Page, seconds: float) -> None:
    end = pages.sample_value(listed, EXPIRY, {"source": "acceptance"})
    assert end == pytest.approx(time.time() + seconds, abs=30, rel=0)


def test_requests_signed_with_a_key_and_a_project_are_accepted(case: Case) -> None:
    case.identity.needs_project = True
    case.good(case.key())
    assert {request.headers.get("x-project-id") for request in case.plane.requests} == {PROJECT}
    assert {request.headers.get("host") for request in case.plane.requests} == {f"127.0.0.1:{case.plane.port}"}


def test_without_project_id_the_project_is_looked_up_once(case: Case) -> None:
    case.identity.needs_project = True
    case.good(case.key(f", iam_url: {case.url}"))
    lookups = [request for request in case.plane.requests if request.path == "/v3/projects"]
    assert [request.query for request in lookups] == [{"name": ["cn-north-4"]}]


@pytest.mark.parametrize("projects", [[], [{"id": "a" * 32, "name": identity.PROJECT_NAME}] * 2], ids=["none", "two"])
def test_without_one_project_of_the_regions_name_nothing_is_listed(case: Case, projects: list[dict[str, str]]) -> None:
    case.identity.projects = projects
    outcome = case.once(case.key(f", iam_url: {case.url}"))
    assert outcome.status == 3
    assert "project" in outcome.stderr
    assert {request.path for request in case.plane.requests} <= {"/v3/projects"}


def test_temporary_keys_are_sent_with_their_security_token_which_is_signed(case: Case) -> None:
    case.good(case.key(case.session() + OF_PROJECT))


def test_a_filter_that_needs_escaping_is_signed_as_sent(case: Case) -> None:
    workspace = case.workspaces[-1]
    del case.workspaces[:-1]
    workspace.stored = [Stored({"id": f"{n:032x}", "name": name}) for n, name in enumerate((f"x{HOSTILE}y", "other"))]
    case.filters = {workspace.id: {"name": HOSTILE}}
    listed = case.accepted(case.once(case.key()))
    assert case.plane.requests[0].query["name"] == [HOSTILE]
    assert pages.sample_value(listed, LISTED, expected.LISTING) == 1


def test_a_rotated_key_is_used_without_a_restart_and_without_a_failed_poll(case: Case) -> None:
    with case.serving(case.key(), up=1) as running:
        # A request that is checked after this was signed with the old key; its retry uses the new one.
        with case.identity.lock:
            case.identity.keys[KEY_ID] = ROTATED
            case.secret("key", ROTATED)
        time.sleep(3)
        assert not failures(running)


@pytest.mark.parametrize("path", ["/v3", "/v3.0/", "//"])
def test_an_address_of_iam_may_end_in(case: Case, path: str) -> None:
    case.good(case.password(path=path))


@pytest.mark.parametrize("seconds", [-60, 0, 1])
def test_tokens_that_are_about_to_expire_are_failures_with_a_backoff(case: Case, seconds: float) -> None:
    case.identity.token_life = seconds
    with case.serving(case.password(), up=0) as running:
        time.sleep(8)
        assert case.identity.count("password") <= 5
        assert failures(running) == {"credentials"}
        assert value(running, REFRESHES) == 0
        assert (value(running, REFRESH_FAILURES) or 0) >= 2
        assert "clock" in running.log()


def test_a_password_file_may_be_created_after_the_start(case: Case) -> None:
    auth = case.password()
    (case.exporter.directory / "password").unlink()
    with case.serving(auth, up=0) as running:
        assert "password: no such file" in running.log().lower()
        assert case.identity.count("password") == 0
        case.secret("password", PASSWORD)
        case.wait_until(running, up=1)


@pytest.mark.parametrize("more", ["", OF_PROJECT], ids=["by the region's name", "by id"])
def test_a_password_gives_one_token_for_the_project(case: Case, more: str) -> None:
    require_expiry(case.good(case.password(more)), 86_400)
    assert case.identity.count("password") == 1


def test_tokens_with_a_lifetime_of_6_s_are_renewed_seldom_and_without_a_rejected_request(case: Case) -> None:
    case.identity.token_life = 6
    with case.serving(case.password(), up=1) as running:
        time.sleep(20)
        assert not case.identity.problems()
        assert not failures(running)
        told, asked = value(running, REFRESHES) or 0, case.identity.count("password")
        assert 4 <= asked <= 2 * (22 / 6 + 1)
        assert asked - 1 <= told <= asked
        assert value(running, REFRESH_FAILURES) == 0


def test_a_revoked_token_is_replaced_without_a_failed_poll(case: Case) -> None:
    with case.serving(case.password(), up=1) as running:
        case.identity.revoke()
        time.sleep(3)
        assert not failures(running)
        assert case.identity.count("password") == 2


def test_a_rotated_password_is_used_without_a_restart(case: Case) -> None:
    with case.serving(case.password(), up=1) as running:
        with case.identity.lock:
            case.identity.password = ROTATED
            case.secret("password", ROTATED)
            case.identity.revoke()
        time.sleep(3)
        assert not failures(running)
        assert not [problem for problem in case.identity.problems() if problem.startswith("password")]


def test_a_machines_keys_are_requested_once_with_a_session(case: Case) -> None:
    case.good(case.metadata())
    assert case.identity.count("metadata") == 1


@pytest.mark.parametrize("status", [404, 405, 503])
def test_a_metadata_service_without_sessions_gives_keys(case: Case, status: int) -> None:
    case.identity.no_sessions = status
    case.good(case.metadata())


def test_a_machine_without_an_agency_gets_a_message_with_the_remedy(case: Case) -> None:
    case.identity.has_agency = False
    outcome = case.once(case.metadata())
    assert outcome.status == 3
    assert "agency" in outcome.stderr.lower()


def test_keys_with_a_lifetime_of_6_s_are_renewed_without_a_failed_poll(case: Case) -> None:
    case.identity.key_life = 6
    with case.serving(case.metadata(), up=1) as running:
        time.sleep(14)
        case.identity.metadata_tokens.clear()
        time.sleep(6)
        assert not [problem for problem in case.identity.problems() if "metadata" not in problem]
        assert not failures(running)
        assert case.identity.count("metadata") >= 4


@pytest.mark.parametrize("kind", ["key", "password"])
def test_the_keys_of_an_agency_are_used(case: Case, kind: str) -> None:
    case.identity.needs_project = True
    auth = case.key(f"{OF_PROJECT}, iam_url: {case.url}") if kind == "key" else case.password()
    agency = f"assume_agency: {{agency: {identity.AGENCY}, domain: {identity.OWNER}, duration: 15m}}"
    require_expiry(case.good(f"{auth[:-1]}, {agency}}}"), 900)
    assert "/v1/workspaces" in case.plane.requests[-1].path


def test_keys_and_project_are_read_from_the_environment(case: Case) -> None:
    case.identity.needs_project = True
    case.exporter.variables = sdk(AK=KEY_ID, SK=KEY, PROJECT_ID=PROJECT)
    case.good(ENVIRONMENT)


def test_a_security_token_and_the_address_of_iam_are_read_from_the_environment(case: Case) -> None:
    case.identity.needs_project = True
    case.identity.sessions[KEY_ID] = PERMANENT_SESSION
    case.exporter.variables = sdk(AK=KEY_ID, SK=KEY, SECURITY_TOKEN=PERMANENT_SESSION, IAM_ENDPOINT=case.plane.base_url)
    case.good(ENVIRONMENT)


def test_keys_and_project_are_read_from_the_credentials_file(case: Case) -> None:
    case.identity.needs_project = True
    lines = ["; SDK", "[global]", "ak = other", "[basic]", f"ak = {KEY_ID}", f"sk={KEY}", f"project_id = {PROJECT}"]
    (case.exporter.directory / ".huaweicloud").mkdir()
    case.secret(".huaweicloud/credentials", "\n".join(lines))
    case.good(ENVIRONMENT)


def test_iam_gives_a_token_for_an_id_token(case: Case) -> None:
    file = str(case.exporter.directory / case.secret("id-token", identity.ID_TOKEN))
    case.exporter.variables = sdk(IDP_ID=identity.PROVIDER, ID_TOKEN_FILE=file, IAM_ENDPOINT=case.plane.base_url)
    case.good(ENVIRONMENT)


def test_sts_gives_keys_for_rotating_id_tokens_without_a_failed_poll(case: Case) -> None:
    case.identity.key_life = 6
    file = str(case.exporter.directory / case.secret("id-token", identity.ID_TOKEN))
    case.exporter.variables = {
        **sdk(STS_ENDPOINT=case.plane.base_url, PROJECT_ID=PROJECT),
        "HUAWEICLOUD_OIDC_PROVIDER_URN": identity.PROVIDER_URN,
        "HUAWEICLOUD_OIDC_AGENCY_URN": identity.AGENCY_URN,
        "HUAWEICLOUD_OIDC_TOKEN_FILE": file,
    }
    with case.serving(ENVIRONMENT, up=1) as running:
        with case.identity.lock:
            case.secret("id-token", ROTATED)
            case.identity.id_token = ROTATED
        time.sleep(10)
        assert not case.identity.problems()
        assert not failures(running)
        assert case.identity.count("id token") >= 3


def sdk(**variables: str) -> dict[str, str]:
    return {f"HUAWEICLOUD_SDK_{name}": text for name, text in variables.items()}


@pytest.mark.parametrize(
    ("kind", "secret", "reason"), [("key", KEY, "unauthenticated"), ("password", PASSWORD, "credentials")]
)
def test_a_wrong_secret_costs_few_requests_and_is_used_at_once_when_corrected(
    case: Case, kind: str, secret: str, reason: str
) -> None:
    many = [Workspace(f"many-{number}", f"many-{number}", []) for number in range(20)]
    case.workspaces += many
    case.plane.workspaces |= {workspace.id: workspace for workspace in many}
    with case.serving(case.key(secret=WRONG) if kind == "key" else case.password(password=WRONG), up=0) as running:
        time.sleep(5)
        assert len(case.plane.requests) <= 3
        assert failures(running) == {reason}
        assert value(running, LOCKED_OUT) == 1
        case.secret(kind, secret)
        # Before the lockout of a minute is over.
        case.wait_until(running, up=1, seconds=15)


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_clock_that_is_20_minutes_off_is_reported(case: Case, minutes: int) -> None:
    case.identity.ahead = minutes * 60
    outcome = case.once(case.key())
    assert outcome.status == 3
    told = next((line for line in outcome.stderr.splitlines() if "clock" in line), "")
    assert re.search(r"\b(19|20) minutes", told), outcome.stderr[-800:]


def test_a_clock_that_is_10_minutes_off_has_no_effect(case: Case) -> None:
    case.identity.ahead = 10 * 60
    case.good(case.key())


@pytest.mark.parametrize(
    # With quotes, which the response escapes.
    "secret",
    [KEY, f"{WRONG}-{TAIL}", f'{PLANTED} "wrong" {TAIL}'],
    ids=["good key", "wrong key", "wrong password"],
)
def test_no_output_contains_a_secret_that_the_cloud_repeats(case: Case, secret: str) -> None:
    case.identity.echoes = True
    auth = case.key(case.session() + OF_PROJECT, secret) if " " not in secret else case.password(password=secret)
    if secret == KEY:
        # Rejected for another reason than its signature, so that a valid signature is echoed.
        case.identity.sessions[KEY_ID] = "another"
    checked = case.exporter.run("check", "--config.file", case.write(auth))
    assert checked.status == 0
    with case.serving(auth, "--log.level=debug", "--log.format=json", up=0) as running:
        texts = [running.fetch(path).text for path in ("/metrics", "/", "/api/v1/status")]
        told = "\n".join([*texts, running.log(), checked.everything])
    signatures = [signature[:16] for signature in case.identity.signatures]
    for part in (PLANTED, TAIL, *signatures):
        assert part not in told, repr(told[max(0, told.index(part) - 120) : told.index(part) + 60])
