"""From logits with errors to softmax probabilities with errors.

Every exponential is off by a factor exp(e_w) with |e_w| <= t_w, and the sum of them by exp(+-q). The extremes of
p_w e^{e_w} / sum p_i e^{e_i} over all such e are taken exactly; nothing is linearized."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import DEFAULT, FRAGILE, STRICT, Arithmetic
from gradgate.magnitudes import SoftmaxMagnitudes

# Beyond e^300 nothing is known of a probability but that it lies in [0, 1].
HOPELESS = 300.0
_LEAST = 2.0**-1074


@dataclass(frozen=True, eq=False)
class ExponentialErrors:
    """Logarithmic errors: logit (V,) delta, top = error of the maximum, shifted (V,) of x - max as an exponent,
    exponential (V,) t of exp(x - max), total q of the order of the sum, log_sum of the computed log sum exp,
    unshifted >= 1 what underflow costs when no maximum is subtracted; overflows: whether e^x / inf = 0 may come out."""

    logit: np.ndarray
    top: float
    shifted: np.ndarray
    exponential: np.ndarray
    total: float
    log_sum: float
    unshifted: float
    overflows: bool


def exponential_errors(
    sizes: SoftmaxMagnitudes, delta: np.ndarray, arithmetic: Arithmetic, tier: str
) -> ExponentialErrors:
    """What errors delta (V,) of the logits, the shift by the maximum, exp and the sum do."""
    logits, u = sizes.logits, arithmetic.storage.roundoff
    top = max(float(delta[logits.argmax()]), float((logits + delta).max()) - sizes.top, 0.0)
    shifted = delta + u * (sizes.top - logits + delta + top)
    exponential = shifted + arithmetic.function_rounding
    total = arithmetic.depth(len(logits) - 1) * arithmetic.sum_rounding + arithmetic.extra_store
    growth = sizes.probs @ np.expm1(np.minimum(exponential + total, HOPELESS))
    worst = float(exponential.max()) + total
    log_sum = min(math.log1p(growth), worst) if worst <= HOPELESS else worst
    unshifted = _without_shift(sizes, arithmetic, tier)
    overflows = tier == FRAGILE and sizes.top > math.log(arithmetic.storage.largest) - math.log(len(logits))
    return ExponentialErrors(delta, top, shifted, exponential, total, log_sum, unshifted, overflows)


def probability_errors(
    sizes: SoftmaxMagnitudes, errors: ExponentialErrors, arithmetic: Arithmetic, tier: str
) -> np.ndarray:
    """Error (V,) of each computed probability."""
    moved = _perturbed(sizes, errors)
    rounding = np.minimum(_roundings(sizes, errors, arithmetic, tier), HOPELESS)
    relative = (sizes.probs + moved) * np.expm1(rounding)
    error = moved + relative + 2 * arithmetic.function_underflow * errors.unshifted
    return np.maximum(error, sizes.probs) if errors.overflows else error


def sum_of_others(terms: np.ndarray) -> np.ndarray:
    """sum of terms[i] >= 0 over i != w, for every w, without cancellation: at most one term exceeds half the sum."""
    others = np.maximum(terms.sum() - terms, 0.0)
    largest = terms.argmax()
    others[largest] = terms[:largest].sum() + terms[largest + 1 :].sum()
    return others


def _perturbed(sizes: SoftmaxMagnitudes, errors: ExponentialErrors) -> np.ndarray:
    """max |p_w e^{e_w} / sum p_i e^{e_i} - p_w| (V,) over all |e_i| <= t_i."""
    t, rest = errors.exponential, sizes.complements
    probs = np.maximum(sizes.probs, _LEAST)  # an underflowed probability is not zero
    anything = np.maximum(probs, rest)
    if t.max() > HOPELESS:
        return anything
    grow, shrink = np.expm1(t), -np.expm1(-t)
    # up: numerator p e^t, every other e^-t; the denominator's relative loss is `loss`
    loss = rest * shrink + (1 - shrink) * sum_of_others(sizes.probs * shrink)
    left = np.maximum(1 - loss - 4e-16 * len(t), probs)  # 1 - loss >= p exactly
    # down: the other way round; the denominator's relative gain is `gain`
    gain = rest * grow + (1 + grow) * sum_of_others(sizes.probs * grow)
    return np.minimum(probs * np.maximum(loss / left, gain / (1 + gain)), anything)


def _roundings(
    sizes: SoftmaxMagnitudes, errors: ExponentialErrors, arithmetic: Arithmetic, tier: str
) -> np.ndarray | float:
    """rho: the logarithm of the relative roundings between exponentials and probability."""
    rounding = errors.total + arithmetic.store_rounding + arithmetic.function_rounding
    if tier == STRICT:
        return rounding
    # exp(x - LSE): another exp, the log inside LSE, and the two subtractions round numbers as large as the logits
    u = arithmetic.storage.roundoff
    rounding += arithmetic.function_rounding + 3 * arithmetic.store_rounding
    rounding += arithmetic.function_error * (max(sizes.log_sum - sizes.top, 0.0) + errors.log_sum)
    rounding += u * (abs(sizes.log_sum) + errors.top + errors.log_sum)
    return rounding + u * (np.abs(sizes.logits - sizes.log_sum) + errors.logit + errors.log_sum)


def _without_shift(sizes: SoftmaxMagnitudes, arithmetic: Arithmetic, tier: str) -> float:
    """exp(x) / sum exp(x) without a shift: what underflows is not relative to 1 but to sum exp(x) = e^L.

    Where the sum may be zero, the fragile tier, which still admits the route, knows nothing: inf.
    """
    form = arithmetic.storage
    normal = form.smallest / form.roundoff if arithmetic.flushes_subnormals else form.smallest
    if tier == STRICT or (tier == DEFAULT and sizes.top < math.log(normal)):
        return 1.0
    assert tier in (DEFAULT, FRAGILE)
    if sizes.log_sum < -709:
        return math.inf
    return max(1.0, math.exp(-sizes.log_sum))
