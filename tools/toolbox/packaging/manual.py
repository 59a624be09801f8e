# SPDX-License-Identifier: Apache-2.0
"""Prints the manual page: commands and flags from the program's help, the rest from packaging/debian/manual.man."""

import argparse
import datetime
import json
from typing import Any

from toolbox.shared.processes import ROOT, run


def roff(text: str) -> str:
    """Escapes text for roff: backslashes, hyphens, quotes, and requests at the start of a line."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def names(argument: dict[str, Any]) -> str:
    """Returns an argument's names, as in `-h, --help` or `--log.level level`; the value's name if it is positional."""
    if argument["kind"] == "positional":
        return f"\\fI{roff(argument['valueName'])}\\fR"
    spelled = [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument.get("names", ())]
    flags = ", ".join(f"\\fB{roff(name)}\\fR" for name in spelled)
    if not flags or argument["kind"] != "option":
        return flags
    # Shortens a value name that repeats the flag.
    return f"{flags} \\fI{roff(argument['valueName'].rsplit('.', 1)[-1])}\\fR"


def argument_lines(argument: dict[str, Any]) -> list[str]:
    text = argument.get("abstract", "").rstrip(".")
    notes = []
    if argument.get("allValues"):
        notes.append("one of " + ", ".join(argument["allValues"]))
    if "defaultValue" in argument:
        notes.append("default: " + argument["defaultValue"])
    if notes:
        text += f" ({'; '.join(notes)})"
    return [".TP", names(argument), roff(text + ".")]


def command_lines(command: dict[str, Any]) -> list[str]:
    lines = [f".SS {roff(command['commandName'])}", roff(command["abstract"])]
    if "discussion" in command:
        lines += [".PP", roff(command["discussion"])]
    for argument in command["arguments"]:
        # Arguments of all commands are listed once, under OPTIONS.
        shown = argument["shouldDisplay"] and names(argument)
        if shown and argument.get("preferredName", {}).get("name") not in ("help", "version"):
            lines += argument_lines(argument)
    return lines


def page(root: dict[str, Any], version: str, date: datetime.date, rest: str) -> str:
    name = root["commandName"]
    commands = [
        command for command in root["subcommands"] if command["shouldDisplay"] and command["commandName"] != "help"
    ]
    before, after = (part.rstrip("\n") for part in rest.split("@COMMANDS@\n"))
    lines = [
        '.\\" SPDX-License-Identifier: Apache-2.0',
        '.\\" Written by scripts/generate-man.',
        f'.TH {name.upper()} 1 "{date}" "{name} {version}" "User Commands"',
        ".SH NAME",
        f"{roff(name)} \\- {roff(root['abstract'].rstrip('.').removeprefix('A '))}",
        ".SH SYNOPSIS",
    ]
    for command in commands:
        default = command["commandName"] == root["defaultSubcommand"]
        word = f"\\fB{roff(command['commandName'])}\\fR"
        lines += [] if command is commands[0] else [".br"]
        values = [names(argument) for argument in command["arguments"] if argument["kind"] == "positional"]
        words = [f"[{word}]" if default else word, "[\\fIoption\\fR ...]", *(f"[{value}]" for value in values)]
        lines.append(f"\\fB{roff(name)}\\fR {' '.join(words)}")
    lines += [before, ".SH COMMANDS"]
    for command in commands:
        lines += command_lines(command)
    lines += [".SH OPTIONS", "Options of all commands."]
    for argument in root["arguments"]:
        lines += argument_lines(argument)
    return "\n".join([*lines, after, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--version", required=True)
    parser.add_argument("--epoch", type=int, required=True, help="the date, in seconds since 1970")
    arguments = parser.parse_args()
    description = json.loads(run(arguments.program, "--experimental-dump-help"))
    date = datetime.datetime.fromtimestamp(arguments.epoch, datetime.UTC).date()
    rest = (ROOT / "packaging/debian/manual.man").read_text()
    print(page(description["command"], arguments.version, date, rest), end="")


if __name__ == "__main__":
    main()
