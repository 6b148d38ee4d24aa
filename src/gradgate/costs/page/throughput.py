"""Pairs a second beside what the machine could do at best: its bandwidth and its rate of arithmetic.

What a pair must do at least, of B in a call: naive softmax reads U and writes as large a gradient once a call, and
makes three products with U's rows (logits, grad_center, grad_U), 2 V d operations each a pair. Negative sampling reads
K + 1 rows, writes as many, and makes the same three products with them."""

from __future__ import annotations

from dataclasses import dataclass

from gradgate.costs.measuring import Measurement
from gradgate.costs.page.chart import Axis, Figure, Line, Panel, at
from gradgate.costs.page.digest import Digest, dense_bytes, median
from gradgate.costs.page.figures import V_AXIS, by_loss_and_batch
from gradgate.costs.summary import Series
from gradgate.interface import NAIVE_SOFTMAX

BANDWIDTH, ARITHMETIC = "copy_bytes_per_second", "flops_per_second"
_NAMES = {BANDWIDTH: "memory", ARITHMETIC: "arithmetic"}


@dataclass(frozen=True)
class Least:
    """What one pair must move and compute at least: bytes and floating-point operations."""

    bytes: float
    operations: float


def least(measurement: Measurement) -> Least:
    m = measurement
    a_row = dense_bytes(m) / m.V
    if m.loss == NAIVE_SOFTMAX:
        return Least(2 * m.V * a_row / m.B, 6 * m.V * m.d)
    assert m.K is not None
    return Least(2 * (m.K + 1) * a_row, 6 * (m.K + 1) * m.d)


def pairs_per_second(measurement: Measurement) -> float:
    return measurement.B / median(measurement)


def bound(digest: Digest, measurement: Measurement, name: str) -> float | None:
    """Pairs a second at the machine's limit of this name; None where the run does not hold it."""
    rate, due = digest.limit(name), least(measurement)
    return None if rate is None else rate / (due.bytes if name == BANDWIDTH else due.operations)


def throughput(digest: Digest) -> Figure:
    panels = []
    for title, group in by_loss_and_batch(digest):
        lines = [_measured(digest, series) for series in group]
        panels.append(Panel(title, (*lines, *_limits(digest, group))))
    caption = (
        "Dotted: what memory would allow if each number were moved once at the speed of a copy, and what arithmetic "
        f"would allow at the rate of a float32 matrix product in one thread. {_caveat(digest)}"
    )
    missing = "" if panels else "a curve needs one implementation at two V or more, all else alike; the run has none"
    axis = Axis("pairs a second", "rate")
    return Figure("pairs", "Pairs a second, and what the machine allows", caption, V_AXIS, axis, tuple(panels), missing)


def _caveat(digest: Digest) -> str:
    if all(digest.limit(name) is None for name in _NAMES):
        return "This run did not measure the limits of its machine: none is drawn."
    text = "Data that stays in a cache moves faster than a copy in memory, so that at a small V the first is no limit."
    blas = digest.run.machine.get("blas")
    threads = blas.get("threads") if isinstance(blas, dict) else None
    return text if threads in (None, 1) else f"{text} The run itself let the BLAS use {threads} threads."


def _measured(digest: Digest, series: Series) -> Line:
    points = tuple(at(m.V, pairs_per_second(m)) for m in series.measurements)
    return Line(series.implementation, points, digest.implementations.index(series.implementation))


def _limits(digest: Digest, group: list[Series]) -> list[Line]:
    """Of the series that reaches the largest V, in its dtype."""
    widest = max(group, key=lambda series: series.measurements[-1].V)
    found = []
    for name, words in _NAMES.items():
        bounds = [(m.V, bound(digest, m, name)) for m in widest.measurements]
        points = tuple(at(V, pairs) for V, pairs in bounds if pairs is not None)
        if points:
            found.append(Line(words, points, None))
    return found
