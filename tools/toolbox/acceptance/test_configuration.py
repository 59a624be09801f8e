# SPDX-License-Identifier: Apache-2.0
"""Bad configurations and flags are rejected with location and reason, without secrets; good ones are accepted."""

from __future__ import annotations

import re

from toolbox.shared import configuration
from toolbox.acceptance.bad_configurations import FILES, FLAGS, GOOD, SECRET, SEVERAL, UNREADABLE

from toolbox.shared.exporter import Outcome
from report import require, require_equal


def run(with_: Bench) -> None:
    (with_.directory / "token").write_text(SECRET + "\n", "utf-8")
    good(with_)
    table: list[tuple[str, str]] = []
    for number, bad in enumerate(FILES):
        name = f"bad-{number:02d}.yaml"
        with with_.report.check(f"rejected: {bad.title}"):
            outcome = refused(with_, name, bad.text().encode())
            found = messages(outcome, name)
            require(found, f"no {name}:LINE:COL: message\n{outcome.everything[:800]}")
            fitting = [(line, text) for line, text in found if text.split(": ")[0] in bad.paths]
            require(fitting, f"none names {' or '.join(bad.paths)}: {found}")
            line, text = fitting[0]
            table.append((bad.title, f"{name}:{line}: {text}"))
            require(bad.line() in (None, line), f"line {line}, should be {bad.line()}: {text}")
            require(bad.hint in text, f"no part {bad.hint!r}: {text}")
    for number, (title, data) in enumerate(UNREADABLE):
        name = f"unreadable-{number}.yaml"
        with with_.report.check(f"refused: {title}"):
            outcome = refused(with_, name, data)
            require(name in outcome.everything, f"the file is not named: {outcome.everything[:800]}")
            table.append((title, outcome.everything.strip().splitlines()[0]))
    with with_.report.check("rejected: three errors in one file, all reported"):
        text, paths = SEVERAL
        told = {
            text.split(": ")[0] for _, text in messages(refused(with_, "several.yaml", text.encode()), "several.yaml")
        }
        require(told >= set(paths), f"told: {sorted(told)}")
    for command in ("serve", "once"):
        with with_.report.check(f"{command} rejects a bad file like check does"):
            outcome = with_.exporter.run(command, "--config.file", "bad-01.yaml", timeout=10)
            require_equal(outcome.status, 2, "the status")
            require("bad-01.yaml:2:" in outcome.everything, outcome.everything[:800])
    flags(with_, table)
    print("  output:")
    for title, text in table:
        print(f"    {title:40} | {text[:150]}")


def good(with_: Bench) -> None:
    (with_.directory / "good.yaml").write_text(GOOD, "utf-8")
    with with_.report.check("check accepts the good file and prints a summary"):
        outcome = with_.exporter.run("check", "--config.file", "good.yaml")
        require(outcome.status == 0, f"status {outcome.status}\n{outcome.everything[:800]}")
        require("prod" in outcome.everything, f"the source is missing: {outcome.everything[:800]}")
        require(SECRET not in outcome.everything, "output contains the secret")
    with with_.report.check("check accepts the file of the other groups"):
        cloud = with_.cloud()
        source = configuration.Source("http://127.0.0.1:9", list(cloud.values()))
        file = configuration.write(with_.directory, "accepted.yaml", [source], "all")
        outcome = with_.exporter.run("check", "--config.file", file)
        require(outcome.status == 0, f"status {outcome.status}\n{outcome.everything[:800]}")
    with with_.report.check("check warns of a missing secret file with --allow-missing-secrets"):
        text = "sources:\n  - region: cn-north-4\n    auth: {token_file: no-such-token}\n    workspaces: [{id: a}]\n"
        (with_.directory / "late.yaml").write_text(text, "utf-8")
        place = "late.yaml:3:24: sources[0].auth.token_file: cannot read no-such-token: no such file"
        outcome = with_.exporter.run("check", "--config.file", "late.yaml")
        require(outcome.status == 2 and place in outcome.stderr, outcome.everything[:800])
        outcome = with_.exporter.run("check", "--allow-missing-secrets", "--config.file", "late.yaml")
        require(outcome.status == 0 and f"Warning: {place}" in outcome.everything, outcome.everything[:800])
    for flag in ("--version", "--help"):
        with with_.report.check(f"{flag} prints something and ends with status 0"):
            outcome = with_.exporter.run(flag)
            require(outcome.status == 0 and outcome.stdout, f"status {outcome.status}, {outcome.everything[:300]!r}")


def refused(with_: Bench, name: str, data: bytes) -> Outcome:
    (with_.directory / name).write_bytes(data)
    outcome = with_.exporter.run("check", "--config.file", name, timeout=10)
    require(outcome.status == 2, f"status {outcome.status}, should be 2\n{outcome.everything[:800]}")
    require("SECRET-TOKEN" not in outcome.everything, f"output contains a secret: {outcome.everything[:800]}")
    return outcome


def messages(outcome: Outcome, name: str) -> list[tuple[int, str]]:
    """Returns the lines `FILE:LINE:COL: path: …` of the output as line number and rest."""
    pattern = re.compile(rf"^(?:.*[ \t/])?{re.escape(name)}:(\d+):(\d+): (.*)$", re.MULTILINE)
    return [(int(match[1]), match[3]) for match in pattern.finditer(outcome.everything)]


def flags(with_: Bench, table: list[tuple[str, str]]) -> None:
    (with_.directory / "good.yaml").write_text(GOOD, "utf-8")
    (with_.directory / "token").write_text(SECRET + "\n", "utf-8")
    for arguments, word in FLAGS:
        title = " ".join(arguments)
        with with_.report.check(f"refused: {title}"):
            outcome = with_.exporter.run(*arguments, timeout=5)
            require(outcome.status == 2, f"status {outcome.status}, should be 2\n{outcome.everything[:800]}")
            require(word in outcome.stderr, f"no part {word!r} in standard error: {outcome.stderr[:800]!r}")
            require("SECRET-TOKEN" not in outcome.everything, "output contains a secret")
            table.append((title, outcome.stderr.strip().splitlines()[0]))
