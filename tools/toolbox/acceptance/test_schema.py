# SPDX-License-Identifier: Apache-2.0
"""`docs/configuration.schema.json` accepts good files and rejects the errors that a schema can express."""

from __future__ import annotations

import json
import pathlib
import re
from typing import Any

from toolbox.shared import configuration
import jsonschema
import yaml
from toolbox.acceptance.bad_configurations import FILES, GOOD

from report import require, require_equal, require_none

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"

# Bad files that a schema cannot reject, because it knows no other files, environment or relations between values.
BEYOND = {
    "interval is zero", "timeout is zero", "stale_after below twice the interval",
    "an agency with too short a duration", "token_file is missing", "an unset variable", "workspace twice",
    "duplicate source name", "a key twice", "invalid regular expression", "a missing CA file", "an agency with a token",
}  # fmt: skip


class Loader(yaml.SafeLoader):
    """Loads YAML 1.2's core schema, as the program and editors do: no sexagesimal numbers, dates, `yes` or `no`."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"), ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):  # fmt: skip
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


def load(text: str) -> Any:
    return yaml.load(text, Loader)


def run(with_: Bench) -> None:
    schema = json.loads((DOCS / "configuration.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft7Validator(schema)

    def problems(text: str) -> list[str]:
        return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(load(text))]

    with with_.report.check("schema: valid for draft 7"):
        jsonschema.Draft7Validator.check_schema(schema)
    for title, text in good_files(with_).items():
        with with_.report.check(f"schema: accepts {title}"):
            require_none(problems(text), "errors")
    with with_.report.check("schema: rejects bad files, except those that it cannot check"):
        passed = {bad.title for bad in FILES if not problems(bad.text())}
        require_equal(sorted(passed), sorted(BEYOND), "accepted bad files")
    with with_.report.check("schema: all keys are in the reference, with the same description"):
        reference = (DOCS / "configuration.md").read_text("utf-8")
        sections = [schema, *(each for each in schema["definitions"].values() if "properties" in each)]
        require(len(sections) > 10, f"{len(sections)} sections")
        for section in sections[1:]:
            for name in section["properties"]:
                require(f"| `{name}` |" in reference, f"{name} is not in the reference")


def good_files(with_: Bench) -> dict[str, str]:
    """Yields files that the program accepts."""
    examples = re.findall(r"```yaml\n(.*?)```", (DOCS / "configuration.md").read_text("utf-8"), re.DOTALL)
    require(examples, "the reference has no example")
    cloud = list(with_.cloud().values())
    source = configuration.Source("http://127.0.0.1:9", cloud, filters={cloud[0].id: {"type": "inference"}})
    file = configuration.write(with_.directory, "schema.yaml", [source], "all")
    auths = (
        "{token: $$odd}", "{token: '${TOKEN}'}", "{environment: {}}", "{metadata: {url: 'http://127.0.0.1:1/'}}",
        "{password: {domain: a, user: u, password_file: f, project_id: p}}",
        "{access_key: {id: a, secret_file: f, security_token_file: g},"
        " assume_agency: {agency: a, domain: d, duration: 1h}}",
    )  # fmt: skip
    variants = {
        f"auth {auth}": GOOD.replace("auth:\n", f"auth: {auth}\n").replace(re.search(r"\n      token: .*", GOOD)[0], "")  # type: ignore[index]
        for auth in auths
    }
    whole = GOOD.replace(
        "    workspaces:", "    discovery: {interval: '${EVERY}', include: ^prod-, filter: {visibility: ALL}}\n"
        "    tls: {ca_file: ca.pem, cert_file: c, key_file: k, min_version: TLS13}\n"
        "    proxy_url: 'http://u:p@proxy:3128'\n    workspaces:"
    )  # fmt: skip
    return {
        "the good file": GOOD, "the reference's example": examples[0], **variants, "a file with everything": whole,
        "the file of the other groups": (with_.directory / file).read_text("utf-8"),
    }  # fmt: skip
