"""The comparison as a picture: the smallest error that each checker catches against its time, a dot a size, in SVG that
reads on a light and a dark page. Down and to the left is better."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradgate.peers.comparison import Record
from gradgate.peers.figures import cell_at, smallest_error

_WIDTH, _HEIGHT, _LEFT, _TOP, _LEGEND = 560, 380, 70, 30, 190
_HUES = ("#1f6feb", "#58a6ff", "#cf222e", "#fa7970", "#bf8700", "#8250df", "#1a7f37", "#57606a", "#8c959f")

_STYLE = """
text { font: 11px system-ui, sans-serif; fill: #24292f } .axis { fill: #57606a }
.grid { stroke: #8c959f; stroke-opacity: .25 } .size { fill: #57606a }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .axis, .size { fill: #9198a1 } }"""

Point = tuple[float, float, int]  # log10 of the seconds, log10 of the error, V


def picture(record: Record) -> str:
    """The whole picture as the text of an SVG file."""
    lines = {checker["name"]: _points(record, checker["name"]) for checker in record["checkers"]}
    every = [point for points in lines.values() for point in points]
    x_range, y_range = (_decades([point[axis] for point in every]) for axis in (0, 1))
    width, height = _LEFT + _WIDTH + _LEGEND, _TOP + _HEIGHT + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img">',
        "<title>The smallest error caught in one component against the time of a check</title>",
        f"<style>{_STYLE}</style>",
        *_grid(x_range, y_range),
    ]
    for number, (name, points) in enumerate(lines.items()):
        parts += _line(name, points, number, x_range, y_range)
    return "\n".join([*parts, *_key(record), "</svg>", ""])


def _points(record: Record, checker: str) -> list[Point]:
    """The sizes at which the checker was run and caught an error at all."""
    found = []
    for size in record["sizes"]:
        cell = cell_at(record, checker, size["V"], size["d"])
        if cell and not cell["not_run"] and math.isfinite(error := smallest_error(cell, "grad_U")[1]):
            found.append((math.log10(cell["seconds"]), math.log10(error), size["V"]))
    return found


def _decades(values: Sequence[float]) -> tuple[int, int]:
    return math.floor(min(values)), math.ceil(max(values))


def _x(value: float, around: tuple[int, int]) -> float:
    return round(_LEFT + _WIDTH * (value - around[0]) / (around[1] - around[0]), 1)


def _y(value: float, around: tuple[int, int]) -> float:
    return round(_TOP + _HEIGHT * (around[1] - value) / (around[1] - around[0]), 1)


def _grid(x_range: tuple[int, int], y_range: tuple[int, int]) -> list[str]:
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    parts = []
    for decade in range(x_range[0], x_range[1] + 1):
        x = _x(decade, x_range)
        parts.append(f'<line class="grid" x1="{x}" y1="{_TOP}" x2="{x}" y2="{bottom}"/>')
        parts.append(f'<text class="axis" x="{x}" y="{bottom + 16}" text-anchor="middle">{_power(decade)} s</text>')
    for decade in range(y_range[0], y_range[1] + 1, 2):
        y = _y(decade, y_range)
        parts.append(f'<line class="grid" x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}"/>')
        parts.append(f'<text class="axis" x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{_power(decade)}</text>')
    parts.append(f'<text x="{_LEFT}" y="{_TOP - 12}">smallest relative error caught in one component of grad_U</text>')
    parts.append(
        f'<text x="{right}" y="{bottom + 36}" text-anchor="end">time of one check; a dot a size, with its V</text>'
    )
    return parts


def _power(decade: int) -> str:
    return "10" + str(decade).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _line(
    name: str, points: Sequence[Point], number: int, x_range: tuple[int, int], y_range: tuple[int, int]
) -> list[str]:
    hue, top = _HUES[number % len(_HUES)], _TOP + 18 * number
    left = _LEFT + _WIDTH + 18
    parts = [
        f'<circle cx="{left}" cy="{top}" r="5" fill="{hue}"/>',
        f'<text x="{left + 12}" y="{top + 4}">{name}{"" if points else ": absent"}</text>',
    ]
    places = [(_x(seconds, x_range), _y(error, y_range), V) for seconds, error, V in points]
    path = " ".join(f"{x},{y}" for x, y, _ in places)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{hue}" stroke-opacity=".5"/>')
    parts += [f'<circle cx="{x}" cy="{y}" r="{_radius(V)}" fill="{hue}"/>' for x, y, V in places]
    return parts


def _key(record: Record) -> list[str]:
    """What the dots' sizes stand for, under the checkers' names."""
    left, top, parts = _LEFT + _WIDTH + 18, _TOP + 18 * len(record["checkers"]) + 24, []
    for number, size in enumerate(record["sizes"]):
        y = top + 20 * number
        parts.append(f'<circle class="size" cx="{left}" cy="{y}" r="{_radius(size["V"])}"/>')
        parts.append(f'<text x="{left + 12}" y="{y + 4}">V = {size["V"]:,}, d = {size["d"]}</text>')
    return parts


def _radius(V: int) -> float:
    return round(2 + 1.5 * math.log10(V), 1)
