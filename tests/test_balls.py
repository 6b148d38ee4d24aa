"""Ball arithmetic encloses the exact result for every member of its operands, as Fractions have it, subnormals too."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradgate.balls import Ball, ball, between

ENCLOSES = settings(max_examples=400, deadline=None, derandomize=True, database=None)
# products of two must not overflow; everything down to the subnormals, where a product rounds by half of 2^-1074
NUMBERS = st.floats(-(2.0**500), 2.0**500) | st.floats(-1e-150, 1e-150) | st.integers(-8, 8).map(float)
RADII = st.just(0.0) | st.floats(0, 1) | st.floats(0, 1e-300)
BALLS = st.builds(lambda mid, rad: Ball(np.array(mid), np.array(rad)), NUMBERS, RADII)
WHERE = st.integers(-4, 4).map(lambda n: Fraction(n, 4))  # where in its ball the exact operand lies
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def point(of, where):
    """An exact member of a ball: mid + where * rad."""
    return Fraction(float(of.mid)) + where * Fraction(float(of.rad))


def holds(of, exact):
    """Whether a ball of one component holds a rational number."""
    if math.isinf(of.rad):
        return True
    return abs(Fraction(float(of.mid)) - exact) <= Fraction(float(of.rad))


def vector(balls):
    return Ball(np.array([float(b.mid) for b in balls]), np.array([float(b.rad) for b in balls]))


@pytest.mark.parametrize("name", OPERATIONS)
@ENCLOSES
@given(left=BALLS, right=BALLS, here=WHERE, there=WHERE)
def test_an_operation_holds_the_exact_result(name, left, right, here, there):
    exact_left, exact_right = point(left, here), point(right, there)
    with np.errstate(all="ignore"):
        found = OPERATIONS[name](left, right)
    if name == "/" and exact_right == 0:
        assert not np.isfinite(found.rad)
    elif np.isfinite(found.mid):
        exact = OPERATIONS[name](exact_left, exact_right)
        assert holds(found, exact), f"{name} lost {exact}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_without_the_rounding_of_the_operation_itself_it_would_not(name):
    """The must-fail twin: the radii of the operands alone are not enough, not even where there are none."""
    rng = np.random.default_rng(0)
    missed = 0
    for left, right in rng.standard_normal((100, 2)) * 3:
        found = OPERATIONS[name](ball(left), ball(right))
        exact = OPERATIONS[name](Fraction(left), Fraction(right))
        assert holds(found, exact)
        missed += not holds(Ball(found.mid, np.array(0.0)), exact)
    assert missed > 20


def test_a_product_of_subnormal_size_holds_what_underflows():
    tiny = ball(2.0**-1074)
    assert holds(tiny * 0.3, Fraction(0.3) * Fraction(1, 2**1074))
    assert holds(ball(2.0**-600) * 2.0**-600, Fraction(1, 2**1200))
    assert holds(ball(2.0**-1073) / 3.0, Fraction(1, 3 * 2**1073))
    assert not holds(Ball(np.array(0.0), np.array(0.0)), Fraction(1, 2**1200))


@ENCLOSES
@given(terms=st.lists(st.tuples(BALLS, BALLS, WHERE), min_size=1, max_size=6))
def test_sums_and_inner_products_hold_the_exact_result(terms):
    left, right = vector([a for a, _, _ in terms]), vector([b for _, b, _ in terms])
    with np.errstate(all="ignore"):
        total, product = left.sum(), left @ right
    if np.isfinite(total.mid):
        assert holds(total, sum(point(a, where) for a, _, where in terms))
    if np.isfinite(product.mid):
        assert holds(product, sum(point(a, where) * point(b, -where) for a, b, where in terms))


def test_a_matrix_product_holds_the_exact_result_where_the_sum_cancels():
    rng = np.random.default_rng(1)
    left = Ball(rng.standard_normal((6, 40)) * 1e8, np.full((6, 40), 1e-9))
    right = rng.standard_normal(40)
    left.mid[:, 20:] = -left.mid[:, :20]
    right[20:] = right[:20]
    found = left @ right
    for row in range(6):
        exact = sum(Fraction(a) * Fraction(b) for a, b in zip(left.mid[row], right, strict=True))
        assert holds(found[row], exact)
        assert holds(
            found[row], exact + Fraction(1, 10**9) * sum(abs(Fraction(b)) for b in right) * Fraction(999, 1000)
        )
        assert not holds(found[row], exact + 1)


@ENCLOSES
@given(mid=st.floats(-50, 50) | st.floats(-1e-9, 1e-9), rad=st.just(0.0) | st.floats(0, 1), where=st.floats(-1, 1))
def test_expm1_holds_the_exact_result(mid, rad, where):
    found = Ball(np.array(mid), np.array(rad)).expm1()
    with mpmath.workprec(200):
        exact = mpmath.expm1(mpmath.mpf(mid) + mpmath.mpf(where) * mpmath.mpf(rad))
        assert abs(mpmath.mpf(float(found.mid)) - exact) <= mpmath.mpf(float(found.rad))


@ENCLOSES
@given(ends=st.tuples(NUMBERS, NUMBERS).map(sorted), where=st.integers(0, 4).map(lambda n: Fraction(n, 4)))
def test_between_holds_both_ends_and_what_lies_between(ends, where):
    low, high = ends
    assert holds(between(low, high), Fraction(low) + where * (Fraction(high) - Fraction(low)))


def test_a_divisor_that_may_be_zero_leaves_nothing_known():
    assert np.isinf((ball(1.0) / Ball(np.array(0.5), np.array(0.5))).rad)
    assert np.isfinite((ball(1.0) / Ball(np.array(0.5), np.array(0.4))).rad)


@pytest.mark.parametrize(
    "operation", [lambda b: b + 1.0, lambda b: b * 2.0, lambda b: -b, lambda b: b.sum(), Ball.expm1]
)
def test_a_radius_never_shrinks_below_what_the_operands_allow(operation):
    wide, narrow = (operation(Ball(np.array([0.25]), np.array([radius]))) for radius in (1e-3, 0.0))
    assert np.all(wide.rad >= 1e-3)
    assert np.all(narrow.rad < 1e-15)
