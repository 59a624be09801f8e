# SPDX-License-Identifier: Apache-2.0
"""TLS, basic authentication, and attacks."""

import contextlib
import dataclasses
import http.client
import os
import pathlib
import re
import socket
import ssl
import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from toolbox.shared import configuration, pages
from toolbox.shared.certificates import Certificates
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import TEXT, Exporter, Running, authorization, fetch
from toolbox.shared.processes import HOST, attempt, free_port, wait_for
from toolbox.shared.prometheus import prometheus

USER, PASSWORD = "alice", "s3cret-päss"
HASH = "$2b$10$2WnCKmFUuAfiGQ6lzFo4oeCineM73ZzQ2HiXIwTQXgutWqfAoZfq2"
RIGHT = authorization(USER, PASSWORD)
TLS = "tls_server_config: {{cert_file: {0}.pem, key_file: {0}.key}}\n"
PASSWORDS = f"basic_auth_users: {{{USER}: '{HASH}'}}\nhttp_server_config: {{headers: {{X-Frame-Options: DENY}}}}\n"
RELOAD_FAILED = "web configuration reload failed; keeping the current configuration"

SCRAPE = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: tls
    scheme: https
    tls_config: {{ca_file: "{ca}"}}
    basic_auth: {{username: {user}, password: "{password}"}}
    static_configs: [{{targets: ["{target}"]}}]
"""

INNER = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTH = str(len(INNER)).encode()
# Requests that hide a second one, by the headers that parsers of HTTP read differently.
SMUGGLING = {
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: " + LENGTH + b"\r\n",
    "a length with a sign": b"Content-Length: +0\r\n",
    "an odd coding": b"Transfer-Encoding: xchunked\r\n",
    "a space before the colon": b"Content-Length : " + LENGTH + b"\r\n",
    "a bare line feed in a name": b"X\nContent-Length: " + LENGTH + b"\r\n",
}


@dataclasses.dataclass
class Setup:
    """The exporter with a configuration, and the certificates of its web servers."""

    exporter: Exporter
    source: Source
    authority: Certificates

    @contextlib.contextmanager
    def serving(self, name: str, web: str, *more: str, **options: Any) -> Iterator[Running]:
        """Runs `serve` with the web configuration NAME.yml. `options` are those of `configuration.write`."""
        self.web_file(name).write_text(web, "utf-8")
        file = configuration.write(self.exporter.directory, f"{name}.yaml", [self.source], **options)
        arguments = ("--config.file", file, "--web.config.file", str(self.web_file(name)), *more)
        with self.exporter.serve(*arguments) as running:
            yield running

    def web_file(self, name: str) -> pathlib.Path:
        return self.exporter.directory / f"{name}.yml"


@pytest.fixture(scope="module")
def setup(exporter: Exporter) -> Iterator[Setup]:
    authority = Certificates(exporter.directory)
    authority.make("server", "server", f"IP:{HOST}")
    cloud = list(new_cloud().values())
    with ControlPlane(cloud) as plane:
        yield Setup(exporter, Source(plane.base_url, cloud), authority)


@pytest.fixture(scope="module")
def context(setup: Setup) -> ssl.SSLContext:
    return setup.authority.context()


@pytest.fixture(scope="module")
def secured(setup: Setup) -> Iterator[Running]:
    """An exporter with TLS and passwords."""
    with setup.serving("passwords", TLS.format("server") + PASSWORDS) as running:
        yield running
        assert PASSWORD not in running.log()
        assert HASH[10:] not in running.log()


@pytest.fixture(scope="module")
def plain(setup: Setup) -> Iterator[Running]:
    file = configuration.write(setup.exporter.directory, "plain.yaml", [setup.source])
    with setup.exporter.serve("--config.file", file) as running:
        running.ready()
        yield running


def test_metrics_over_tls_need_user_and_password(secured: Running, context: ssl.SSLContext) -> None:
    answer = secured.fetch("/metrics", headers=RIGHT, context=context)
    assert answer.status == 200
    assert answer.headers["x-frame-options"] == "DENY"
    answer = secured.fetch("/metrics", headers=authorization(USER, "guess"), context=context)
    assert answer.status == 401
    assert "Basic" in answer.headers["www-authenticate"]


def test_an_unknown_user_takes_the_time_of_a_known_one_and_a_verified_password_almost_none(
    secured: Running, context: ssl.SSLContext
) -> None:
    def cost(headers: dict[str, str]) -> float:
        """Returns the exporter's CPU time of some requests, which shows bcrypt independent of other processes."""
        secured.fetch("/metrics", headers=headers, context=context)
        before = secured.cpu_seconds()
        for _ in range(8):
            secured.fetch("/metrics", headers=headers, context=context)
        return secured.cpu_seconds() - before

    known, unknown = cost(authorization(USER, "guess")), cost(authorization("mallory", "guess"))
    verified = cost(RIGHT)
    assert 0.6 < unknown / known < 1.6
    assert verified < known / 2


@pytest.mark.parametrize(("version", "accepted"), [("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
def test_tls_begins_with_version_1_2(secured: Running, version: str, accepted: bool) -> None:
    ciphers = ("-cipher", "ALL:@SECLEVEL=0")
    _, output = attempt("openssl", "s_client", version, *ciphers, "-connect", secured.address, seconds=10, input="")
    assert (re.search(r"Cipher is (?!\(NONE\))", output) is not None) == accepted


def test_certificates_and_the_web_configuration_are_reread(setup: Setup, context: ssl.SSLContext) -> None:
    authority, web = setup.authority, TLS.format("changing") + PASSWORDS
    authority.make("changing", "first", f"IP:{HOST}")
    with setup.serving("changing", web) as running:
        old = http.client.HTTPSConnection(HOST, running.port, timeout=10, context=context)
        old.request("GET", "/-/healthy")
        assert old.getresponse().read() == b"Healthy.\n"
        assert subject(running, context) == "first"
        authority.make("changing", "second", f"IP:{HOST}")
        wait_for(lambda: subject(running, context) == "second", 10, "the new certificate is used", step=0.2)
        # Open connections stay open.
        old.request("GET", "/-/healthy")
        assert old.getresponse().read() == b"Healthy.\n"
        old.close()
        # An invalid certificate keeps the previous one and is logged once.
        pathlib.Path(authority.path("changing.pem")).write_text("no certificate\n", "ascii")
        wait_for(lambda: RELOAD_FAILED in running.log(), 10, "the failure is logged", step=0.2)
        assert subject(running, context) == "second"
        assert running.log().count(RELOAD_FAILED) == 1
        authority.make("changing", "third", f"IP:{HOST}")
        wait_for(lambda: subject(running, context) == "third", 10, "the fixed certificate is used", step=0.2)
        # An empty web configuration disables neither TLS nor passwords.
        setup.web_file("changing").write_text("", "utf-8")
        wait_for(lambda: "restart the exporter" in running.log(), 10, "the refusal is logged", step=0.2)
        assert running.fetch("/metrics", context=context).status == 401
        setup.web_file("changing").write_text(web.replace("DENY", "SAMEORIGIN"), "utf-8")

        def header() -> str | None:
            return running.fetch("/metrics", headers=RIGHT, context=context).headers.get("x-frame-options")

        wait_for(lambda: header() == "SAMEORIGIN", 10, "the next one is in effect", step=0.2)


def subject(running: Running, context: ssl.SSLContext) -> str:
    """Returns the common name of the certificate that the exporter uses."""
    with (
        socket.create_connection((HOST, running.port), 5) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        match = re.search(r"'commonName', '(\w+)'", str(connection.getpeercert()))
        return match[1] if match else ""


@pytest.mark.prometheus
def test_prometheus_scrapes_over_tls_with_the_password(secured: Running, setup: Setup, tmp_path: pathlib.Path) -> None:
    ca = setup.authority.path("ca.pem")
    text = SCRAPE.format(ca=ca, user=USER, password=PASSWORD, target=secured.address)
    with prometheus(tmp_path, text) as client:
        wait_for(lambda: client.values('up{job="tls"}') == [1.0], 15, "up == 1", step=0.2)
        assert client.values('dataarts_fabric_workspace_info{job="tls"}')


@pytest.mark.parametrize("ending", ["close_notify", "FIN"])
def test_a_client_that_closes_its_sending_side_in_tls_or_tcp_gets_its_response(
    secured: Running, context: ssl.SSLContext, ending: str
) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=HOST)
    received = b""
    with socket.create_connection((HOST, secured.port), 10) as connection:

        def step(action: Callable[[], bytes | None]) -> bytes | None:
            while True:
                try:
                    return action()
                except ssl.SSLWantReadError:
                    # Even sending nothing fails after the sending side is closed.
                    if pending := outgoing.read():
                        connection.sendall(pending)
                    block = connection.recv(65536)
                    incoming.write(block) if block else incoming.write_eof()

        step(tls.do_handshake)
        tls.write(f"GET /metrics HTTP/1.1\r\nHost: h\r\nAuthorization: {RIGHT['Authorization']}\r\n\r\n".encode())
        if ending == "close_notify":
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.unwrap()
        connection.sendall(outgoing.read())
        if ending == "FIN":
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ssl.SSLZeroReturnError, ssl.SSLEOFError, ConnectionError):
            while block := step(lambda: tls.read(65536)):
                received += block
    assert received.startswith(b"HTTP/1.1 200")
    assert b"\ndataarts_fabric_workspace_up" in received


def test_failed_tls_handshakes_are_logged_in_one_line_with_count_and_peer(secured: Running) -> None:
    before = len(secured.log().splitlines())
    # TCP health checks, port scans and plain HTTP.
    for payload in (b"", b"", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01", os.urandom(64)) * 5:
        with contextlib.suppress(OSError):
            secured.send(payload)
    lines = secured.log().splitlines()[before:]
    assert not [line for line in lines if "level=error" in line]
    assert len(lines) <= 1
    assert 'msg="tls handshakes failed"' in secured.log()
    assert re.search(r"handshakes=1 peer=127\.0\.0\.1:\d+ reason=", secured.log())


def test_client_certificates(setup: Setup) -> None:
    authority, health = setup.authority, free_port()
    authority.make("right", "prometheus", "DNS:prometheus.example")
    authority.make("wrong", "another", "DNS:another.example")
    web = (
        "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: ca.pem\n"
        "  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [prometheus.example]\n"
    )
    with setup.serving("clients", web, f"--web.health-listen-address={HOST}:{health}") as running:
        assert running.fetch("/metrics", context=authority.context("right")).status == 200
        # No certificate, and one with another name.
        for client in (None, "wrong"):
            with pytest.raises((OSError, http.client.HTTPException)):
                running.fetch("/metrics", context=authority.context(client))
        # The health address needs no certificate and has only health checks.
        for path, status in (("/-/healthy", 200), ("/metrics", 404), ("/", 404)):
            assert fetch(health, path).status == status, path


def test_a_large_page_over_tls_has_all_series(setup: Setup, context: ssl.SSLContext) -> None:
    """Reads a page with file-backed parts, which cannot be sent by sendfile over TLS."""
    begin = time.time()
    # It is ready when every workspace has been polled, or after two intervals.
    with setup.serving("large", TLS.format("server"), details="all", poll={"interval": "10s"}) as running:
        wait_for(lambda: running.fetch("/-/ready", context=context).status == 200, 20, "every workspace is polled")
        answer = running.fetch("/metrics", timeout=10, context=context)
    assert len(answer.body) > 2 * 65_536
    wanted = pages.wanted([setup.source], "all")
    pages.require_series(pages.read(answer.text, TEXT), wanted, (begin, time.time()), "all")


def test_a_bad_web_configuration_ends_with_status_2(setup: Setup) -> None:
    file = configuration.write(setup.exporter.directory, "bad.yaml", [setup.source])
    setup.web_file("bad").write_text("tls_server_config: {cert_file: bad.yml, key_file: bad.yml}\n", "utf-8")
    outcome = setup.exporter.run("serve", "--config.file", file, "--web.config.file", "bad.yml")
    assert outcome.status == 2
    assert "cannot be read" in outcome.stderr


@pytest.mark.parametrize("headers", SMUGGLING.values(), ids=SMUGGLING)
def test_smuggling_gets_at_most_one_error_response(plain: Running, headers: bytes) -> None:
    answer = plain.send(b"GET /nothing HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + INNER)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b"HTTP/1.1 200" not in answer


@pytest.mark.parametrize("name", ["q", "state", "source", "workspace_id", "page", "other"])
@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/status", "/sd"])
def test_a_script_as_parameter_is_not_reflected(plain: Running, path: str, name: str) -> None:
    script = urllib.parse.quote("\"'><script>alert(1)</script>")
    assert "<script" not in plain.fetch(f"{path}?{name}={script}").text
    assert plain.fetch("/-/healthy").status == 200
