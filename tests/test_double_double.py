"""Double-double arithmetic against fractions, from the subnormals to the top of float64's range."""

from fractions import Fraction

import numpy as np
import pytest

from gradgate.reference import dd

FRACTIONS = np.frompyfunc(Fraction, 1, 1)


def exactly(value: dd.Enclosure) -> np.ndarray:
    return FRACTIONS(value.hi) + FRACTIONS(value.lo)


def _powers(rng: np.random.Generator, n: int, low: int, high: int) -> dd.Enclosure:
    hi = np.ldexp(rng.uniform(-1, 1, n), rng.integers(low, high, n))
    lo = hi * rng.uniform(-1, 1, n) * 2.0**-54
    return dd.Enclosure(hi, lo, np.abs(lo) * 2.0**-40)


@pytest.mark.parametrize(("low", "high"), [(-3, 3), (-1070, -400), (-500, 400)])
def test_double_double_never_leaves_its_radius(low, high):
    rng = np.random.default_rng(high + 2000)
    a, b, c = _powers(rng, 30, low, high), _powers(rng, 7, low, high), _powers(rng, 30, low, high)
    U = np.ldexp(rng.uniform(-1, 1, (30, 7)), rng.integers(low, high, (30, 7)))
    A, B, C, W = exactly(a), exactly(b), exactly(c), exactly(dd.Enclosure(U, 0 * U, 0 * U))
    for got, wanted in (
        (dd.add(a, c), A + C),
        (dd.outer(a, b, 0), A[:, None] * B),
        (dd.outer(a, b, -512), A[:, None] * B * Fraction(1, 2**512)),
        (dd.matrix_vector(U, b), W @ B),
        (dd.vector_matrix(a, U), A @ W),
    ):
        assert (abs(exactly(got) - wanted) <= FRACTIONS(got.radius)).all()


def test_a_sum_without_its_low_words_leaves_its_radius():
    rng = np.random.default_rng(1)
    a, b = _powers(rng, 30, -3, 3), _powers(rng, 30, -3, 3)
    short = dd.Enclosure(dd.add(a, b).hi, np.zeros(30), dd.add(a, b).radius)
    assert not (abs(exactly(short) - exactly(a) - exactly(b)) <= FRACTIONS(short.radius)).any()
