# SPDX-License-Identifier: Apache-2.0
"""Certificates for TLS servers and clients of the tests."""

import os
import pathlib
import ssl
import subprocess


class Certificates:
    """A certificate authority and its certificates, created by openssl."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority",
                     "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"))  # fmt: skip

    def path(self, name: str) -> str:
        return str(self.directory / name)

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)

    def make(self, name: str, subject: str, alternative: str) -> None:
        """Writes NAME.pem and NAME.key by rename, as tools that renew certificates do."""
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n", "ascii")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={subject}",
                     "-keyout", self.path("new.key"), "-out", self.path("new.csr"))  # fmt: skip
        self.openssl("x509", "-req", "-in", self.path("new.csr"), "-CA", self.path("ca.pem"), "-CAkey",
                     self.path("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", str(extensions),
                     "-out", self.path("new.pem"))  # fmt: skip
        os.replace(self.path("new.key"), self.path(f"{name}.key"))
        os.replace(self.path("new.pem"), self.path(f"{name}.pem"))

    def context(self, client: str | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        if client:
            context.load_cert_chain(self.path(f"{client}.pem"), self.path(f"{client}.key"))
        return context
