# SPDX-License-Identifier: Apache-2.0
"""Tests of the SBOM and the licenses."""

from __future__ import annotations

import hashlib
import json
import pathlib

import components
from commands import NAME, ROOT, run
from report import Failure, Report, require, require_equal, require_none


def check_components(report: Report, program: pathlib.Path, scratch: pathlib.Path) -> None:
    report.begin("components")
    with report.check("the lists of licenses are current"):
        run(ROOT / "scripts/generate-licenses", "--check")
    written: list[pathlib.Path] = []
    with report.check("the SBOM is reproducible"):
        for name in ("first", "second"):
            written.append(pathlib.Path(run(ROOT / "scripts/generate-sbom", program, scratch / name).splitlines()[-1]))
        require(written[0].read_bytes() == written[1].read_bytes(), "the second SBOM differs from the first")
    if len(written) == 2:
        check_document(report, program, written[0])
    check_refusals(report, program, scratch)


def check_document(report: Report, program: pathlib.Path, file: pathlib.Path) -> None:
    with report.check("the SBOM is valid SPDX 2.3"):
        from spdx_tools.spdx.parser.parse_anything import parse_file
        from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

        problems = validate_full_spdx_document(parse_file(str(file)), "SPDX-2.3")
        require_none((problem.validation_message for problem in problems), "the validator")
    document = json.loads(file.read_text())
    packages = {package["name"]: package for package in document["packages"]}
    with report.check("the SBOM has the program's digest"):
        digest = hashlib.sha256(program.read_bytes()).hexdigest()
        require_equal(packages[NAME]["checksums"][0]["checksumValue"], digest, "the checksum")
    with report.check("the SBOM has all resolved and linked packages with their versions"):
        unlinked = {entry["name"] for entry in components.table()["unlinked"]}
        pins = components.pins(ROOT / "Package.resolved")
        wanted = {name: version for name, (version, _) in pins.items() if name not in unlinked}
        require(len(wanted) > 5, f"only {len(wanted)} packages resolved")
        found = {name: packages[name]["versionInfo"] for name in wanted if name in packages}
        require_equal(found, wanted, "versions")
    with report.check("all components have a license, and linked and loaded ones a version and an address"):
        relations = {(entry["relatedSpdxElement"], entry["relationshipType"]) for entry in document["relationships"]}
        for package in document["packages"]:
            require(package["licenseDeclared"] not in ("NOASSERTION", "NONE"), f"{package['name']} has no license")
            if (package["SPDXID"], "CONTAINS") not in relations:
                require(package.get("versionInfo"), f"{package['name']} has no version")


def check_refusals(report: Report, program: pathlib.Path, scratch: pathlib.Path) -> None:
    """Requires that each difference from packaging/licenses.toml is detected."""

    def refused(complaint: str, **where: pathlib.Path) -> None:
        try:
            components.linked(where.pop("program", program), "6.3", **where)
        except components.Mismatch as mismatch:
            require(complaint in str(mismatch), f"message: {mismatch}")
        else:
            raise Failure("accepted")

    resolved = json.loads((ROOT / "Package.resolved").read_text())
    changed = scratch / "Package.resolved"
    with report.check("a package that is not listed is rejected"):
        new = {"identity": "swift-new", "location": "https://host.example/new", "state": {"version": "1.0.0"}}
        changed.write_text(json.dumps(resolved | {"pins": [*resolved["pins"], new]}))
        refused("swift-new", resolved=changed)
    with report.check("a missing listed package is rejected"):
        changed.write_text(json.dumps(resolved | {"pins": resolved["pins"][1:]}))
        refused(resolved["pins"][0]["identity"], resolved=changed)
    with report.check("another license text is rejected"):
        first = components.table()["package"][0]["name"]
        text = scratch / "checkouts" / first / "LICENSE.txt"
        text.parent.mkdir(parents=True)
        text.write_text("All rights reserved.\n")
        refused(first, checkouts=scratch / "checkouts")
    with report.check("an added or removed part is rejected"):
        bytes_of = program.read_bytes()
        more, less = scratch / "more", scratch / "less"
        more.write_bytes(bytes_of + b"\0FoundationInternationalization\0")
        refused("swift-foundation-icu", program=more)
        less.write_bytes(bytes_of.replace(b"c_nio_llhttp_execute", b"c_nio_llhttp_exerase"))
        refused("llhttp", program=less)
