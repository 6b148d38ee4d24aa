"""Bounds on the loss's second and third derivatives along a direction, from how fast each logit moves.

For softmax the derivatives in the logits are central moments of the rates under the word's distribution: the second at
most range^2 / 4, the third at most range^3 / (6 sqrt 3). For a logistic term, sigmoid' <= 1/4 and |sigmoid''| <=
1 / (6 sqrt 3)."""

from __future__ import annotations

import numpy as np

from gradgate.laws.hidden import hidden, hidden_direction
from gradgate.witness import Witness

_THIRD = 1 / (6 * np.sqrt(3.0))
Rates = list[tuple[int, list[np.ndarray]]]
"""Per group: how many softmax targets share the rates (0: logistic), and the logits' rates, one array a target."""


def logit_rates(witness: Witness, parameter: str, direction: np.ndarray) -> Rates:
    """How fast the logits of each term move along a direction of one parameter."""
    U = witness.case.wide("U")
    found: Rates = []
    for group in witness.groups:
        rows = direction @ hidden(group).mid if parameter == "U" else U @ hidden_direction(group, direction)
        if group.targets[0].signs is None:
            found.append((len(group.targets), [rows]))
        else:
            found.append((0, [rows[target.rows] for target in group.targets]))
    return found


def second(rates: Rates) -> float:
    """At least the second derivative of the summed loss along the direction."""
    return mixed_second(rates, rates)


def mixed_second(one: Rates, other: Rates) -> float:
    """At least the absolute mixed second derivative along two directions."""
    total = 0.0
    for (targets, first), (_targets, then) in zip(one, other, strict=True):
        for a, b in zip(first, then, strict=True):
            total += targets * np.ptp(a) * np.ptp(b) / 4 if targets else float(np.abs(a * b).sum()) / 4
    return float(total)


def third(rates: Rates) -> float:
    """At least the absolute third derivative of the summed loss along the direction."""
    total = 0.0
    for targets, arrays in rates:
        for a in arrays:
            total += targets * np.ptp(a) ** 3 * _THIRD if targets else float((np.abs(a) ** 3).sum()) * _THIRD
    return float(total)
