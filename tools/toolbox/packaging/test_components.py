# SPDX-License-Identifier: Apache-2.0
"""The SBOM and the licenses."""

from __future__ import annotations

import hashlib
import json
import pathlib
import shutil
import urllib.parse
from typing import Any

import pytest
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from toolbox.packaging import components, licenses
from toolbox.shared.processes import NAME, ROOT, run

RESOLVED = ROOT / "Package.resolved"


def test_the_lists_of_licenses_are_current() -> None:
    for path, text in licenses.current().items():
        assert path.read_text() == text, "run scripts/generate-licenses"


def sbom(program: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(run(ROOT / "scripts/generate-sbom", program, folder).splitlines()[-1])


@pytest.fixture(scope="module")
def file(program: pathlib.Path, directory: pathlib.Path) -> pathlib.Path:
    return sbom(program, directory / "first")


@pytest.fixture(scope="module")
def document(file: pathlib.Path) -> Any:
    return json.loads(file.read_text())


def test_the_sbom_is_reproducible(program: pathlib.Path, file: pathlib.Path, tmp_path: pathlib.Path) -> None:
    assert sbom(program, tmp_path).read_bytes() == file.read_bytes()


def test_the_sbom_is_valid_spdx_2_3(file: pathlib.Path) -> None:
    problems = validate_full_spdx_document(parse_file(str(file)), "SPDX-2.3")
    assert not problems, [problem.validation_message for problem in problems]


def test_the_sbom_has_the_programs_digest_and_all_linked_packages(program: pathlib.Path, document: Any) -> None:
    packages = {package["name"]: package for package in document["packages"]}
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    assert packages[NAME]["checksums"][0]["checksumValue"] == digest
    unlinked = {entry["name"] for entry in components.table()["unlinked"]}
    wanted = {name: version for name, (version, _) in components.pins(RESOLVED).items() if name not in unlinked}
    assert len(wanted) > 5
    assert {name: packages[name]["versionInfo"] for name in wanted if name in packages} == wanted


def test_all_components_have_a_license_and_linked_and_loaded_ones_a_version(document: Any) -> None:
    contained = {entry["relatedSpdxElement"] for entry in document["relationships"]
                 if entry["relationshipType"] == "CONTAINS"}  # fmt: skip
    for package in document["packages"]:
        assert package["licenseDeclared"] not in ("NOASSERTION", "NONE"), package
        assert package["SPDXID"] in contained or package.get("versionInfo"), package


def test_libraries_have_the_package_urls_that_a_scanner_finds(document: Any, scanned: dict[str, str]) -> None:
    references = [entry for package in document["packages"] for entry in package.get("externalRefs", [])]
    urls = {urllib.parse.unquote(entry["referenceLocator"]) for entry in references}
    urls = {url for url in urls if url.startswith("pkg:deb/")}
    # The image also has the packages of the certificates and of the licenses.
    assert set(scanned.values()) - urls == {scanned["base-files"], scanned["ca-certificates"]}
    assert urls <= set(scanned.values())


def test_an_added_and_a_removed_package_are_rejected(program: pathlib.Path, tmp_path: pathlib.Path) -> None:
    resolved = json.loads(RESOLVED.read_text())
    first, *others = resolved["pins"]
    new = {"identity": "swift-new", "location": "https://host.example/new", "state": {"version": "1.0.0"}}
    changed = tmp_path / "Package.resolved"
    for pins, name in (([first, *others, new], "swift-new"), (others, first["identity"])):
        changed.write_text(json.dumps(resolved | {"pins": pins}))
        with pytest.raises(components.Mismatch, match=name):
            components.linked(program, "6.3", resolved=changed)


def test_another_license_text_is_rejected(program: pathlib.Path, tmp_path: pathlib.Path) -> None:
    first = components.table()["package"][0]["name"]
    text = tmp_path / first / "LICENSE.txt"
    text.parent.mkdir()
    text.write_text("All rights reserved.\n")
    with pytest.raises(components.Mismatch, match=first):
        components.linked(program, "6.3", checkouts=tmp_path)


def test_a_changed_vendored_file_is_rejected(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    [entry] = components.table()["vendored"]
    components.check_vendored_files(entry)
    folder = tmp_path / entry["folder"]
    shutil.copytree(ROOT / entry["folder"], folder)
    with (folder / "LICENSE").open("a") as file:
        file.write("And more.\n")
    monkeypatch.setattr(components, "ROOT", tmp_path)
    with pytest.raises(components.Mismatch, match="simdjson: LICENSE"):
        components.check_vendored_files(entry)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (b"\x7fELF", b"\x7fELF\0FoundationInternationalization\0", "swift-foundation-icu"),
        (b"c_nio_llhttp_execute", b"c_nio_llhttp_exerase", "llhttp"),
    ],
    ids=["added", "removed"],
)
def test_a_part_that_was_added_or_removed_is_rejected(
    program: pathlib.Path, tmp_path: pathlib.Path, old: bytes, new: bytes, name: str
) -> None:
    changed = tmp_path / "changed"
    changed.write_bytes(program.read_bytes().replace(old, new))
    with pytest.raises(components.Mismatch, match=name):
        components.linked(changed, "6.3")
