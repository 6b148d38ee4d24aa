"""The exact reference: every quantity of a case as a rigorous enclosure, far sharper than float64.

Everything is computed in Arb balls (python-flint), at a precision that grows until each result is sharp. Where U is
large, the products with U are formed in double-double instead, whose radius is known beforehand."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from flint import ctx

from gradgate.case import Case
from gradgate.exact import Reference
from gradgate.reference.balls import FLOOR, missing_bits
from gradgate.reference.functions import sigmoid_reference, softmax_reference
from gradgate.reference.losses import LossReference

HYBRID_SIZE = 10**6  # entries of U, from which on double-double products pay
_PRECISION = 128  # bits to start with: 90 are asked for; 38 more for the conditioning of benign inputs
_MOST = 2**14  # bits: float64 products span 2^±2148, so that cancellation is over long before
# An enclosure by the hybrid is good enough within a millionth of a float64 rounding of the largest entry.
_HYBRID_SHARP = 53 + 20


def exact(case: Case, hybrid: bool | None = None) -> Reference:
    """The exact values of every quantity that the case's function returns, and the sizes behind them.

    Each radius is at most 2^-90 of the value or 2^-1073, except where the value is beyond float64: there hi and radius
    are infinite. hybrid forces double-double products with U (True) or balls (False); by default the size of U decides,
    and balls take over where double-double is not sharp. Its radii are below 2^-73 of a quantity's largest entry.
    """
    if case.function == "sigmoid":
        return _sharpened(lambda: sigmoid_reference(case))
    if case.function == "softmax":
        return _sharpened(lambda: softmax_reference(case))
    if hybrid or (hybrid is None and case.wide("U").size > HYBRID_SIZE):
        with ctx.workprec(_PRECISION):
            reference = LossReference(case, hybrid=True).evaluate()
        if hybrid or _largest_are_sharp(reference):
            return reference
    losses = LossReference(case, hybrid=False)
    return _sharpened(losses.evaluate)


def _sharpened(evaluate: Callable[[], Reference]) -> Reference:
    """Evaluate at growing precision until every value is sharp."""
    precision = _PRECISION
    while True:
        with ctx.workprec(precision):
            reference = evaluate()
        missing = max(missing_bits(value.hi, value.radius) for value in reference.values.values())
        if missing == 0 or precision >= _MOST:
            return reference
        # A radius shrinks by a bit for each bit of precision, once it is small at all: until then, just double.
        grown = max(2 * precision, precision + missing + 16)
        precision = _MOST if math.isinf(grown) or grown > _MOST else int(grown)


def _largest_are_sharp(reference: Reference) -> bool:
    """Whether double-double did well; where it overflowed, the truth need not."""
    for value in reference.values.values():
        largest = np.max(np.abs(value.hi), initial=0.0)
        if not np.all(value.radius <= np.maximum(2.0**-_HYBRID_SHARP * largest, FLOOR)) or np.isinf(largest):
            return False
    return True
