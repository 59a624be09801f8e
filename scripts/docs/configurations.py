# SPDX-License-Identifier: Apache-2.0
"""Whether configurations, and other data, that documents show are accepted by what reads them."""

import json
import os
import re
import subprocess
from pathlib import Path

import yaml

from markdown import Block, Document
from report import Report

EXPORTER_KEYS = {"poll", "metrics", "sources"}
PROMETHEUS_KEYS = {"global", "scrape_configs", "rule_files", "alerting", "remote_write"}
#: Folders of absolute paths in documents; in tests they are below the scratch folder.
ROOTED = re.compile(r"(?<![\w./$}-])/(?=(?:etc|run|var|opt|srv)/)")
FILE_KEYS = re.compile(r"^\s*-?\s*\w+_file:\s*(\S+)", re.MULTILINE)
#: The rest of a file of which only other parts are shown.
DEFAULT_CONFIGURATION = "sources: [{region: cn-north-4, auth: {token: not-a-secret}, workspaces: [{id: w}]}]\n"
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)\}")


def relocate(text: str, scratch: Path) -> str:
    """`text` with its absolute paths below `scratch`."""
    return ROOTED.sub(f"{scratch}/", text)


def write_configuration(text: str, scratch: Path) -> None:
    """Puts `text` where documents say that the configuration is."""
    for path in (scratch / "config.yaml", scratch / "etc/dataarts-fabric-exporter/config.yaml"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def check(document: Document, block: Block, program: Path, scratch: Path, report: Report) -> None:
    """Checks a block of data; a configuration stays in `scratch` for the commands that follow."""
    if block.language == "json":
        report.count("JSON texts")
        try:
            json.loads(block.text)
        except ValueError as error:
            report.problem(document.path, block.line, f"no JSON: {error}")
        return
    report.count("YAML texts")
    try:
        content = yaml.safe_load(block.text)
    except yaml.YAMLError as error:
        report.problem(document.path, block.line, f"no YAML: {error}")
        return
    keys = set(content) if isinstance(content, dict) else set()
    if keys & EXPORTER_KEYS:
        _check_exporter(document, block, program, scratch, report)
    elif keys & PROMETHEUS_KEYS:
        path = scratch / "prometheus.yaml"
        path.write_text(block.text + "\n", encoding="utf-8")
        _run(document, block, ["promtool", "check", "config", "--syntax-only", str(path)], {}, report)


def _check_exporter(document: Document, block: Block, program: Path, scratch: Path, report: Report) -> None:
    text = relocate(block.text, scratch)
    for name in FILE_KEYS.findall(text):
        path = scratch / name.strip("\"'")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("not-a-secret\n", encoding="utf-8")
    # A part of a file, to show how one setting is written, needs the rest to be read.
    if "sources" not in yaml.safe_load(text):
        text += "\n" + DEFAULT_CONFIGURATION
    write_configuration(text + "\n", scratch)
    environment = dict.fromkeys(VARIABLE.findall(text), "not-a-secret")
    report.count("configurations")
    _run(document, block, [str(program), "check", "--config.file", str(scratch / "config.yaml")], environment, report)
    # The commands that follow are run without the variables.
    write_configuration(VARIABLE.sub("not-a-secret", text) + "\n", scratch)


def _run(document: Document, block: Block, command: list[str], environment: dict[str, str], report: Report) -> None:
    result = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=20, check=False
    )
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip()
        report.problem(document.path, block.line, f"refused by {Path(command[0]).name}: {said}")
