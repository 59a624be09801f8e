# SPDX-License-Identifier: Apache-2.0
"""Each kind of credentials, with a cloud that checks each request as the API reference specifies.

Renewals, revoked and rejected credentials over time are in the Swift tests, whose clock needs no waiting.
"""

import dataclasses
import pathlib
import time
from collections.abc import Iterator

import pytest

from toolbox.shared import configuration, expected, exposition, identity, pages
from toolbox.shared.cloud_data import Stored, Workspace, new_cloud
from toolbox.shared.configuration import Source, quoted
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import PLANTED, TEXT, Exporter, Outcome
from toolbox.shared.identity import DOMAIN, KEY, KEY_ID, PASSWORD, PERMANENT_SESSION, PROJECT, USER, Identity
from toolbox.shared.processes import wait_for

LISTED = "dataarts_fabric_workspace_listed_records"
EXPIRY = "dataarts_fabric_credential_expiry_timestamp_seconds"
HOSTILE = "端点 a+b & c=d% e/f?g#h;i'j\"k~l"
ROTATED = f"{PLANTED}-rotated"
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

    def key(self, more: str = OF_PROJECT) -> str:
        return f"{{access_key: {{id: {KEY_ID}, secret_file: {self.secret('key', KEY)}{more}}}}}"

    def password(self) -> str:
        file = self.secret("password", PASSWORD)
        return f"{{password: {{iam_url: {self.url}, domain: {DOMAIN}, user: {USER}, password_file: {file}}}}}"

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


@pytest.fixture
def case(program: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Case]:
    workspaces = list(new_cloud("small", "hundred-and-one", "single").values())
    with ControlPlane(workspaces) as plane:
        plane.identity = Identity()
        yield Case(Exporter(program, tmp_path), plane, plane.identity, workspaces)


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


def test_temporary_keys_are_sent_with_their_security_token_which_is_signed(case: Case) -> None:
    case.identity.sessions[KEY_ID] = PERMANENT_SESSION
    case.good(case.key(f", security_token_file: {case.secret('session', PERMANENT_SESSION)}{OF_PROJECT}"))


def test_a_filter_that_needs_escaping_is_signed_as_sent(case: Case) -> None:
    workspace = case.workspaces[-1]
    del case.workspaces[:-1]
    workspace.stored = [Stored({"id": f"{n:032x}", "name": name}) for n, name in enumerate((f"x{HOSTILE}y", "other"))]
    case.filters = {workspace.id: {"name": HOSTILE}}
    listed = case.accepted(case.once(case.key()))
    assert case.plane.requests[0].query["name"] == [HOSTILE]
    assert pages.sample_value(listed, LISTED, expected.LISTING) == 1


def test_a_password_gives_one_token_for_the_project(case: Case) -> None:
    require_expiry(case.good(case.password()), 86_400)
    assert case.identity.count("password") == 1


def test_a_machines_keys_are_requested_once_with_a_session(case: Case) -> None:
    case.good(case.metadata())
    assert case.identity.count("metadata") == 1


def test_a_machine_without_an_agency_gets_a_message_with_the_remedy(case: Case) -> None:
    case.identity.has_agency = False
    outcome = case.once(case.metadata())
    assert outcome.status == 3
    assert "agency" in outcome.stderr.lower()


@pytest.mark.parametrize("kind", ["key", "password"])
def test_the_keys_of_an_agency_are_used(case: Case, kind: str) -> None:
    case.identity.needs_project = True
    auth = case.key(f"{OF_PROJECT}, iam_url: {case.url}") if kind == "key" else case.password()
    agency = f"assume_agency: {{agency: {identity.AGENCY}, domain: {identity.OWNER}, duration: 15m}}"
    require_expiry(case.good(f"{auth[:-1]}, {agency}}}"), 900)
    assert "/v1/workspaces" in case.plane.requests[-1].path


def test_a_key_its_security_token_and_the_address_of_iam_are_read_from_the_environment(case: Case) -> None:
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
    with case.exporter.serve("--config.file", case.write(ENVIRONMENT)) as running:
        wait_for(lambda: case.identity.count("id token"), 8, "the first keys are issued")
        with case.identity.lock:
            case.secret("id-token", ROTATED)
            case.identity.id_token = ROTATED
        wait_for(lambda: case.identity.count("id token") >= 3, 15, "keys are renewed")
        running.ready()
        series = pages.read(running.page(), TEXT).values().items()
        assert not case.identity.problems()
        assert {value for (name, _), value in series if name == pages.FAILURES} == {0}
        assert {value for (name, _), value in series if name == pages.UP} == {1}


def sdk(**variables: str) -> dict[str, str]:
    return {f"HUAWEICLOUD_SDK_{name}": text for name, text in variables.items()}


def test_a_clock_that_is_10_minutes_off_has_no_effect(case: Case) -> None:
    case.identity.ahead = 10 * 60
    case.good(case.key())
