"""Logistic terms: a target against its negatives, or along its path, in balls.

All comes out of exp(-|z|), which cannot overflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from flint import arb

from gradgate.magnitudes import GroupMagnitudes, LogisticMagnitudes
from gradgate.reference.balls import ZERO, floats
from gradgate.reference.matrices import BallMatrix
from gradgate.reference.terms import GroupTerms
from gradgate.terms import Group, Target


class Logistic(NamedTuple):
    """log(1 + exp(-z)), sigmoid(-z) and sigmoid(z)."""

    loss: arb
    slope: arb
    complement: arb


def logistic(z: arb) -> Logistic:
    """The three functions of z, none by a cancelling subtraction. Either branch holds for every z."""
    if float(z) < 0:
        small = z.exp()
        large = 1 / (1 + small)
        return Logistic(small.log1p() - z, large, small * large)
    small = (-z).exp()
    large = 1 / (1 + small)
    return Logistic(small.log1p(), small * large, large)


def magnitudes(
    rows: Sequence[int], signs: Sequence[int], z: Sequence[arb], terms: Sequence[Logistic]
) -> LogisticMagnitudes:
    """The float64 sizes of n terms."""
    losses, slopes, complements = zip(*terms, strict=True) if terms else ((), (), ())
    numbers = floats(z), floats(losses), floats(slopes), floats(complements)
    return LogisticMagnitudes(np.array(rows, np.int64), np.array(signs, np.float64), *numbers)


def logistic_terms(group: Group, hidden: list[arb], U: np.ndarray) -> GroupTerms:
    """All targets of a group, each with its own terms."""
    drawn = [row for target in group.targets for row in _terms(target)[0]]
    matrix = BallMatrix(U[drawn])
    logits = iter(matrix.times(hidden))
    totals: dict[int, arb] = {}
    loss, weights, numbers = ZERO, [], []
    for target in group.targets:
        rows, signs = _terms(target)
        z = [next(logits) if sign > 0 else -next(logits) for sign in signs]
        terms = [logistic(entry) for entry in z]
        loss = sum((term.loss for term in terms), loss)
        for row, sign, term in zip(rows, signs, terms, strict=True):
            weights.append(-term.slope if sign > 0 else term.slope)
            totals[row] = totals.get(row, ZERO) + weights[-1]
        numbers.append(magnitudes(rows, signs, z, terms))
    sizes = GroupMagnitudes(floats(hidden), None, tuple(numbers))
    return GroupTerms(hidden, loss, matrix.weigh(weights), list(totals), list(totals.values()), sizes)


def _terms(target: Target) -> tuple[list[int], list[int]]:
    """The rows and the signs of the target's terms."""
    assert target.signs is not None
    return target.rows.tolist(), target.signs.astype(int).tolist()
