"""Finite differences with a proven error, of a setting's own loss formula: the witness that knows no derivative rule.

Along a direction w of a symbol X, phi(t) = J(X + t w). The central difference is
    (phi(h) - phi(-h)) / 2h = phi'(0) + h^2 phi'''(s) / 6   for some s in [-h, h],
and phi'''(s) / 6 is the third Taylor coefficient of phi at s. It is enclosed on the whole segment at once, by
evaluating the formula as a power series whose inputs are balls of radius h |w| around X."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, arb_series, ctx

from gradgate.equations.functions import Value
from gradgate.equations.values import World, as_balls, coefficients, unwrapped

STEP_BITS = 60
_PRECISION = 256  # the difference loses STEP_BITS of it


def slope(world: World, of: str, by: str, direction: np.ndarray) -> Value:
    """An enclosure of the derivative of `of` along `direction`, a float64 array of the shape of the symbol `by`."""
    with ctx.workprec(_PRECISION):
        base, along = world.symbol(by), as_balls(direction)
        step = arb(2) ** -STEP_BITS
        high = world.altered({by: base + along * step}).symbol(of)
        low = world.altered({by: base - along * step}).symbol(of)
        third = coefficients(world.altered({by: _segment(base, along, step)}).symbol(of), 3)
        return (high - low) / (2 * step) - unwrapped(third) * (step * step)


def _segment(base: Value, along: Value, step: arb) -> Value:
    """X + t w as a series in t around every point of the segment at once."""
    spread = arb(0, 1) * step

    def series(entry: Any, rate: Any) -> arb_series:
        return arb_series([entry + spread * rate, rate, 0, 0], 4)

    return np.frompyfunc(series, 2, 1)(base, along)
