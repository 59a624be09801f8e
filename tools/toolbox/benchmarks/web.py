# SPDX-License-Identifier: Apache-2.0
"""nginx with one worker, as the polled API and as a scraped file server."""

import contextlib
import dataclasses
import functools
import os
import pathlib
import resource
from collections.abc import Iterator

from toolbox.benchmarks import machine
from toolbox.shared.certificates import Certificates
from toolbox.shared.processes import HOST, free_port

CONFIGURATION = """
{user}
worker_processes 1;
daemon off;
pid nginx.pid;
error_log nginx.error.log warn;
worker_rlimit_nofile 65536;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    # Changed files are noticed within a second.
    open_file_cache max={open_files} inactive=600s;
    open_file_cache_valid 1s;
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
        root {root};
        location ~ ^/v1/workspaces/([0-9a-f-]+)/endpoints$ {{ try_files /$1/$arg_offset.json =404; }}
        location ~ ^/v1/workspaces/([0-9a-f-]+)/services/instances$ {{ try_files /$1/services-$arg_offset.json =404; }}
        location ~ ^/v1/workspaces/([0-9a-f-]+)/jobs/runs$ {{ try_files /$1/runs-$arg_status.json =404; }}
        location ~ ^/v2/[0-9a-f]+/quotas$ {{ try_files /quotas.json =404; }}
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


class Web(machine.Server):
    """nginx with a port per variant; that of COMPRESSED also serves clients that do not accept gzip."""

    def __init__(self, core: int, path: str) -> None:
        super().__init__("nginx", core, path)
        self.ports = {variant: free_port() for variant in VARIANTS} | {COMPRESSED: self.port}

    def base_url(self, variant: Variant) -> str:
        scheme, host = ("http", HOST) if variant.transport == "h1" else ("https", "localhost")
        return f"{scheme}://{host}:{self.ports[variant]}"


@contextlib.contextmanager
def nginx(root: pathlib.Path, core: int = machine.BESIDE, path: str = "/") -> Iterator[Web]:
    """Serves the files below `root`."""
    web = Web(core, path)
    servers = ""
    for variant, port in web.ports.items():
        servers += SERVER.format(
            listen=f"{HOST}:{port}" + (" ssl http2" if variant.transport == "h2" else ""),
            gzip_static="on" if variant.encoding == "gzip" else "off",
            root=root,
        )
    text = CONFIGURATION.format(
        # If root starts nginx, the worker would run as another user, which may have no access to this folder.
        user="user root;" if os.geteuid() == 0 else "",
        certificates=certificates().directory,
        # Half of the files that the worker may open, where the system does not permit more; connections need some.
        open_files=min(30_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2),
        servers=servers,
    )
    file = machine.BUILD / "nginx.conf"
    file.write_text(text, "utf-8")
    with web.pinned("/usr/sbin/nginx", "-p", machine.BUILD, "-e", "nginx.error.log", "-c", file):
        yield web


@functools.cache
def certificates() -> Certificates:
    """Returns the certificate authority, with a certificate of nginx that it signed."""
    folder = machine.BUILD / "certificates"
    folder.mkdir(exist_ok=True)
    made = Certificates(folder)
    made.make("server", "localhost", "DNS:localhost,IP:127.0.0.1")
    return made
