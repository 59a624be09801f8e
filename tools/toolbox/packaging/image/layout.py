# SPDX-License-Identifier: Apache-2.0
"""Layers of files, and an OCI image layout (blobs, manifest, index) of them, as reproducible tar files."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIGURATION = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass
class Layer:
    """Files by their path in the image. Parent folders are added; everything is owned by root."""

    comment: str
    files: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    def add(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Adds a file at the absolute `path`."""
        name = path.lstrip("/")
        if self.files.get(name, (content, mode)) != (content, mode):
            raise ValueError(f"{path} was added twice with different contents")
        self.files[name] = (content, mode)

    def tar(self, time: int) -> bytes:
        """Returns the uncompressed layer: sorted, with a single timestamp, without user or group names."""
        folders = {str(parent) for name in self.files for parent in PurePosixPath(name).parents} - {"."}
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for name in sorted(folders | self.files.keys()):
                entry = tarfile.TarInfo(name)
                entry.mtime = time
                if name in folders:
                    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                    archive.addfile(entry)
                else:
                    content, entry.mode = self.files[name]
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
        return stream.getvalue()


def image(layers: list[Layer], configuration: dict[str, Any], names: dict[str, str], time: int) -> bytes:
    """Returns an image as a tar file. The layers complete its configuration; `names` are annotations in the index."""
    layout = Layer("layout")

    def blob(media_type: str, content: bytes) -> dict[str, Any]:
        layout.add(f"/blobs/{digest(content).replace(':', '/')}", content)
        return {"mediaType": media_type, "digest": digest(content), "size": len(content)}

    tars = [layer.tar(time) for layer in layers]
    whole = configuration | {
        "rootfs": {"type": "layers", "diff_ids": [digest(tar) for tar in tars]},
        "history": [{"created": configuration["created"], "created_by": layer.comment} for layer in layers],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": blob(CONFIGURATION, encoded(whole)),
        "layers": [blob(LAYER, compressed(tar)) for tar in tars],
        "annotations": configuration["config"]["Labels"],
    }
    platform = {"architecture": configuration["architecture"], "os": configuration["os"]}
    entry = blob(MANIFEST, encoded(manifest)) | {"platform": platform, "annotations": names}
    layout.add("/index.json", encoded({"schemaVersion": 2, "manifests": [entry]}))
    layout.add("/oci-layout", encoded({"imageLayoutVersion": "1.0.0"}))
    return layout.tar(time)


def compressed(content: bytes) -> bytes:
    """Returns `content` compressed by gzip, without time and name. gzip.compress depends on the version of Python."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=stream, mtime=0) as packed:
        packed.write(content)
    return stream.getvalue()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def encoded(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
