# SPDX-License-Identifier: Apache-2.0
"""TLS, basic authentication, and attacks."""

from __future__ import annotations

import base64
import contextlib
import crypt
import http.client
import os
import pathlib
import re
import socket
import ssl
import statistics
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterator

from toolbox.shared import pages
from toolbox.shared.certificates import Certificates
from toolbox.shared import configuration
import prometheus_scrape

from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane
from toolbox.shared.exporter import HOST, Running, free_port
from report import require, require_equal, wait_for

USER, PASSWORD = "alice", "s3cret-päss"
CPU_TICKS = os.sysconf("SC_CLK_TCK")


def authorization(user: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}


def ask(
    port: int, context: ssl.SSLContext, headers: dict[str, str] | None = None, path: str = "/metrics"
) -> http.client.HTTPResponse:
    connection = http.client.HTTPSConnection(HOST, port, timeout=10, context=context)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def subject(port: int, context: ssl.SSLContext) -> str:
    with (
        socket.create_connection((HOST, port), 5) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        certificate = connection.getpeercert() or {}
        return str(dict(pair for part in certificate.get("subject", ()) for pair in part).get("commonName"))


def run(with_: Bench) -> None:
    certificates = Certificates(with_.directory)
    certificates.make("server", "first", f"IP:{HOST}")
    with ControlPlane(list(with_.cloud().values())) as plane:
        source = Source(plane.base_url, list(with_.cloud().values()))
        file = configuration.write(with_.directory, "web.yaml", [source])
        passwords(with_, file, certificates)
        client_certificates(with_, file, certificates)
        large_page(with_, source, certificates)
        bad_files(with_, file)
        attackers(with_, file)


@contextlib.contextmanager
def serving(with_: Bench, file: str, web: str, *more: str) -> Iterator[Running]:
    web_file = with_.directory / "web.yml"
    web_file.write_text(web, "utf-8")
    with with_.exporter.serve("--config.file", file, "--web.config.file", str(web_file), *more) as running:
        yield running


def passwords(with_: Bench, file: str, certificates: Certificates) -> None:
    hashed = crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=2**10))
    web = (
        "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
        f"basic_auth_users: {{{USER}: '{hashed}'}}\n"
        "http_server_config: {headers: {X-Frame-Options: DENY}}\n"
    )
    context, right = certificates.context(), authorization(USER, PASSWORD)
    with serving(with_, file, web) as running:
        port = running.port
        with with_.report.check("metrics over TLS with user and password"):
            response = ask(port, context, right)
            require_equal(response.status, 200, "the status")
            require_equal(response.headers.get("X-Frame-Options"), "DENY", "the configured header")
        for title, headers in (
            ("unknown", {}),
            ("a wrong password", authorization(USER, "guess")),
            ("an unknown user", authorization("mallory", PASSWORD)),
        ):
            with with_.report.check(f"{title} gets 401 with WWW-Authenticate"):
                response = ask(port, context, headers)
                require_equal(response.status, 401, "the status")
                require("Basic" in (response.headers.get("WWW-Authenticate") or ""), "no WWW-Authenticate")
        with with_.report.check("health checks need no password"):
            require_equal(ask(port, context, path="/-/healthy").status, 200, "the status")
        with with_.report.check("an unknown user takes the time of a known one, and a verified password almost none"):
            known = cpu_seconds(running, port, context, authorization(USER, "guess"))
            unknown = cpu_seconds(running, port, context, authorization("mallory", "guess"))
            verified = cpu_seconds(running, port, context, right)
            require(0.6 < unknown / known < 1.6, f"unknown {unknown:.3f} s, known {known:.3f} s")
            require(verified < known / 2, f"verified {verified:.3f} s, known {known:.3f} s")
        for version, accepted in (("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
            with with_.report.check(f"openssl s_client {version} is {'accepted' if accepted else 'rejected'}"):
                require_equal(handshake(port, version), accepted, "whether the handshake succeeds")
        with with_.report.check("a new certificate is used without a restart, and open connections stay open"):
            old = http.client.HTTPSConnection(HOST, port, timeout=10, context=context)
            old.request("GET", "/-/healthy")
            require_equal(old.getresponse().read(), b"Healthy.\n", "the first response")
            require_equal(subject(port, context), "first", "the subject")
            certificates.make("server", "second", f"IP:{HOST}")
            wait_for(lambda: subject(port, context) == "second", 10, "the new certificate is used", step=0.2)
            old.request("GET", "/-/healthy")
            require_equal(old.getresponse().read(), b"Healthy.\n", "the response on the old connection")
            old.close()
        with with_.report.check("an invalid certificate keeps the previous one and is logged once"):
            pathlib.Path(certificates.path("server.pem")).write_text("no certificate\n", "ascii")
            told = "web configuration reload failed; keeping the current configuration"
            wait_for(lambda: told in running.log(), 10, "not logged", step=0.2)
            require_equal(subject(port, context), "second", "the subject")
            require_equal(running.log().count(told), 1, "how often it is logged")
            certificates.make("server", "third", f"IP:{HOST}")
            wait_for(lambda: subject(port, context) == "third", 10, "the fixed certificate is used", step=0.2)
        with with_.report.check("an empty web configuration disables neither TLS nor passwords"):
            web_file = with_.directory / "web.yml"
            web_file.write_text("", "utf-8")
            wait_for(lambda: "restart the exporter" in running.log(), 10, "not logged", step=0.2)
            require_equal(ask(port, context).status, 401, "the status without a password")
            web_file.write_text(web.replace("DENY", "SAMEORIGIN"), "utf-8")

            def header() -> str | None:
                return ask(port, context, right).headers.get("X-Frame-Options")

            wait_for(lambda: header() == "SAMEORIGIN", 10, "the next one is in effect", step=0.2)
        with with_.report.check("Prometheus scrapes over TLS with the password, in OpenMetrics"):
            scraped_over_tls(port, certificates)
        with with_.report.check("a client that closes its sending side in TLS or TCP gets its response"):
            for ending in ("close_notify", "FIN"):
                answer = half_closed(port, context, right, ending)
                require(answer.startswith(b"HTTP/1.1 200"), f"{ending}: {answer[:60]!r}")
                require(b"\ndataarts_fabric_workspace_up" in answer, f"{ending}: the page is incomplete")
        with with_.report.check("failed TLS handshakes are logged in one line with count and peer"):
            strays(running)
        with with_.report.check("the log contains no password or hash"):
            require(PASSWORD not in running.log() and hashed[10:] not in running.log(), "it is")


def strays(running: Running) -> None:
    """Sends TCP health checks, port scans and plain HTTP: no separate log lines, and no errors."""
    before = len(running.log().splitlines())
    for payload in (b"", b"", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01", os.urandom(64)) * 5:
        with socket.create_connection((HOST, running.port), 5) as client, contextlib.suppress(OSError):
            client.sendall(payload)
            client.shutdown(socket.SHUT_WR)
            client.recv(1_000)
    lines = running.log().splitlines()[before:]
    require(not [line for line in lines if "level=error" in line], f"errors: {lines}")
    require(len(lines) <= 1, f"{len(lines)} lines: {lines}")
    text = running.log()
    require('msg="tls handshakes failed"' in text, "no line about failed handshakes")
    require(re.search(r"handshakes=1 peer=127\.0\.0\.1:\d+ reason=", text) is not None, "no peer or reason")


def half_closed(port: int, context: ssl.SSLContext, headers: dict[str, str], ending: str) -> bytes:
    """Returns the response over TLS to a client that has closed its sending side, in TLS or TCP."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=HOST)
    received = b""
    with socket.create_connection((HOST, port), 10) as connection:

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
        lines = [f"{name}: {value}" for name, value in {"Host": "h", **headers}.items()]
        tls.write("\r\n".join(["GET /metrics HTTP/1.1", *lines, "", ""]).encode("ascii"))
        if ending == "close_notify":
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.unwrap()
        connection.sendall(outgoing.read())
        if ending == "FIN":
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ssl.SSLZeroReturnError, ssl.SSLEOFError, ConnectionError):
            while block := step(lambda: tls.read(65536)):
                received += block
    return received


def cpu_seconds(running: Running, port: int, context: ssl.SSLContext, headers: dict[str, str]) -> float:
    """Returns the exporter's CPU time of some requests, which shows bcrypt independent of other processes."""

    def used() -> int:
        fields = pathlib.Path(f"/proc/{running.process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    ask(port, context, headers)
    before = used()
    for _ in range(8):
        ask(port, context, headers)
    return (used() - before) / CPU_TICKS


def handshake(port: int, version: str) -> bool:
    done = subprocess.run(
        ["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", f"{HOST}:{port}"],
        input=b"", capture_output=True, timeout=10, check=False,
    )  # fmt: skip
    return re.search(rb"Cipher is (?!\(NONE\))", done.stdout) is not None


SCRAPE = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: tls
    scheme: https
    tls_config: {{ca_file: "{ca}"}}
    basic_auth: {{username: {user}, password: "{password}"}}
    static_configs: [{{targets: ["{target}"]}}]
"""


def scraped_over_tls(port: int, certificates: Certificates) -> None:
    text = SCRAPE.format(ca=certificates.path("ca.pem"), user=USER, password=PASSWORD, target=f"{HOST}:{port}")
    with prometheus_scrape.scraping(f"{HOST}:{port}", text) as prometheus:
        wait_for(lambda: list(prometheus.query('up{job="tls"}').values()) == [1.0], 15, "up == 1", step=0.2)
        info = prometheus.query('dataarts_fabric_workspace_info{job="tls"}')
        require(info, "workspace_info is missing")


def client_certificates(with_: Bench, file: str, certificates: Certificates) -> None:
    certificates.make("right", "prometheus", "DNS:prometheus.example")
    certificates.make("wrong", "another", "DNS:another.example")
    web = (
        "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: ca.pem\n"
        "  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [prometheus.example]\n"
    )
    health = free_port()
    with serving(with_, file, web, f"--web.health-listen-address={HOST}:{health}") as running:
        with with_.report.check("a client with the right certificate is accepted"):
            require_equal(ask(running.port, certificates.context("right")).status, 200, "the status")
        for title, client in (("without a certificate", None), ("with another name", "wrong")):
            with with_.report.check(f"a client {title} is rejected"):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    response = ask(running.port, certificates.context(client))
                    require(False, f"it was answered {response.status}")
        with with_.report.check("the health address needs no certificate and has only health checks"):
            for path, status in (("/-/healthy", 200), ("/metrics", 404), ("/", 404)):
                connection = http.client.HTTPConnection(HOST, health, timeout=5)
                connection.request("GET", path)
                require_equal(connection.getresponse().status, status, path)
                connection.close()


def large_page(with_: Bench, source: Source, certificates: Certificates) -> None:
    """Reads a page with file-backed parts, which cannot be sent by sendfile over TLS."""
    file = configuration.write(with_.directory, "web-large.yaml", [source], "all")
    begin = time.time()
    with (
        with_.report.check("a large page over TLS has all series"),
        serving(with_, file, "tls_server_config: {cert_file: server.pem, key_file: server.key}\n") as running,
    ):
        context = certificates.context()
        wait_for(lambda: ask(running.port, context, path="/-/ready").status == 200, 20, "every workspace is polled")
        connection = http.client.HTTPSConnection(HOST, running.port, timeout=10, context=context)
        connection.request("GET", "/metrics")
        body = connection.getresponse().read()
        connection.close()
        require(len(body) > 2 * 65_536, f"the page has only {len(body)} bytes")
        page = pages.read(body.decode("utf-8"), bench.TEXT)
        pages.require_series(page, pages.wanted([source], "all"), (begin, time.time()), "all")


def bad_files(with_: Bench, file: str) -> None:
    for title, text, told in (
        ("an unsupported key", "rate_limit: {interval: 1s}\n", "rate_limit: not supported"),
        ("a plain password", "basic_auth_users: {a: SECRET-TOKEN-VALUE}\n", "must be a bcrypt hash"),
        (
            "a certificate that is none",
            "tls_server_config: {cert_file: web.yml, key_file: web.yml}\n",
            "cannot be read",
        ),
    ):
        with with_.report.check(f"a web configuration with {title} ends with status 2"):
            (with_.directory / "web.yml").write_text(text, "utf-8")
            outcome = with_.exporter.run("serve", "--config.file", file, "--web.config.file", "web.yml")
            require_equal(outcome.status, 2, "the status")
            require(told in outcome.stderr, f"it says {outcome.stderr!r}")


def attackers(with_: Bench, file: str) -> None:
    with (
        with_.report.check("serve starts"),
        with_.exporter.serve("--config.file", file) as running,
    ):
        running.ready()
        stalled(with_, running)
        for title, request in smuggling().items():
            with with_.report.check(f"smuggling by {title} gets at most one error response"):
                answer = everything(running, request)
                require(answer.count(b"HTTP/1.1 ") <= 1, f"several answers: {answer[:300]!r}")
                require(b"HTTP/1.1 200" not in answer, f"it was answered: {answer[:100]!r}")
        script = "\"'><script>alert(1)</script>"
        for name in ("q", "state", "source", "workspace_id", "page", "other"):
            for path in ("/", "/metrics", "/api/v1/status", "/sd"):
                with with_.report.check(f"<script> as {name} of {path} is not reflected"):
                    answer = running.fetch(f"{path}?{name}={urllib.parse.quote(script)}")
                    require("<script" not in answer.text, "it is")
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/metrics/../../etc/passwd", "/<script>"):
            with with_.report.check(f"{path} is 404 and not reflected"):
                answer = running.fetch(path)
                require_equal(answer.status, 404, "the status")
                require("passwd" not in answer.text and "<script" not in answer.text, "it is reflected")
        with with_.report.check("the server still responds"):
            require_equal(running.fetch("/metrics").status, 200, "the status")


def stalled(with_: Bench, running: Running) -> None:
    with (
        with_.report.check("300 stalled clients do not delay scrapes, and are disconnected"),
        contextlib.ExitStack() as stack,
    ):
        clients = [stack.enter_context(socket.create_connection((HOST, running.port), 5)) for _ in range(300)]
        for index, client in enumerate(clients):
            client.sendall((b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"GE", b"\x16\x03\x01")[index % 3])
        times = []
        for _ in range(11):
            begin = time.monotonic()
            require_equal(running.fetch("/metrics").status, 200, "the status")
            times.append(time.monotonic() - begin)
        require(statistics.median(times) < 0.1, f"the median scrape took {statistics.median(times):.3f} s")
        deadline = time.monotonic() + 20
        for client in clients:
            client.settimeout(max(0.1, deadline - time.monotonic()))
            with contextlib.suppress(ConnectionError):
                while client.recv(4096):
                    pass


def smuggling() -> dict[str, bytes]:
    inner = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
    length = str(len(inner)).encode("ascii")
    head = b"GET /nothing HTTP/1.1\r\nHost: x\r\n"
    return {
        "length and chunks": head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
        "two lengths": head + b"Content-Length: 0\r\nContent-Length: " + length + b"\r\n\r\n" + inner,
        "a length with a sign": head + b"Content-Length: +0\r\n\r\n" + inner,
        "an odd coding": head + b"Transfer-Encoding: xchunked\r\n\r\n" + inner,
        "a space before the colon": head + b"Content-Length : " + length + b"\r\n\r\n" + inner,
        "a bare line feed in a name": head + b"X\nContent-Length: " + length + b"\r\n\r\n" + inner,
    }


def everything(running: Running, request: bytes) -> bytes:
    """Sends bytes and the end of the stream; returns the response bytes."""
    received = b""
    with socket.create_connection((HOST, running.port), 15) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        while block := connection.recv(65536):
            received += block
    return received
