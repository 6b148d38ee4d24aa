"""Pointwise mutual information in balls: logarithms of quotients of integers, which are exact until the logarithm."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from flint import arb, ctx, fmpq

from gradgate.cells import Cells
from gradgate.exact import ExactValue
from gradgate.reference.balls import enclose

_PRECISION = 192


def pmi(W: Cells, smoothing: float, shift: float) -> ExactValue:
    """log(p(t, c) / (p(t) p_s(c))) - shift in each cell of W, (n,), all of them holding a count > 0.

    p_s(c) is proportional to the column's sum to the power `smoothing`.
    """
    counts = [int(value) for value in W.values.tolist()]
    of_row, of_col = _sums(W.rows, counts), _sums(W.cols, counts)
    with ctx.workprec(_PRECISION):
        weights = {c: arb(count) ** arb(smoothing) for c, count in of_col.items()} if smoothing != 1.0 else of_col
        total = sum(weights.values())
        found = []
        for t, c, count in zip(W.rows.tolist(), W.cols.tolist(), counts, strict=True):
            found.append((arb(fmpq(count, of_row[t])) * total / weights[c]).log() - arb(shift))
        hi = enclose(found)
    return ExactValue(hi.hi, hi.lo, hi.radius)


def _sums(keys: np.ndarray, counts: list[int]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for key, count in zip(keys.tolist(), counts, strict=True):
        sums[key] += count
    return sums
