# SPDX-License-Identifier: Apache-2.0
"""An OCI image layout (blobs, manifest, index) as one tar file."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from files import Layer, compressed

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIGURATION = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Layout:
    """Builds an image layout with one image."""

    def __init__(self, time: int) -> None:
        self._time = time
        self._archive = Layer("layout")

    def _blob(self, media_type: str, content: bytes) -> dict[str, Any]:
        digest = _digest(content)
        self._archive.add(f"/blobs/{digest.replace(':', '/')}", content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def archive(self, layers: list[Layer], configuration: dict[str, Any], annotations: dict[str, str],
                names: dict[str, str]) -> bytes:  # fmt: skip
        """Returns the tar file. The layers complete `configuration`; `names` are the annotations in the index."""
        created = configuration["created"]
        tars = [layer.tar(self._time) for layer in layers]
        whole = configuration | {
            "rootfs": {"type": "layers", "diff_ids": [_digest(tar) for tar in tars]},
            "history": [{"created": created, "created_by": layer.comment} for layer in layers],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self._blob(CONFIGURATION, _json(whole)),
            "layers": [self._blob(LAYER, compressed(tar)) for tar in tars],
            "annotations": annotations,
        }
        platform = {"architecture": configuration["architecture"], "os": configuration["os"]}
        entry = self._blob(MANIFEST, _json(manifest)) | {"platform": platform, "annotations": names}
        self._archive.add("/index.json", _json({"schemaVersion": 2, "manifests": [entry]}))
        self._archive.add("/oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        return self._archive.tar(self._time)
