"""The hidden vector h and the logits: how far rounding may move them before a loss begins.

Skip-gram's h is a row of V_c, an input without error. CBOW's is the sum or mean of C rows:
|error of h| <= A expm1((C - 1 + [2 for the mean]) l(u)) with A = sum |rows| / divisor; an implementation may as well
fuse the mean into the dot products, so that each logit is one sum over C d products in any order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.terms import Group


@dataclass(frozen=True, eq=False)
class Matrix:
    """|U| (V, d), or some of its rows, and where flushing subnormals would zero it (None: never)."""

    sizes: np.ndarray
    flushed: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Hidden:
    """|h| (d,), its error (d,), and where flushing would zero it (None: never).

    mass (d,) = A and roundings, the logarithm of a context word's roundings, are None and 0 where h is an input.
    """

    size: np.ndarray
    error: np.ndarray
    flushed: np.ndarray | None
    mass: np.ndarray | None
    roundings: float

    @property
    def reach(self) -> np.ndarray:
        """The largest |h| that may have been computed."""
        return self.size + self.error


def flush_mask(values: np.ndarray, arithmetic: Arithmetic) -> np.ndarray | None:
    """1.0 where hardware that flushes subnormals reads the number as zero; None where it doesn't flush."""
    if not arithmetic.flushes_subnormals:
        return None
    sizes = np.abs(values)
    return ((sizes > 0) & (sizes < arithmetic.storage.smallest)).astype(np.float64)


def matrix(values: np.ndarray, arithmetic: Arithmetic) -> Matrix:
    """The sizes of U (V, d)."""
    return Matrix(np.abs(values), flush_mask(values, arithmetic))


def hidden_vector(exact: np.ndarray, group: Group, arithmetic: Arithmetic, tier: str) -> Hidden:
    """The error of h (d,), given its exact value and the rows it is made of."""
    size, flushed = np.abs(exact), flush_mask(exact, arithmetic)
    count = len(group.vectors)
    if count == 1 and group.divisor == 1:
        return Hidden(size, np.zeros_like(size), flushed, None, 0.0)
    mass = np.abs(group.vectors).sum(axis=0) / group.divisor
    divides = group.divisor > 1  # multiplying by a rounded 1 / C: two roundings, and it may underflow
    roundings = (arithmetic.depth(count - 1) + 2 * divides) * arithmetic.loop_rounding(tier)
    error = mass * np.expm1(roundings + arithmetic.extra_store)
    error += arithmetic.underflow * (count if arithmetic.flushes_subnormals else divides)
    rows_flushed = flush_mask(group.vectors, arithmetic)
    if rows_flushed is not None:
        error += arithmetic.storage.smallest * rows_flushed.sum(axis=0) / group.divisor
    return Hidden(size, error, flushed, mass, roundings)


def logit_errors(U: Matrix, hidden: Hidden, arithmetic: Arithmetic) -> tuple[np.ndarray, float]:
    """delta (n,), the largest |error| of each logit, and the largest sum of |products| behind any of them."""
    d = U.sizes.shape[1]
    dot = arithmetic.depth(d) * arithmetic.sum_rounding + arithmetic.factor_rounding
    products = U.sizes @ hidden.reach
    delta = products * np.expm1(dot + arithmetic.extra_store) + d * arithmetic.underflow
    if U.flushed is not None and hidden.flushed is not None:
        delta += arithmetic.storage.smallest * (U.flushed @ hidden.reach + U.sizes @ hidden.flushed)
    if hidden.mass is not None:
        delta = np.maximum(delta + U.sizes @ hidden.error, _fused_errors(U, hidden, dot, arithmetic))
    return delta, float(np.max(products, initial=0.0))


def _fused_errors(U: Matrix, hidden: Hidden, dot: float, arithmetic: Arithmetic) -> np.ndarray:
    """delta (n,) of logits summed over context words and components together."""
    assert hidden.mass is not None
    terms = U.sizes.shape[1] + 1
    delta = (U.sizes @ hidden.mass) * np.expm1(dot + hidden.roundings + 2 * arithmetic.extra_store)
    delta += terms * arithmetic.underflow * (1 + U.sizes.max(initial=0.0))
    if U.flushed is not None:
        delta += arithmetic.storage.smallest * (U.flushed @ hidden.mass + 2 * U.sizes.sum(axis=1))
    return delta
