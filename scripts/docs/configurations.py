# SPDX-License-Identifier: Apache-2.0
"""Checks that configurations and other data in documents are valid."""

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
#: Absolute paths in documents, which checks move below the scratch folder.
ROOTED = re.compile(r"(?<![\w./$}-])/(?=(?:etc|run|var|opt|srv)/)")
FILE_KEYS = re.compile(r"^\s*-?\s*\w+_file:\s*(\S+)", re.MULTILINE)
#: Completes a configuration of which a document shows only another part.
DEFAULT_CONFIGURATION = "sources: [{region: cn-north-4, auth: {token: not-a-secret}, workspaces: [{id: w}]}]\n"
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)\}")


def relocate(text: str, scratch: Path) -> str:
    """Returns `text` with absolute paths moved below `scratch`."""
    return ROOTED.sub(f"{scratch}/", text)


def write_configuration(text: str, scratch: Path) -> None:
    """Writes `text` to the paths that documents use for the configuration."""
    for path in (scratch / "config.yaml", scratch / "etc/dataarts-fabric-exporter/config.yaml"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def check(document: Document, block: Block, program: Path, scratch: Path, report: Report) -> None:
    """Checks a block of data. A configuration stays in `scratch` for later commands."""
    if block.language == "json":
        report.count("JSON texts")
        try:
            json.loads(block.text)
        except ValueError as error:
            report.problem(document.path, block.line, f"invalid JSON: {error}")
        return
    report.count("YAML texts")
    try:
        content = yaml.safe_load(block.text)
    except yaml.YAMLError as error:
        report.problem(document.path, block.line, f"invalid YAML: {error}")
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
    # Complete a partial configuration.
    if "sources" not in yaml.safe_load(text):
        text += "\n" + DEFAULT_CONFIGURATION
    write_configuration(text + "\n", scratch)
    environment = dict.fromkeys(VARIABLE.findall(text), "not-a-secret")
    report.count("configurations")
    _run(document, block, [str(program), "check", "--config.file", str(scratch / "config.yaml")], environment, report)
    # Later commands run without the variables.
    write_configuration(VARIABLE.sub("not-a-secret", text) + "\n", scratch)


def _run(document: Document, block: Block, command: list[str], environment: dict[str, str], report: Report) -> None:
    result = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=20, check=False
    )
    if result.returncode != 0:
        output = (result.stderr or result.stdout).strip()
        report.problem(document.path, block.line, f"rejected by {Path(command[0]).name}: {output}")
