# SPDX-License-Identifier: Apache-2.0
"""No output contains a secret, even if responses repeat it, in successful and failed requests."""

from __future__ import annotations

import dataclasses
import html
import http.client
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.parse

from toolbox.shared import pages
from toolbox.shared import configuration
from toolbox.shared import json_text

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import TOKEN
from toolbox.acceptance.echo_cloud import WORKSPACE, EchoCloud
from toolbox.shared.exporter import ACCEPT, FORMATS, HOST, TEXT, Running, environment, free_port
from toolbox.shared.identity import AGENCY, AGENCY_URN, DOMAIN, KEY_ID, OWNER, PROJECT, PROVIDER, PROVIDER_URN, USER
from toolbox.shared.exporter import PLANTED
from report import require, require_none, wait_for

PASSWORD = f'{PLANTED} "odd" \\ p\u00e4ssw\u00f6rt, {{中文}}'
KEY = f"{PLANTED}/access+key="
SESSION = f"{PLANTED}-session-token=="
ID_TOKEN = f"{PLANTED}.id.token"
PROXY_PASSWORD = f"{PLANTED}@proxy:pass/word"
UP = "dataarts_fabric_workspace_up"


@dataclasses.dataclass
class Case:
    """A kind of credential: YAML, environment variables and proxy."""

    name: str
    auth: str = "{token_file: token}"
    secrets: tuple[str, ...] = (TOKEN,)
    variables: dict[str, str] = dataclasses.field(default_factory=dict)
    proxy_url: str | None = None
    base_url: str | None = None
    # IAM or the metadata service issues the credential of requests.
    is_issued: bool = False


def cases(directory: pathlib.Path, url: str) -> list[Case]:
    for name, text in (("password", PASSWORD), ("key", KEY), ("session", SESSION), ("id-token", ID_TOKEN)):
        (directory / name).write_text(text + "\n", "utf-8")
    home = directory / ".huaweicloud"
    home.mkdir()
    lines = ["[basic]", f"ak = {KEY_ID}", f"sk = {KEY}", f"security_token = {SESSION}", f"project_id = {PROJECT}"]
    (home / "credentials").write_text("\n".join(lines) + "\n", "utf-8")
    address = json_text.write(url)
    key = f"id: {KEY_ID}, secret_file: key, security_token_file: session"
    password = f"iam_url: {address}, domain: {DOMAIN}, user: {USER}, password_file: password"
    inline = password.replace("password_file: password", f"password: {configuration.quoted(PASSWORD)}")
    agency = f"assume_agency: {{agency: {AGENCY}, domain: {OWNER}, duration: 15m}}"
    proxy = f"http://{USER}:{urllib.parse.quote(PROXY_PASSWORD, '')}@{url.removeprefix('http://')}"
    keys = {"AK": KEY_ID, "SK": KEY, "SECURITY_TOKEN": SESSION, "PROJECT_ID": PROJECT}
    federated = {"IDP_ID": PROVIDER, "ID_TOKEN_FILE": str(directory / "id-token"), "IAM_ENDPOINT": url}
    oidc = {"OIDC_PROVIDER_URN": PROVIDER_URN, "OIDC_AGENCY_URN": AGENCY_URN, "OIDC_ID_TOKEN": ID_TOKEN,
            "SDK_STS_ENDPOINT": url, "SDK_PROJECT_ID": PROJECT}  # fmt: skip

    def sdk(given: dict[str, str]) -> dict[str, str]:
        return {f"HUAWEICLOUD_SDK_{name}": text for name, text in given.items()}

    through = {"proxy_url": proxy, "base_url": "http://fabric.invalid"}
    return [
        Case("a token", f"{{token: {TOKEN}}}"),
        Case("a token in a file"),
        Case("an access key", f"{{access_key: {{{key}, project_id: {PROJECT}}}}}", (KEY, SESSION)),
        Case("a password in the file", f"{{password: {{{inline}}}}}", (PASSWORD,), is_issued=True),
        Case("a password in a secret file", f"{{password: {{{password}}}}}", (PASSWORD,), is_issued=True),
        Case("an agency, with a key", f"{{access_key: {{{key}, project_id: {PROJECT}, iam_url: {address}}}, {agency}}}",
             (KEY, SESSION), is_issued=True),
        Case("an agency, with a password", f"{{password: {{{password}}}, {agency}}}", (PASSWORD,), is_issued=True),
        Case("the metadata service", f"{{metadata: {{url: {address}, project_id: {PROJECT}}}}}", (), is_issued=True),
        Case("keys of the environment", "{environment: {}}", (KEY, SESSION), sdk(keys)),
        Case("the credentials file", "{environment: {}}", (KEY, SESSION)),
        Case("an id token for IAM", "{environment: {}}", (ID_TOKEN,), sdk(federated), is_issued=True),
        Case("an id token for STS", "{environment: {}}", (ID_TOKEN,),
             {f"HUAWEICLOUD_{name}": text for name, text in oidc.items()}, is_issued=True),
        Case("proxy_url", secrets=(TOKEN, PROXY_PASSWORD), **through),  # type: ignore[arg-type]
        Case("http_proxy", secrets=(TOKEN, PROXY_PASSWORD), variables={"http_proxy": proxy},
             base_url="http://fabric.invalid"),
    ]  # fmt: skip


def run(with_: Bench) -> None:
    with EchoCloud() as cloud:
        every = cases(with_.directory, cloud.url)
    for number, case in enumerate(every):
        with EchoCloud() as cloud:
            # Files and variables contain the address of the case's cloud.
            case = cases_again(with_.directory, cloud.url)[number]
            with with_.report.check(f"no output contains a secret, with {case.name}"):
                with_.exporter.variables = case.variables
                try:
                    try_everything(with_, cloud, case)
                finally:
                    with_.exporter.variables = {}
    malformed_proxies(with_)
    process(with_)


def cases_again(directory: pathlib.Path, url: str) -> list[Case]:
    shutil.rmtree(directory / ".huaweicloud")
    return cases(directory, url)


def try_everything(with_: Bench, cloud: EchoCloud, case: Case) -> None:
    """Searches all output for secrets while requests succeed, and while they are rejected."""
    source = Source(case.base_url or cloud.url, [], auth=case.auth, discovery="{}", proxy_url=case.proxy_url)
    poll = {"requests_per_second": "0", "retries": "0"}
    file = configuration.write(with_.directory, "secrets.yaml", [source], details="all", poll=poll)
    told: dict[str, str] = {}
    with with_.exporter.serve("--config.file", file, "--log.level=debug") as running:
        wait_for(lambda: ups(running).get(WORKSPACE) == 1.0, 30, f"the workspace is up\n{running.log()[-1500:]}")
        # Until it has a listing that contains the secrets of the first requests.
        begin = cloud.requests
        wait_for(lambda: cloud.requests > begin + 3, 30, "more requests")
        wait_for(lambda: "<REDACTED>" in running.page(TEXT), 30, "a redacted secret on the page")
        told |= {f"{name} while requests succeed": text for name, text in pages(running).items()}
        cloud.refuses = True
        wait_for(lambda: ups(running).get(WORKSPACE) == 0.0, 30, f"the workspace is down\n{running.log()[-1500:]}")
        begin = cloud.requests
        wait_for(lambda: cloud.requests > begin + 6, 30, "more refusals")
        told |= {f"{name} while requests are rejected": text for name, text in pages(running).items()}
        told["the log"] = running.log()
    require("<REDACTED>" in told["the log"], "the log has nothing that was redacted")
    look_for_secrets(told, [*case.secrets, *cloud.secrets, *cloud.signatures])
    for state in ("answers", "refuses", "IAM refuses") if case.is_issued else ("answers", "refuses"):
        cloud.refuses, cloud.iam_refuses = state == "refuses", state == "IAM refuses"
        for name, arguments in (
            ("check", ("check",)), ("check --connect", ("check", "--connect")), ("once", ("once", "--log.level=debug")),
        ):  # fmt: skip
            cloud.forget()
            outcome = with_.exporter.run(*arguments, "--config.file", file)
            require(outcome.status in (0, 3), f"{name} while {state}: status {outcome.status}\n{outcome.stderr[-900:]}")
            said = {f"{name} while it {state}": outcome.everything}
            look_for_secrets(said, [*case.secrets, *cloud.secrets, *cloud.signatures])


def ups(running: Running) -> dict[str, float]:
    values = pages.read(running.page(TEXT), TEXT).values()
    return {dict(labels)["workspace_id"]: value for (name, labels), value in values.items() if name == UP}


def pages(running: Running) -> dict[str, str]:
    told = {format: running.page(format) for format in FORMATS}
    for format in FORMATS:
        answer = running.fetch("/metrics", headers={"Accept": ACCEPT[format], "Accept-Encoding": "gzip"})
        require(answer.headers.get("content-encoding") == "gzip", "no gzip")
        told[f"{format}, compressed"] = answer.text
    for path in ("/", f"/?workspace_id={WORKSPACE}", "/?workspace_id=w-1", "/api/v1/status", "/sd"):
        told[path] = running.fetch(path).text
    return told


def look_for_secrets(told: dict[str, str], secrets: list[str]) -> None:
    found = []
    for secret in set(secrets):
        for where, text in told.items():
            # Texts as they are, and with HTML and JSON unescaped.
            for reading in (text, html.unescape(text), unescaped(text)):
                if secret[:16] in reading:
                    at = reading.index(secret[:16])
                    found.append(f"{where}: {reading[max(0, at - 60) : at + 30]!r}")
                    break
    require_none(sorted(found)[:10], "secrets told")


def unescaped(text: str) -> str:
    """Returns a text without JSON escapes."""
    named = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", lambda m: chr(int(m[1], 16)) if m[1] else named.get(m[2], m[2]), text)


def malformed_proxies(with_: Bench) -> None:
    source = Source("http://fabric.invalid", [], discovery="{}")
    file = configuration.write(with_.directory, "proxies.yaml", [source], poll={"retries": "0"})
    for address in (
        "http://user:pa#ssword-1@127.0.0.1:1", "http://user:password#1@127.0.0.1:1", "user:pa/ssword-1@127.0.0.1:1",
        "http://user:pa?ssword-1@127.0.0.1:1", "http://user:password@1@127.0.0.1:1",
        "http://user:pass word-1@127.0.0.1", "nosuch://user:password-1@127.0.0.1:1", "http://user:password-1@127.0.0.1:port",
    ):  # fmt: skip
        with with_.report.check(f"the password of a proxy at {address} is redacted"):
            with_.exporter.variables = {"http_proxy": address}
            try:
                told = [with_.exporter.run(*command, "--config.file", file).everything for command in
                        (("check", "--connect"), ("once", "--log.level=debug"))]  # fmt: skip
            finally:
                with_.exporter.variables = {}
            password = address.rpartition("@")[0].partition("user:")[2]
            for part in {password, *re.split("[/?#@:]", password)}:
                require(len(part) < 8 or all(part not in text for text in told), f"{part!r} in {told}")


def process(with_: Bench) -> None:
    """Checks that an unprivileged process disables core dumps and exports process metrics."""
    with with_.report.check("core dumps are disabled, and process metrics exist"):
        port = free_port()
        with tempfile.TemporaryDirectory(prefix="acceptance-core-") as text:
            directory = pathlib.Path(text)
            directory.chmod(0o755)
            binary = directory / "exporter"
            shutil.copy(with_.exporter.binary, binary)
            binary.chmod(0o755)
            unprivileged = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
            running = subprocess.Popen(
                [binary, "demo", f"--web.listen-address={HOST}:{port}"], cwd="/", env=environment(directory),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **unprivileged,
            )  # fmt: skip
            try:
                wait_for(lambda: fetched(port) is not None, 10, "it listens")
                page = fetched(port) or ""
                status = pathlib.Path(f"/proc/{running.pid}/status")
                limits = pathlib.Path(f"/proc/{running.pid}/limits").read_text("ascii")
                require(re.search(r"Max core file size +0 +0 ", limits) is not None, limits)
                # /proc files of an undumpable process belong to root.
                require(status.stat().st_uid == 0, f"{status} belongs to user {status.stat().st_uid}")
            finally:
                running.kill()
                running.wait()
        names = ("cpu_seconds_total", "open_fds", "max_fds", "resident_memory_bytes", "start_time_seconds")
        require_none([name for name in names if f"\nprocess_{name} " not in page], "missing metrics")


def fetched(port: int) -> str | None:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    except OSError:
        return None
    finally:
        connection.close()
