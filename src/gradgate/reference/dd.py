"""Double-double arithmetic in NumPy: unevaluated sums hi + lo of two float64, each with a rigorous radius.

u = 2^-53 throughout, and no fused multiply-add is needed. Sources: Dekker 1971 (products), Knuth (sums), Ogita, Rump
and Oishi 2005 (dot products), Joldes, Muller and Popescu 2017 (sums of double-doubles)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

UNIT = 2.0**-53
TINY = 2.0**-1074
_SPLITTER = 2.0**27 + 1
_UP = 1 + 2.0**-48  # covers the few float64 roundings with which a radius itself is computed
_BLOCK = 2**14  # entries of a matrix worked on at a time, so that the temporaries stay in the cache


@dataclass(frozen=True, eq=False)
class Enclosure:
    """|truth - (hi + lo)| <= radius, elementwise; |lo| is at most half a unit in the last place of hi."""

    hi: np.ndarray
    lo: np.ndarray
    radius: np.ndarray

    @property
    def fields(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.hi, self.lo, self.radius

    def __getitem__(self, index: Any) -> Enclosure:
        return Enclosure(self.hi[index], self.lo[index], self.radius[index])


def fast_two_sum(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a + b as a sum of two, exactly, where |a| >= |b| or a == 0."""
    total = a + b
    return total, b - (total - a)


def two_sum(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a + b as a sum of two, exactly."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def split(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a as a sum of two numbers of 26 bits, exactly, where |a| < 2^996."""
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def two_product(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a * b as a sum of two, exactly unless it underflows; then with an error of at most 5/2 * 2^-1074."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = split(a), split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def add(a: Enclosure, b: Enclosure) -> Enclosure:
    """a + b. The double-double sum errs by at most 3u^2 / (1 - 4u) of the result (Joldes et al., theorem 3.1)."""
    hi, error = two_sum(a.hi, b.hi)
    low, low_error = two_sum(a.lo, b.lo)
    hi, error = fast_two_sum(hi, error + low)
    hi, lo = fast_two_sum(hi, error + low_error)
    return Enclosure(hi, lo, (a.radius + b.radius + 4 * UNIT**2 * np.abs(hi)) * _UP)


def outer(a: Enclosure, b: Enclosure, exponent: int) -> Enclosure:
    """The outer product of a (n,) and b (d,), times 2^exponent.

    Every factor is first scaled into [1/2, 1), so that nothing on the way under- or overflows. The terms left out and
    the roundings of lo add up to less than 8u^2 of the product: 2^-102 is twice that.
    """
    (a, a_exponent), (b, b_exponent) = _normalized(a), _normalized(b)
    product = Enclosure(*np.empty((3, len(a.hi), len(b.hi))))
    step = max(1, _BLOCK // max(1, len(b.hi)))
    for start in range(0, len(a.hi), step):
        rows = slice(start, start + step)
        exponents = a_exponent[rows, None] + b_exponent + exponent
        for field, block in zip(product.fields, _outer_block(a[rows, None], b, exponents), strict=True):
            field[rows] = block
    return product


def _outer_block(a: Enclosure, b: Enclosure, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hi, error = two_product(a.hi, b.hi)
    hi, lo = fast_two_sum(hi, error + (a.hi * b.lo + a.lo * b.hi))
    size = np.abs(b.hi)
    radius = (np.abs(a.hi) * (b.radius + 2.0**-102 * size) + a.radius * (size + b.radius)) * _UP
    # Scaling back rounds whatever falls among the subnormals: at most half a TINY for each of the three.
    final = np.ldexp(radius, exponents) + np.where(radius > 0, 2 * TINY, 0.0)
    return np.ldexp(hi, exponents), np.ldexp(lo, exponents), final


def _normalized(a: Enclosure) -> tuple[Enclosure, np.ndarray]:
    mantissa, exponent = np.frexp(a.hi)
    return Enclosure(mantissa, np.ldexp(a.lo, -exponent), np.ldexp(a.radius, -exponent)), exponent


def without_overflow(a: Enclosure) -> Enclosure:
    """The same; what is beyond float64 becomes an infinite hi with lo = 0 and an infinite radius."""
    beyond = ~np.isfinite(a.hi)
    if not beyond.any():
        return a
    return Enclosure(a.hi, np.where(beyond, 0.0, a.lo), np.where(beyond, np.inf, a.radius))


def matrix_vector(U: np.ndarray, h: Enclosure) -> Enclosure:
    """U h (V,) for U (V, d).

    The running sum of the products with h.hi takes a second word for every rounding (Dot2). That word adds up 2d
    errors, which come to at most (d + 1) u of A = sum |U| |h|; adding them errs by (d + 1) u of that. h.lo enters in
    plain float64: its sum is at most u A, the rounding d u of it. All together at most (d + 2)^2 u^2 A, doubled here.
    """
    V, d = U.shape
    total, errors = np.zeros(V), np.zeros(V)
    for j in range(d):
        product, product_error = two_product(np.ascontiguousarray(U[:, j]), h.hi[j])
        total, error = two_sum(total, product)
        errors += error + product_error
    hi, lo = two_sum(total, errors + U @ h.lo)
    size = np.abs(U)
    radius = size @ h.radius + 2 * ((d + 2) * UNIT) ** 2 * (size @ np.abs(h.hi))
    return Enclosure(hi, lo, (radius + 8 * d * TINY) * (1 + 4 * d * UNIT) * _UP)


def vector_matrix(r: Enclosure, U: np.ndarray) -> Enclosure:
    """r U (d,) for r (V,) and U (V, d): the products in double-double, added up along a binary tree."""
    step = max(1, _BLOCK // max(1, U.shape[1]))
    parts = [_product_sum(r[start : start + step], U[start : start + step]) for start in range(0, len(U), step)]
    return _tree_sum(Enclosure(*(np.array(field) for field in zip(*(part.fields for part in parts), strict=True))))


def _product_sum(r: Enclosure, U: np.ndarray) -> Enclosure:
    r = r[:, None]
    hi, error = two_product(r.hi, U)
    hi, lo = fast_two_sum(hi, error + r.lo * U)
    size = np.abs(U)
    radius = (r.radius * size + 2.0**-103 * np.abs(hi)) * _UP + 4 * TINY
    return _tree_sum(Enclosure(hi, lo, radius))


def _tree_sum(terms: Enclosure) -> Enclosure:
    while (n := len(terms.hi)) > 1:
        half = n // 2
        paired = add(terms[:half], terms[half : 2 * half])
        odd = terms[2 * half :]
        terms = Enclosure(*map(np.concatenate, zip(paired.fields, odd.fields, strict=True))) if n % 2 else paired
    return terms[0]
