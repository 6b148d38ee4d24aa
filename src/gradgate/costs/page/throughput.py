"""Pairs a second beside what the machine could do at best: its bandwidth and its rate of arithmetic.

What a call must move and compute at least stands in its measurement (costs/least.py)."""

from __future__ import annotations

from gradgate.costs.measuring import Measurement
from gradgate.costs.page.chart import Axis, Figure, Line, Panel, at
from gradgate.costs.page.digest import Digest, median
from gradgate.costs.page.figures import V_AXIS, by_loss_and_batch
from gradgate.costs.roofline import ARITHMETIC, MEMORY
from gradgate.costs.summary import Series

_NAMES = (MEMORY, ARITHMETIC)


def pairs_per_second(measurement: Measurement) -> float:
    return measurement.B / median(measurement)


def bound(digest: Digest, measurement: Measurement, name: str) -> float | None:
    """Pairs a second at the machine's limit of this name; None where the run does not hold it."""
    m, limits = measurement, digest.run.limits
    if limits is None or m.least_bytes is None or m.least_operations is None:
        return None
    if (least := limits.seconds(m.least_bytes, m.least_operations, m.dtype)) is None:
        return None
    return m.B / least[_NAMES.index(name)]


def throughput(digest: Digest) -> Figure:
    panels = []
    for title, group in by_loss_and_batch(digest):
        lines = [_measured(digest, series) for series in group]
        panels.append(Panel(title, (*lines, *_limits(digest, group))))
    caption = (
        "Dotted: what memory would allow if each number were moved once at the speed of a copy of as many bytes, and "
        f"what arithmetic would allow at the rate of a matrix product in one thread. {_caveat(digest)}"
    )
    missing = "" if panels else "a curve needs one implementation at two V or more, all else alike; the run has none"
    axis = Axis("pairs a second", "rate")
    return Figure("pairs", "Pairs a second, and what the machine allows", caption, V_AXIS, axis, tuple(panels), missing)


def _caveat(digest: Digest) -> str:
    if digest.run.limits is None:
        return "This run did not measure the limits of its machine: none is drawn."
    blas = digest.run.machine.get("blas")
    threads = blas.get("threads") if isinstance(blas, dict) else None
    return "" if threads in (None, 1) else f"The run itself let the BLAS use {threads} threads."


def _measured(digest: Digest, series: Series) -> Line:
    points = tuple(at(m.V, pairs_per_second(m)) for m in series.measurements)
    return Line(series.implementation, points, digest.implementations.index(series.implementation))


def _limits(digest: Digest, group: list[Series]) -> list[Line]:
    """Of the series that reaches the largest V, in its dtype."""
    widest = max(group, key=lambda series: series.measurements[-1].V)
    found = []
    for name in _NAMES:
        bounds = [(m.V, bound(digest, m, name)) for m in widest.measurements]
        points = tuple(at(V, pairs) for V, pairs in bounds if pairs is not None)
        if points:
            found.append(Line(name, points, None))
    return found
