# SPDX-License-Identifier: Apache-2.0
"""`docs/configuration.schema.json` accepts good files and rejects the errors that a schema can express."""

import json
import pathlib
import re
from typing import Any

import jsonschema
import pytest
import yaml

from toolbox.acceptance.bad_configurations import AUTH, BAD, GOOD
from toolbox.shared import configuration
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.processes import ROOT

SCHEMA = json.loads((ROOT / "docs/configuration.schema.json").read_text("utf-8"))
REFERENCE = (ROOT / "docs/configuration.md").read_text("utf-8")

AUTHS = (
    "{token: $$odd}",
    "{token: '${TOKEN}'}",
    "{environment: {}}",
    "{metadata: {url: 'http://127.0.0.1:1/'}}",
    "{password: {domain: a, user: u, password_file: f, project_id: p}}",
    "{access_key: {id: a, secret_file: f, security_token_file: g},"
    " assume_agency: {agency: a, domain: d, duration: 1h}}",
)
EVERY_KEY = """\
    discovery: {interval: '${EVERY}', include: ^prod-, filter: {visibility: ALL}}
    tls: {ca_file: ca.pem, cert_file: c, key_file: k, min_version: TLS13}
    proxy_url: 'http://u:p@proxy:3128'
    workspaces:"""
EXAMPLES = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)
GOOD_FILES = {
    "the good file": GOOD,
    "the example of the reference": EXAMPLES[0],
    "every key": GOOD.replace("    workspaces:", EVERY_KEY),
    **{auth: GOOD.replace(AUTH, f"    auth: {auth}") for auth in AUTHS},
}


class Loader(yaml.SafeLoader):
    """Loads YAML 1.2's core schema, as the program and editors do: no sexagesimal numbers, dates, `yes` or `no`."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"), ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):  # fmt: skip
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


def problems(text: str) -> list[str]:
    errors = jsonschema.Draft7Validator(SCHEMA).iter_errors(yaml.load(text, Loader))
    return [f"{list(error.absolute_path)}: {error.message}" for error in errors]


def test_the_schema_is_valid() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", GOOD_FILES.values(), ids=GOOD_FILES.keys())
def test_the_schema_accepts_good_files(text: str) -> None:
    assert not (found := problems(text)), found


def test_the_schema_accepts_the_file_of_the_other_tests(directory: pathlib.Path) -> None:
    cloud = list(new_cloud().values())
    source = configuration.Source("http://127.0.0.1:9", cloud, filters={cloud[0].id: {"type": "inference"}})
    file = directory / configuration.write(directory, "schema.yaml", [source], "all")
    assert not (found := problems(file.read_text("utf-8"))), found


@pytest.mark.parametrize("text", BAD)
def test_the_schema_rejects_bad_files(text: str) -> None:
    assert problems(text)


def test_all_keys_are_in_the_reference() -> None:
    sections: list[dict[str, Any]] = [each for each in SCHEMA["definitions"].values() if "properties" in each]
    assert len(sections) > 9
    keys = {name for section in sections for name in section["properties"]}
    assert not (missing := {name for name in keys if f"| `{name}` |" not in REFERENCE}), missing
