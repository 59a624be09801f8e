# SPDX-License-Identifier: Apache-2.0
"""Bad configurations and flags are rejected with location and reason, without secrets; good ones are accepted.

Every run of the exporter also fails its test if the output contains the secret of these files.
"""

import pytest

from toolbox.acceptance.bad_configurations import GOOD, POLL, TOKEN
from toolbox.shared import configuration
from toolbox.shared.cloud_data import new_cloud
from toolbox.shared.exporter import Exporter

GOOD_FILE = ("--config.file", "good.yaml")
# Arguments, and a part of the message.
FLAGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("frobnicate",), "frobnicate"),
    (("serve", *GOOD_FILE, "superfluous"), "superfluous"),
    (("serve", "--config.file", "missing.yaml"), "missing.yaml"),
    (("serve",), "--config.file"),
    (("serve", "--region", "cn-north-4", "--workspace", "bad_id!"), "bad_id!"),
    (("once", *GOOD_FILE, "--format", "xml"), "xml"),
    (("metrics", "--format", "xml"), "xml"),
    (("serve", *GOOD_FILE, "--log.format", "xml"), "xml"),
    (("serve", *GOOD_FILE, "--web.listen-address", "127.0.0.1:99999"), "99999"),
    (("serve", *GOOD_FILE, "--web.max-requests", "many"), "many"),
    (("serve", *GOOD_FILE, "--web.max-requests", "-1"), "-1"),
    (("serve", *GOOD_FILE, "--web.telemetry-path", "metrics"), "telemetry-path"),
    (("serve", *GOOD_FILE, "--web.external-url", "ftp://x"), "ftp"),
    (("serve", *GOOD_FILE, "--web.config.file", "no-web.yaml"), "no-web.yaml"),
    (("check", *GOOD_FILE, "--web.config.file", "no-web.yaml"), "no-web.yaml"),
)


def test_the_file_of_the_other_tests_is_accepted_with_a_summary(exporter: Exporter) -> None:
    source = configuration.Source("http://127.0.0.1:9", list(new_cloud().values()))
    file = configuration.write(exporter.directory, "accepted.yaml", [source], "all")
    outcome = exporter.run("check", "--config.file", file)
    assert outcome.status == 0, outcome.everything
    assert source.name in outcome.everything


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_a_flag_that_prints_ends_with_status_0(exporter: Exporter, flag: str) -> None:
    outcome = exporter.run(flag)
    assert outcome.status == 0
    assert outcome.stdout


@pytest.mark.parametrize("command", ["check", "serve", "once"])
def test_all_errors_of_a_file_are_reported_with_line_path_and_reason(exporter: Exporter, command: str) -> None:
    text = GOOD.replace(POLL, "  intervall: 60s").replace("base_url: http", "base_url: ftp")
    text = text.replace(TOKEN, f"{TOKEN}${{UNSET_VARIABLE_OF_THE_TESTS}}")
    (exporter.directory / "bad.yaml").write_text(text + "frobnicate: true\n", "utf-8")
    outcome = exporter.run(command, "--config.file", "bad.yaml")
    assert outcome.status == 2
    for line in (
        "bad.yaml:2:3: poll.intervall: unknown key; did you mean interval?",
        "bad.yaml:8:15: sources[0].base_url: must be a URL that starts with http:// or https://",
        "bad.yaml:10:14: sources[0].auth.token: environment variable UNSET_VARIABLE_OF_THE_TESTS is not set",
        "frobnicate: unknown key; allowed keys: ",
    ):
        assert line in outcome.stderr


@pytest.mark.parametrize(("arguments", "word"), FLAGS, ids=[" ".join(arguments) for arguments, _ in FLAGS])
def test_bad_arguments_are_rejected_with_a_message(exporter: Exporter, arguments: tuple[str, ...], word: str) -> None:
    (exporter.directory / "good.yaml").write_text(GOOD, "utf-8")
    outcome = exporter.run(*arguments, timeout=5)
    assert outcome.status == 2, outcome.everything
    assert word in outcome.stderr
