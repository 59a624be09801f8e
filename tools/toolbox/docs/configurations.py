# SPDX-License-Identifier: Apache-2.0
"""Configurations and other data in documents."""

import json
import os
import re
from pathlib import Path

import yaml

from toolbox.docs.markdown import Block
from toolbox.shared.files import write
from toolbox.shared.processes import ROOT, attempt

EXPORTER_KEYS = {"poll", "metrics", "prices", "sources"}
PROMETHEUS_KEYS = {"global", "scrape_configs", "rule_files", "alerting", "remote_write"}
# Absolute paths in documents, which checks move below the scratch folder.
ROOTED = re.compile(r"(?<![\w./$}-])/(?=(?:etc|run|var|opt|srv)/)")
FILE_KEYS = re.compile(r"^\s*-?\s*\w+_file:\s*(\S+)", re.MULTILINE)
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)\}")
SECRET = "not-a-secret"
# Completes a configuration of which a document shows only another part.
DEFAULT_CONFIGURATION = f"sources: [{{region: cn-north-4, auth: {{token: {SECRET}}}, workspaces: [{{id: w}}]}}]\n"


def relocate(text: str, folder: Path) -> str:
    """Returns `text` with absolute paths moved below `folder`."""
    return ROOTED.sub(f"{folder}/", text)


def write_configuration(text: str, folder: Path) -> Path:
    """Writes `text` to the paths that documents use for the configuration; returns one of them."""
    write(folder / "etc/dataarts-fabric-exporter/config.yaml", text)
    return write(folder / "config.yaml", text)


def complaint(block: Block, program: Path, folder: Path) -> str | None:
    """Returns what is wrong with a block of data. A configuration stays in `folder` for later commands."""
    try:
        content = json.loads(block.text) if block.language == "json" else yaml.safe_load(block.text)
    except (ValueError, yaml.YAMLError) as error:
        return f"invalid {block.language}: {error}"
    keys = set(content) if isinstance(content, dict) and block.language == "yaml" else set()
    status, output = 0, ""
    if keys & EXPORTER_KEYS:
        text = relocate(block.text, folder) + "\n" + ("" if "sources" in keys else DEFAULT_CONFIGURATION)
        for name in FILE_KEYS.findall(text):
            write(folder / name.strip("\"'"), f"{SECRET}\n")
        path = write_configuration(text, folder)
        variables = dict.fromkeys(VARIABLE.findall(text), SECRET)
        status, output = attempt(program, "check", "--config.file", path, seconds=20, env=os.environ | variables)
        # Later commands run without the variables.
        write_configuration(VARIABLE.sub(SECRET, text), folder)
    elif keys & PROMETHEUS_KEYS:
        path = write(folder / "prometheus.yaml", block.text + "\n")
        # Debian's Prometheus is built without the service discovery of Kubernetes.
        own = ROOT / ".build-prometheus3/promtool"
        if "kubernetes_sd_configs" not in block.text:
            status, output = attempt("promtool", "check", "config", "--syntax-only", path, seconds=20)
        elif own.exists():
            status, output = attempt(own, "check", "config", "--syntax-only", path, seconds=20)
    return f"rejected: {output.strip()}" if status else None
