# SPDX-License-Identifier: Apache-2.0
"""Formats and colors values by units, thresholds, mappings and overrides, as Grafana does."""

import datetime
import re

DARK = {
    "page": "#111217", "panel": "#181b1f", "border": "#2c3036", "text": "#ccccdc", "faint": "#8e8e99", "grid": "#2a2d33",
    "stripe": "#1d2025",
}
LIGHT = {
    "page": "#f4f5f5", "panel": "#ffffff", "border": "#dcdfe3", "text": "#24292e", "faint": "#6a7078", "grid": "#e8eaed",
    "stripe": "#f8f9fa",
}
NAMED = {
    "green": "#73BF69", "red": "#E02F44", "dark-red": "#A3162A", "light-red": "#FF7383", "orange": "#E0762A",
    "yellow": "#F2CC0C", "blue": "#5794F2", "light-blue": "#8AB8FF", "purple": "#B877D9",
}
PALETTE = [
    "#73BF69", "#F2CC0C", "#5794F2", "#FF9830", "#FF7383", "#8AB8FF", "#B877D9", "#7EB26D", "#EAB839", "#6ED0E0",
    "#EF843C", "#BA43A9", "#705DA0", "#508642", "#CCA300", "#447EBC", "#C15C17", "#962D82",
]
SUFFIX = {"ops": " ops/s", "reqps": " req/s", "opm": " ops/min"}


def color(name):
    return NAMED.get(name, name)


def _number(value, decimals):
    if decimals is None:
        decimals = 0 if value == int(value) or abs(value) >= 100 else 2 if abs(value) >= 0.1 else 3
    text = f"{value:.{decimals}f}"
    return "0" if text in ("-0", "0.000") else text


def _scaled(value, decimals, base, names):
    index = 0
    while abs(value) >= base and index < len(names) - 1:
        value, index = value / base, index + 1
    if index and decimals == 0:
        decimals = 1 if value != int(value) else 0
    return _number(value, decimals) + names[index]


def _duration(value, decimals):
    if abs(value) < 1:
        return "0 s" if value == 0 else f"{value * 1000:.{decimals or 0}f} ms"
    for limit, size, name in ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "hours"), (float("inf"), 86400, "days")):
        if abs(value) < limit:
            scaled = value / size
            digits = 0 if size == 1 and decimals == 0 else 1
            return f"{scaled:.{digits}f} {name}"
    raise AssertionError("unreachable")


def written(value, unit, decimals=None):
    if unit == "s":
        return _duration(value, decimals)
    if unit == "percentunit":
        return _number(value * 100, 1 if decimals is None else decimals) + " %"
    if unit in ("bytes", "Bps"):
        return _scaled(value, 1, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]) + ("/s" if unit == "Bps" else "")
    if unit == "dateTimeAsIso":
        return datetime.datetime.fromtimestamp(value / 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    if unit == "short":
        return _scaled(value, decimals, 1000, ["", " K", " Mil", " Bil"])
    return _number(value, decimals) + SUFFIX.get(unit, "")


class Field:
    """The settings of one series or column: the panel's defaults with the overrides that match its name."""

    def __init__(self, panel, name, index=0):
        defaults = panel["fieldConfig"]["defaults"]
        self.name, self.index = name, index
        self.settings = {key: value for key, value in defaults.items() if key != "custom"}
        self.settings.update({f"custom.{key}": value for key, value in defaults.get("custom", {}).items()})
        self.overridden = set()
        for override in panel["fieldConfig"]["overrides"]:
            matcher = override["matcher"]["options"]
            if matcher == name if override["matcher"]["id"] == "byName" else re.search(matcher.strip("/"), name):
                for one in override["properties"]:
                    self.settings[one["id"]] = one["value"]
                    self.overridden.add(one["id"])

    def _mapped(self, value):
        key = value if isinstance(value, str) else f"{value:g}"
        for mapping in self.settings.get("mappings", []):
            if mapping["type"] == "value" and key in mapping["options"]:
                return mapping["options"][key]
        return None

    def text(self, value):
        if value is None or value == "":
            return self.settings.get("noValue", "")
        mapped = self._mapped(value)
        if mapped and "text" in mapped:
            return mapped["text"]
        if isinstance(value, str):
            return value
        return written(value, self.settings.get("unit", "none"), self.settings.get("decimals"))

    def threshold(self, value):
        chosen = None
        for step in self.settings["thresholds"]["steps"]:
            if step["value"] is None or value >= step["value"]:
                chosen = step["color"]
        return color(chosen)

    def color(self, value):
        """Returns the color of a value: of its mapping, else of its threshold. None for text without a mapping."""
        mapped = self._mapped(value) if value is not None else None
        if mapped and "color" in mapped:
            return color(mapped["color"])
        return self.threshold(value) if isinstance(value, (int, float)) else None

    def series_color(self):
        mode = self.settings["color"]
        return color(mode["fixedColor"]) if mode["mode"] == "fixed" else PALETTE[self.index % len(PALETTE)]
