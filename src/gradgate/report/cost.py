"""What large cases took, in a line for each function and dtype."""

from __future__ import annotations

from collections.abc import Iterator

from gradgate.examining.findings import Cost
from gradgate.examining.subjects import Subject


def cost_lines(subject: Subject) -> Iterator[str]:
    """`naive_softmax, float32, V = 1,000,000, d = 100: 9 calls in 4.1 s, exact values in 3.0 s, all in 21 s; ...`."""
    for examination in subject.examinations:
        if (cost := examination.cost) is not None:
            yield f"{examination.function}, {examination.dtype}, {_line(cost)}"


def _line(cost: Cost) -> str:
    seconds = cost.seconds
    memory = "" if cost.peak_bytes is None else f"; at most {cost.peak_bytes / 2**20:,.0f} MiB held"
    return (
        f"V = {cost.vocabulary:,}, d = {cost.dimension:,}: {cost.calls} calls in {seconds['calls']:.1f} s, "
        f"exact values in {seconds['reference']:.1f} s, all in {sum(seconds.values()) - seconds['calls']:.1f} s{memory}"
    )
