# SPDX-License-Identifier: Apache-2.0
"""Draws charts as SVG: time series and state timelines. The style sheet colors grid lines and texts."""

import datetime
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from toolbox.dashboards.panels import Json
from toolbox.dashboards.values import Field, color, written

Point = tuple[float, float]
Line = tuple[Field, list[Point]]
Scale = Callable[[float], float]

AXIS_HEIGHT = 20
TIME_STEPS = (10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def ticks(low: float, high: float, unit: str, wanted: int = 4) -> list[float]:
    """Returns round numbers between two values. For seconds the steps are whole minutes, hours or days."""
    raw = ((high - low) or 1) / wanted
    if unit == "s" and raw >= 10:
        step = next((choice for choice in (*TIME_STEPS, 172800, 604800) if choice >= raw), raw)
    else:
        size = 10 ** math.floor(math.log10(raw))
        step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    return [index * step for index in range(math.ceil(low / step), int(high / step + 0.001) + 1)]


def time_axis(start: float, end: float, x: Scale, height: float) -> Iterator[str]:
    wide_enough = (step for step in (5, *TIME_STEPS) if (end - start) / step <= (x(end) - x(start)) / 60)
    step = next(wide_enough, 86400)
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86400 else "%m-%d"
    for at in range(math.ceil(start / step) * step, math.floor(end) + 1, step):
        yield f'<line x1="{x(at):.1f}" x2="{x(at):.1f}" y1="0" y2="{height}"/>'
        # Omit a label that the edge would cut; keep the line.
        if x(end) - x(at) >= 10:
            label = datetime.datetime.fromtimestamp(at, datetime.UTC).strftime(form)
            yield f'<text x="{x(at):.1f}" y="{height + 15}" text-anchor="middle">{label}</text>'


def runs(points: Sequence[Point], gap: float) -> list[Sequence[Point]]:
    """Splits points where the gap between two is larger than `gap`, so that lines end where scrapes are missing."""
    ends = [index for index in range(1, len(points)) if points[index][0] - points[index - 1][0] > gap]
    return [points[begin:end] for begin, end in itertools.pairwise([0, *ends, len(points)])]


def path(points: Sequence[Point], x: Scale, y: Scale, stairs: bool, backwards: bool = False) -> str:
    (first, height), *others = reversed(points) if backwards else points
    text = f"{x(first):.1f},{y(height):.1f}"
    for at, value in others:
        across, up = f"H{x(at):.1f}", f"V{y(value):.1f}"
        # A step is level until the next point, so backwards the vertical part comes first.
        step = up + across if backwards else across + up
        text += step if stairs else f"L{x(at):.1f},{y(value):.1f}"
    return text


def series(
    lines: Iterable[Line], width: int, height: int, start: float, end: float, step: float, unit: str,
    thresholds: Iterable[Json], marked: Iterable[float],
) -> str:  # fmt: skip
    """Draws time series, the first at the bottom of a stack, and vertical lines at the times `marked`."""
    plot_height = height - AXIS_HEIGHT - 4
    base: dict[float, float] = {}
    shapes: list[tuple[Field, list[Point], dict[float, float]]] = []
    for field, points in lines:
        floor = {at: 0.0 for at, _ in points}
        if field.settings["custom.stacking"]["mode"] == "normal":
            floor = {at: base.get(at, 0) for at, _ in points}
            points = [(at, floor[at] + value) for at, value in points]
            base.update(points)
        shapes.append((field, points, floor))
    values = [value for _, points, _ in shapes for _, value in points]
    low, high = min([0, *values]), max([0, *values])
    high = high * 1.06 if high > low else low + 1
    marks = [(tick, written(tick, unit)) for tick in ticks(low, high, unit)]
    margin = 12 + max((7 * len(text) for _, text in marks), default=0)

    def x(at: float) -> float:
        return margin + (at - start) / (end - start) * (width - margin - 8)

    def y(value: float) -> float:
        return 4 + (high - value) / (high - low) * plot_height

    def level(value: float, style: str = "") -> str:
        return f'<line x1="{margin}" x2="{width - 8}" y1="{y(value):.1f}" y2="{y(value):.1f}"{style}/>'

    parts = [f'<svg width="{width}" height="{height}">', *time_axis(start, end, x, 4 + plot_height)]
    for tick, label in marks:
        parts.append(level(tick))
        parts.append(f'<text x="{margin - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{escape(label)}</text>')
    for limit in thresholds:
        if limit["value"] is not None and low < limit["value"] < high:
            parts.append(level(limit["value"], f' style="stroke:{color(limit["color"])};opacity:0.8"'))
    for field, points, floor in shapes:
        ink = field.series_color()
        if field.settings["custom.drawStyle"] == "bars":
            wide = max(2, (x(start + step) - x(start)) * 0.8)
            for at, value in points:
                parts.append(f'<rect x="{max(margin, x(at) - wide / 2):.1f}" y="{y(value):.1f}" width="{wide:.1f}" '
                             f'height="{y(floor[at]) - y(value):.1f}" fill="{ink}" opacity="0.8"/>')  # fmt: skip
            continue
        stairs = field.settings["custom.lineInterpolation"] == "stepAfter"
        opacity = field.settings["custom.fillOpacity"] / 100
        dash = ' stroke-dasharray="8 6"' if "custom.lineStyle" in field.settings else ""
        for run in runs(points, 2.5 * step):
            line = path(run, x, y, stairs)
            if opacity and len(run) > 1:
                back = path([(at, floor[at]) for at, _ in run], x, y, stairs, backwards=True)
                parts.append(f'<path d="M{line}L{back}Z" fill="{ink}" opacity="{opacity}"/>')
            thickness = field.settings["custom.lineWidth"]
            parts.append(f'<path d="M{line}" fill="none" stroke="{ink}" stroke-width="{thickness}"{dash}/>')
            if len(run) == 1:
                parts.append(f'<circle cx="{x(run[0][0]):.1f}" cy="{y(run[0][1]):.1f}" r="2" fill="{ink}"/>')
    for at in sorted(set(marked)):
        parts.append(f'<line class="mark" x1="{x(at):.1f}" x2="{x(at):.1f}" y1="4" y2="{4 + plot_height}"/>')
    return "".join([*parts, "</svg>"])


def states(lines: Sequence[Line], width: int, height: int, start: float, end: float, step: float) -> tuple[str, int]:
    """Draws one bar per series, colored by its value at each time; returns the drawing and how many did not fit."""
    left = 220
    fitting = max(1, min(len(lines), int((height - AXIS_HEIGHT) / 16)))
    row = min(30, (height - AXIS_HEIGHT) / fitting)

    def x(at: float) -> float:
        return left + (at - start) / (end - start) * (width - left - 8)

    parts = [f'<svg class="states" width="{width}" height="{height}">', *time_axis(start, end, x, row * fitting)]
    for index, (field, points) in enumerate(lines[:fitting]):
        top = index * row
        # A nested <svg> clips a name that is too long.
        parts.append(f'<svg x="0" y="{top:.1f}" width="{left - 8}" height="{row:.1f}">'
                     f'<text x="0" y="{row / 2 + 4:.1f}">{escape(field.name)}</text></svg>')  # fmt: skip
        for at, value in points:
            right = min(x(at + step) + 0.5, width - 8)
            parts.append(f'<rect x="{x(at):.1f}" y="{top + row * 0.1:.1f}" width="{max(0, right - x(at)):.1f}" '
                         f'height="{row * 0.8:.1f}" fill="{field.color(value)}"/>')  # fmt: skip
    return "".join([*parts, "</svg>"]), len(lines) - fitting
