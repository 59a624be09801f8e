# SPDX-License-Identifier: Apache-2.0
"""nginx with one worker, as the polled API and as a scraped file server."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import pathlib
import resource
from collections.abc import Callable, Iterator

from toolbox.benchmarks import machine
from toolbox.shared.certificates import Certificates
from toolbox.shared.processes import HOST, free_port

CONFIGURATION = """
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
    ssl_certificate {certificates}/server.pem;
    ssl_certificate_key {certificates}/server.key;
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


PLAIN, COMPRESSED = Variant("h1", "identity"), Variant("h1", "gzip")
VARIANTS = (PLAIN, COMPRESSED, Variant("h2", "identity"), Variant("h2", "gzip"))


@contextlib.contextmanager
def api(root: pathlib.Path, keeps_files: bool = True) -> Iterator[Callable[[Variant], str]]:
    """Serves the pages below `root`, as a function that returns the base URL of a variant. Caches open files, unless
    they are replaced while it runs."""
    server = machine.Server("nginx-api", machine.BESIDE)
    ports = {variant: free_port() for variant in VARIANTS} | {PLAIN: server.port}

    def base_url(variant: Variant) -> str:
        scheme, host = ("http", HOST) if variant.transport == "h1" else ("https", "localhost")
        return f"{scheme}://{host}:{ports[variant]}"

    with nginx(server, root, ports, keeps_files=keeps_files):
        yield base_url


@contextlib.contextmanager
def files(page: pathlib.Path, sendfile: bool) -> Iterator[machine.Server]:
    """Serves a page to scrape, with gzip_static on a single port, which serves both encodings."""
    server = machine.Server("nginx-files", path=f"/{page.name}")
    with nginx(server, page.parent, {COMPRESSED: server.port}, sendfile=sendfile):
        yield server


def nginx(
    server: machine.Server,
    root: pathlib.Path,
    ports: dict[Variant, int],
    sendfile: bool = True,
    keeps_files: bool = True,
) -> contextlib.AbstractContextManager[None]:
    descriptors = min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    servers = []
    for variant, port in ports.items():
        gzip = variant.encoding == "gzip"
        # Each file needs a descriptor, and for a compressed file nginx opens the uncompressed one too.
        kept = (descriptors - 2_000) // (2 if gzip else 1)
        servers.append(
            SERVER.format(
                listen=f"{HOST}:{port}" + (" ssl http2" if variant.transport == "h2" else ""),
                gzip_static="on" if gzip else "off",
                cache=f"max={kept} inactive=600s" if keeps_files else "off",
                root=root,
            )
        )
    text = CONFIGURATION.format(
        # If root starts nginx, the worker would run as another user, which may have no access to this folder.
        user="user root;" if os.geteuid() == 0 else "",
        name=server.name,
        descriptors=descriptors,
        sendfile="on" if sendfile else "off",
        certificates=certificates().directory,
        servers="".join(servers),
    )
    file = machine.BUILD / f"{server.name}.conf"
    file.write_text(text, "utf-8")
    log = machine.BUILD / f"{server.name}.error.log"
    return server.pinned("/usr/sbin/nginx", "-p", machine.BUILD, "-e", log, "-c", file)


@functools.cache
def certificates() -> Certificates:
    """Returns the certificate authority, with a certificate of nginx that it signed."""
    folder = machine.BUILD / "certificates"
    folder.mkdir(exist_ok=True)
    made = Certificates(folder)
    made.make("server", "localhost", "DNS:localhost,IP:127.0.0.1")
    return made
