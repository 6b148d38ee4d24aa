"""How far right counts may be from the exact ones: rounding error of the quotient and its logarithm, and of an SVD.

u is the format's roundoff, l(u) = -log(1 - u), KAPPA u the relative error of log and pow. docs/counts.md derives
both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import KAPPA, log_rounding
from gradgate.cells import Cells
from gradgate.formats import Format


@dataclass(frozen=True, eq=False)
class Marginals:
    """Of each cell of W: its count, and those of its row and its column, (n,) in float64; and their total.

    row_terms and col_terms (n,) are how many cells these add up.
    """

    count: np.ndarray
    row: np.ndarray
    col: np.ndarray
    total: float
    row_terms: np.ndarray
    col_terms: np.ndarray
    contexts: int


def marginals(W: Cells) -> Marginals:
    counts = W.values.astype(np.float64)
    of_row, of_col = (np.bincount(part, counts, side) for part, side in zip((W.rows, W.cols), W.shape, strict=True))
    in_row, in_col = (np.bincount(part, minlength=side) for part, side in zip((W.rows, W.cols), W.shape, strict=True))
    terms = in_row[W.rows], in_col[W.cols]
    return Marginals(counts, of_row[W.rows], of_col[W.cols], counts.sum(), *terms, int(np.count_nonzero(in_col)))


def pmi_radius(W: Cells, exact: np.ndarray, form: Format, smoothing: float = 1.0, shift: float = 0.0) -> np.ndarray:
    """What log(W N / (r c)) - shift may be off by in each cell, (n,), whichever of the usual routes was taken.

    The routes: a quotient of integers or of probabilities, in any order, whose marginals are sums of counts or of
    probabilities; or a sum of logarithms. exact (n,) are the exact values.
    """
    u, given = form.roundoff, marginals(W)
    step = log_rounding(u)
    sums = (given.row_terms + given.col_terms + len(given.count)) * step
    if smoothing != 1.0:
        power = (KAPPA + (KAPPA + 1) * smoothing * np.log(given.total)) * u
        sums = sums + 2 * power + given.contexts * step
    quotient = np.expm1(sums + 8 * step)  # at most eight products and quotients around the sums
    # the logarithms of all factors in size, whatever form these come in
    logs = np.log(given.total) * (4 + 2 * smoothing) + np.log(given.contexts)
    spent = (KAPPA + 4) * u * (logs + np.abs(exact) + np.abs(shift)) + KAPPA * u
    return (-np.log1p(-quotient) + spent) * (1 + 2.0**-40)


def svd_error(shape: tuple[int, int], form: Format) -> float:
    """eta: what is computed is the exact decomposition of some M + E, |E| <= eta |M| in the F norm, but for vectors
    that are off from orthonormal ones by eta.

    q = min(m, n) reflectors from either side, p = max(m, n) long, each off by 4 (p + 9) u, and as much again for the
    vectors; the diagonalisation is at most 2 q sweeps of q rotations, 6 u each.
    """
    p, q = max(shape), min(shape)
    return float((16 * q * (p + 9) + 12 * q * q) * form.roundoff)
