"""What each term of a loss adds to every quantity: the span in which loss and gradients lie.

The softmax loss of a target is log Z - u_o.h, negative sampling's is -log sigma(u_o.h) - sum_k log sigma(-u_k.h). A
term adds a number to the loss, coefficient times u_w to the gradient of h, and coefficient times h to row w of
grad_U."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.magnitudes import GroupMagnitudes
from gradgate.terms import Group

TARGET, SUM, NEGATIVE = "target", "sum", "negative"


@dataclass(frozen=True, eq=False)
class Share:
    """One term: of which group (`pair` in the batch), for which target (`place` in its window), of what kind.

    TARGET is the outside word's own term (word = its row), NEGATIVE that of a negative (word = its row), SUM is log Z.
    loss is a number; rows (n,) and coefficients (n,) are those of grad_U along h (d,); hidden (d,) the gradient of h.
    """

    kind: str
    word: int
    group: Group
    place: int
    loss: float
    rows: np.ndarray
    coefficients: np.ndarray
    h: np.ndarray
    hidden: np.ndarray


def shares_of(exhibit: Exhibit) -> list[Share]:
    """All terms of a case, with coefficients from the exact reference."""
    U = exhibit.case.wide("U")
    sizes = exhibit.witness.reference.groups
    return [
        share for group, size in zip(exhibit.witness.groups, sizes, strict=True) for share in _of_group(group, size, U)
    ]


def _of_group(group: Group, size: GroupMagnitudes, U: np.ndarray) -> Iterator[Share]:
    for place, target in enumerate(group.targets):
        if size.softmax is not None:
            o, softmax, everything = target.outside, size.softmax, np.arange(len(U))
            expected = softmax.probs @ U
            one = np.ones(1)
            yield Share(SUM, -1, group, place, softmax.log_sum, everything, softmax.probs, size.hidden, expected)
            at_o = np.array([o])
            yield Share(TARGET, o, group, place, -softmax.logits[o], at_o, -one, size.hidden, -U[o])
            continue
        logistic = size.logistic[place]
        for n, (row, sign) in enumerate(zip(logistic.rows, logistic.signs, strict=True)):
            coefficient = -sign * logistic.slopes[n]
            where = np.array([row])
            kind = TARGET if n == 0 else NEGATIVE
            loss = float(logistic.losses[n])
            gradient = coefficient * U[row]
            yield Share(kind, int(row), group, place, loss, where, np.array([coefficient]), size.hidden, gradient)


def total(exhibit: Exhibit, quantity: str, shares: Sequence[Share], weight: Callable[[Share], float]) -> np.ndarray:
    """The quantity, in its full shape, when each term enters with a weight."""
    found = np.zeros_like(exhibit.due[quantity])
    for share in shares:
        if (factor := weight(share)) != 0:
            _add(found, quantity, share, factor)
    return found


def _add(found: np.ndarray, quantity: str, share: Share, factor: float) -> None:
    if quantity == "loss":
        found += factor * share.loss
    elif quantity == "losses":
        found[share.group.pair] += factor * share.loss
    elif quantity == "grad_center":
        found += factor * share.hidden
    elif quantity == "grad_centers":
        found[share.group.pair] += factor * share.hidden
    elif quantity == "grad_V_c":
        np.add.at(found, share.group.rows, factor * share.hidden / share.group.divisor)
    else:
        np.add.at(found, share.rows, factor * np.outer(share.coefficients, share.h))
