"""Naive softmax: bounds of the losses and gradients of one hidden vector's targets.

The routes that the terms admit are listed, with their sources, in docs/bounds.md."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import FRAGILE, STRICT, Arithmetic
from gradgate.bounds.hidden import Hidden, Matrix, logit_errors
from gradgate.bounds.probabilities import (
    HOPELESS,
    ExponentialErrors,
    exponential_errors,
    probability_errors,
    sum_of_others,
)
from gradgate.magnitudes import SoftmaxMagnitudes


@dataclass(frozen=True, eq=False)
class SoftmaxErrors:
    """One hidden vector's T targets.

    losses (T,) errors of the losses; coefficients (V,) = sum over targets of |p - onehot|, and their errors (V,);
    hidden_error (d,) and hidden_mass (d,): error of grad_hidden before its sum over V rounds, and the sum of
    |products| in it; both summed over targets. reach: the largest number met on the way.
    """

    losses: np.ndarray
    coefficients: np.ndarray
    errors: np.ndarray
    hidden_error: np.ndarray
    hidden_mass: np.ndarray
    reach: float


def softmax_errors(
    U: Matrix, signed: np.ndarray, hidden: Hidden, sizes: SoftmaxMagnitudes, arithmetic: Arithmetic, tier: str
) -> SoftmaxErrors:
    """Bounds for one group; `signed` is U (V, d) itself."""
    delta, reach = logit_errors(U, hidden, arithmetic)
    errors = exponential_errors(sizes, delta, arithmetic, tier)
    probs = probability_errors(sizes, errors, arithmetic, tier)
    count, o = len(sizes.outsides), sizes.outsides
    hits = np.bincount(o, minlength=len(probs))
    coefficients = (count - hits) * sizes.probs + hits * sizes.complements
    # p - 1 rounds once; autograd through -log(p) rounds p's reciprocal, a product and a division too
    at_target = (1 if tier == STRICT else 4) * arithmetic.store_rounding * (sizes.complements[o] + probs[o])
    spread = count * probs
    np.add.at(spread, o, at_target)
    residual = 0.0 if tier == STRICT else _undetached_maximum(sizes, errors, probs, at_target, arithmetic)
    tops = sizes.logits + delta >= sizes.top - errors.top
    weights = np.stack([count * np.minimum(sizes.probs + probs, 2), spread])  # no p exceeds 2
    mass, moved = weights @ U.sizes
    mass = mass + U.sizes[o].sum(axis=0)
    moved = moved + residual * U.sizes[tops].max(axis=0, initial=0.0)
    moved = moved + np.expm1(arithmetic.factor_rounding) * mass
    return SoftmaxErrors(
        losses=_loss_errors(sizes, errors, arithmetic, tier),
        coefficients=coefficients,
        errors=spread + residual * tops,
        hidden_error=_stored(moved, coefficients + spread, U, signed, sizes, arithmetic),
        hidden_mass=mass,
        reach=float(np.maximum(reach, mass.max(initial=0.0))),  # NaN stays
    )


def loss_errors(sizes: SoftmaxMagnitudes, delta: np.ndarray, arithmetic: Arithmetic, tier: str) -> np.ndarray:
    """Error (T,) of each loss alone, where the logits are off by delta (V,)."""
    return _loss_errors(sizes, exponential_errors(sizes, delta, arithmetic, tier), arithmetic, tier)


def _stored(
    moved: np.ndarray,
    coefficients: np.ndarray,
    U: Matrix,
    signed: np.ndarray,
    sizes: SoftmaxMagnitudes,
    arithmetic: Arithmetic,
) -> np.ndarray:
    """The error `moved` (d,) of grad_hidden, with what flushed rows of U and sums in a narrower storage add."""
    if U.flushed is not None:
        moved = moved + arithmetic.storage.smallest * (coefficients @ U.flushed)
    if arithmetic.mixed:  # partial sums of U.T p - u_o, rounded to storage
        partial = len(sizes.outsides) * np.abs(sizes.probs @ signed) + np.abs(sizes.grad_hidden).sum(axis=0)
        moved = moved + 1.02 * arithmetic.storage.roundoff * (partial + 2 * moved)
    return moved


def _loss_errors(sizes: SoftmaxMagnitudes, errors: ExponentialErrors, arithmetic: Arithmetic, tier: str) -> np.ndarray:
    """Error (T,) of each loss."""
    u, k = arithmetic.storage.roundoff, arithmetic.function_error
    J, L, log_sum = sizes.losses, sizes.log_sum, errors.log_sum
    moved = _relative_normalizer(sizes, errors, arithmetic, tier)
    logarithm = np.full_like(J, L - sizes.top)  # log(sum exp(x - max))
    rounded = u * (abs(L) + errors.top + moved)  # max + log(...)
    if tier != STRICT:  # log(sum exp(x)) unshifted, -log(p); p's division rounds
        logarithm = np.maximum(np.maximum(J, logarithm), abs(L) + errors.top)
        rounded = rounded + arithmetic.store_rounding
    subtracted = u * (J + moved) * (1 + k) * 1.01
    underflow = len(sizes.logits) * arithmetic.function_underflow * errors.unshifted
    total = moved + k * (logarithm + np.maximum(moved, log_sum)) + rounded + subtracted + underflow
    return total if tier != FRAGILE else total + _subnormal_target(sizes, arithmetic) * (1 + 2 * k)


def _subnormal_target(sizes: SoftmaxMagnitudes, arithmetic: Arithmetic) -> np.ndarray:
    """-log(p) where the target's p, exp(x - max) or exp(x) is subnormal: its digits are lost, at worst all of them.

    Where it is zero for certain the logarithm is infinite, and a number that comes out owes nothing to this route.
    """
    lowest = sizes.losses - min(sizes.log_sum, 0.0)  # max(-log p, -x) as p = exp(x - L)
    lost = 2 * arithmetic.function_underflow * np.exp(np.minimum(lowest, 709.0))
    zero = lowest > math.log(16) - math.log(arithmetic.storage.tiny)
    return np.where(zero, 0.0, np.where((lost < 1) & (lowest < 709), -np.log1p(-np.minimum(lost, 1)), np.inf))


def _relative_normalizer(
    sizes: SoftmaxMagnitudes, errors: ExponentialErrors, arithmetic: Arithmetic, tier: str
) -> np.ndarray:
    """D (T,): error of log sum exp(x_w - x_o). The target's own logit error cancels in its own term."""
    o, t, total = sizes.outsides, errors.exponential, errors.total
    target = errors.shifted[o] if tier == STRICT else t[o]  # -log(p) takes exp at the target too
    own = errors.shifted[o] - errors.logit[o] + arithmetic.function_rounding + total
    worst = np.maximum(t.max() + target + total, own)
    if worst.max() > HOPELESS:
        return worst
    grow = np.expm1(target)
    others = sum_of_others(sizes.probs * np.expm1(t + total))[o]
    rest = others * (1 + grow) + sizes.complements[o] * grow
    return np.minimum(np.log1p(rest + sizes.probs[o] * np.expm1(own)), worst)


def _undetached_maximum(
    sizes: SoftmaxMagnitudes,
    errors: ExponentialErrors,
    probs: np.ndarray,
    at_target: np.ndarray,
    arithmetic: Arithmetic,
) -> float:
    """Autograd through a maximum that isn't detached adds the rounding of sum r = 0 to the largest logit's gradient."""
    inside = float(np.expm1(errors.total + 4 * arithmetic.store_rounding))
    coefficients = 2 * sizes.complements[sizes.outsides] + probs.sum() + at_target
    across = float(np.expm1(arithmetic.depth(len(probs)) * arithmetic.sum_rounding))
    return len(at_target) * inside + across * float(coefficients.sum())
