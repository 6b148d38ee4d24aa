"""Bounds of the functions sigmoid and softmax, whose inputs are exact: every error is their own."""

from __future__ import annotations

import numpy as np

from gradgate.bounds.arithmetic import FRAGILE, Arithmetic
from gradgate.bounds.logistic import underflow_of_slopes
from gradgate.bounds.probabilities import exponential_errors, probability_errors
from gradgate.magnitudes import LogisticMagnitudes, SoftmaxMagnitudes


def sigmoid_errors(sizes: LogisticMagnitudes, arithmetic: Arithmetic, tier: str) -> np.ndarray:
    """Error (n,) of sigmoid(x) = slopes, for x = -z.

    strict and default: 1 / (1 + e^-x), e^x / (1 + e^x) and the choice between them by sign keep relative accuracy.
    fragile: (1 + tanh(x / 2)) / 2 and 1 - sigmoid(-x) don't.
    """
    one, function = arithmetic.store_rounding, arithmetic.function_rounding
    slopes, complements = sizes.slopes, sizes.complements
    moved = np.minimum(slopes * complements * np.expm1(function), np.maximum(slopes, complements))
    relative = moved + (slopes + moved) * np.expm1(2 * one + arithmetic.extra_store)
    bound = relative + underflow_of_slopes(sizes, arithmetic)
    if tier != FRAGILE:
        return bound
    tanh = np.abs(slopes - complements) / 2 * np.expm1(function)
    return np.maximum(bound, tanh + np.minimum(slopes, complements) * np.expm1(function) + 3 * one)


def softmax_row_errors(sizes: SoftmaxMagnitudes, arithmetic: Arithmetic, tier: str) -> np.ndarray:
    """Error (V,) of the softmax of one row of logits."""
    errors = exponential_errors(sizes, np.zeros_like(sizes.logits), arithmetic, tier)
    return probability_errors(sizes, errors, arithmetic, tier)
