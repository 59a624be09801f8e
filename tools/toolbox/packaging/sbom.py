# SPDX-License-Identifier: Apache-2.0
"""Prints the program's SBOM (SPDX 2.3, JSON): components and libraries with their licenses."""

import argparse
import datetime
import hashlib
import json
import pathlib
import re
import sys
import urllib.parse
from typing import Any

from toolbox.packaging import components
from toolbox.shared.processes import NAME, run

MAINTAINERS = f"Organization: The {NAME} maintainers"


def identifier(name: str) -> str:
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def package(name: str, license: str, version: str | None, **more: Any) -> dict[str, Any]:
    entry = {
        "SPDXID": identifier(name),
        "name": name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": license,
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "LIBRARY",
    }
    return entry | ({"versionInfo": version} if version else {}) | more


def package_url(url: str) -> list[dict[str, str]]:
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}]


def component_package(entry: dict[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {"downloadLocation": "git+" + entry["source"]}
    # The version of a package is a tag at its source, that of a part of Swift is the compiler's.
    if "license_sha256" in entry:
        more["downloadLocation"] += "@" + entry["version"]
        more["externalRefs"] = package_url(f"pkg:swift/{entry['source'].removeprefix('https://')}@{entry['version']}")
    elif "folder" in entry:
        more["downloadLocation"] += "@" + entry["tag"]
        more["externalRefs"] = package_url(
            f"pkg:github/{entry['source'].removeprefix('https://github.com/')}@{entry['tag']}"
        )
    more["copyrightText"] = "Copyright " + entry["copyright"]
    return package(entry["name"], entry["license"], entry.get("version"), **more)


def library_package(library: components.Library) -> dict[str, Any]:
    # Keeps the colon of an epoch; encodes a plus, which would be decoded as a space.
    version = urllib.parse.quote(library.version, safe=":~")
    # Advisories are by distribution.
    url = f"pkg:deb/debian/{library.package}@{version}?arch={library.architecture}&distro={components.distribution()}"
    more = {"supplier": "Organization: Debian", "externalRefs": package_url(url)}
    return package(library.package, library.license, library.version, **more)


def document(program: pathlib.Path, version: str, swift_version: str, epoch: int) -> dict[str, Any]:
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    root = identifier(NAME)
    packages = [
        package(NAME, "Apache-2.0", version, primaryPackagePurpose="APPLICATION", supplier=MAINTAINERS,
                copyrightText=f"Copyright the {NAME} authors",
                checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
    ]  # fmt: skip
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", root)]
    for entry in components.linked(program, swift_version):
        packages.append(component_package(entry))
        within = (identifier(entry["within"]), "CONTAINS") if "within" in entry else (root, "STATIC_LINK")
        relations.append((*within, identifier(entry["name"])))
    for library in components.loaded(program):
        packages.append(library_package(library))
        name = identifier(library.package)
        relations.append((root, "DYNAMIC_LINK", name) if library.direct else (name, "RUNTIME_DEPENDENCY_OF", root))
    created = datetime.datetime.fromtimestamp(epoch, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{NAME}-{version}",
        "documentNamespace": f"https://{NAME}.example/spdx/{version}-{digest}",
        "creationInfo": {"created": created, "creators": ["Tool: generate-sbom", MAINTAINERS]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": other}
            for element, kind, other in relations
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--epoch", type=int, required=True, help="the date, in seconds since 1970")
    arguments = parser.parse_args()
    line = run(arguments.program, "--version")
    [(version, swift_version)] = re.findall(r", version (\S+) \(.*swift: ([^,)]+)", line)
    try:
        sbom = document(arguments.program, version, swift_version, arguments.epoch)
    except components.Mismatch as mismatch:
        sys.exit(f"generate-sbom: {mismatch}")
    print(json.dumps(sbom, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
