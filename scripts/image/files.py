# SPDX-License-Identifier: Apache-2.0
"""What a layer holds: paths and bytes, written as a tar file that depends on nothing else."""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath


@dataclass
class Layer:
    """Files by their path in the image. Folders above them come by themselves; all belongs to root."""

    comment: str
    files: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    def add(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Puts a file at `path`, which is absolute."""
        name = path.lstrip("/")
        if self.files.get(name, (content, mode)) != (content, mode):
            raise ValueError(f"{path} is there twice, with different contents")
        self.files[name] = (content, mode)

    def tar(self, time: int) -> bytes:
        """The layer as it is unpacked: sorted, with one time, and no name of a user or group."""
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
    """`content` by gzip, without the time and name that gzip would add."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=stream, mtime=0) as packed:
        packed.write(content)
    return stream.getvalue()
