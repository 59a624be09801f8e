# SPDX-License-Identifier: Apache-2.0
"""Checks that commands in documents succeed, print the documented output, and use existing flags."""

import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

from configurations import DEFAULT_CONFIGURATION, relocate, write_configuration
from markdown import Block, Document, code_spans
from report import Exceptions, Report

NAME = "dataarts-fabric-exporter"
DOTTED_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+")
FLAG_IN_HELP = re.compile(r"(?<![\w-])--[a-z][a-z0-9.-]*")
CALL = re.compile(rf"(?:^|[|;&(]\s*){NAME}(?=\s|$)([^|;&)]*)", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
SHIPPED = {
    "alerts.yaml": "dashboards/prometheus/alerts.yaml",
    "rules.yaml": "dashboards/prometheus/rules.yaml",
    "prometheus.yaml": "dashboards/prometheus/scrape-static.yaml",
}
#: Maximum seconds until a command prints the documented output.
TIMEOUT = 20


class Help:
    """The commands and flags in the program's help."""

    def __init__(self, program: Path):
        self._program = program
        self._flags: dict[str, set[str]] = {}
        commands = re.findall(r"^  ([a-z]+)(?: \(default\))?\s", self._text([]), re.MULTILINE)
        self.commands = set(commands)
        self.all = set().union(*(self.flags(command) for command in commands))

    def flags(self, command: str) -> set[str]:
        """Returns the flags of `command`."""
        if command not in self._flags:
            self._flags[command] = set(FLAG_IN_HELP.findall(self._text([command])))
        return self._flags[command]

    def _text(self, command: list[str]) -> str:
        result = subprocess.run(
            [self._program, *command, "--help"], capture_output=True, text=True, timeout=20, check=True
        )
        return result.stdout


def check_flags(document: Document, known: Help, exceptions: Exceptions, report: Report) -> None:
    """Checks that flags in `document` exist: those with a dot anywhere, the others in commands."""
    texts = [(block.text, block.line) for block in document.blocks] + list(code_spans(document))
    for text, line in texts:
        for flag in DOTTED_FLAG.findall(text):
            report.count("flags")
            if flag not in known.all and not exceptions.excuses("flags", flag):
                report.problem(document.path, line, f"no command has a flag {flag}")
    for block in document.blocks:
        if block.language in ("sh", "console"):
            for command in commands_of(block):
                for arguments in CALL.findall(command.text):
                    _check_call(document, block.line + command.offset, arguments, known, report)


def _check_call(document: Document, line: int, arguments: str, known: Help, report: Report) -> None:
    words = shlex.split(arguments, comments=True)
    name = words[0] if words and not words[0].startswith("-") else "serve"
    if name not in known.commands:
        report.problem(document.path, line, f"unknown command {name}")
        return
    for word in words:
        flag = word.partition("=")[0]
        if flag.startswith("--") and flag not in known.flags(name):
            report.problem(document.path, line, f"{name} has no flag {flag}")


class Command:
    """A command in a block, with its documented output."""

    def __init__(self, text: str, offset: int):
        self.text = text
        self.offset = offset
        self.output: list[str] = []


def commands_of(block: Block) -> list[Command]:
    """Returns the commands of a shell block. In `console` blocks they follow a `$`; other lines are output."""
    commands: list[Command] = []
    continues = False
    for offset, line in enumerate(block.text.split("\n")):
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
            commands.append(Command(text, offset))
        continues = line.rstrip().endswith(("\\", "|"))
    return commands


class Runner:
    """Runs commands in a scratch folder that looks like the repository, with a demo for commands that use port 9942."""

    def __init__(self, program: Path, exceptions: Exceptions, report: Report, scratch: Path):
        self._program, self._exceptions, self._report, self._scratch = program, exceptions, report, scratch
        self._demo: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._binaries = scratch / "bin"
        self._binaries.mkdir()
        (self._binaries / NAME).symlink_to(program)

    def folder(self, document: Document) -> Path:
        """Creates a scratch folder for the commands of one document."""
        folder = self._scratch / str(document.path.relative_to(self._report.root)).replace("/", "+")
        folder.mkdir()
        for entry in self._report.root.iterdir():
            if entry.name not in (".git", ".build"):
                (folder / entry.name).symlink_to(entry)
        # Files that documents describe as the reader's own; the default is the shipped one.
        for name, origin in SHIPPED.items():
            if (self._report.root / origin).is_file():
                shutil.copy(self._report.root / origin, folder / name)
        write_configuration(DEFAULT_CONFIGURATION, folder)
        return folder

    def run(self, document: Document, block: Block, folder: Path) -> None:
        """Runs the commands of `block`, except for excluded ones."""
        for command in commands_of(block):
            self._report.count("commands")
            if not self._exceptions.excuses("commands", command.text.strip()):
                problem = self._try(command, folder)
                if problem:
                    self._report.problem(document.path, block.line + command.offset, problem)

    def _try(self, command: Command, folder: Path) -> str | None:
        text = relocate(command.text, folder)
        uses_demo = ":9942" in text
        if uses_demo:
            text = text.replace(":9942", f":{self._demo_port()}")
        # `head` closes the pipe, which is an error of the writer with pipefail.
        options = "set -eu" if re.search(r"\|\s*head\b", text) else "set -euo pipefail"
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                result = subprocess.run(
                    ["bash", "-c", f"{options}\n{text}"],
                    cwd=folder, env=self._environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return f"timed out after {TIMEOUT} s: {command.text}"
            problem = _compare(command, result.returncode, result.stdout)
            if problem is None or not uses_demo or time.monotonic() > deadline:
                return problem
            time.sleep(1)

    def _environment(self) -> dict[str, str]:
        variables = {"HOME": str(self._scratch), "PATH": f"{self._binaries}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        # Variables that documents use.
        variables |= {"EXPORTER": "127.0.0.1", "SOURCE": "cn-north-4"}
        # Other hosts go to a proxy that does not exist, so that nothing leaves this machine.
        variables |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
        variables["no_proxy"] = "localhost,127.0.0.1"
        return os.environ | variables | ({"WORKSPACE_ID": self._workspace} if self._demo else {})

    def _demo_port(self) -> int:
        if self._demo is None:
            log = self._scratch / "demo.log"
            with log.open("wb") as file:
                self._demo = subprocess.Popen(
                    [self._program, "demo", "--web.listen-address", "127.0.0.1:0"], stderr=file
                )
            deadline = time.monotonic() + TIMEOUT
            while True:
                output = log.read_text(encoding="utf-8")
                address = re.search(r"msg=listening address=127\.0\.0\.1:(\d+)", output)
                workspace = re.search(r"endpoint error.*workspace_id=(\S+)", output)
                if address and workspace:
                    break
                if time.monotonic() > deadline or self._demo.poll() is not None:
                    raise RuntimeError(f"the demo did not start: {output}")
                time.sleep(0.1)
            self._port, self._workspace = int(address[1]), workspace[1]
        return self._port

    def end(self) -> None:
        """Stops the demo."""
        if self._demo is not None:
            self._demo.terminate()
            self._demo.wait(timeout=TIMEOUT)


def _compare(command: Command, status: int, printed: str) -> str | None:
    if status != 0:
        return f"exits with status {status}: {command.text}\n{printed[-600:].rstrip()}"
    lines = printed.splitlines()
    for expected in command.output:
        # Ignore numbers, which differ between runs; an ellipsis matches anything.
        parts = [NUMBER.sub("0", part) for part in expected.strip().split("…")]
        pattern = re.compile(".*".join(re.escape(part) for part in parts))
        if not any(pattern.fullmatch(NUMBER.sub("0", line.strip())) for line in lines):
            return f"does not print: {expected}\n{printed[:600].rstrip()}"
    return None
