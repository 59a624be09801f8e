# SPDX-License-Identifier: Apache-2.0
"""The chart values of cases.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

Values = dict[str, Any]

CASES: Values = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
CONFIGURATION: Values = CASES["configuration"]
# With a new Secret, and with one that exists.
MADE: Values = CASES["made"]
GIVEN: Values = CASES["given"]
GOOD: dict[str, Values] = CASES["good"]
# By the expected message.
REJECTED: dict[str, Values] = CASES["rejected"]
