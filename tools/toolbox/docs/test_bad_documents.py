# SPDX-License-Identifier: Apache-2.0
"""Each check of documents passes a good sample, and finds an error in a bad one."""

from pathlib import Path

import pytest

from toolbox.docs.commands import failing_blocks, unknown_flags
from toolbox.docs.exceptions import bad_exceptions
from toolbox.docs.project import Project
from toolbox.docs.references import broken_links, changed_excerpts, differences_of_languages
from toolbox.docs.test_documents import CHECKS, Check
from toolbox.shared.files import write

README = """\
# Title

[Other language](TWIN)

[Part](docs/part.md#some-heading), <https://example.org/>, ![Picture](docs/picture.svg)

<picture>
  <source srcset="docs/dark.svg">
  <img src="docs/picture.svg">
</picture>

```yaml
poll:
  interval: 60s
```

```console
$ dataarts-fabric-exporter check --config.file config.yaml
$ echo 12 of 34
12 of …
$ forbidden command
```
"""
SAMPLE = {
    "README.md": README.replace("TWIN", "README.zh.md"),
    "README.zh.md": README.replace("TWIN", "README.md"),
    "docs/quick-start.md": "[Other language](quick-start.zh.md)\n\n[Readme](../README.md)\n",
    "docs/quick-start.zh.md": "[Other language](quick-start.md)\n\n[Readme](../README.zh.md)\n",
    "docs/dark.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "docs/part.md": "# Part\n\n## Some heading\n\nThe flags are `--config.file` and `--other.flag`.\n",
    "docs/picture.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "docs/adding-a-listing.md": "# Listing\n\n```swift\nif a {\n    b()\n}\n```\n",
    "Tests/PollingTests/ToyListing.swift": "func c() {\n    if a {\n        b()\n    }\n}\n",
    "exceptions.yaml": """\
commands: {"forbidden *": needs a missing tool}
flags: {"--other.flag": another program's}
hosts: {example.org: an example}
""",
}
BOTH, CHINESE = ("README.md", "README.zh.md"), ("README.zh.md",)
QUICK_START = ("docs/quick-start.md",)
PART, PICTURE, EXCEPTIONS = ("docs/part.md",), ("docs/picture.svg",), ("exceptions.yaml",)
EXCERPT, SOURCE = ("docs/adding-a-listing.md",), ("Tests/PollingTests/ToyListing.swift",)
# A check, its complaint, and the change: files, a text in them, its replacement.
BAD: tuple[tuple[Check, str, tuple[str, ...], str, str], ...] = (
    (broken_links, "no file docs/gone.md", BOTH, "docs/part.md", "docs/gone.md"),
    (broken_links, "no heading for #no-heading", BOTH, "#some-heading", "#no-heading"),
    (broken_links, "no file docs/gone.svg", BOTH, "docs/picture.svg", "docs/gone.svg"),
    (broken_links, "no file docs/gone.svg", BOTH, "docs/dark.svg", "docs/gone.svg"),
    (broken_links, "is not a picture", PICTURE, "svg", "text"),
    (broken_links, "example.net is not in the list of hosts", BOTH, "example.org", "example.net"),
    (broken_links, "invalid address", BOTH, "https://", "ftp://"),
    (failing_blocks, "unknown key", BOTH, "interval:", "intervall:"),
    (failing_blocks, "exits with status", BOTH, "echo 12", "test 12"),
    (failing_blocks, "does not print: 12 of … pieces", BOTH, "12 of …", "12 of … pieces"),
    (unknown_flags, "no command has a flag --config.fil", PART, "--config.file", "--config.fil"),
    (unknown_flags, "check has no flag --config-file", BOTH, "check --config.file", "check --config-file"),
    (differences_of_languages, "levels of headings", CHINESE, "# Title", "## Title"),
    (differences_of_languages, "code blocks", CHINESE, "interval: 60s", "interval: 70s"),
    (differences_of_languages, "links of README.md", CHINESE, "docs/part.md", "docs/other.md"),
    (differences_of_languages, "links of docs/quick-start.md", QUICK_START, "../README.md", "../other.md"),
    (differences_of_languages, "the first link must be", CHINESE, "README.md", "docs/part.md"),
    (changed_excerpts, "not a contiguous part", EXCERPT, "b()", "d()"),
    (changed_excerpts, "not a contiguous part", SOURCE, "if a {\n", "if a {\n        e()\n"),
    (changed_excerpts, "not a contiguous part", EXCERPT, "    b", "b"),
    (changed_excerpts, "no excerpt", EXCERPT, "swift", ""),
    (bad_exceptions, "unused exception: commands: forbidden", EXCEPTIONS, "forbidden *", "forbidden thing"),
    (bad_exceptions, "has no reason", EXCEPTIONS, "needs a missing tool", "''"),
)


def problems(check: Check, sample: dict[str, str], folder: Path, program: Path) -> list[str]:
    for name, text in sample.items():
        write(folder / "documents" / name, text)
    (folder / "scratch").mkdir()
    return list(check(Project(folder / "documents", program, folder / "documents/exceptions.yaml", folder / "scratch")))


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_sample_passes(tmp_path: Path, program: Path, check: Check) -> None:
    assert problems(check, SAMPLE, tmp_path, program) == []


@pytest.mark.parametrize(("check", "complaint", "names", "old", "new"), BAD)
def test_an_error_is_found(
    tmp_path: Path, program: Path, check: Check, complaint: str, names: tuple[str, ...], old: str, new: str
) -> None:
    changed = {name: SAMPLE[name].replace(old, new) for name in names}
    assert complaint in "\n".join(problems(check, SAMPLE | changed, tmp_path, program))
