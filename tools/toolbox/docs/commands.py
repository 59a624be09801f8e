# SPDX-License-Identifier: Apache-2.0
"""Commands in documents succeed, print the documented output, and use existing flags."""

import contextlib
import functools
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from toolbox.docs.configurations import DEFAULT_CONFIGURATION, complaint, relocate, write_configuration
from toolbox.docs.markdown import Block, Document
from toolbox.docs.project import Project
from toolbox.shared.exporter import Exporter
from toolbox.shared.files import write
from toolbox.shared.processes import NAME, attempt, run, wait_for

DOTTED_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+")
FLAG_IN_HELP = re.compile(r"(?<![\w-])--[a-z][a-z0-9.-]*")
CALL = re.compile(rf"(?:^|[|;&(]\s*){NAME}(?=\s|$)([^|;&)]*)", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# Files that documents describe as the reader's own.
SHIPPED = {
    "alerts.yaml": "dashboards/prometheus/alerts.yaml",
    "rules.yaml": "dashboards/prometheus/rules.yaml",
    "overview.json": "dashboards/grafana/overview.json",
    "pools.json": "dashboards/grafana/pools.json",
    "workspace.json": "dashboards/grafana/workspace.json",
    "prometheus.yaml": "dashboards/prometheus/scrape-static.yaml",
}
# The web configuration of commands that name one.
WEB_CONFIGURATION = "http_server_config: {headers: {X-Frame-Options: deny}}\n"
# Maximum seconds until a command prints the documented output.
TIMEOUT = 20


@dataclass
class Command:
    """A command in a block, with its line and its documented output."""

    text: str
    line: int
    output: list[str] = field(default_factory=list)


def commands_of(block: Block) -> list[Command]:
    """Returns the commands of a shell block. In `console` blocks they follow a `$`; other lines are output."""
    commands: list[Command] = []
    continues = False
    for number, line in enumerate(block.text.split("\n") if block.language in ("sh", "console") else (), block.line):
        if continues:
            commands[-1].text += "\n" + line
        elif block.language == "console" and not line.startswith("$ "):
            if commands and line.strip():
                commands[-1].output.append(line)
            continue
        else:
            text = line.removeprefix("$ ") if block.language == "console" else line
            if not text.strip() or text.lstrip().startswith("#"):
                continue
            commands.append(Command(text, number))
        continues = line.rstrip().endswith(("\\", "|"))
    return commands


def all_commands(project: Project) -> Iterator[tuple[Document, Command]]:
    for document in project.documents.values():
        for block in document.blocks:
            for command in commands_of(block):
                yield document, command


@functools.cache
def known_flags(program: Path) -> dict[str, set[str]]:
    """Returns the flags of each command, as its help lists them."""
    commands = re.findall(r"^  ([a-z]+)(?: \(default\))?\s", run(program, "--help"), re.MULTILINE)
    return {command: set(FLAG_IN_HELP.findall(run(program, command, "--help"))) for command in commands}


def foreign_flags(project: Project) -> Iterator[tuple[Document, int, str]]:
    """Yields the flags with a dot that no command has."""
    known = set().union(*known_flags(project.program).values())
    for document in project.documents.values():
        for text, line in [*((block.text, block.line) for block in document.blocks), *document.spans]:
            for flag in DOTTED_FLAG.findall(text):
                if flag not in known:
                    yield document, line, flag


def unknown_flags(project: Project) -> Iterator[str]:
    """Flags with a dot exist wherever they are written, the others in commands."""
    for document, line, flag in foreign_flags(project):
        if not project.exception("flags", flag):
            yield project.problem(document, line, f"no command has a flag {flag}")
    known = known_flags(project.program)
    for document, command in all_commands(project):
        for arguments in CALL.findall(command.text):
            words = shlex.split(arguments, comments=True)
            name = words[0] if words and not words[0].startswith("-") else "serve"
            if name not in known:
                yield project.problem(document, command.line, f"unknown command {name}")
                continue
            for flag in (word.partition("=")[0] for word in words if word.startswith("--")):
                if flag not in known[name]:
                    yield project.problem(document, command.line, f"{name} has no flag {flag}")


def failing_blocks(project: Project) -> Iterator[str]:
    """The program accepts the configurations, and commands print what is documented."""
    with contextlib.ExitStack() as stack:
        runner = Runner(project, stack)
        for document in project.documents.values():
            folder = runner.folder(document)
            for block in document.blocks:
                for command in commands_of(block):
                    excused = project.exception("commands", command.text.strip())
                    if not excused and (text := runner.complaint(command, folder)):
                        yield project.problem(document, command.line, text)
                if block.language in ("json", "yaml") and (text := complaint(block, project.program, folder)):
                    yield project.problem(document, block.line, text)


class Runner:
    """Runs commands in a scratch folder that looks like the repository, with a demo for commands that use port 9942."""

    def __init__(self, project: Project, stack: contextlib.ExitStack) -> None:
        self.project, self.stack = project, stack
        self.binaries = project.scratch / "bin"
        self.binaries.mkdir()
        (self.binaries / NAME).symlink_to(project.program)

    def folder(self, document: Document) -> Path:
        """Creates a scratch folder for the commands of one document."""
        root = self.project.root
        folder = self.project.scratch / str(document.path.relative_to(root)).replace("/", "+")
        folder.mkdir()
        for entry in root.iterdir():
            if entry.name not in (".git", ".build"):
                (folder / entry.name).symlink_to(entry)
        for name, origin in SHIPPED.items():
            if (root / origin).is_file():
                shutil.copy(root / origin, folder / name)
        write_configuration(DEFAULT_CONFIGURATION, folder)
        write(folder / "web.yml", WEB_CONFIGURATION)
        return folder

    @functools.cached_property
    def demo(self) -> tuple[int, str]:
        """The port of a running demo, and the id of its workspace with an endpoint error."""
        demo = Exporter(self.project.program, self.project.scratch).serve(command="demo")
        self.stack.enter_context(demo)
        error = re.compile(r"endpoint error.*workspace_id=(\S+)")
        found = wait_for(lambda: error.findall(demo.log()), TIMEOUT, "the demo logs an endpoint error")
        return demo.port, found[0]

    def complaint(self, command: Command, folder: Path) -> str | None:
        """Returns what is wrong with the result of a command. Repeats one that reads from the demo, which changes."""
        text, deadline = relocate(command.text, folder), time.monotonic()
        # The first two are variables that documents use.
        variables = {"EXPORTER": "127.0.0.1", "SOURCE": "cn-north-4", "LC_ALL": "C.UTF-8"}
        variables |= {"HOME": str(self.project.scratch), "PATH": f"{self.binaries}:{os.environ['PATH']}"}
        # Other hosts go to a proxy that does not exist, so that nothing leaves this machine.
        variables |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
        variables["no_proxy"] = "localhost,127.0.0.1"
        if ":9942" in text:
            port, variables["WORKSPACE_ID"] = self.demo
            text, deadline = text.replace(":9942", f":{port}"), deadline + TIMEOUT
        # `head` closes the pipe, which is an error of the writer with pipefail.
        options = "set -eu" if re.search(r"\|\s*head\b", text) else "set -euo pipefail"
        while True:
            try:
                status, output = attempt("bash", "-c", f"{options}\n{text}", seconds=TIMEOUT, cwd=folder,
                                         env=os.environ | variables, stdin=subprocess.DEVNULL)  # fmt: skip
            except AssertionError as late:
                return str(late)
            wrong = difference(command, status, output)
            if wrong is None or time.monotonic() > deadline:
                return wrong
            time.sleep(1)


def difference(command: Command, status: int, printed: str) -> str | None:
    if status != 0:
        return f"exits with status {status}: {command.text}\n{printed[-600:].rstrip()}"
    lines = [NUMBER.sub("0", line.strip()) for line in printed.splitlines()]
    for expected in command.output:
        # Ignores numbers, which differ between runs; an ellipsis matches anything.
        parts = [re.escape(NUMBER.sub("0", part)) for part in expected.strip().split("…")]
        if not any(re.fullmatch(".*".join(parts), line) for line in lines):
            return f"does not print: {expected}\n{printed[:600].rstrip()}"
    return None
