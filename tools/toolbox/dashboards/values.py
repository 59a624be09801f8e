# SPDX-License-Identifier: Apache-2.0
"""Formats and colors values by units, thresholds, mappings and overrides, as Grafana does."""

import datetime
import re
from collections.abc import Sequence

from toolbox.dashboards.panels import COLORS, DEFAULTS, Json

PALETTE: list[str] = DEFAULTS["palette"]
SUFFIX = {"ops": " ops/s", "reqps": " req/s", "opm": " ops/min"}
DURATIONS = ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "hours"), (float("inf"), 86400, "days"))


def color(name: str) -> str:
    return COLORS["named"].get(name, name)


def number(value: float, decimals: int | None) -> str:
    if decimals is None:
        decimals = 0 if value == int(value) or abs(value) >= 100 else 2 if abs(value) >= 0.1 else 3
    text = f"{value:.{decimals}f}"
    return "0" if text in ("-0", "0.000") else text


def scaled(value: float, decimals: int | None, base: float, names: Sequence[str]) -> str:
    index = 0
    while abs(value) >= base and index < len(names) - 1:
        value, index = value / base, index + 1
    if index and decimals == 0:
        decimals = 1 if value != int(value) else 0
    return number(value, decimals) + names[index]


def duration(value: float, decimals: int | None) -> str:
    if abs(value) < 1:
        return "0 s" if value == 0 else f"{value * 1000:.{decimals or 0}f} ms"
    size, name = next((size, name) for limit, size, name in DURATIONS if abs(value) < limit)
    return f"{value / size:.{1 if decimals is None else decimals}f} {name}"


def written(value: float, unit: str, decimals: int | None = None) -> str:
    if unit == "s":
        return duration(value, decimals)
    if unit == "percentunit":
        return number(value * 100, 1 if decimals is None else decimals) + " %"
    if unit in ("bytes", "Bps"):
        return scaled(value, 1, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]) + ("/s" if unit == "Bps" else "")
    if unit == "dateTimeAsIso":
        return datetime.datetime.fromtimestamp(value / 1000, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
    if unit == "short":
        return scaled(value, decimals, 1000, ["", " K", " Mil", " Bil"])
    return number(value, decimals) + SUFFIX.get(unit, "")


class Field:
    """The settings of one series or column: the panel's defaults with the overrides that match its name."""

    def __init__(self, panel: Json, name: str, index: int = 0) -> None:
        self.name, self.index = name, index
        self.settings: Json = dict(panel["fieldConfig"]["defaults"])
        custom = self.settings.pop("custom", {})
        self.settings |= {f"custom.{key}": value for key, value in custom.items()}
        for override in panel["fieldConfig"]["overrides"]:
            kind, wanted = override["matcher"]["id"], override["matcher"]["options"]
            if wanted == name if kind == "byName" else re.search(wanted.strip("/"), name):
                self.settings |= {one["id"]: one["value"] for one in override["properties"]}

    def mapped(self, value: float | str) -> dict[str, str]:
        key = value if isinstance(value, str) else f"{value:g}"
        kinds = (mapping["options"] for mapping in self.settings["mappings"] if mapping["type"] == "value")
        known = (options[key] for options in kinds if key in options)
        return next(known, {})

    def text(self, value: float | str | None) -> str:
        if value is None or value == "":
            return str(self.settings.get("noValue", ""))
        if mapped := self.mapped(value):
            return mapped["text"]
        return value if isinstance(value, str) else written(value, self.settings["unit"], self.settings.get("decimals"))

    def threshold(self, value: float) -> str:
        steps = self.settings["thresholds"]["steps"]
        return color([step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1])

    def color(self, value: float | str | None) -> str | None:
        """Returns the color of a value: of its mapping, else of its threshold. None for text without a mapping."""
        if value is not None and (mapped := self.mapped(value)):
            return color(mapped["color"])
        return self.threshold(value) if isinstance(value, (int, float)) else None

    def bar_color(self, value: float) -> str:
        """Returns the fixed color of a bar, else that of its threshold."""
        mode = self.settings["color"]
        return color(mode["fixedColor"]) if mode["mode"] == "fixed" else self.threshold(value)

    def series_color(self) -> str:
        mode = self.settings["color"]
        return color(mode["fixedColor"]) if mode["mode"] == "fixed" else PALETTE[self.index % len(PALETTE)]
