# SPDX-License-Identifier: Apache-2.0
"""Runs other programs."""

from __future__ import annotations

import pathlib
import subprocess

from report import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "dataarts-fabric-exporter"


def attempt(*command: object, seconds: float = 120, **more) -> tuple[int, str]:
    """Runs a command; returns its status and output."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            **more,
        )
    except subprocess.TimeoutExpired as late:
        raise Failure(f"timed out after {seconds:g} s: {' '.join(words)}\n{late.output or ''}") from None
    return done.returncode, done.stdout


def run(*command: object, seconds: float = 120, **more) -> str:
    """Runs a command that must succeed; returns its output."""
    status, output = attempt(*command, seconds=seconds, **more)
    if status != 0:
        raise Failure(f"status {status}: {' '.join(str(word) for word in command)}\n{output}")
    return output
