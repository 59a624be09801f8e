# SPDX-License-Identifier: Apache-2.0
"""Renders a dashboard as one HTML page from a live Prometheus, close to how Grafana draws it."""

import pathlib
import re
import time
from collections.abc import Iterator

import jinja2
from markupsafe import Markup

from toolbox.dashboards import charts
from toolbox.dashboards.panels import Json
from toolbox.dashboards.values import Field
from toolbox.shared.prometheus import Client, Labels, QueryError

# Sizes in pixels.
WIDTH, COLUMNS, UNIT, GAP, MARGIN = 1600, 24, 30, 8, 16
TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent), autoescape=True)

Value = float | str | None


def box(panel: Json) -> tuple[float, float, float, float]:
    """Returns x, y, width and height."""
    place, column, row = panel["gridPos"], (WIDTH - 2 * MARGIN + GAP) / COLUMNS, UNIT + GAP
    return place["x"] * column, place["y"] * row, place["w"] * column - GAP, place["h"] * row - GAP


def legend(target: Json, labels: Labels) -> str:
    text = re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), target["legendFormat"])
    return text or ", ".join(f"{name}={value}" for name, value in sorted(labels.items())) or "value"


def sort_key(value: Value) -> tuple[bool, float | str]:
    return value is not None, 0 if value is None else value


def fitting(count: int, room: int) -> int:
    """Returns how many of `count` rows to show. The last row is reserved for "and N more"."""
    return count if count <= max(1, room) else max(1, room) - 1


class Selection:
    """Values that Grafana substitutes for variables: the chosen one, else all, else the first of Prometheus."""

    def __init__(self, dashboard: Json, client: Client, chosen: dict[str, str], *, span: int, interval: int) -> None:
        self.end, self.span, self.interval = time.time(), span, interval
        self.values: dict[str, str] = {}
        for variable in dashboard["templating"]["list"]:
            name, query = variable["name"], variable["query"]
            if name in chosen or variable["type"] != "query":
                self.values[name] = chosen.get(name, query)
            elif variable["includeAll"]:
                self.values[name] = variable["allValue"]
            else:
                self.values[name] = next(iter(client.label_values(self.fill(query))), "")

    def fill(self, text: str, step: int | None = None) -> str:
        """Returns `text` with all variables substituted. An unknown one is an error: its query would have no data."""
        known = {
            "__range": f"{self.span}s",
            "__interval": f"{max(self.interval, step or self.interval)}s",
            # As Grafana computes it: at least four scrapes.
            "__rate_interval": f"{max(4 * self.interval, (step or self.interval) + self.interval)}s",
            **{name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in self.values.items()},
        }

        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name.isdecimal():
                # A group of a regular expression, as in Grafana.
                return match[0]
            if name not in known:
                raise QueryError(f"no variable ${name} in: {text}")
            return known[name]

        return re.sub(r"\$(?:\{(\w+)\}|(\w+))", value, text)


class Renderer:
    """Collects the content of each panel for the template; None is no data."""

    def __init__(self, dashboard: Json, client: Client, selection: Selection) -> None:
        self.dashboard, self.client, self.selection = dashboard, client, selection
        self.start, self.end = selection.end - selection.span, selection.end
        self.errors: list[str] = []
        self.fired = [at for annotation in dashboard["annotations"]["list"] for at in self.begins(annotation)]

    @property
    def height(self) -> int:
        return int(max(sum(box(panel)[1::2]) for panel in self.dashboard["panels"]) + 112)

    def query(self, target: Json) -> list[tuple[Labels, float]]:
        return self.client.instant(self.selection.fill(target["expr"]), self.end)

    def instant(self, panel: Json) -> list[tuple[Field, float]]:
        found = [(legend(target, labels), value) for target in panel["targets"] for labels, value in self.query(target)]
        return [(Field(panel, name, index), value) for index, (name, value) in enumerate(found)]

    def step(self, panel: Json) -> int:
        """Returns the minimum step of a panel's queries: its own, or Prometheus' scrape interval."""
        return int(panel["interval"].rstrip("m")) * 60 if "interval" in panel else self.selection.interval

    def range(self, panel: Json, width: float) -> tuple[list[charts.Line], int]:
        """Returns the lines and their step."""
        span = self.selection.span
        step = max(self.step(panel), round(span / max(width, 1)))
        # Whole steps within the time range, so that no line crosses the axis.
        start, end = self.start + -self.start % step, self.end - self.end % step
        found = [
            (legend(target, labels), points)
            for target in panel["targets"]
            for labels, points in self.client.range(self.selection.fill(target["expr"], step), start, end, step)
        ]
        return [(Field(panel, name, index), points) for index, (name, points) in enumerate(found)], step

    def begins(self, annotation: Json) -> Iterator[float]:
        """Yields the times at which the series of an annotation begin."""
        step = int(annotation["step"].rstrip("s"))
        expression = self.selection.fill(annotation["expr"])
        for _, points in self.client.range(expression, self.start, self.end, step):
            # At the left edge they began earlier.
            yield from (run[0][0] for run in charts.runs(points, 1.5 * step) if run[0][0] > self.start + step)

    def rows(self, panel: Json) -> tuple[list[str], list[list[Value]]]:
        """Returns the column titles and rows of a table after its transformations."""
        frames: list[list[dict[str, float | str]]] = []
        for target in panel["targets"]:
            name = f"Value #{target['refId']}" if len(panel["targets"]) > 1 else "Value"
            frames.append([{**labels, name: value} for labels, value in self.query(target)])
        # Merge rows that agree in the fields that all frames have.
        fields = [{name for row in frame for name in row} for frame in frames if frame]
        shared = sorted(set.intersection(*fields)) if len(fields) > 1 else []
        merged: dict[object, dict[str, float | str]] = {}
        for number, frame in enumerate(frames):
            for index, row in enumerate(frame):
                key = tuple(row.get(name) for name in shared) if shared else (number, index)
                merged.setdefault(key, {}).update(row)
        steps = {step["id"]: step["options"] for step in panel["transformations"]}
        # Labels that no row has do not become columns; values do, even without data.
        present = {name for row in merged.values() for name in row}
        present |= {f"Value #{target['refId']}" for target in panel["targets"]}
        titles: dict[str, str] = steps["organize"]["renameByName"]
        titles = {name: title for name, title in titles.items() if name in present}
        rows = [[row.get(name) for name in titles] for row in merged.values()]
        for sort in reversed(panel["options"]["sortBy"]):
            if sort["displayName"] not in titles.values():
                continue
            column = list(titles.values()).index(sort["displayName"])
            rows.sort(key=lambda row: sort_key(row[column]), reverse=sort["desc"])
        return list(titles.values()), rows

    def stat(self, panel: Json, width: int, height: int) -> Json | None:
        for field, value in self.instant(panel):
            size = round(min(46, height * 0.5, width / max(3, len(field.text(value))) * 1.5))
            solid = panel["options"]["colorMode"] == "background_solid"
            name = field.name if panel["options"]["textMode"] == "value_and_name" else ""
            return {"field": field, "value": value, "size": size, "solid": solid, "name": name}
        return None

    def timeseries(self, panel: Json, width: int, height: int) -> Json | None:
        legend_width = min(300, width * 0.4)
        plot = width - legend_width - 24
        lines, step = self.range(panel, plot)
        if not lines:
            return None
        # Series with an override in that order (RUNNING at the bottom), the others by name.
        fixed = [override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]]
        lines.sort(key=lambda line: (fixed.index(line[0].name) if line[0].name in fixed else 99, line[0].name))
        defaults = panel["fieldConfig"]["defaults"]
        limits = defaults["thresholds"]["steps"] if defaults["custom"]["thresholdsStyle"]["mode"] == "line" else []
        drawing = charts.series(
            lines, int(plot), height, self.start, self.end, step, defaults["unit"], limits, self.fired
        )
        rows = sorted(((field, points[-1][1]) for field, points in lines), key=lambda row: -row[1])
        shown = fitting(len(rows), (height - 22) // 19)
        texts = [(field, field.text(value)) for field, value in rows[:shown]]
        return {"drawing": Markup(drawing), "width": round(legend_width), "rows": texts, "heading": "Last",
                "more": len(rows) - shown}  # fmt: skip

    def table(self, panel: Json, width: int, height: int) -> Json | None:
        titles, rows = self.rows(panel)
        if not rows:
            return None
        fields = [Field(panel, title) for title in titles]
        visible = [index for index, field in enumerate(fields) if "custom.hidden" not in field.settings]
        columns = [[row[index] for row in rows] for index in visible]
        numeric = [not any(isinstance(value, str) for value in column) for column in columns]
        shown = fitting(len(rows), (height - 30) // 27)
        cells = list(zip(*columns, strict=True))[:shown]
        return {"fields": [fields[index] for index in visible], "rows": cells, "numeric": numeric,
                "more": len(rows) - shown}  # fmt: skip

    def bargauge(self, panel: Json, width: int, height: int) -> Json | None:
        found = self.instant(panel)
        top = max((value for _, value in found), default=0) or 1
        return {"rows": found[: max(1, height // 30)], "top": top} if found else None

    def state_timeline(self, panel: Json, width: int, height: int) -> Json | None:
        lines, step = self.range(panel, width)
        if not lines:
            return None
        drawing, hidden = charts.states(lines, width - 24, height, self.start, self.end, step)
        return {"drawing": Markup(drawing), "more": hidden}

    def panel(self, panel: Json) -> Json:
        x, y, width, height = box(panel)
        style = f"left:{x + MARGIN:.1f}px;top:{y + 96:.1f}px;width:{width:.1f}px;height:{height:.1f}px"
        if panel["type"] == "row":
            return panel | {"style": style}
        try:
            content = getattr(self, panel["type"].replace("-", "_"))(panel, int(width), int(height - 40))
        except QueryError as error:
            self.errors.append(f"{panel['title']}: {error}")
            return panel | {"style": style, "error": str(error)}
        return panel | {"style": style, "content": content}

    def html(self) -> str:
        chosen = []
        for variable in self.dashboard["templating"]["list"]:
            if variable["hide"] == 2:
                continue
            value = self.selection.values[variable["name"]]
            chosen.append((variable["label"], "All" if value == variable.get("allValue") else value))
        panels = [self.panel(panel) for panel in self.dashboard["panels"]]
        return TEMPLATES.get_template("render.html").render(
            title=self.dashboard["title"], chosen=chosen, panels=panels, width=WIDTH, height=self.height
        )
