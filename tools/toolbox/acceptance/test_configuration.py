# SPDX-License-Identifier: Apache-2.0
"""Bad configurations and flags are rejected with location and reason, without secrets; good ones are accepted.

Every run of the exporter also fails its test if the output contains the secret of these files.
"""

from __future__ import annotations

import pathlib
import re

import pytest

from toolbox.acceptance.bad_configurations import FILES, FLAGS, GOOD, SECRET, SEVERAL, UNREADABLE, BadFile
from toolbox.shared import configuration
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.exporter import Exporter, Outcome

LATE = "sources:\n  - region: cn-north-4\n    auth: {token_file: no-such-token}\n    workspaces: [{id: a}]\n"


@pytest.fixture(scope="module", autouse=True)
def files(directory: pathlib.Path) -> None:
    (directory / "token").write_text(SECRET + "\n", "utf-8")
    (directory / "good.yaml").write_text(GOOD, "utf-8")


def run(exporter: Exporter, data: str | bytes, command: str = "check", *flags: str) -> Outcome:
    """Runs a command with a configuration of this content."""
    (exporter.directory / "tested.yaml").write_bytes(data.encode() if isinstance(data, str) else data)
    return exporter.run(command, "--config.file", "tested.yaml", *flags, timeout=10)


def messages(outcome: Outcome) -> list[tuple[int, str]]:
    """Returns the lines `FILE:LINE:COL: path: …` of the output of a rejected file as line number and rest."""
    assert outcome.status == 2, outcome.everything
    pattern = re.compile(r"^(?:.*[ \t/])?tested\.yaml:(\d+):(\d+): (.*)$", re.MULTILINE)
    return [(int(match[1]), match[3]) for match in pattern.finditer(outcome.everything)]


def test_the_good_file_is_accepted_with_a_summary(exporter: Exporter) -> None:
    outcome = run(exporter, GOOD)
    assert outcome.status == 0, outcome.everything
    assert "prod" in outcome.everything


def test_the_file_of_the_other_tests_is_accepted(exporter: Exporter) -> None:
    source = configuration.Source("http://127.0.0.1:9", list(new_cloud().values()))
    file = configuration.write(exporter.directory, "accepted.yaml", [source], "all")
    outcome = exporter.run("check", "--config.file", file)
    assert outcome.status == 0, outcome.everything


def test_a_missing_secret_is_a_warning_with_allow_missing_secrets(exporter: Exporter) -> None:
    place = "tested.yaml:3:24: sources[0].auth.token_file: cannot read no-such-token: no such file"
    outcome = run(exporter, LATE)
    assert outcome.status == 2
    assert place in outcome.stderr
    outcome = run(exporter, LATE, "check", "--allow-missing-secrets")
    assert outcome.status == 0, outcome.everything
    assert f"Warning: {place}" in outcome.everything


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_a_flag_that_prints_ends_with_status_0(exporter: Exporter, flag: str) -> None:
    outcome = exporter.run(flag)
    assert outcome.status == 0
    assert outcome.stdout


@pytest.mark.parametrize("bad", FILES, ids=lambda bad: bad.title)
def test_a_bad_file_is_rejected_with_line_path_and_reason(exporter: Exporter, bad: BadFile) -> None:
    (line, message), *others = messages(run(exporter, bad.text()))
    assert not others
    assert message.split(": ")[0] == bad.path
    assert bad.line() in (None, line)
    assert bad.hint in message


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_invalid_document_is_rejected_with_its_name(exporter: Exporter, data: bytes) -> None:
    outcome = run(exporter, data)
    assert outcome.status == 2, outcome.everything
    assert "tested.yaml" in outcome.everything


def test_all_errors_of_a_file_are_reported(exporter: Exporter) -> None:
    text, paths = SEVERAL
    assert {text.split(": ")[0] for _, text in messages(run(exporter, text))} >= set(paths)


@pytest.mark.parametrize("command", ["serve", "once"])
def test_other_commands_reject_a_bad_file_like_check(exporter: Exporter, command: str) -> None:
    bad = next(bad for bad in FILES if bad.title == "unknown key of poll")
    assert [line for line, _ in messages(run(exporter, bad.text(), command))] == [bad.line()]


@pytest.mark.parametrize(("arguments", "word"), FLAGS, ids=[" ".join(arguments) for arguments, _ in FLAGS])
def test_bad_arguments_are_rejected_with_a_message(exporter: Exporter, arguments: tuple[str, ...], word: str) -> None:
    outcome = exporter.run(*arguments, timeout=5)
    assert outcome.status == 2, outcome.everything
    assert word in outcome.stderr
