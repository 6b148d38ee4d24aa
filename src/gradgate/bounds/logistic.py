"""Negative sampling and hierarchical softmax: bounds of the loss and the coefficients of one target's n terms.

Term i has z = s u_i . h, loss log(1 + e^-z) and coefficient -s sigmoid(-z). Two branches are admitted for each, since
libraries take either: one that keeps relative accuracy, and one through sigmoid(z) - 1 and log(sigmoid(z))."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import FRAGILE, STRICT, Arithmetic
from gradgate.bounds.hidden import Hidden, Matrix, logit_errors
from gradgate.magnitudes import LogisticMagnitudes

_HOPELESS = 700.0  # expm1 beyond it overflows; no slope is off by more than 1


@dataclass(frozen=True, eq=False)
class LogisticErrors:
    """One target's n terms.

    losses (n,) and coefficients (n,): errors of each term's loss and coefficient; infinite (n,): where a route of the
    tier takes the logarithm of zero. hidden_error (d,) and hidden_mass (d,): error of grad_hidden before its sum
    rounds, and the sum of |products| in it. reach: the largest number met.
    """

    losses: np.ndarray
    infinite: np.ndarray
    coefficients: np.ndarray
    hidden_error: np.ndarray
    hidden_mass: np.ndarray
    reach: float


def logistic_errors(
    rows: Matrix, hidden: Hidden, sizes: LogisticMagnitudes, arithmetic: Arithmetic, tier: str
) -> LogisticErrors:
    """Bounds for one target; `rows` (n, d) are the rows of U that its terms use."""
    delta, reach = logit_errors(rows, hidden, arithmetic)
    moved = _moved_slopes(sizes, delta)
    coefficients = slope_errors(sizes, delta, arithmetic, tier)
    losses, infinite = _loss_errors(sizes, delta, moved, arithmetic, tier)
    mass = (sizes.slopes + coefficients) @ rows.sizes
    error = coefficients @ rows.sizes + mass * np.expm1(arithmetic.factor_rounding)
    if arithmetic.mixed:
        error = error + mass * np.expm1(3 * arithmetic.store_rounding)
    if rows.flushed is not None:
        error = error + arithmetic.storage.smallest * ((sizes.slopes + coefficients) @ rows.flushed)
    return LogisticErrors(losses, infinite, coefficients, error, mass, float(np.maximum(reach, mass.max(initial=0.0))))


def slope_errors(sizes: LogisticMagnitudes, delta: np.ndarray, arithmetic: Arithmetic, tier: str) -> np.ndarray:
    """Error (n,) of sigmoid(-z) when z is off by delta (n,)."""
    moved = _moved_slopes(sizes, delta)
    one, underflow = arithmetic.store_rounding, underflow_of_slopes(sizes, arithmetic)
    rounding = arithmetic.function_rounding + 3 * one
    slopes = sizes.slopes + moved
    if tier == STRICT:
        return moved + slopes * np.expm1(rounding) + underflow
    u, z, log1p = arithmetic.storage.roundoff, np.abs(sizes.z), _log1p_of_exp(sizes)
    # exp(z - softplus(z)): the exponent rounds numbers as large as z
    exponent = rounding + 2 * u * (z + log1p + delta) + arithmetic.function_error * log1p
    relative = moved + slopes * np.expm1(np.minimum(exponent, _HOPELESS))
    # sigmoid(z) - 1: absolute
    inner = np.minimum(slopes, 1) * np.expm1(arithmetic.function_rounding) + 2 * one + arithmetic.extra_store
    minus_one = moved + np.minimum(sizes.complements + moved, 1) * np.expm1(inner)
    minus_one += np.expm1(4 * one) * (sizes.slopes + minus_one)
    return np.maximum(relative, minus_one) + underflow


def underflow_of_slopes(sizes: LogisticMagnitudes, arithmetic: Arithmetic) -> np.ndarray:
    """1 / (1 + e^z) is 0 once e^z overflows, though the slope may still be a subnormal number."""
    largest = arithmetic.storage.largest
    lost = np.where(sizes.slopes < 2 / largest, 1.01 / largest, 0.0)
    return lost + 2 * arithmetic.function_underflow


def _moved_slopes(sizes: LogisticMagnitudes, delta: np.ndarray) -> np.ndarray:
    """max |sigmoid(-z +- delta) - sigmoid(-z)| (n,)."""
    growth = np.expm1(np.minimum(delta, _HOPELESS))
    return np.minimum(sizes.slopes * sizes.complements * growth, np.maximum(sizes.slopes, sizes.complements))


def _log1p_of_exp(sizes: LogisticMagnitudes) -> np.ndarray:
    return np.log1p(np.exp(-np.abs(sizes.z)))


def _loss_errors(
    sizes: LogisticMagnitudes, delta: np.ndarray, moved_slopes: np.ndarray, arithmetic: Arithmetic, tier: str
) -> tuple[np.ndarray, np.ndarray]:
    """Error (n,) of each term's loss, and where it may be infinite (n,)."""
    one, function = arithmetic.store_rounding, arithmetic.function_rounding
    underflow = 2 * arithmetic.function_underflow
    moved = np.minimum(np.log1p(sizes.slopes * np.expm1(np.minimum(delta, _HOPELESS))), delta)
    loss, log1p = sizes.losses + moved, _log1p_of_exp(sizes)
    # max(-z, 0) + log1p(exp(-|z|))
    softplus = moved + 2 * np.expm1(one) * loss + (log1p + moved) * np.expm1(2 * function) + underflow
    if tier == STRICT:
        return softplus, np.zeros(len(softplus), bool)
    # -log(sigmoid(z)), and libraries that subtract z from log(1 + e^z)
    u, slopes = arithmetic.storage.roundoff, np.minimum(sizes.slopes + moved_slopes, 1)
    logarithm = slopes * np.expm1(function) + 2 * one + arithmetic.extra_store
    logarithm = moved + logarithm + (arithmetic.function_error + u) * loss
    logarithm += 2 * u * (np.abs(sizes.z) + delta) + underflow
    allowed = np.maximum(softplus, logarithm)
    if tier != FRAGILE:
        return allowed, np.zeros(len(allowed), bool)
    one_minus, infinite = _one_minus_errors(sizes, delta, slopes, arithmetic)
    return np.maximum(allowed, one_minus), infinite


def _one_minus_errors(
    sizes: LogisticMagnitudes, delta: np.ndarray, slopes: np.ndarray, arithmetic: Arithmetic
) -> tuple[np.ndarray, np.ndarray]:
    """Error (n,) of log(1 - sigmoid(-z)): the argument sigmoid(z) carries absolute errors of a few u and f_e.

    sigmoid(z +- delta) >= sigmoid(z) e^-delta, so that its relative error is at most `lost`. From 1 on the argument
    may be zero, and the loss infinite; or it is one of the steps u below 1. Once sigmoid(z) is below u / 16 even the
    steps are gone: 1 + e^z is 1.
    """
    absolute = slopes * np.expm1(arithmetic.function_rounding + 3 * arithmetic.store_rounding + arithmetic.extra_store)
    absolute += 2 * arithmetic.function_underflow
    lost = absolute * np.exp(np.minimum(delta, _HOPELESS)) / sizes.complements + arithmetic.store_rounding
    u, infinite = arithmetic.storage.roundoff, lost >= 1
    stepped = np.maximum(sizes.losses + np.log(sizes.complements + absolute), -np.log(u) - sizes.losses)
    logarithm = np.where(infinite, stepped, -np.log1p(-np.minimum(lost, 1)))
    rounding = arithmetic.function_error + 2 * u
    error = (delta + logarithm) + rounding * (sizes.losses + delta + logarithm) + 2 * arithmetic.function_underflow
    return np.where(infinite & (sizes.complements * np.exp(delta) < u / 16), 0.0, error), infinite
