"""How the coefficients of the terms relate to the right ones: y forgotten, sigma and 1 - sigma confused, signs.

With sigma = sigma(u_w.h) the coefficient of an outside word is sigma - 1, that of a negative sigma; in the softmax the
outside word has p - 1, where -1 is a term of its own. Both gradients are sums of coefficient times vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.formula.shares import NEGATIVE, TARGET, Share, shares_of, total


@dataclass(frozen=True)
class Slip:
    """A wrong coefficient as a function of the right one, for the terms of one kind; and the loss's share likewise."""

    kind: str
    name: str
    words: str
    coefficient: Callable[[float], float] | None = None
    loss: Callable[[float], float] | None = None


def _other(loss: float) -> float:
    """log(1 + e^-x) from log(1 + e^x): the loss of the opposite label."""
    return float(-np.log(-np.expm1(-loss))) if loss > 0 else np.inf


_SLIPS = (
    Slip(TARGET, "term missing", "y is forgotten: {sigma} in place of {sigma} − 1", lambda c: c + 1),
    Slip(TARGET, "sign", "{sigma} + 1 in place of {sigma} − 1", lambda c: c + 2),
    Slip(TARGET, "wrong derivative", "−(1 + {sigma}) in place of {sigma} − 1", lambda c: -(2 + c)),
    Slip(NEGATIVE, "sign", "1 − {sigma} in place of {sigma} for the negatives", lambda c: 1 - c, _other),
    Slip(
        NEGATIVE, "sign", "{sigma} − 1 in place of {sigma}: the negatives are taken for outside words", lambda c: c - 1
    ),
)


def slipped(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The slip that all terms of one kind have."""
    if not failing[0].witness.groups:
        return None
    for slip in _SLIPS:
        change = slip.loss if quantity in ("loss", "losses") else slip.coefficient
        if change is not None and all(
            each.agrees(quantity, _with(each, quantity, slip)) for each in (*failing, *passing)
        ):
            if quantity in ("loss", "losses"):
                return Relation(slip.name, "log σ(u_k·v) in place of log σ(−u_k·v) for the negatives")
            sigma = "ŷ_o" if failing[0].witness.reference.groups[0].softmax is not None else "σ(u·v)"
            return Relation(slip.name, slip.words.format(sigma=sigma))
    return None


def _with(exhibit: Exhibit, quantity: str, slip: Slip) -> np.ndarray:
    changed = [_changed(share, slip, exhibit) if share.kind == slip.kind else share for share in shares_of(exhibit)]
    return total(exhibit, quantity, changed, lambda share: 1.0)


def _changed(share: Share, slip: Slip, exhibit: Exhibit) -> Share:
    loss = slip.loss(share.loss) if slip.loss else share.loss
    if slip.coefficient is None:
        return replace(share, loss=loss)
    coefficient = slip.coefficient(float(share.coefficients[0]))
    hidden = coefficient * exhibit.case.wide("U")[share.word]
    return replace(share, loss=loss, coefficients=np.array([coefficient]), hidden=hidden)
