# SPDX-License-Identifier: Apache-2.0
"""The files of a layer, written as a reproducible tar file."""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath


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
                if name in self.files:
                    content, entry.mode = self.files[name]
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
                else:
                    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                    archive.addfile(entry)
        return stream.getvalue()


def compressed(content: bytes) -> bytes:
    """Returns `content` compressed by gzip, without time and name."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=stream, mtime=0) as packed:
        packed.write(content)
    return stream.getvalue()
