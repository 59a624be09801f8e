# SPDX-License-Identifier: Apache-2.0
"""Prints the manual page: commands and flags from the program's help, the rest from packaging/debian/manual.man."""

import argparse
import datetime
import json
import pathlib
import subprocess


def roff(text):
    """Escapes text for roff: backslashes, hyphens, quotes, and requests at the start of a line."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def names(argument):
    """Returns an argument's names, as in `-h, --help` or `--log.level level`; None for a positional argument."""
    spelled = [
        "--" + name["name"] if name["kind"] == "long" else "-" + name["name"] for name in argument.get("names", ())
    ]
    if not spelled:
        return None
    flags = ", ".join(f"\\fB{roff(name)}\\fR" for name in spelled)
    if argument["kind"] != "option":
        return flags
    # Shorten a value name that repeats the flag.
    value = argument["valueName"]
    return f"{flags} \\fI{roff(value.rsplit('.', 1)[-1])}\\fR"


def argument_lines(argument):
    text = argument.get("abstract", "").rstrip(".")
    notes = []
    if argument.get("allValues"):
        notes.append("one of " + ", ".join(argument["allValues"]))
    if "defaultValue" in argument:
        notes.append("default: " + argument["defaultValue"])
    if notes:
        text += f" ({'; '.join(notes)})"
    return [".TP", names(argument), roff(text + ".")]


def command_lines(command):
    lines = [f".SS {roff(command['commandName'])}", roff(command["abstract"])]
    if "discussion" in command:
        lines += [".PP", roff(command["discussion"])]
    for argument in command["arguments"]:
        # Arguments of all commands are listed once, under OPTIONS.
        shown = argument["shouldDisplay"] and names(argument)
        if shown and argument["preferredName"]["name"] not in ("help", "version"):
            lines += argument_lines(argument)
    return lines


def page(description, version, date, rest):
    root = description["command"]
    name = root["commandName"]
    shown = [command for command in root["subcommands"] if command["shouldDisplay"]]
    commands = [command for command in shown if command["commandName"] != "help"]
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
        lines.append(f"\\fB{roff(name)}\\fR {f'[{word}]' if default else word} [\\fIoption\\fR ...]")
    lines += rest.split("@COMMANDS@\n")[0].rstrip("\n").split("\n")
    lines.append(".SH COMMANDS")
    for command in commands:
        lines += command_lines(command)
    lines += [".SH OPTIONS", "Options of all commands."]
    for argument in root["arguments"]:
        lines += argument_lines(argument)
    lines += rest.split("@COMMANDS@\n")[1].rstrip("\n").split("\n")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--version", required=True)
    parser.add_argument("--epoch", type=int, required=True, help="the date, in seconds since 1970")
    arguments = parser.parse_args()
    dump = subprocess.run([arguments.program, "--experimental-dump-help"], check=True, capture_output=True, text=True)
    date = datetime.datetime.fromtimestamp(arguments.epoch, datetime.UTC).date()
    root = pathlib.Path(__file__).resolve().parents[2]
    rest = (root / "packaging/debian/manual.man").read_text()
    print(page(json.loads(dump.stdout), arguments.version, date, rest), end="")


if __name__ == "__main__":
    main()
