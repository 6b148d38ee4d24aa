"""Arb balls and the float64 enclosures that they are handed out as."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb

from gradgate.reference.dd import TINY, Enclosure, without_overflow

SHARP = 90  # bits: a relative radius of 2^-90 is 2^-37 of a float64 rounding
FLOOR = 2 * TINY  # the smallest radius of a number that is not exactly zero: float64 ends there
ZERO = arb(0)


def floats(balls: Sequence[arb]) -> np.ndarray:
    """The midpoints, rounded to float64: leading digits, where nothing rigorous is asked for."""
    return np.array([float(ball) for ball in balls])


def enclose(balls: Sequence[arb]) -> Enclosure:
    """The balls (n,) as hi + lo with a radius. A number beyond float64 has an infinite hi and radius."""
    hi = [float(ball) for ball in balls]
    rests = [ball - head for ball, head in zip(balls, hi, strict=True)]
    lo = np.array([float(rest) for rest in rests])
    spread = np.array([float(rest.rad()) for rest in rests])
    # lo is within 2^-52 of the rest's midpoint, whichever way float() rounds; among the subnormals lo and the spread
    # each lose up to a TINY more.
    with np.errstate(invalid="ignore", over="ignore"):
        radius = (spread + 2.0**-52 * np.abs(lo)) * (1 + 2.0**-50) + FLOOR
        for i in np.flatnonzero(radius == FLOOR):
            if rests[i].is_zero():
                radius[i] = 0.0
        return without_overflow(Enclosure(np.array(hi), lo, radius))


def balls_of(values: Enclosure) -> list[arb]:
    """The enclosures (n,) as balls."""
    triples = zip(values.hi.tolist(), values.lo.tolist(), values.radius.tolist(), strict=True)
    return [arb(hi, radius) + lo for hi, lo, radius in triples]


def blurred(hi: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Which of the numbers are known less sharply than SHARP. What lies beyond float64 cannot be, and is not."""
    return np.logical_not(radius <= np.maximum(2.0**-SHARP * np.abs(hi), FLOOR))


def missing_bits(hi: np.ndarray, radius: np.ndarray) -> float:
    """By how many bits the working precision must grow for all of the numbers to be SHARP; infinite if unknown."""
    unsharp = blurred(hi, radius)
    if not unsharp.any():
        return 0.0
    goal = np.maximum(2.0**-SHARP * np.abs(hi[unsharp]), FLOOR)
    # Of a ball that contains zero not even the first bit is known: the truth may be zero.
    goal = np.where(radius[unsharp] >= np.abs(hi[unsharp]), FLOOR, goal)
    with np.errstate(over="ignore"):
        needed = np.log2(radius[unsharp]) - np.log2(goal)
    return float(np.max(np.where(np.isnan(needed), np.inf, needed)))
