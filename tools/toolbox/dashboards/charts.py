# SPDX-License-Identifier: Apache-2.0
"""Draws charts as SVG: time series, state timelines, donuts."""

import datetime
import math
from html import escape

from values import color, written

AXIS_HEIGHT = 20


def _ticks(low, high, unit, wanted=4):
    """Returns round numbers between two values. For seconds the steps are whole minutes, hours or days."""
    span = (high - low) or 1
    raw = span / wanted
    if unit == "s" and raw >= 10:
        choices = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800]
        step = next((choice for choice in choices if choice >= raw), raw)
    else:
        size = 10 ** math.floor(math.log10(raw))
        step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    first = math.ceil(low / step)
    return [index * step for index in range(first, int(high / step + 0.001) + 1)]


def _time_axis(start, end, x, height, theme):
    choices = [5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200, 86400]
    step = next((choice for choice in choices if (end - start) / choice <= (x(end) - x(start)) / 60), 86400)
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86400 else "%m-%d"
    parts = []
    at = math.ceil(start / step) * step
    while at <= end:
        label = datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime(form)
        parts.append(f'<line x1="{x(at):.1f}" x2="{x(at):.1f}" y1="0" y2="{height}" stroke="{theme["grid"]}"/>')
        # Omit a label that the edge would cut; keep the line.
        if x(end) - x(at) >= 10:
            parts.append(f'<text x="{x(at):.1f}" y="{height + 15}" text-anchor="middle">{label}</text>')
        at += step
    return parts


def _runs(points, gap):
    """Splits points where the gap between two is larger than `gap`, so that lines end where scrapes are missing."""
    run = []
    for point in points:
        if run and point[0] - run[-1][0] > gap:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _path(points, x, y, stairs, backwards=False):
    text = ""
    for at, value in reversed(points) if backwards else points:
        across, up = f"H{x(at):.1f}", f"V{y(value):.1f}"
        if not text:
            text = f"M{x(at):.1f},{y(value):.1f}"
        elif stairs:
            # A step is level until the next point, so backwards the vertical part comes first.
            text += up + across if backwards else across + up
        else:
            text += f"L{x(at):.1f},{y(value):.1f}"
    return text


def series(lines, width, height, start, end, step, unit, theme, thresholds):
    """Draws time series. `lines` are (field, [(time, value)]), the first at the bottom of a stack."""
    plot_height = height - AXIS_HEIGHT - 4
    base, shapes = {}, []
    for field, points in lines:
        stacked = field.settings.get("custom.stacking", {}).get("mode") == "normal"
        if stacked:
            lower = [(at, base.get(at, 0)) for at, _ in points]
            points = [(at, base.get(at, 0) + value) for at, value in points]
            base.update(points)
        else:
            lower = [(at, 0) for at, _ in points]
        shapes.append((field, points, lower))
    values = [value for _, points, _ in shapes for _, value in points]
    low, high = min([0, *values]), max([0, *values])
    high = high * 1.06 if high > low else low + 1
    ticks = [(tick, written(tick, unit)) for tick in _ticks(low, high, unit)]
    margin = 12 + max((7 * len(text) for _, text in ticks), default=0)
    plot_width = width - margin - 8
    x = lambda at: margin + (at - start) / (end - start) * plot_width  # noqa: E731
    y = lambda value: 4 + (high - value) / (high - low) * plot_height  # noqa: E731
    parts = [f'<svg width="{width}" height="{height}" font-size="11" fill="{theme["faint"]}">']
    parts += _time_axis(start, end, x, 4 + plot_height, theme)
    for tick, label in ticks:
        parts.append(f'<line x1="{margin}" x2="{width - 8}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="{theme["grid"]}"/>')
        parts.append(f'<text x="{margin - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{escape(label)}</text>')
    for limit in thresholds:
        if limit["value"] is not None and low < limit["value"] < high:
            at = y(limit["value"])
            parts.append(f'<line x1="{margin}" x2="{width - 8}" y1="{at:.1f}" y2="{at:.1f}" '
                         f'stroke="{color(limit["color"])}" opacity="0.8"/>')
    for field, points, lower in shapes:
        ink = field.series_color()
        stairs = field.settings.get("custom.lineInterpolation") == "stepAfter"
        opacity = field.settings.get("custom.fillOpacity", 0) / 100
        dash = field.settings.get("custom.lineStyle", {}).get("fill") == "dash"
        floor = dict(lower)
        if field.settings["custom.drawStyle"] == "bars":
            wide = max(2, (x(start + step) - x(start)) * 0.8)
            for at, value in points:
                parts.append(f'<rect x="{max(margin, x(at) - wide / 2):.1f}" y="{y(value):.1f}" width="{wide:.1f}" '
                             f'height="{y(floor[at]) - y(value):.1f}" fill="{ink}" opacity="0.8"/>')
            continue
        for run in _runs(points, 2.5 * step):
            line = _path(run, x, y, stairs)
            if opacity and len(run) > 1:
                back = _path([(at, floor[at]) for at, _ in run], x, y, stairs, backwards=True)
                parts.append(f'<path d="{line}L{back[1:]}Z" fill="{ink}" opacity="{opacity}"/>')
            parts.append(f'<path d="{line}" fill="none" stroke="{ink}" stroke-width="{field.settings["custom.lineWidth"]}"'
                         + (' stroke-dasharray="8 6"' if dash else "") + "/>")
            if len(run) == 1:
                parts.append(f'<circle cx="{x(run[0][0]):.1f}" cy="{y(run[0][1]):.1f}" r="2" fill="{ink}"/>')
    return "".join([*parts, "</svg>"])


def states(lines, width, height, start, end, step, theme):
    """Draws one bar per series, colored by its value at each time. Returns the drawing and the number that did not fit."""
    left = 220
    fitting = max(1, min(len(lines), int((height - AXIS_HEIGHT) / 16)))
    row = min(30, (height - AXIS_HEIGHT) / fitting)
    x = lambda at: left + (at - start) / (end - start) * (width - left - 8)  # noqa: E731
    parts = [f'<svg width="{width}" height="{height}" font-size="11" fill="{theme["text"]}">']
    parts += _time_axis(start, end, x, row * fitting, theme)
    for index, (field, points) in enumerate(lines[:fitting]):
        top = index * row
        # A nested <svg> clips a name that is too long.
        parts.append(f'<svg x="0" y="{top:.1f}" width="{left - 8}" height="{row:.1f}"><text x="0" y="{row / 2 + 4:.1f}">'
                     f"{escape(field.name)}</text></svg>")
        for at, value in points:
            right = min(x(at + step) + 0.5, width - 8)
            parts.append(f'<rect x="{x(at):.1f}" y="{top + row * 0.1:.1f}" width="{max(0, right - x(at)):.1f}" '
                         f'height="{row * 0.8:.1f}" fill="{field.color(value)}"/>')
    return "".join([*parts, "</svg>"]), len(lines) - fitting


def donut(parts, size):
    """Draws a donut. `parts` are (color, fraction of 1)."""
    center, radius, thick = size / 2, size / 2 - 14, 24
    drawing, angle = [f'<svg width="{size}" height="{size}">'], -math.pi / 2
    length = 2 * math.pi * (radius - thick / 2)
    for ink, fraction in parts:
        drawing.append(
            f'<circle cx="{center}" cy="{center}" r="{radius - thick / 2}" fill="none" stroke="{ink}" stroke-width="{thick}" '
            f'stroke-dasharray="{length * fraction:.2f} {length:.2f}" '
            f'transform="rotate({math.degrees(angle):.2f} {center} {center})"/>')
        angle += 2 * math.pi * fraction
    return "".join([*drawing, "</svg>"])
