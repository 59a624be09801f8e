# SPDX-License-Identifier: Apache-2.0
"""nginx with one worker, as the polled API and as a scraped file server."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import resource
import shutil
import subprocess
from collections.abc import Iterator

import machine
from machine import BUILD, HOST, Broken

CERTIFICATE, KEY = BUILD / "server.pem", BUILD / "server.key"

TEMPLATE = """
{user}
worker_processes 1;
daemon off;
pid {name}.pid;
error_log {name}.error.log warn;
worker_rlimit_nofile {descriptors};
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile {sendfile};
    tcp_nopush on;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    open_file_cache_valid 600s;
    # The package's folders belong to root.
    client_body_temp_path nginx-temporary;
    proxy_temp_path nginx-temporary;
    fastcgi_temp_path nginx-temporary;
    uwsgi_temp_path nginx-temporary;
    scgi_temp_path nginx-temporary;
    default_type application/json;
    types {{ text/plain txt; }}
    http2_max_concurrent_streams 128;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_session_cache shared:tls:1m;
{servers}
}}
"""

SERVER = """
    server {{
        listen {listen};
        gzip_static {gzip_static};
        open_file_cache {cache};
        root {root};
        location ~ ^/v1/workspaces/([0-9a-f-]+)/endpoints$ {{ try_files /$1/$arg_offset.json =404; }}
        location / {{ }}
    }}
"""


@dataclasses.dataclass(frozen=True)
class Variant:
    """A transport, `h1` (plain) or `h2` (TLS; HTTP/1.1 for clients without HTTP/2), with an encoding."""

    transport: str
    encoding: str

    @property
    def title(self) -> str:
        return f"{'HTTP/1.1' if self.transport == 'h1' else 'TLS, HTTP/2'}, {self.encoding}"


VARIANTS = [Variant(transport, encoding) for transport in ("h1", "h2") for encoding in ("identity", "gzip")]


@dataclasses.dataclass(frozen=True)
class Web:
    """A running nginx with a port per variant."""

    pid: int
    ports: dict[Variant, int]

    def base_url(self, variant: Variant) -> str:
        scheme, host = ("http", HOST) if variant.transport == "h1" else ("https", "localhost")
        return f"{scheme}://{host}:{self.ports[variant]}"

    def cpu_seconds(self) -> float:
        return sum(machine.cpu_seconds(pid) for pid in machine.workers(self.pid))


@contextlib.contextmanager
def nginx(root: pathlib.Path, name: str, core: int, sendfile: bool = True, keeps_files: bool = True) -> Iterator[Web]:
    """Serves the files below `root`. Caches open files, unless they are replaced while it runs."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if program is None:
        raise Broken("nginx not found; run benchmarks/install")
    make_certificate()
    ports = {variant: machine.free_port() for variant in VARIANTS}
    descriptors = min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    servers = [
        SERVER.format(
            listen=f"{HOST}:{port}" + (" ssl http2" if variant.transport == "h2" else ""),
            gzip_static="on" if variant.encoding == "gzip" else "off",
            # Each file needs a descriptor, and for a compressed file nginx opens the uncompressed one too.
            cache=f"max={(descriptors - 2_000) // (2 if variant.encoding == 'gzip' else 1)} inactive=600s"
            if keeps_files
            else "off",
            root=root,
        )
        for variant, port in ports.items()
    ]
    configuration = BUILD / f"{name}.conf"
    # If root starts nginx, the worker would run as another user, which may have no access to this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    text = TEMPLATE.format(
        user=user, name=name, descriptors=descriptors, sendfile="on" if sendfile else "off",
        certificate=CERTIFICATE, key=KEY, servers="".join(servers),
    )  # fmt: skip
    configuration.write_text(text, "utf-8")
    command = [program, "-p", BUILD, "-e", BUILD / f"{name}.error.log", "-c", configuration]
    with machine.server(command, name, ports[VARIANTS[0]], core=core) as process:
        yield Web(process.pid, ports)


def make_certificate() -> None:
    if CERTIFICATE.exists():
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", KEY, "-out", CERTIFICATE],
        check=True, capture_output=True,
    )  # fmt: skip
