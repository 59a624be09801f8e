# SPDX-License-Identifier: Apache-2.0
"""No output contains a secret, even if responses repeat it, in successful and failed requests."""

import dataclasses
import html
import os
import pathlib
import re
import shutil
import urllib.parse
from collections.abc import Iterator

import pytest

from toolbox.acceptance.echo_cloud import WORKSPACE, EchoCloud
from toolbox.shared import configuration, identity, pages
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import TOKEN
from toolbox.shared.expected import LISTING
from toolbox.shared.exporter import ACCEPT, FORMATS, PLANTED, TEXT, Exporter, Running, environment
from toolbox.shared.identity import DOMAIN, ID_TOKEN, KEY, KEY_ID, PASSWORD, PERMANENT_SESSION, PROJECT, USER
from toolbox.shared.processes import Server, wait_for

CREDENTIALS = f"[basic]\nak = {KEY_ID}\nsk = {KEY}\nsecurity_token = {PERMANENT_SESSION}\nproject_id = {PROJECT}\n"
SECRETS = {"password": PASSWORD, "key": KEY, "session": PERMANENT_SESSION, "id-token": ID_TOKEN}
PROXY_PASSWORD = f"{PLANTED}@proxy:pass/word"
# Stands for the address of the cloud, whose port is only known later.
CLOUD = "ADDRESS-OF-THE-CLOUD"
URL, PROXY = f"http://{CLOUD}", f"http://{USER}:{urllib.parse.quote(PROXY_PASSWORD, '')}@{CLOUD}"


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of credential: YAML, environment variables and proxy."""

    auth: str = "{token_file: token}"
    secrets: tuple[str, ...] = (TOKEN,)
    variables: dict[str, str] = dataclasses.field(default_factory=dict)
    proxy_url: str | None = None
    base_url: str = URL
    # IAM or the metadata service issues the credential of requests.
    is_issued: bool = False


def of_environment(secrets: tuple[str, ...], is_issued: bool = False, **variables: str) -> Kind:
    given = {f"HUAWEICLOUD_{name}": text for name, text in variables.items()}
    return Kind("{environment: {}}", secrets, given, is_issued=is_issued)


KEYS = f"id: {KEY_ID}, secret_file: key, security_token_file: session, project_id: {PROJECT}"
OF_KEYS = (KEY, PERMANENT_SESSION)
LOGIN = f"iam_url: {URL!r}, domain: {DOMAIN}, user: {USER}"
INLINE = f"{LOGIN}, password: {configuration.quoted(PASSWORD)}"
ASSUMED = f"assume_agency: {{agency: {identity.AGENCY}, domain: {identity.OWNER}, duration: 15m}}"
NOWHERE = "http://fabric.invalid"
KINDS = {
    "a token": Kind(f"{{token: {TOKEN}}}"),
    "a token in a file": Kind(),
    "an access key": Kind(f"{{access_key: {{{KEYS}}}}}", OF_KEYS),
    "a password in the file": Kind(f"{{password: {{{INLINE}}}}}", (PASSWORD,), is_issued=True),
    "a password in a secret file": Kind(
        f"{{password: {{{LOGIN}, password_file: password}}}}", (PASSWORD,), is_issued=True
    ),
    "an agency, with a key": Kind(f"{{access_key: {{{KEYS}, iam_url: {URL!r}}}, {ASSUMED}}}", OF_KEYS, is_issued=True),
    "an agency, with a password": Kind(f"{{password: {{{INLINE}}}, {ASSUMED}}}", (PASSWORD,), is_issued=True),
    "the metadata service": Kind(f"{{metadata: {{url: {URL!r}, project_id: {PROJECT}}}}}", (), is_issued=True),
    "keys of the environment": of_environment(
        OF_KEYS, SDK_AK=KEY_ID, SDK_SK=KEY, SDK_SECURITY_TOKEN=PERMANENT_SESSION, SDK_PROJECT_ID=PROJECT
    ),
    "the credentials file": of_environment(OF_KEYS),
    "an id token for IAM": of_environment(
        (ID_TOKEN,), True, SDK_IDP_ID=identity.PROVIDER, SDK_ID_TOKEN_FILE="id-token", SDK_IAM_ENDPOINT=URL
    ),
    "an id token for STS": of_environment(
        (ID_TOKEN,), True, OIDC_PROVIDER_URN=identity.PROVIDER_URN, OIDC_AGENCY_URN=identity.AGENCY_URN,
        OIDC_ID_TOKEN=ID_TOKEN, SDK_STS_ENDPOINT=URL, SDK_PROJECT_ID=PROJECT,
    ),
    "proxy_url": Kind(secrets=(TOKEN, PROXY_PASSWORD), proxy_url=PROXY, base_url=NOWHERE),
    "http_proxy": Kind(secrets=(TOKEN, PROXY_PASSWORD), variables={"http_proxy": PROXY}, base_url=NOWHERE),
}  # fmt: skip


@dataclasses.dataclass
class Case:
    """A cloud that repeats secrets, and an exporter with one kind of credential for it."""

    kind: Kind
    cloud: EchoCloud
    exporter: Exporter
    file: str

    def look_for_secrets(self, told: dict[str, str]) -> None:
        found = []
        for secret in {*self.kind.secrets, *self.cloud.secrets, *self.cloud.signatures}:
            for where, text in told.items():
                # Texts as they are, and with HTML and JSON unescaped.
                readings = (text, html.unescape(text), unescaped(text))
                if reading := next((reading for reading in readings if secret[:16] in reading), None):
                    at = reading.index(secret[:16])
                    found.append(f"{where}: {reading[max(0, at - 60) : at + 30]!r}")
        assert not found, sorted(found)[:10]


@pytest.fixture(params=KINDS)
def case(program: pathlib.Path, tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> Iterator[Case]:
    kind = KINDS[request.param]
    for name, text in SECRETS.items():
        (tmp_path / name).write_text(text + "\n", "utf-8")
    (tmp_path / ".huaweicloud").mkdir()
    (tmp_path / ".huaweicloud/credentials").write_text(CREDENTIALS, "utf-8")
    with EchoCloud() as cloud:
        exporter = Exporter(program, tmp_path)
        exporter.variables = {name: text.replace(CLOUD, cloud.address) for name, text in kind.variables.items()}
        base_url, auth = (text.replace(CLOUD, cloud.address) for text in (kind.base_url, kind.auth))
        proxy_url = kind.proxy_url and kind.proxy_url.replace(CLOUD, cloud.address)
        source = Source(
            base_url, [], auth=auth, discovery="{}", proxy_url=proxy_url, services_url=base_url, collects_runs=True
        )
        poll = {"requests_per_second": "0", "retries": "0"}
        file = configuration.write(tmp_path, "secrets.yaml", [source], details="all", poll=poll)
        yield Case(kind, cloud, exporter, file)


def unescaped(text: str) -> str:
    """Returns a text without JSON escapes."""
    named = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", lambda m: chr(int(m[1], 16)) if m[1] else named.get(m[2], m[2]), text)


def test_no_page_and_no_log_contains_a_secret(case: Case) -> None:
    """Searches all pages while requests succeed, and while they are rejected."""
    cloud = case.cloud
    told: dict[str, str] = {}
    with case.exporter.serve("--config.file", case.file, "--log.level=debug") as running:
        wait_for(lambda: up(running) == 1, 30, f"the workspace is up\n{running.log()[-1500:]}")
        # Until it has a listing that contains the secrets of the first requests.
        begin = cloud.requests
        wait_for(lambda: cloud.requests > begin + 3, 30, "more requests")
        wait_for(lambda: "<REDACTED>" in running.page(TEXT), 30, "a redacted secret on the page")
        told |= {f"{name} while requests succeed": text for name, text in all_pages(running).items()}
        cloud.refuses = True
        wait_for(lambda: up(running) == 0, 30, f"the workspace is down\n{running.log()[-1500:]}")
        begin = cloud.requests
        wait_for(lambda: cloud.requests > begin + 6, 30, "more refusals")
        told |= {f"{name} while requests are rejected": text for name, text in all_pages(running).items()}
        told["the log"] = running.log()
    assert "<REDACTED>" in told["the log"]
    case.look_for_secrets(told)


@pytest.mark.parametrize(
    "command", [("check",), ("check", "--connect"), ("once", "--log.level=debug")], ids=lambda words: " ".join(words)
)
def test_no_output_of_a_command_contains_a_secret(case: Case, command: tuple[str, ...]) -> None:
    cloud = case.cloud
    for state in ("answers", "refuses", "IAM refuses") if case.kind.is_issued else ("answers", "refuses"):
        cloud.refuses, cloud.iam_refuses = state == "refuses", state == "IAM refuses"
        cloud.forget()
        outcome = case.exporter.run(*command, "--config.file", case.file)
        assert outcome.status in (0, 3), f"while it {state}: {outcome.stderr[-900:]}"
        case.look_for_secrets({f"while it {state}": outcome.everything})


def up(running: Running) -> float | None:
    return pages.sample_value(pages.read(running.page(TEXT), TEXT), pages.UP, {"workspace_id": WORKSPACE, **LISTING})


def all_pages(running: Running) -> dict[str, str]:
    told = {format: running.page(format) for format in FORMATS}
    for format in FORMATS:
        answer = running.fetch("/metrics", headers={"Accept": ACCEPT[format], "Accept-Encoding": "gzip"})
        assert answer.headers.get("content-encoding") == "gzip"
        told[f"{format}, compressed"] = answer.text
    for path in ("/", f"/?workspace_id={WORKSPACE}", "/?workspace_id=w-1", "/api/v1/status", "/sd"):
        told[path] = running.fetch(path).text
    return told


def test_the_password_of_a_malformed_proxy_is_redacted(program: pathlib.Path, tmp_path: pathlib.Path) -> None:
    exporter = Exporter(program, tmp_path)
    exporter.variables = {"http_proxy": f"http://user:{PLANTED}#/second-part@127.0.0.1:1"}
    file = configuration.write(tmp_path, "proxies.yaml", [Source(NOWHERE, [], discovery="{}")], poll={"retries": "0"})
    for command in (("check", "--connect"), ("once", "--log.level=debug")):
        # Each run also requires that the first part is not in its output.
        assert "second-part" not in exporter.run(*command, "--config.file", file).everything


def test_an_unprivileged_process_disables_core_dumps_and_exports_its_metrics(
    program: pathlib.Path, directory: pathlib.Path
) -> None:
    directory.chmod(0o755)
    copy = directory / "exporter"
    shutil.copy(program, copy)
    copy.chmod(0o755)
    server = Server("demo", directory)
    unprivileged = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    command = (*unprivileged, copy, "demo", f"--web.listen-address={server.address}")
    with server.running(*command, env=environment(directory)):
        files = pathlib.Path(f"/proc/{server.process.pid}")
        assert re.search(r"Max core file size +0 +0 ", (files / "limits").read_text("ascii"))
        # /proc files of an undumpable process belong to root.
        assert (files / "status").stat().st_uid == 0
        page = server.text("/metrics")
    names = ("cpu_seconds_total", "open_fds", "max_fds", "resident_memory_bytes", "start_time_seconds")
    assert [name for name in names if f"\nprocess_{name} " not in page] == []
