# SPDX-License-Identifier: Apache-2.0
"""Whether commands that documents show can be run, print what is shown, and know their flags."""

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
#: How long the demo may take until it shows what a document shows.
PATIENCE = 20


class Help:
    """The flags of each command, as the program's help lists them."""

    def __init__(self, program: Path):
        self._program = program
        self._flags: dict[str, set[str]] = {}
        commands = re.findall(r"^  ([a-z]+)(?: \(default\))?\s", self._text([]), re.MULTILINE)
        self.commands = set(commands)
        self.all = set().union(*(self.flags(command) for command in commands))

    def flags(self, command: str) -> set[str]:
        """The flags that `command` takes."""
        if command not in self._flags:
            self._flags[command] = set(FLAG_IN_HELP.findall(self._text([command])))
        return self._flags[command]

    def _text(self, command: list[str]) -> str:
        result = subprocess.run(
            [self._program, *command, "--help"], capture_output=True, text=True, timeout=20, check=True
        )
        return result.stdout


def check_flags(document: Document, known: Help, exceptions: Exceptions, report: Report) -> None:
    """Whether the flags that `document` names exist: those with a dot anywhere, the others where commands are shown."""
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
        report.problem(document.path, line, f"there is no command {name}")
        return
    for word in words:
        flag = word.partition("=")[0]
        if flag.startswith("--") and flag not in known.flags(name):
            report.problem(document.path, line, f"{name} has no flag {flag}")


class Command:
    """A command as a block shows it, and what it is shown to print."""

    def __init__(self, text: str, offset: int):
        self.text = text
        self.offset = offset
        self.output: list[str] = []


def commands_of(block: Block) -> list[Command]:
    """The commands of a block of a shell; in `console` they follow a dollar sign, and the rest is what they print."""
    commands: list[Command] = []
    goes_on = False
    for offset, line in enumerate(block.text.split("\n")):
        if goes_on:
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
        goes_on = line.rstrip().endswith(("\\", "|"))
    return commands


class Runner:
    """Runs commands in a scratch folder that looks like the repository, with a demo where they ask for one."""

    def __init__(self, program: Path, exceptions: Exceptions, report: Report, scratch: Path):
        self._program, self._exceptions, self._report, self._scratch = program, exceptions, report, scratch
        self._demo: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._binaries = scratch / "bin"
        self._binaries.mkdir()
        (self._binaries / NAME).symlink_to(program)

    def folder(self, document: Document) -> Path:
        """A new scratch folder for the commands of one document."""
        folder = self._scratch / str(document.path.relative_to(self._report.root)).replace("/", "+")
        folder.mkdir()
        for entry in self._report.root.iterdir():
            if entry.name not in (".git", ".build"):
                (folder / entry.name).symlink_to(entry)
        # What documents speak of as the reader's own: where they show no other, it is what the project ships.
        for name, origin in SHIPPED.items():
            if (self._report.root / origin).is_file():
                shutil.copy(self._report.root / origin, folder / name)
        write_configuration(DEFAULT_CONFIGURATION, folder)
        return folder

    def run(self, document: Document, block: Block, folder: Path) -> None:
        """Runs the commands of `block`, those excepted left out."""
        for command in commands_of(block):
            self._report.count("commands")
            if not self._exceptions.excuses("commands", command.text.strip()):
                problem = self._try(command, folder)
                if problem:
                    self._report.problem(document.path, block.line + command.offset, problem)

    def _try(self, command: Command, folder: Path) -> str | None:
        text = relocate(command.text, folder)
        asks_demo = ":9942" in text
        if asks_demo:
            text = text.replace(":9942", f":{self._demo_port()}")
        # What `head` leaves unread is an error to who wrote it.
        options = "set -eu" if re.search(r"\|\s*head\b", text) else "set -euo pipefail"
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                result = subprocess.run(
                    ["bash", "-c", f"{options}\n{text}"],
                    cwd=folder, env=self._environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return f"goes on for more than {PATIENCE} s: {command.text}"
            problem = _compare(command, result.returncode, result.stdout)
            if problem is None or not asks_demo or time.monotonic() > give_up:
                return problem
            time.sleep(1)

    def _environment(self) -> dict[str, str]:
        mine = {"HOME": str(self._scratch), "PATH": f"{self._binaries}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        # What documents call the exporter's host, a source and its workspace.
        mine |= {"EXPORTER": "127.0.0.1", "SOURCE": "cn-north-4"}
        # Nothing leaves this machine: whatever is elsewhere has a proxy that nobody serves.
        mine |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
        mine["no_proxy"] = "localhost,127.0.0.1"
        return os.environ | mine | ({"WORKSPACE_ID": self._workspace} if self._demo else {})

    def _demo_port(self) -> int:
        if self._demo is None:
            log = self._scratch / "demo.log"
            with log.open("wb") as file:
                self._demo = subprocess.Popen(
                    [self._program, "demo", "--web.listen-address", "127.0.0.1:0"], stderr=file
                )
            give_up = time.monotonic() + PATIENCE
            while True:
                said = log.read_text(encoding="utf-8")
                address = re.search(r"msg=listening address=127\.0\.0\.1:(\d+)", said)
                workspace = re.search(r"endpoint error.*workspace_id=(\S+)", said)
                if address and workspace:
                    break
                if time.monotonic() > give_up or self._demo.poll() is not None:
                    raise RuntimeError(f"the demo does not begin: {said}")
                time.sleep(0.1)
            self._port, self._workspace = int(address[1]), workspace[1]
        return self._port

    def end(self) -> None:
        """Ends the demo."""
        if self._demo is not None:
            self._demo.terminate()
            self._demo.wait(timeout=PATIENCE)


def _compare(command: Command, status: int, printed: str) -> str | None:
    if status != 0:
        return f"ends with status {status}: {command.text}\n{printed[-600:].rstrip()}"
    lines = printed.splitlines()
    for expected in command.output:
        # Numbers differ from run to run; an ellipsis stands for anything.
        parts = [NUMBER.sub("0", part) for part in expected.strip().split("…")]
        pattern = re.compile(".*".join(re.escape(part) for part in parts))
        if not any(pattern.fullmatch(NUMBER.sub("0", line.strip())) for line in lines):
            return f"does not print: {expected}\n{printed[:600].rstrip()}"
    return None
