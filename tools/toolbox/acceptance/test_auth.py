# SPDX-License-Identifier: Apache-2.0
"""All kinds of credentials, with a cloud that checks each request as the API reference specifies."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import time
from collections.abc import Callable, Iterator

from toolbox.shared import pages
from toolbox.shared import configuration
from toolbox.shared import expected
from toolbox.shared import exposition
from toolbox.shared import identity
from toolbox.shared import json_text

from toolbox.shared.cloud_data import Stored, Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import TEXT, Outcome, Running
from toolbox.shared.pages import FAILURES, UP
from toolbox.shared.identity import AGENCY, DOMAIN, KEY, KEY_ID, OWNER, PASSWORD, PERMANENT_SESSION, PROJECT, USER, Identity
from toolbox.shared.exporter import PLANTED
from report import require, require_equal, require_none, wait_for

LISTED = "dataarts_fabric_workspace_listed_records"
EXPIRY = "dataarts_fabric_credential_expiry_timestamp_seconds"
REFRESHES = "dataarts_fabric_credential_refreshes_total"
REFRESH_FAILURES = "dataarts_fabric_credential_refresh_failures_total"
HOSTILE = "端点 a+b & c=d% e/f?g#h;i'j\"k~l"
TAIL = "TAIL-OF-A-SECRET"
KEYS, PASSWORDS, METADATA, AGENCIES, ENVIRONMENT = "access keys", "passwords", "metadata", "agencies", "environment"


@dataclasses.dataclass
class Case:
    """A cloud, a source for it, and the files of its secrets."""

    with_: Bench
    plane: ControlPlane
    identity: Identity
    workspaces: list[Workspace]

    @property
    def url(self) -> str:
        return json_text.write(self.plane.base_url)

    def secret(self, name: str, value: str) -> str:
        (self.with_.directory / name).write_text(value + "\n", "utf-8")
        return name

    def key(self, more: str = "", secret: str = KEY) -> str:
        return f"{{access_key: {{id: {KEY_ID}, secret_file: {self.secret('key', secret)}{more}}}}}"

    def password(self, more: str = "", password: str = PASSWORD) -> str:
        name = self.secret("password", password)
        return f"{{password: {{iam_url: {self.url}, domain: {DOMAIN}, user: {USER}, password_file: {name}{more}}}}}"

    def metadata(self) -> str:
        return f"{{metadata: {{url: {self.url}, project_id: {PROJECT}}}}}"

    def write(self, auth: str, filters: dict[str, dict[str, str]] | None = None) -> str:
        source = Source(self.plane.base_url, self.workspaces, auth=auth, filters=filters or {})
        # Long, so that a slow machine does not change results.
        poll = {"requests_per_second": "0", "stale_after": "60s", "timeout": "10s"}
        return configuration.write(self.with_.directory, "auth.yaml", [source], poll=poll)

    def once(self, auth: str, filters: dict[str, dict[str, str]] | None = None) -> Outcome:
        return self.with_.exporter.run("once", "--config.file", self.write(auth, filters))

    def good(self, auth: str) -> exposition.Page:
        """Requires that one run lists everything without a rejected request."""
        begin = time.time()
        outcome = self.once(auth)
        require(outcome.status == 0, f"status {outcome.status}\n{outcome.stderr[-1500:]}")
        require_none(self.identity.problems(), "rejected attempts")
        require_none(self.identity.odd_targets, "targets that differ from the signed ones")
        page = pages.read(outcome.stdout.decode("utf-8"), TEXT)
        source = Source(self.plane.base_url, self.workspaces)
        pages.require_series(page, pages.wanted([source], "problems"), (begin, time.time()))
        return page

    @contextlib.contextmanager
    def serving(self, auth: str, *flags: str) -> Iterator[Running]:
        with self.with_.exporter.serve("--config.file", self.write(auth), *flags) as running:
            yield running

    def wait_until_up(self, running: Running, seconds: float = 6) -> None:
        wait_for(lambda: self.up(running) == {1.0}, seconds, f"every workspace is up\n{running.log()[-1500:]}")

    def up(self, running: Running) -> set[float | None]:
        page = pages.read(running.page(TEXT), TEXT)
        return {pages.sample_value(page, UP, {"workspace_id": workspace.id}) for workspace in self.workspaces}

    def failures(self, running: Running) -> dict[str, float]:
        """Returns the failed polls of all workspaces by reason."""
        total: dict[str, float] = {}
        for (name, labels), value in pages.read(running.page(TEXT), TEXT).values().items():
            if name == FAILURES and value:
                reason = dict(labels)["reason"]
                total[reason] = total.get(reason, 0) + value
        return total


def value(running: Running, family: str) -> float | None:
    return pages.sample_value(pages.read(running.page(TEXT), TEXT), family, {"source": "acceptance"})


def run(with_: Bench) -> None:
    groups: tuple[tuple[str, Callable[[Case, str], None]], ...] = (
        (KEYS, access_keys), (PASSWORDS, passwords), (METADATA, metadata), (AGENCIES, agencies),
        (ENVIRONMENT, environment), (KEYS, wrong_key), (PASSWORDS, wrong_password), (KEYS, clocks), (KEYS, echoes),
    )  # fmt: skip
    for needs, checks in groups:
        checks(Case(with_, ControlPlane([]), Identity(), []), needs)


@contextlib.contextmanager
def check(case: Case, title: str, needs: str, *names: str, **changes: object) -> Iterator[Case]:
    """One check with its own cloud, with some workspaces and an identity with `changes`."""
    workspaces = list(case.with_.cloud(*(names or ("small", "hundred-and-one", "single"))).values())
    with case.with_.report.check(title, needs), ControlPlane(workspaces) as plane:
        plane.identity = Identity(**changes)  # type: ignore[arg-type]
        yield Case(case.with_, plane, plane.identity, workspaces)


def access_keys(case: Case, needs: str) -> None:
    with check(case, "requests signed with a key and a project are accepted", needs, needs_project=True) as it:
        it.good(it.key(f", project_id: {PROJECT}"))
        projects = {request.headers.get("x-project-id") for request in it.plane.requests}
        require_equal(projects, {PROJECT}, "project ids in requests")
        hosts = {request.headers.get("host") for request in it.plane.requests}
        require_equal(hosts, {f"127.0.0.1:{it.plane.port}"}, "hosts in requests, including the port")
    with check(case, "without project_id the project is looked up once", needs, needs_project=True) as it:
        it.good(it.key(f", iam_url: {it.url}"))
        asked = [request for request in it.plane.requests if request.path == "/v3/projects"]
        require_equal([request.query for request in asked], [{"name": ["cn-north-4"]}], "lookups")
    for projects, words in (([], "no project"), ([{"id": "a" * 32, "name": "cn-north-4"}] * 2, "2 projects")):
        with check(case, f"{words} of the region's name: no listing, and a message", needs, projects=projects) as it:
            outcome = it.once(it.key(f", iam_url: {it.url}"))
            require_equal(outcome.status, 3, "the status")
            require("project" in outcome.stderr, f"it says {outcome.stderr[-800:]}")
            listed = [request for request in it.plane.requests if request.path != "/v3/projects"]
            require_equal(len(listed), 0, "other requests")
    with check(case, "temporary keys are sent with their security token, which is signed", needs) as it:
        it.identity.sessions[KEY_ID] = PERMANENT_SESSION
        it.good(it.key(f", security_token_file: {it.secret('session', PERMANENT_SESSION)}, project_id: {PROJECT}"))
    with check(case, "a filter that needs escaping is signed as sent", needs, "single") as it:
        named = [Stored({"id": f"{n:032x}", "name": name}) for n, name in enumerate((f"x{HOSTILE}y", "other"))]
        it.plane.workspaces[it.workspaces[0].id].stored = named
        outcome = it.once(it.key(f", project_id: {PROJECT}"), {it.workspaces[0].id: {"name": HOSTILE}})
        require(outcome.status == 0, f"status {outcome.status}\n{outcome.stderr[-1500:]}")
        require_none(it.identity.problems() + it.identity.odd_targets, "rejected or malformed requests")
        require_equal(it.plane.requests[0].query["name"], [HOSTILE], "the filter as received")
        page = pages.read(outcome.stdout.decode("utf-8"), TEXT)
        require_equal(pages.sample_value(page, LISTED, expected.LISTING), 1.0, "endpoints listed")
    with (
        check(case, "a rotated key is used without a restart and without a failed poll", needs) as it,
        it.serving(it.key(f", project_id: {PROJECT}")) as running,
    ):
        it.wait_until_up(running)
        # A request that is checked after this was signed with the old key; its retry uses the new one.
        with it.identity.lock:
            it.identity.keys[KEY_ID] = f"{PLANTED}-rotated"
            it.secret("key", f"{PLANTED}-rotated")
        time.sleep(3)
        require_equal(it.failures(running), {}, "failed polls")


def passwords(case: Case, needs: str) -> None:
    for path in ("/v3", "/v3.0/", "//"):
        with check(case, f"an address of IAM that ends in {path}", needs) as it:
            it.good(it.password().replace(it.url, json_text.write(it.plane.base_url + path)))
    for life in (-60, 0, 1):
        with (
            check(case, f"tokens with {life} s left are failures with a backoff", needs, token_life=life) as it,
            it.serving(it.password()) as running,
        ):
            wait_for(lambda: it.up(running) == {0.0}, 8, "every workspace is down")
            time.sleep(8)
            require(it.identity.count("password") <= 5, f"{it.identity.count('password')} logins")
            require_equal(set(it.failures(running)), {"credentials"}, "the reasons")
            require_equal(value(running, REFRESHES), 0.0, "refreshes")
            require((value(running, REFRESH_FAILURES) or 0) >= 2, "too few counted failures")
            require("clock" in running.log(), running.log()[-800:])
    with check(case, "a password file that is created after the start", needs) as it:
        auth = it.password()
        (it.with_.directory / "password").unlink()
        with it.serving(auth) as running:
            wait_for(lambda: it.up(running) == {0.0}, 8, "every workspace is down")
            require("password: no such file" in running.log().lower(), running.log()[-800:])
            require_equal(it.identity.count("password"), 0, "logins")
            it.secret("password", PASSWORD)
            it.wait_until_up(running)
    for more, title in (("", "by the region's name"), (f", project_id: {PROJECT}", "by id")):
        with check(case, f"a password gives one token for the project {title}", needs) as it:
            page = it.good(it.password(more))
            require_equal(it.identity.count("password"), 1, "token requests")
            end = pages.sample_value(page, EXPIRY, {"source": "acceptance"})
            require(end is not None and abs(end - time.time() - 86_400) < 30, f"the token expires at {end}")
    with (
        check(
            case, "tokens with a lifetime of 6 s: no rejected request in 20 s, and few renewals", needs, token_life=6
        ) as it,
        it.serving(it.password()) as running,
    ):
        it.wait_until_up(running)
        time.sleep(20)
        require_none(it.identity.problems(), "rejected attempts")
        require_equal(it.failures(running), {}, "failed polls")
        told, asked = value(running, REFRESHES), it.identity.count("password")
        require(4 <= asked <= 2 * (22 / 6 + 1), f"{asked} token requests")
        require(told is not None and asked - 1 <= told <= asked, f"{told} renewals counted of {asked}")
        require_equal(value(running, REFRESH_FAILURES), 0.0, "counted failed renewals")
    with check(case, "a revoked token is replaced without a failed poll", needs) as it:
        with it.serving(it.password()) as running:
            it.wait_until_up(running)
            it.identity.revoke()
            time.sleep(3)
            require_equal(it.failures(running), {}, "failed polls")
            require_equal(it.identity.count("password"), 2, "token requests")
    with check(case, "a rotated password is used without a restart", needs) as it:
        with it.serving(it.password()) as running:
            it.wait_until_up(running)
            with it.identity.lock:
                it.identity.password = f"{PLANTED}-rotated"
                it.secret("password", f"{PLANTED}-rotated")
                it.identity.revoke()
            time.sleep(3)
            require_equal(it.failures(running), {}, "failed polls")
            require(not [p for p in it.identity.problems() if p.startswith("password")], "a wrong password was sent")


def metadata(case: Case, needs: str) -> None:
    with check(case, "a machine's keys are requested once, with a session", needs) as it:
        it.good(it.metadata())
        require_equal(it.identity.count("metadata"), 1, "key requests")
    for status in (404, 405, 503):
        with check(case, f"a metadata service that returns {status} for a session gives keys without it", needs,
                   no_sessions=status) as it:  # fmt: skip
            it.good(it.metadata())
    with check(case, "a machine without an agency: a message with the remedy", needs, has_agency=False) as it:
        outcome = it.once(it.metadata())
        require_equal(outcome.status, 3, "the status")
        require("agency" in outcome.stderr.lower(), f"it says {outcome.stderr[-800:]}")
    with (
        check(case, "keys with a lifetime of 6 s are renewed without a failed poll", needs, key_life=6) as it,
        it.serving(it.metadata()) as running,
    ):
        it.wait_until_up(running)
        time.sleep(14)
        it.identity.metadata_tokens.clear()
        time.sleep(6)
        require_none([p for p in it.identity.problems() if "metadata" not in p], "rejected attempts")
        require_equal(it.failures(running), {}, "failed polls")
        require(it.identity.count("metadata") >= 4, "the keys were not renewed")


def agencies(case: Case, needs: str) -> None:
    agency = f"assume_agency: {{agency: {AGENCY}, domain: {OWNER}, duration: 15m}}"
    for kind in ("key", "password"):
        with check(case, f"the keys of an agency, assumed with a {kind}", needs, needs_project=True) as it:
            auth = it.key(f", project_id: {PROJECT}, iam_url: {it.url}") if kind == "key" else it.password()
            page = it.good(f"{auth[:-1]}, {agency}}}")
            end = pages.sample_value(page, EXPIRY, {"source": "acceptance"})
            require(end is not None and abs(end - time.time() - 900) < 30, f"the keys expire at {end}")
            paths = [request.path for request in it.plane.requests]
            require("/v1/workspaces" in paths[-1], f"the last request is {paths[-1]}")


def environment(case: Case, needs: str) -> None:
    def given(it: Case, **more: str) -> None:
        it.with_.exporter.variables = {
            f"HUAWEICLOUD_{'' if name.startswith('OIDC_') else 'SDK_'}{name}": text for name, text in more.items()
        }

    try:
        with check(case, "keys and project from the environment", needs, needs_project=True) as it:
            given(it, AK=KEY_ID, SK=KEY, PROJECT_ID=PROJECT)
            it.good("{environment: {}}")
        with check(case, "a security token and IAM's address from the environment", needs, needs_project=True) as it:
            it.identity.sessions[KEY_ID] = PERMANENT_SESSION
            given(it, AK=KEY_ID, SK=KEY, SECURITY_TOKEN=PERMANENT_SESSION, IAM_ENDPOINT=it.plane.base_url)
            it.good("{environment: {}}")
        with check(case, "keys and project from the credentials file", needs, needs_project=True) as it:
            given(it)
            folder = it.with_.directory / ".huaweicloud"
            folder.mkdir(exist_ok=True)
            lines = ["; SDK", "[global]", "ak = other", "[basic]", f"ak = {KEY_ID}", f"sk={KEY}",
                     f"project_id = {PROJECT}"]  # fmt: skip
            (folder / "credentials").write_text("\n".join(lines) + "\n", "utf-8")
            it.good("{environment: {}}")
        with check(case, "a token of IAM for an id token", needs) as it:
            file = str(it.with_.directory / it.secret("id-token", identity.ID_TOKEN))
            given(it, IDP_ID=identity.PROVIDER, ID_TOKEN_FILE=file, IAM_ENDPOINT=it.plane.base_url)
            it.good("{environment: {}}")
        with check(case, "keys of STS for rotating id tokens, without a failed poll", needs, key_life=6) as it:
            file = str(it.with_.directory / it.secret("id-token", identity.ID_TOKEN))
            given(it, STS_ENDPOINT=it.plane.base_url, OIDC_PROVIDER_URN=identity.PROVIDER_URN, PROJECT_ID=PROJECT,
                  OIDC_AGENCY_URN=identity.AGENCY_URN, OIDC_TOKEN_FILE=file)  # fmt: skip
            with it.serving("{environment: {}}") as running:
                it.wait_until_up(running)
                with it.identity.lock:
                    it.secret("id-token", f"{PLANTED}-rotated")
                    it.identity.id_token = f"{PLANTED}-rotated"
                time.sleep(10)
                require_none(it.identity.problems(), "rejected attempts")
                require_equal(it.failures(running), {}, "failed polls")
                require(it.identity.count("id token") >= 3, "the keys were not renewed")
    finally:
        case.with_.exporter.variables = {}


def wrong_key(case: Case, needs: str) -> None:
    with check(case, "a wrong key: few requests with many workspaces; the corrected file is used at once", needs) as it:
        correct(it, it.key(f", project_id: {PROJECT}", f"{PLANTED}-wrong"), "key", KEY, "unauthenticated")


def wrong_password(case: Case, needs: str) -> None:
    with check(case, "a wrong password: few requests; the corrected file is used at once", needs) as it:
        correct(it, it.password(password=f"{PLANTED}-wrong"), "password", PASSWORD, "credentials")


def correct(it: Case, auth: str, file: str, secret: str, reason: str) -> None:
    """Runs with a wrong secret, then corrects it; requires success before the lockout of a minute is over."""
    many = [Workspace(f"many-{number}", f"many-{number}", []) for number in range(20)]
    it.workspaces += many
    it.plane.workspaces |= {workspace.id: workspace for workspace in many}
    with it.serving(auth) as running:
        wait_for(lambda: it.up(running) == {0.0}, 8, "every workspace is down")
        time.sleep(5)
        require(len(it.plane.requests) <= 3, f"{len(it.plane.requests)} requests")
        require_equal(set(it.failures(running)), {reason}, "the reasons")
        require_equal(value(running, "dataarts_fabric_source_locked_out"), 1.0, "source_locked_out")
        it.secret(file, secret)
        it.wait_until_up(running, 15)


def clocks(case: Case, needs: str) -> None:
    for ahead in (20 * 60, -20 * 60):
        with check(case, f"a clock that is {ahead} s off is reported", needs, ahead=ahead) as it:
            outcome = it.once(it.key(f", project_id: {PROJECT}"))
            require_equal(outcome.status, 3, "the status")
            told = next((line for line in outcome.stderr.splitlines() if "clock" in line), "")
            require(re.search(r"\b(19|20) minutes", told), f"it says {outcome.stderr[-800:]}")
    with check(case, "a clock that is 10 minutes off has no effect", needs, ahead=10 * 60) as it:
        it.good(it.key(f", project_id: {PROJECT}"))


def echoes(case: Case, needs: str) -> None:
    """Runs with a cloud that repeats all requests; the output of each run is searched for secrets too."""
    for kind, wrong in (("key", False), ("key", True), ("password", True)):
        title = f"no output contains a secret, with a {'wrong' if wrong else 'good'} {kind}, at debug level"
        with check(case, title, needs, echoes=True) as it:
            # With quotes, which the response escapes.
            text = f"{PLANTED}-wrong-{TAIL}" if kind == "key" else f'{PLANTED} "wrong" {TAIL}'
            text = text if wrong else KEY
            it.identity.sessions[KEY_ID] = PERMANENT_SESSION
            session = f", security_token_file: {it.secret('session', PERMANENT_SESSION)}"
            auth = it.key(f", project_id: {PROJECT}{session}", text) if kind == "key" else it.password(password=text)
            if not wrong:
                # Rejected for another reason than its signature, so that a valid signature is echoed.
                it.identity.sessions[KEY_ID] = "another"
            checked = it.with_.exporter.run("check", "--config.file", it.write(auth))
            require_equal(checked.status, 0, "the status of check")
            with it.serving(auth, "--log.level=debug", "--log.format=json") as running:
                wait_for(lambda: it.up(running) == {0.0}, 8, "every workspace is down")
                pages = [running.fetch(path).text for path in ("/metrics", "/", "/api/v1/status")]
                told = "\n".join([*pages, running.log(), checked.everything])
            for part in (PLANTED, TAIL):
                require(part not in told, f"output: {around(told, part)}")
            for signature in it.identity.signatures:
                require(signature[:16] not in told, f"output contains a signature: {around(told, signature[:16])}")


def around(text: str, part: str) -> str:
    at = text.index(part) if part in text else 0
    return repr(text[max(0, at - 120) : at + 60])
