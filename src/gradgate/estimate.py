"""The sizes behind a case by plain float64 NumPy. Unlike `gradgate.reference`: fast, and right to a few roundings only.

The formulas are the reference's: nothing cancels, and only a logit beyond float64 overflows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gradgate.case import Case
from gradgate.magnitudes import GroupMagnitudes, LogisticMagnitudes, SoftmaxMagnitudes
from gradgate.terms import Group, Target, groups

_NO_HIDDEN = np.empty(0)


def estimate(case: Case) -> tuple[GroupMagnitudes, ...]:
    """The magnitudes of each group of the case, in their order.

    For sigmoid one group whose z is -x (n,); for softmax one group without targets for each row of logits.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if case.function == "sigmoid":
            x = case.wide("x").ravel()
            return (GroupMagnitudes(_NO_HIDDEN, None, (_logistic(np.arange(x.size), np.full(x.size, -1.0), -x),)),)
        if case.function == "softmax":
            rows = np.atleast_2d(case.wide("logits"))
            return tuple(GroupMagnitudes(_NO_HIDDEN, softmax_sizes(row, []), ()) for row in rows)
        U = case.wide("U")
        return tuple(_group(group, U) for group in groups(case))


def _group(group: Group, U: np.ndarray) -> GroupMagnitudes:
    hidden = group.vectors[0] if len(group.vectors) == 1 else group.vectors.sum(axis=0) / group.divisor
    if group.targets[0].signs is None:
        sizes = softmax_sizes(U @ hidden, [target.outside for target in group.targets])
        return GroupMagnitudes(hidden, replace(sizes, grad_hidden=_hidden_gradients(U, sizes)), ())
    return GroupMagnitudes(hidden, None, tuple(_target(target, hidden, U) for target in group.targets))


def softmax_sizes(logits: np.ndarray, outsides: list[int]) -> SoftmaxMagnitudes:
    """Softmax of logits (V,), the likeliest word taken apart from the rest; without grad_hidden."""
    likeliest = int(logits.argmax())
    top = float(logits[likeliest])
    weights = np.exp(logits - top)
    weights[likeliest] = 0.0
    others = float(weights.sum())
    probs = weights / (1 + others)
    probs[likeliest] = 1 / (1 + others)
    complements = 1 - probs
    complements[likeliest] = others / (1 + others)
    above = float(np.log1p(others))
    words = np.array(outsides, np.int64)
    losses = above + (top - logits[words])
    return SoftmaxMagnitudes(logits, probs, complements, top + above, top, words, losses, np.empty((0, 0)))


def _hidden_gradients(U: np.ndarray, sizes: SoftmaxMagnitudes) -> np.ndarray:
    """U.T (probs - onehot(word)) for each target's word, (T, d): that of the likeliest, plus U[likeliest] - U[word]."""
    likeliest = int(sizes.logits.argmax())
    weights = sizes.probs.copy()
    weights[likeliest] = -sizes.complements[likeliest]
    gradients: np.ndarray = weights @ U + (U[likeliest] - U[sizes.outsides])
    return gradients


def _target(target: Target, hidden: np.ndarray, U: np.ndarray) -> LogisticMagnitudes:
    assert target.signs is not None
    return _logistic(target.rows, target.signs, target.signs * (U[target.rows] @ hidden))


def _logistic(rows: np.ndarray, signs: np.ndarray, z: np.ndarray) -> LogisticMagnitudes:
    small = np.exp(-np.abs(z))
    near, far = 1 / (1 + small), small / (1 + small)  # sigmoid(|z|) and sigmoid(-|z|)
    losses = np.log1p(small) + np.maximum(-z, 0.0)
    return LogisticMagnitudes(rows, signs, z, losses, np.where(z < 0, near, far), np.where(z < 0, far, near))
