# SPDX-License-Identifier: Apache-2.0
"""Reads an OCI image layout from a tar file and verifies all digests and sizes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import Failure, require, require_equal


@dataclass(frozen=True)
class Entry:
    """An entry of a layer."""

    kind: bytes
    mode: int
    owner: tuple[int, int]
    time: int
    content: bytes


class Image:
    """The only image of a layout: manifest, configuration and layers."""

    def __init__(self, archive: Path) -> None:
        with tarfile.open(archive) as tar:
            names = tar.getnames()
            require_equal(len(names), len(set(names)), "the number of the archive's members")
            self._members = {member.name: tar.extractfile(member) for member in tar if member.isfile()}
            self._files = {name: stream.read() for name, stream in self._members.items() if stream}
        require_equal(json.loads(self._file("oci-layout")), {"imageLayoutVersion": "1.0.0"}, "oci-layout")
        self.index = json.loads(self._file("index.json"))
        require_equal(len(self.index["manifests"]), 1, "the number of manifests")
        self.entry = self.index["manifests"][0]
        self.manifest = json.loads(self.blob(self.entry))
        self.configuration = json.loads(self.blob(self.manifest["config"]))
        self.layers = [self._layer(*pair) for pair in self._pairs()]

    def _file(self, name: str) -> bytes:
        if name not in self._files:
            raise Failure(f"the layout has no {name}")
        return self._files[name]

    def blob(self, descriptor: dict[str, Any]) -> bytes:
        """Returns the blob of a descriptor after verification."""
        algorithm, _, digest = descriptor["digest"].partition(":")
        require_equal(algorithm, "sha256", "the digest's algorithm")
        content = self._file(f"blobs/{algorithm}/{digest}")
        require_equal(hashlib.sha256(content).hexdigest(), digest, f"the digest of a {descriptor['mediaType']}")
        require_equal(len(content), descriptor["size"], f"the size of {digest}")
        return content

    def _pairs(self) -> list[tuple[dict[str, Any], str]]:
        diff_ids = self.configuration["rootfs"]["diff_ids"]
        require_equal(len(diff_ids), len(self.manifest["layers"]), "the number of diff_ids")
        return list(zip(self.manifest["layers"], diff_ids, strict=True))

    def _layer(self, descriptor: dict[str, Any], diff_id: str) -> dict[str, Entry]:
        content = gzip.decompress(self.blob(descriptor))
        require_equal(f"sha256:{hashlib.sha256(content).hexdigest()}", diff_id, "the digest of an unpacked layer")
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            entries = {}
            for member in tar:
                stream = tar.extractfile(member) if member.isfile() else None
                owner = (member.uid, member.gid)
                data = stream.read() if stream else b""
                require(member.name not in entries, f"a layer has {member.name} twice")
                entries[member.name] = Entry(member.type, member.mode, owner, int(member.mtime), data)
        return entries

    @property
    def files(self) -> dict[str, Entry]:
        """Returns the files of all layers combined."""
        return {name: entry for layer in self.layers for name, entry in layer.items()}
