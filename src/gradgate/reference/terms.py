"""A group's share in every quantity, in balls: what the softmax and the logistic terms have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb

from gradgate.magnitudes import GroupMagnitudes
from gradgate.terms import Group


@dataclass(frozen=True, eq=False)
class GroupTerms:
    """What the targets of one hidden vector h (d,) add up to.

    loss is their loss, grad_hidden (d,) its gradient for h, and coefficients (n,) times h its gradients for the rows of
    U: `rows` (n,), distinct, or all V in their order where rows is None.
    """

    hidden: list[arb]
    loss: arb
    grad_hidden: list[arb]
    rows: Sequence[int] | None
    coefficients: list[arb]
    magnitudes: GroupMagnitudes


def hidden_vector(group: Group) -> list[arb]:
    """h = (sum of the group's vectors) / divisor, (d,)."""
    columns = zip(*group.vectors.tolist(), strict=True)
    if len(group.vectors) == 1:
        return [arb(entry) / group.divisor for (entry,) in columns]
    return [sum(map(arb, column), arb(0)) / group.divisor for column in columns]
