"""The hidden vector as the laws see it: for a centre it is exact, for a context it carries the rounding of the sum."""

from __future__ import annotations

import numpy as np

from gradgate.balls import Ball, ball
from gradgate.case import Case
from gradgate.terms import Group
from gradgate.witness import Witness


def hidden(group: Group) -> Ball:
    """h (d,) in float64: sum of the group's vectors over its divisor."""
    if len(group.vectors) == 1 and group.divisor == 1:
        return ball(group.vectors[0])
    return ball(group.vectors).sum(axis=0) / float(group.divisor)


def hidden_parameter(case: Case) -> str:
    """The parameter that the hidden vectors come from."""
    return next(name for name in ("V_c", "centers", "center") if name in case.inputs)


def hidden_side(witness: Witness) -> np.ndarray:
    """1 at the entries of the hidden parameter that some group uses, 0 elsewhere."""
    marked = np.zeros(np.shape(witness.case.inputs[hidden_parameter(witness.case)]))
    for group in witness.groups:
        marked[group.rows if marked.ndim == 2 else ...] = 1.0
    return marked


def hidden_direction(group: Group, direction: np.ndarray) -> np.ndarray:
    """How h moves (d,) when the hidden parameter moves along `direction`."""
    if direction.ndim == 1:
        return direction
    return direction[group.rows].sum(axis=0) / group.divisor
