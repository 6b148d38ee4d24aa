"""The figures of a run: time over V and over K, bytes over V, and local slopes beside the caches."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gradgate.costs import units
from gradgate.costs.measuring import Measurement
from gradgate.costs.page.chart import Axis, Figure, Line, Mark, Panel, Point, at
from gradgate.costs.page.digest import Digest, dense_bytes, median
from gradgate.costs.summary import Series
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING

V_AXIS = Axis("V, words of the vocabulary", "words")
LOSSES = {NAIVE_SOFTMAX: "naive softmax", NEGATIVE_SAMPLING: "negative sampling"}
_MIDDLE_HALF = (25, 75)  # percent
_TIME = Axis("time of a call", "seconds")


def time_by_vocabulary(digest: Digest, B: int) -> Figure:
    """Both losses of each implementation, so that one sees where they cross."""
    every = [series for series in digest.series("V") if series.B == B]
    panels = []
    for name in digest.implementations:
        for dtype in dict.fromkeys(s.dtype for s in every if s.implementation == name):
            own = [s for s in every if (s.implementation, s.dtype) == (name, dtype)]
            lines = tuple(_fitted(digest, series, _of_loss(series), n) for n, series in enumerate(_in_order(own)))
            notes = [dtype] * (dtype != "float32") + ["lifted"] * any(s.measurements[0].lifted for s in own)
            panels.append(Panel(", ".join([name, *notes]), lines))
    caption = (
        "The median of a call, and the middle half of the measured times as a bar; dashed: the fitted power of V. "
        "Both axes are logarithmic, so that a power is a straight line and its exponent the slope."
    )
    title = f"Time against V: loss and gradients of {pairs(B)}"
    return Figure(f"time-V-{B}", title, caption, V_AXIS, _TIME, tuple(panels), _needs(panels, "V"))


def time_by_negatives(digest: Digest) -> Figure:
    every = [series for series in digest.series("K") if series.B == 1]
    sizes = sorted({series.V for series in every if series.V is not None})
    panels = []
    for V in dict.fromkeys((sizes[0], sizes[-1]) if sizes else ()):
        lines = [_fitted(digest, s, s.implementation, _colour(digest, s)) for s in every if s.V == V]
        panels.append(Panel(f"{LOSSES[NEGATIVE_SAMPLING]} at V = {V:,}", tuple(lines)))
    caption = (
        "Work grows with K, the number of negatives: K + 1 rows take part. What does not grow with it is overhead."
    )
    if panels and not any(line.exponent for panel in panels for line in panel.lines):
        caption += f" No exponent is given: a fit needs three K, and the run has {len(panels[0].xs)}."
    axis = Axis("K, negatives of a pair", "words")
    return Figure("time-K", "Time against K", caption, axis, _TIME, tuple(panels), _needs(panels, "K"))


def bytes_by_vocabulary(digest: Digest) -> Figure:
    panels = []
    for title, group in by_loss_and_batch(digest):
        lines = [
            Line(s.implementation, tuple(at(m.V, m.bytes) for m in s.measurements if m.bytes), _colour(digest, s))
            for s in group
        ]
        lines = [line for line in lines if line.points]
        if not lines:
            continue
        wide = max((m for s in group for m in s.measurements), key=lambda m: m.V)
        size = dense_bytes(wide) / wide.V
        first = min(m.V for s in group for m in s.measurements)
        guide = Line(f"U, {wide.dtype}", (at(first, size * first), at(wide.V, size * wide.V)), None)
        panels.append(Panel(title, (*lines, guide)))
    caption = (
        "The most bytes that a call holds at once, its results among them, beyond its arguments; dotted: the size of U "
        "itself, which is that of a dense gradient. Bytes are counted, not timed: they are the same in every run."
    )
    axis = Axis("bytes held at the peak", "bytes")
    missing = _needs(panels, "V")
    if missing and digest.series("V"):
        missing = "none of the run's implementations let its memory be seen"
    return Figure("bytes-V", "Bytes against V", caption, V_AXIS, axis, tuple(panels), missing)


def local_slopes(digest: Digest) -> Figure:
    """The exponent between each size and the next, over the bytes of U there."""
    marks = tuple(Mark(size, f"{name} {units.size(size)}") for name, size in digest.caches().items())
    panels = []
    for B in digest.batches():
        lines = []
        for growth in digest.growths:
            series = growth.series
            if (series.loss, series.over, series.B) == (NAIVE_SOFTMAX, "V", B):
                a_word = dense_bytes(series.measurements[0]) / series.measurements[0].V
                points = tuple(at(size * a_word, slope) for size, slope in growth.slopes)
                lines.append(Line(series.implementation, points, _colour(digest, series)))
        if lines:
            one = Line("1: due to the work", tuple(at(x, 1) for x in _ends(lines)), None)
            panels.append(Panel(f"{LOSSES[NAIVE_SOFTMAX]}, {pairs(B)}", (*lines, one), marks))
    known = "vertical: the caches of this machine" if marks else "the system did not say what caches it has"
    caption = (
        "The exponent between one size and the next, over the bytes of U in the middle of the two; "
        f"{known}. A call reads U and, where the gradient is dense, writes as much again."
    )
    x, y = Axis("U, in bytes (V d times the bytes of a number)", "bytes"), Axis("local slope", "slope")
    missing = "" if panels else "a slope with its fit needs naive softmax at three V or more, and the run has fewer"
    return Figure("slopes", "Local slopes: where the curve bends", caption, x, y, tuple(panels), missing)


def by_loss_and_batch(digest: Digest) -> Iterable[tuple[str, list[Series]]]:
    """Titles, and series over V of one loss and batch; of negative sampling those with the fewest negatives."""
    every = digest.series("V")
    for B in digest.batches():
        for loss, words in LOSSES.items():
            group = [series for series in every if (series.B, series.loss) == (B, loss)]
            fewest = min((series.K or 0 for series in group), default=0)
            group = [series for series in group if (series.K or 0) == fewest]
            if group:
                yield f"{words}{f', K = {fewest}' if fewest else ''}, {pairs(B)}", group


def pairs(B: int) -> str:
    return "one pair" if B == 1 else f"{B:,} pairs"


def _fitted(digest: Digest, series: Series, label: str, colour: int) -> Line:
    growth = digest.growth(series)
    points = tuple(_timed(m, series.over) for m in series.measurements)
    return Line(label, points, colour, None if growth is None else growth.time.value)


def _timed(measurement: Measurement, over: str) -> Point:
    low, high = np.percentile(measurement.seconds, _MIDDLE_HALF)
    return Point(getattr(measurement, over), median(measurement), float(low), float(high))


def _in_order(series: Iterable[Series]) -> list[Series]:
    """Naive softmax, then negative sampling with more and more negatives."""
    return sorted(series, key=lambda found: (found.loss != NAIVE_SOFTMAX, found.K or 0))


def _of_loss(series: Series) -> str:
    return "softmax" if series.loss == NAIVE_SOFTMAX else f"K={series.K}"


def _colour(digest: Digest, series: Series) -> int:
    return digest.implementations.index(series.implementation)


def _ends(lines: Iterable[Line]) -> tuple[float, float]:
    found = [point.x for line in lines for point in line.points]
    return min(found), max(found)


def _needs(panels: list[Panel], size: str) -> str:
    return "" if panels else f"a curve needs one implementation at two {size} or more, all else alike; the run has none"
