"""What a figure holds, before anything is drawn: panels of lines over logarithmic sizes, with marks and guides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A median, and where the middle half of the samples lies."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """One curve, labelled where it ends. colour: its place in the palette, None for a limit or a guide (dashed);
    exponent: of the fitted power of x, drawn through the middle of the points; None where nothing is fitted."""

    label: str
    points: tuple[Point, ...]
    colour: int | None
    exponent: float | None = None


@dataclass(frozen=True)
class Mark:
    """A place on the x axis with a name, as the size of a cache."""

    x: float
    label: str


@dataclass(frozen=True)
class Axis:
    """label: what it shows, its symbol first; unit: how its ticks are placed and written, which is one of words, bytes,
    seconds, rate and slope."""

    label: str
    unit: str

    @property
    def is_log(self) -> bool:
        return self.unit != "slope"

    @property
    def symbol(self) -> str:
        """The label's first letter: V of "V, words of the vocabulary"."""
        return self.label[:1]


@dataclass(frozen=True)
class Panel:
    title: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def xs(self) -> list[float]:
        return sorted({point.x for line in self.lines for point in line.points})


@dataclass(frozen=True)
class Figure:
    """Panels that share their axes. name: of its files; missing: why there is no panel, empty where there is one."""

    name: str
    title: str
    caption: str
    x: Axis
    y: Axis
    panels: tuple[Panel, ...]
    missing: str = ""


def at(x: float, y: float) -> Point:
    """A point that was not measured, or only once."""
    return Point(x, y, y, y)
