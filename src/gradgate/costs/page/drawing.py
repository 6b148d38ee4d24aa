"""Figures as SVG: one panel, for the page, or all panels side by side, for a file of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from math import ceil

from gradgate.costs.page.chart import Figure, Line, Panel, Point, at
from gradgate.costs.page.labels import Label, shorten, spread, width
from gradgate.costs.page.scale import Scale, scale
from gradgate.costs.page.style import COLOURS, chart_style

WIDTH, HEIGHT = 400, 300  # of a panel: a telephone shows it whole, at almost its own size
_LEFT, _TOP, _BOTTOM = 54, 46, 256
_COLUMNS = 3


@dataclass(frozen=True)
class _Frame:
    """The axes that all panels of a figure share."""

    figure: Figure
    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> str:
        return f"{self.x(x):.1f} {self.y(y):.1f}"


def panels(figure: Figure) -> list[str]:
    """Each panel as an SVG element for a page that holds chart_style()."""
    frame = _frame(figure)
    return [_svg(WIDTH, HEIGHT, panel.title, [*_panel(frame, panel)]) for panel in figure.panels]


def whole(figure: Figure) -> str:
    """The text of an SVG file: every panel, and the style."""
    frame, across = _frame(figure), min(_COLUMNS, len(figure.panels))
    parts = [f"<style>{chart_style()}</style>"]
    for number, panel in enumerate(figure.panels):
        x, y = number % across * WIDTH, number // across * HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{"".join(_panel(frame, panel))}</g>')
    text = _svg(across * WIDTH, ceil(len(figure.panels) / across) * HEIGHT, figure.title, parts)
    return text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) + "\n"


def _svg(wide: int, high: int, title: str, parts: Iterable[str]) -> str:
    size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
    return "\n".join([f'<svg class="chart" role="img" {size}><title>{escape(title)}</title>', *parts, "</svg>"])


def _frame(figure: Figure) -> _Frame:
    lines = [line for panel in figure.panels for line in panel.lines]
    points = [point for line in lines for point in line.points]
    fitted = [end for line in lines if line.exponent is not None for end in _fit(line)]
    marks = [mark.x for panel in figure.panels for mark in panel.marks]
    right = WIDTH - max(width(shorten(line.label), _power(figure, line)) for line in lines) - 14
    return _Frame(
        figure,
        scale(figure.x, [*(point.x for point in points), *marks], _LEFT, right),
        scale(figure.y, (y for point in [*points, *fitted] for y in (point.low, point.high)), _BOTTOM, _TOP),
    )


def _panel(frame: _Frame, panel: Panel) -> Iterator[str]:
    yield f'<text class="title" x="4" y="16">{escape(panel.title)}</text>'
    yield f'<text class="tick" x="4" y="32">{escape(frame.figure.y.label)}</text>'
    yield from _axes(frame, panel)
    for mark in panel.marks:
        x = frame.x(mark.x)
        yield f'<path class="mark" d="M{x:.1f} {_TOP}V{_BOTTOM}"/>'
        yield f'<text class="tick" x="{x + 3:.1f}" y="{_TOP - 3}">{escape(mark.label)}</text>'
    for line in panel.lines:
        yield from _curve(frame, line)
    labels = [_label(frame, line) for line in panel.lines]
    for label in spread(labels, _TOP + 4, _BOTTOM):
        yield _written(label, frame.x.end)


def _axes(frame: _Frame, panel: Panel) -> Iterator[str]:
    left, right = frame.x.start, frame.x.end
    for value, text in frame.y.ticks(()):
        y = frame.y(value)
        yield f'<path class="grid" d="M{left} {y:.1f}H{right:.1f}"/>'
        yield f'<text class="tick" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    for value, text in frame.x.ticks(panel.xs):
        x = frame.x(value)
        yield f'<path class="grid" d="M{x:.1f} {_BOTTOM}v5"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{_BOTTOM + 17}" text-anchor="middle">{text}</text>'
    yield f'<path class="grid" d="M{left} {_BOTTOM}H{right:.1f}"/>'
    middle = (left + right) / 2
    label = escape(frame.figure.x.label)
    yield f'<text class="tick" x="{middle:.1f}" y="{_BOTTOM + 35}" text-anchor="middle">{label}</text>'


def _curve(frame: _Frame, line: Line) -> Iterator[str]:
    path = "M" + "L".join(frame.at(point.x, point.y) for point in line.points)
    if line.colour is None:
        yield f'<path class="limit" d="{path}"/>'
        return
    ink = f"s{line.colour % COLOURS}"
    spans = [point for point in line.points if point.high > point.low]
    ends = "".join(f"M{frame.at(point.x, point.low)}L{frame.at(point.x, point.high)}" for point in spans)
    yield f'<path class="spread {ink}" d="{ends}"/>' if ends else ""
    if line.exponent is not None:
        ends = "L".join(frame.at(end.x, end.y) for end in _fit(line))
        yield f'<path class="fit {ink}" d="M{ends}"/>'
    yield f'<path class="curve {ink}" d="{path}"/>'
    yield from (_dot(frame, line.colour, point) for point in line.points)


def _dot(frame: _Frame, colour: int, point: Point) -> str:
    """A disc, a square, a diamond or a triangle: colour is not all that tells lines apart."""
    x, y = frame.x(point.x), frame.y(point.y)
    shapes = (
        f"M{x - 3:.1f} {y:.1f}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z",
        f"M{x - 2.7:.1f} {y - 2.7:.1f}h5.4v5.4h-5.4z",
        f"M{x:.1f} {y - 4:.1f}l4 4l-4 4l-4 -4z",
        f"M{x:.1f} {y - 3.6:.1f}l3.6 6.4h-7.2z",
    )
    return f'<path class="f{colour % COLOURS}" d="{shapes[colour % len(shapes)]}"/>'


def _fit(line: Line) -> list[Point]:
    """Both ends of the fitted power of x: a least-squares line runs through the mean of the logarithms."""
    assert line.exponent is not None
    count = len(line.points)
    middle = [1.0, 1.0]
    for point in line.points:
        middle = [middle[0] * point.x ** (1 / count), middle[1] * point.y ** (1 / count)]
    ends = (line.points[0].x, line.points[-1].x)
    return [at(x, middle[1] * (x / middle[0]) ** line.exponent) for x in ends]


def _power(figure: Figure, line: Line) -> str:
    return "" if line.exponent is None else f"{figure.x.symbol}{line.exponent:z.2f}"


def _label(frame: _Frame, line: Line) -> Label:
    last = line.points[-1]
    text, power = shorten(line.label), _power(frame.figure, line)
    return Label(frame.x(last.x), frame.y(last.y), text, power, line.colour)


def _written(label: Label, right: float) -> str:
    """The label in the margin, and a thin line to it from the end of its curve."""
    power = f' {label.power[0]}<tspan dy="-4" font-size="9">{label.power[1:]}</tspan>' if label.power else ""
    ink = None if label.colour is None else label.colour % COLOURS
    kind, stroke = ("tick", "grid") if ink is None else (f"f{ink}", f"s{ink}")
    leader = f'<path class="leader {stroke}" d="M{label.x + 5:.1f} {label.y:.1f}L{right + 8:.1f} {label.placed:.1f}"/>'
    text = f'<text class="{kind}" x="{right + 11:.1f}" y="{label.placed + 4:.1f}">{escape(label.text)}{power}</text>'
    return leader + text
