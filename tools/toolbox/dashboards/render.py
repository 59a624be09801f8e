# SPDX-License-Identifier: Apache-2.0
"""Renders a dashboard as one HTML page from a live Prometheus, close to how Grafana draws it."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable
from html import escape

from toolbox.dashboards import charts
from toolbox.dashboards.panels import Json
from toolbox.dashboards.selection import Selection, panel_step
from toolbox.dashboards.values import Field
from toolbox.shared.prometheus import Client, Labels, QueryError

# Sizes in pixels.
WIDTH, COLUMNS, UNIT, GAP, MARGIN = 1600, 24, 30, 8, 16
STYLE = pathlib.Path(__file__).with_name("render.css")


def box(panel: Json) -> tuple[float, float, float, float]:
    """Returns x, y, width and height."""
    place, column, row = panel["gridPos"], (WIDTH - 2 * MARGIN + GAP) / COLUMNS, UNIT + GAP
    return place["x"] * column, place["y"] * row, place["w"] * column - GAP, place["h"] * row - GAP


def legend(target: Json, labels: Labels) -> str:
    text = re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), target["legendFormat"])
    return text or ", ".join(f"{name}={value}" for name, value in sorted(labels.items())) or "value"


def named(field: Field) -> str:
    return f'<td class="name"><i style="background:{field.series_color()}"></i>{escape(field.name)}</td>'


def nothing(panel: Json, kind: str = "") -> str:
    return f'<div class="nothing {kind}">{escape(panel["fieldConfig"]["defaults"].get("noValue", "No data"))}</div>'


def cell(field: Field, value: float | str | None, numeric: bool) -> str:
    text, ink = escape(field.text(value)), field.color(value)
    styles = {"color-background": f"background:{ink};color:#fff", "color-text": f"color:{ink};font-weight:600"}
    style = styles.get(field.settings["custom.cellOptions"]["type"]) if ink else None
    if "links" in field.settings:
        text = f'<a href="#">{text}</a>'
    return f'<td class="{"number" if numeric else ""}" style="{style or ""}" title="{escape(str(value))}">{text}</td>'


def sort_key(value: float | str | None) -> tuple[bool, float | str]:
    return value is not None, 0 if value is None else value


class Renderer:
    def __init__(self, dashboard: Json, client: Client, selection: Selection) -> None:
        self.dashboard, self.client, self.selection = dashboard, client, selection
        self.start = selection.end - selection.span
        self.errors: list[str] = []
        self.kinds: dict[str, Callable[[Json, int, int], str]] = {
            "stat": self.stat, "timeseries": self.timeseries, "table": self.table, "bargauge": self.bargauge,
            "piechart": self.piechart, "state-timeline": self.state_timeline,
        }  # fmt: skip

    @property
    def height(self) -> int:
        return int(max(sum(box(panel)[1::2]) for panel in self.dashboard["panels"]) + 112)

    def query(self, target: Json) -> list[tuple[Labels, float]]:
        return self.client.instant(self.selection.fill(target["expr"]), self.selection.end)

    def instant(self, panel: Json) -> list[tuple[Field, float]]:
        found = [(legend(target, labels), value) for target in panel["targets"] for labels, value in self.query(target)]
        return [(Field(panel, name, index), value) for index, (name, value) in enumerate(found)]

    def range(self, panel: Json, width: float) -> tuple[list[charts.Line], int]:
        """Returns the lines and their step."""
        end, span = self.selection.end, self.selection.span
        step = max(panel_step(panel, self.selection.interval), round(span / max(width, 1)))
        end -= end % step
        found = [
            (legend(target, labels), points)
            for target in panel["targets"]
            for labels, points in self.client.range(self.selection.fill(target["expr"], step), end - span, end, step)
        ]
        return [(Field(panel, name, index), points) for index, (name, points) in enumerate(found)], step

    def rows(self, panel: Json) -> tuple[list[str], list[list[float | str | None]]]:
        """Returns the column titles and rows of a table after its transformations."""
        many = len(panel["targets"]) > 1
        frames: list[list[dict[str, float | str]]] = []
        for target in panel["targets"]:
            name = f"Value #{target['refId']}" if many else "Value"
            if found := self.query(target):
                frames.append([{**labels, name: value} for labels, value in found])
        # Merge rows that agree in the fields that all frames have.
        shared = (
            sorted(set.intersection(*[{name for row in frame for name in row} for frame in frames])) if many else []
        )
        merged: dict[object, dict[str, float | str]] = {}
        for number, frame in enumerate(frames):
            for index, row in enumerate(frame):
                key = tuple(row.get(name) for name in shared) if shared else (number, index)
                merged.setdefault(key, {}).update(row)
        steps = {step["id"]: step["options"] for step in panel["transformations"]}
        titles: dict[str, str] = steps["organize"]["renameByName"]
        rows = [[row.get(name) for name in titles] for row in merged.values()]
        for sort in reversed(panel["options"]["sortBy"]):
            column = list(titles.values()).index(sort["displayName"])
            rows.sort(key=lambda row: sort_key(row[column]), reverse=sort["desc"])
        return list(titles.values()), rows

    def stat(self, panel: Json, width: int, height: int) -> str:
        found = self.instant(panel)
        if not found:
            return nothing(panel, "big")
        field, value = found[0]
        ink, text = field.color(value), escape(field.text(value))
        size = min(46, height * 0.5, width / max(3, len(text)) * 1.7)
        if panel["options"]["colorMode"] == "background_solid":
            return f'<div class="big solid" style="background:{ink};font-size:{size:.0f}px">{text}</div>'
        return f'<div class="big" style="color:{ink};font-size:{size:.0f}px">{text}</div>'

    def timeseries(self, panel: Json, width: int, height: int) -> str:
        legend_width = min(300, width * 0.36)
        plot = width - legend_width - 24
        lines, step = self.range(panel, plot)
        if not lines:
            return nothing(panel)
        # Series with an override in that order (RUNNING at the bottom), the others by name.
        fixed = [override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]]
        lines.sort(key=lambda line: (fixed.index(line[0].name) if line[0].name in fixed else 99, line[0].name))
        defaults = panel["fieldConfig"]["defaults"]
        limits = defaults["thresholds"]["steps"] if defaults["custom"]["thresholdsStyle"]["mode"] == "line" else []
        drawing = charts.series(
            lines, int(plot), height, self.start, self.selection.end, step, defaults["unit"], limits
        )
        rows = sorted(((points[-1][1], field) for field, points in lines), key=lambda row: -row[0])
        shown = max(1, (height - 22) // 19)
        # The last row is reserved for "and N more".
        cut = rows if len(rows) <= shown else rows[: shown - 1]
        body = "".join(
            f'<tr>{named(field)}<td class="number">{escape(field.text(value))}</td></tr>' for value, field in cut
        )
        if len(cut) < len(rows):
            body += f'<tr><td class="faint">and {len(rows) - len(cut)} more</td><td></td></tr>'
        table = f'<table><tr><th></th><th class="number">Last</th></tr>{body}</table>'
        return f'<div class="split">{drawing}<div class="legend" style="width:{legend_width:.0f}px">{table}</div></div>'

    def table(self, panel: Json, width: int, height: int) -> str:
        titles, rows = self.rows(panel)
        if not rows:
            return nothing(panel)
        fields = [Field(panel, title) for title in titles]
        numeric = [any(isinstance(value, float) for value in column) for column in zip(*rows, strict=True)]
        visible = [index for index, field in enumerate(fields) if "custom.hidden" not in field.settings]
        shown = max(1, int((height - 30) // 27))
        cut = rows if len(rows) <= shown else rows[: shown - 1]
        lines = [""]
        for index in visible:
            size = fields[index].settings.get("custom.width")
            style, kind = f"width:{size}px" if size else "", "number" if numeric[index] else ""
            lines[0] += f'<th style="{style}" class="{kind}">{escape(titles[index])}</th>'
        lines += ["".join(cell(fields[index], row[index], numeric[index]) for index in visible) for row in cut]
        more = f'<div class="faint">and {len(rows) - len(cut)} more rows: scroll</div>' if len(cut) < len(rows) else ""
        return f'<table class="rows">{"".join(f"<tr>{line}</tr>" for line in lines)}</table>{more}'

    def bargauge(self, panel: Json, width: int, height: int) -> str:
        found = self.instant(panel)
        if not found:
            return nothing(panel)
        top = max(value for _, value in found) or 1
        return "".join(
            f'<div class="bar"><span class="name">{escape(field.name)}</span><span class="track">'
            f'<span style="width:{value / top * 100:.1f}%;background:{field.threshold(value)}"></span></span>'
            f'<span class="number">{escape(field.text(value))}</span></div>'
            for field, value in found[: max(1, height // 30)]
        )

    def piechart(self, panel: Json, width: int, height: int) -> str:
        found = sorted(self.instant(panel), key=lambda row: -row[1])
        whole = sum(value for _, value in found)
        if not whole:
            return nothing(panel)
        size = int(min(height, width * 0.45))
        drawing = charts.donut([(field.series_color(), value / whole) for field, value in found], size)
        rows = "".join(
            f'<tr>{named(field)}<td class="number">{value / whole:.0%}</td></tr>'
            for field, value in found[: height // 20]
        )
        style = f"width:{width - size - 24}px"
        return f'<div class="split">{drawing}<div class="legend" style="{style}"><table>{rows}</table></div></div>'

    def state_timeline(self, panel: Json, width: int, height: int) -> str:
        lines, step = self.range(panel, width)
        if not lines:
            return nothing(panel)
        drawing, hidden = charts.states(lines, width - 24, height, self.start, self.selection.end, step)
        return drawing + (f'<div class="faint">and {hidden} more</div>' if hidden else "")

    def panel(self, panel: Json) -> str:
        x, y, width, height = box(panel)
        style = f"left:{x + MARGIN:.1f}px;top:{y + 96:.1f}px;width:{width:.1f}px;height:{height:.1f}px"
        if panel["type"] == "row":
            return f'<h2 style="{style}">⌄ {escape(panel["title"])}</h2>'
        try:
            content = self.kinds[panel["type"]](panel, int(width), int(height - 40))
        except QueryError as error:
            self.errors.append(f"{panel['title']}: {error}")
            content = f'<div class="error">{escape(str(error))}</div>'
        title, description = escape(panel["title"]), escape(panel["description"])
        return (
            f'<section class="{panel["type"]}" style="{style}" title="{description}">'
            f'<h3>{title}</h3><div class="content">{content}</div></section>'
        )

    def html(self) -> str:
        chosen = ""
        for variable in self.dashboard["templating"]["list"]:
            value = self.selection.values[variable["name"]]
            shown = "All" if value == variable.get("allValue") else value
            chosen += f'<span class="variable"><b>{escape(variable["label"])}</b>{escape(shown)}</span>'
        title, panels = escape(self.dashboard["title"]), "".join(map(self.panel, self.dashboard["panels"]))
        return (
            f'<!doctype html><meta charset="utf-8"><title>{title}</title><style>{STYLE.read_text("utf-8")}</style>'
            f'<body style="width:{WIDTH}px;height:{self.height}px"><header><h1>{title}</h1>{chosen}</header>{panels}'
        )
