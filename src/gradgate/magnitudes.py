"""The sizes that a rounding-error bound depends on: logits, probabilities, losses and gradients of each term.

They come with full accuracy from the exact reference, or, for inputs derived from a case, from a float64 evaluation
(`estimate`). A bound needs only their leading digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SoftmaxMagnitudes:
    """One hidden vector against all V words, for T targets.

    logits (V,) = U h, probs (V,), complements (V,) = 1 - probs without cancellation, log_sum = log sum exp(logits),
    top = max(logits), outsides (T,) ints, losses (T,) >= 0, grad_hidden (T, d) = U.T (probs - onehot(outside)).
    """

    logits: np.ndarray
    probs: np.ndarray
    complements: np.ndarray
    log_sum: float
    top: float
    outsides: np.ndarray
    losses: np.ndarray
    grad_hidden: np.ndarray


@dataclass(frozen=True, eq=False)
class LogisticMagnitudes:
    """One target against its negatives, n = K + 1 terms, the outside word first; or along its path, n nodes.

    rows (n,) rows of U, signs (n,) = +1 for the outside word and -1 for negatives, or those of the path,
    z (n,) = signs * (U[rows] h), losses (n,) = log(1 + exp(-z)), slopes (n,) = sigmoid(-z),
    complements (n,) = sigmoid(z). The coefficient of row i is -signs * slopes.
    """

    rows: np.ndarray
    signs: np.ndarray
    z: np.ndarray
    losses: np.ndarray
    slopes: np.ndarray
    complements: np.ndarray


@dataclass(frozen=True, eq=False)
class GroupMagnitudes:
    """A group's hidden vector h (d,), and its softmax (all targets together) or its logistic targets (one each)."""

    hidden: np.ndarray
    softmax: SoftmaxMagnitudes | None
    logistic: tuple[LogisticMagnitudes, ...]
