# SPDX-License-Identifier: Apache-2.0
"""Prints the program's SBOM (SPDX 2.3, JSON): components and libraries with their licenses."""

import argparse
import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

import components

NAME = "dataarts-fabric-exporter"
MAINTAINERS = f"Organization: The {NAME} maintainers"


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def package(name, license, version=None, purpose="LIBRARY", **more):
    entry = {
        "SPDXID": identifier(name),
        "name": name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": license,
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": purpose,
    }
    if version:
        entry["versionInfo"] = version
    return entry | more


def package_url(url):
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}]


def component_package(component):
    more = {"copyrightText": "Copyright " + component.copyright, "downloadLocation": "git+" + component.source}
    if component.is_tagged:
        more["downloadLocation"] += f"@{component.version}"
        path = component.source.removeprefix("https://")
        more["externalRefs"] = package_url(f"pkg:swift/{path}@{component.version}")
    return package(component.name, component.license, component.version, **more)


def library_package(library):
    # Keep the colon of an epoch; encode a plus, which would be decoded as a space.
    version = urllib.parse.quote(library.version, safe=":~")
    return package(
        library.package,
        library.license,
        library.version,
        supplier="Organization: Debian",
        externalRefs=package_url(f"pkg:deb/debian/{library.package}@{version}?arch={library.architecture}"),
    )


def document(program, version, swift_version, epoch):
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    linked = components.linked(program, swift_version)
    loaded = components.loaded(program)
    root = identifier(NAME)
    packages = [
        package(
            NAME,
            "Apache-2.0",
            version,
            purpose="APPLICATION",
            supplier=MAINTAINERS,
            copyrightText=f"Copyright the {NAME} authors",
            checksums=[{"algorithm": "SHA256", "checksumValue": digest}],
        )
    ]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", root)]
    for component in linked:
        packages.append(component_package(component))
        if component.within:
            relations.append((identifier(component.within), "CONTAINS", identifier(component.name)))
        else:
            relations.append((root, "STATIC_LINK", identifier(component.name)))
    for library in loaded:
        packages.append(library_package(library))
        if library.direct:
            relations.append((root, "DYNAMIC_LINK", identifier(library.package)))
        else:
            relations.append((identifier(library.package), "RUNTIME_DEPENDENCY_OF", root))
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--epoch", type=int, required=True, help="the date, in seconds since 1970")
    arguments = parser.parse_args()
    line = subprocess.run([arguments.program, "--version"], check=True, capture_output=True, text=True).stdout
    version, swift_version = re.search(r", version (\S+) \(.*swift: ([^,)]+)", line).groups()
    try:
        sbom = document(arguments.program, version, swift_version, arguments.epoch)
    except components.Mismatch as mismatch:
        sys.exit(f"generate-sbom: {mismatch}")
    print(json.dumps(sbom, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
