# SPDX-License-Identifier: Apache-2.0
"""Adds documents, rules, dashboards and licenses to the folder of the tarball; see scripts/build-tarball."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from toolbox.packaging import components, documents


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    documents.copy(documents.tarball(), folder)
    try:
        components.copy_license_texts(folder / "licenses")
    except components.Mismatch as mismatch:
        sys.exit(f"build-tarball: {mismatch}")


if __name__ == "__main__":
    main()
