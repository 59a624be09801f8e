# SPDX-License-Identifier: Apache-2.0
"""Certificates for TLS servers and clients of the tests."""

import os
import pathlib
import ssl

from toolbox.shared.processes import run


class Certificates:
    """A certificate authority and its certificates, created by openssl."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.create("ca", "authority")

    def path(self, name: str) -> str:
        return str(self.directory / name)

    def create(self, name: str, subject: str, *options: str) -> None:
        files = ("-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem"))
        command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={subject}")
        run(*command, *files, *options)

    def make(self, name: str, subject: str, alternative: str) -> None:
        """Writes NAME.pem and NAME.key by rename, as tools that renew certificates do."""
        extensions = ("-addext", f"subjectAltName={alternative}", "-addext", "basicConstraints=critical,CA:FALSE")
        self.create("new", subject, "-CA", self.path("ca.pem"), "-CAkey", self.path("ca.key"), *extensions)
        os.replace(self.path("new.key"), self.path(f"{name}.key"))
        os.replace(self.path("new.pem"), self.path(f"{name}.pem"))

    def context(self, client: str | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        if client:
            context.load_cert_chain(self.path(f"{client}.pem"), self.path(f"{client}.key"))
        return context
