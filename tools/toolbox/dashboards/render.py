# SPDX-License-Identifier: Apache-2.0
"""Renders a dashboard as one HTML page from a live Prometheus, close to how Grafana draws it."""

import re
from html import escape

import charts
from prometheus import QueryError
from values import DARK, LIGHT, Field

UNIT, GAP, COLUMNS = 30, 8, 24


class Renderer:
    def __init__(self, dashboard, prometheus, selection, *, width=1600, theme="dark"):
        self.dashboard, self.prometheus, self.selection = dashboard, prometheus, selection
        self.width, self.theme = width, DARK if theme == "dark" else LIGHT
        self.errors = []

    # Sizes, in pixels.

    def _box(self, panel):
        place = panel["gridPos"]
        column = (self.width - 2 * 16 + GAP) / COLUMNS
        return place["x"] * column, place["y"] * (UNIT + GAP), place["w"] * column - GAP, place["h"] * (UNIT + GAP) - GAP

    @property
    def height(self):
        return int(max(sum(self._box(panel)[1::2]) for panel in self.dashboard["panels"]) + 112)

    # Data.

    def _legend(self, target, labels):
        text = re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), target["legendFormat"])
        return text or ", ".join(f"{name}={value}" for name, value in sorted(labels.items())) or "value"

    def _instant(self, panel):
        """Returns [(field, labels, value)] of all queries."""
        found = [
            (self._legend(target, labels), labels, value)
            for target in panel["targets"]
            for labels, value in self.prometheus.instant(self.selection.fill(target["expr"]), self.selection.end)
        ]
        return [(Field(panel, name, index), labels, value) for index, (name, labels, value) in enumerate(found)]

    def _range(self, panel, width):
        """Returns ([(field, points)], step)."""
        end, span = self.selection.end, self.selection.span
        minimum = int(panel["interval"].rstrip("m")) * 60 if "interval" in panel else self.selection.interval
        step = max(minimum, round(span / max(width, 1)))
        end -= end % step
        found = [
            (self._legend(target, labels), points)
            for target in panel["targets"]
            for labels, points in self.prometheus.range(self.selection.fill(target["expr"], step), end - span, end, step)
        ]
        return [(Field(panel, name, index), points) for index, (name, points) in enumerate(found)], step

    def _rows(self, panel):
        """Returns the column titles and rows of a table after its transformations."""
        many = len(panel["targets"]) > 1
        frames = []
        for target in panel["targets"]:
            name = f"Value #{target['refId']}" if many else "Value"
            found = self.prometheus.instant(self.selection.fill(target["expr"]), self.selection.end)
            if found:
                frames.append([{**labels, name: value} for labels, value in found])
        # Merge rows that agree in the fields that all frames have.
        shared = set.intersection(*[set().union(*frame) for frame in frames]) if len(frames) > 1 else set()
        merged = {}
        for number, frame in enumerate(frames):
            for index, row in enumerate(frame):
                key = tuple(row.get(name) for name in sorted(shared)) if shared else (number, index)
                merged.setdefault(key, {}).update(row)
        steps = {step["id"]: step["options"] for step in panel["transformations"]}
        order = steps["organize"]["indexByName"]
        names = sorted(steps["filterFieldsByName"]["include"]["names"], key=lambda name: order.get(name, 99))
        titles = [steps["organize"]["renameByName"].get(name, name) for name in names]
        rows = [[row.get(name) for name in names] for row in merged.values()]
        for sort in reversed(panel["options"]["sortBy"]):
            column = titles.index(sort["displayName"])
            rows.sort(key=lambda row: (row[column] is not None, row[column] if row[column] is not None else 0),
                      reverse=sort["desc"])
        return titles, rows

    # Panels.

    def stat(self, panel, width, height):
        found = self._instant(panel)
        if not found:
            return self._nothing(panel, "big")
        field, _, value = found[0]
        ink = field.color(value)
        text = escape(field.text(value))
        size = min(46, height * 0.5, width / max(3, len(text)) * 1.7)
        if panel["options"]["colorMode"] == "background_solid":
            return f'<div class="big solid" style="background:{ink};font-size:{size:.0f}px">{text}</div>'
        return f'<div class="big" style="color:{ink};font-size:{size:.0f}px">{text}</div>'

    def timeseries(self, panel, width, height):
        options = panel["options"]["legend"]
        legend_width = min(300, width * 0.36)
        plot = width - legend_width - 24
        lines, step = self._range(panel, plot)
        if not lines:
            return self._nothing(panel)
        # Series with an override in that order (RUNNING at the bottom), the others by name.
        fixed = [override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]]
        lines.sort(key=lambda line: (fixed.index(line[0].name) if line[0].name in fixed else 99, line[0].name))
        limits = []
        if panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"] == "line":
            limits = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        end = self.selection.end
        drawing = charts.series(lines, int(plot), height, end - self.selection.span, end, step,
                                panel["fieldConfig"]["defaults"]["unit"], self.theme, limits)
        rows = sorted(((points[-1][1], field) for field, points in lines), key=lambda row: -row[0] * options["sortDesc"])
        shown = max(1, (height - 22) // 19)
        # The last row is reserved for "and N more".
        cut = rows if len(rows) <= shown else rows[:shown - 1]
        body = "".join(f'<tr><td class="name"><i style="background:{field.series_color()}"></i>{escape(field.name)}</td>'
                       f'<td class="number">{escape(field.text(value))}</td></tr>' for value, field in cut)
        if len(cut) < len(rows):
            body += f'<tr><td class="faint">and {len(rows) - len(cut)} more</td><td></td></tr>'
        legend = (f'<div class="legend" style="width:{legend_width:.0f}px"><table><tr><th></th><th class="number">Last</th></tr>'
                  f"{body}</table></div>")
        return f'<div class="split">{drawing}{legend}</div>'

    def table(self, panel, width, height):
        titles, rows = self._rows(panel)
        if not rows:
            return self._nothing(panel)
        fields = [Field(panel, title) for title in titles]
        visible = [index for index, field in enumerate(fields) if not field.settings.get("custom.hidden")]
        fields, rows = [fields[index] for index in visible], [[row[index] for index in visible] for row in rows]
        shown = max(1, int((height - 30) // 27))
        cut = rows if len(rows) <= shown else rows[:shown - 1]
        head = "".join(
            f'<th{self._width(field)} class="{"number" if self._numeric(rows, index) else ""}">{escape(field.name)}</th>'
            for index, field in enumerate(fields))
        body = ""
        for row in cut:
            body += "<tr>" + "".join(
                self._cell(field, value, self._numeric(rows, index)) for index, (field, value) in enumerate(zip(fields, row))
            ) + "</tr>"
        more = f'<div class="faint">and {len(rows) - len(cut)} more rows: scroll</div>' if len(cut) < len(rows) else ""
        return f'<table class="rows"><tr>{head}</tr>{body}</table>{more}'

    @staticmethod
    def _width(field):
        width = field.settings.get("custom.width")
        return f' style="width:{width}px"' if width else ""

    @staticmethod
    def _numeric(rows, index):
        return any(isinstance(row[index], (int, float)) for row in rows)

    def _cell(self, field, value, numeric):
        text, ink = escape(field.text(value)), field.color(value)
        kind = field.settings.get("custom.cellOptions", {}).get("type", "auto")
        if "links" in field.overridden:
            text = f'<a href="#">{text}</a>'
        style = ""
        if value is not None and ink and kind == "color-background":
            style = f' style="background:{ink};color:#fff"'
        elif value is not None and ink and kind == "color-text":
            style = f' style="color:{ink};font-weight:600"'
        return f'<td class="{"number" if numeric else ""}"{style} title="{escape(str(value))}">{text}</td>'

    def bargauge(self, panel, width, height):
        found = self._instant(panel)
        if not found:
            return self._nothing(panel)
        top = max(value for _, _, value in found) or 1
        shown = max(1, height // 30)
        rows = "".join(
            f'<div class="bar"><span class="name">{escape(field.name)}</span><span class="track">'
            f'<span style="width:{value / top * 100:.1f}%;background:{field.threshold(value)}"></span></span>'
            f'<span class="number">{escape(field.text(value))}</span></div>' for field, _, value in found[:shown])
        return rows

    def piechart(self, panel, width, height):
        found = sorted(self._instant(panel), key=lambda row: -row[2])
        whole = sum(value for _, _, value in found)
        if not whole:
            return self._nothing(panel)
        size = int(min(height, width * 0.45))
        drawing = charts.donut([(field.series_color(), value / whole) for field, _, value in found], size)
        rows = "".join(f'<tr><td class="name"><i style="background:{field.series_color()}"></i>{escape(field.name)}</td>'
                       f'<td class="number">{value / whole:.0%}</td></tr>' for field, _, value in found[:height // 20])
        legend = f'<div class="legend" style="width:{width - size - 24:.0f}px"><table>{rows}</table></div>'
        return f'<div class="split">{drawing}{legend}</div>'

    def state_timeline(self, panel, width, height):
        lines, step = self._range(panel, width)
        if not lines:
            return self._nothing(panel)
        end = self.selection.end
        drawing, hidden = charts.states(lines, int(width - 24), height, end - self.selection.span, end, step, self.theme)
        return drawing + (f'<div class="faint">and {hidden} more</div>' if hidden else "")

    def _nothing(self, panel, kind=""):
        text = panel["fieldConfig"]["defaults"].get("noValue", "No data")
        return f'<div class="nothing {kind}">{escape(text)}</div>'

    def panel(self, panel):
        x, y, width, height = self._box(panel)
        style = f"left:{x + 16:.1f}px;top:{y + 96:.1f}px;width:{width:.1f}px;height:{height:.1f}px"
        if panel["type"] == "row":
            return f'<h2 style="{style}">⌄ {escape(panel["title"])}</h2>'
        draw = getattr(self, panel["type"].replace("-", "_"), None)
        try:
            if draw is None:
                raise QueryError(f"unsupported panel type {panel['type']}")
            content = draw(panel, int(width), int(height - 40))
        except QueryError as error:
            self.errors.append(f"{panel['title']}: {error}")
            content = f'<div class="error">{escape(str(error))}</div>'
        return (f'<section class="{panel["type"]}" style="{style}" title="{escape(panel["description"])}">'
                f'<h3>{escape(panel["title"])}</h3><div class="content">{content}</div></section>')

    def html(self):
        chosen = ""
        for variable in self.dashboard["templating"]["list"]:
            value = self.selection.values[variable["name"]]
            shown = "All" if value == variable.get("allValue") else value
            chosen += f'<span class="variable"><b>{escape(variable["label"])}</b>{escape(shown)}</span>'
        body = "".join(self.panel(panel) for panel in self.dashboard["panels"])
        return (f'<!doctype html><meta charset="utf-8"><title>{escape(self.dashboard["title"])}</title>'
                f"<style>{self._style()}</style><header><h1>{escape(self.dashboard['title'])}</h1>{chosen}</header>{body}")

    def _style(self):
        t = self.theme
        return f"""
* {{ box-sizing: border-box }}
body {{ margin: 0; width: {self.width}px; height: {self.height}px; position: relative; background: {t["page"]};
  color: {t["text"]}; font: 13px Inter, "DejaVu Sans", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif }}
header {{ padding: 12px 16px }} h1 {{ font-size: 20px; font-weight: 500; margin: 0 0 10px }}
.variable {{ border: 1px solid {t["border"]}; background: {t["panel"]}; border-radius: 2px; padding: 5px 10px 5px 0;
  margin-right: 8px }}
.variable b {{ color: {t["faint"]}; font-weight: 500; border-right: 1px solid {t["border"]}; padding: 5px 10px; margin-right: 10px }}
h2 {{ position: absolute; margin: 0; font-size: 15px; font-weight: 500; line-height: 30px }}
section {{ position: absolute; background: {t["panel"]}; border: 1px solid {t["border"]}; border-radius: 2px; overflow: hidden }}
h3 {{ margin: 0; padding: 7px 10px; font-size: 13px; font-weight: 500; height: 30px; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis }}
.content {{ padding: 0 10px; position: absolute; top: 32px; bottom: 6px; left: 0; right: 0; overflow: hidden }}
.big {{ height: 100%; display: flex; align-items: center; justify-content: center; font-weight: 500 }}
.stat .content {{ padding: 0; top: 30px; bottom: 0 }} .solid {{ color: #fff }}
.nothing {{ height: 100%; display: flex; align-items: center; justify-content: center; color: {t["faint"]}; font-size: 16px }}
.error {{ color: #ff7383 }} .faint {{ color: {t["faint"]}; padding: 4px }}
.split {{ display: flex; gap: 4px; height: 100% }} .legend {{ overflow: hidden; font-size: 12px }}
.legend table {{ width: 100%; table-layout: fixed; border-collapse: collapse }} .legend td, .legend th {{ height: 19px; padding: 0 }}
.legend .number {{ width: 92px }} .legend th {{ color: {t["faint"]}; font-weight: 400 }}
.name, td {{ white-space: nowrap; overflow: hidden; text-overflow: ellipsis }} .number {{ text-align: right }}
i {{ display: inline-block; width: 12px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle }}
.piechart .split {{ align-items: center }}
.rows {{ width: 100%; table-layout: fixed; border-collapse: collapse }}
.rows th {{ text-align: left; color: {t["faint"]}; font-weight: 500; height: 28px; padding: 0 8px; border-bottom: 1px solid {t["border"]};
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis }} .rows th.number {{ text-align: right }}
.rows td {{ height: 27px; padding: 0 8px; border-bottom: 1px solid {t["border"]} }}
.rows tr:nth-child(odd) td {{ background: {t["stripe"]} }} a {{ color: #6e9fff; text-decoration: none }}
.bar {{ display: flex; align-items: center; height: 30px; gap: 8px }} .bar .name {{ width: 36% }}
.bar .track {{ flex: 1; background: {t["grid"]}; height: 18px }} .bar .track span {{ display: block; height: 100% }}
.bar .number {{ width: 64px }}
"""
