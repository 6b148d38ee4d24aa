"""The own loss as a witness at a large V: shifting the logits of many words at once measures their coefficients' sum.

One column of U is changed, so that the logit of word w moves by s_w, and then, exactly,
    expm1(dJ + s_o) = sum over w of p_w expm1(s_w),
whatever the words (group testing: one loss for all of them). Where the gradient's own p_w disagree, about log2(V)
losses more find the word that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from gradgate.balls import U64, Ball, ball
from gradgate.bounds.softmax import loss_errors
from gradgate.estimate import softmax_sizes
from gradgate.formats import round_to
from gradgate.large.witness import SoftmaxWitness


@dataclass(frozen=True, eq=False)
class Shift:
    """The new numbers (V,) of a column of U, and by how much (V,) they move the logits."""

    column: int
    numbers: np.ndarray
    logits: np.ndarray


def shift(witness: SoftmaxWitness, wanted: np.ndarray) -> Shift:
    """Moves each logit by about what is wanted (V,), along the largest component of the hidden vector."""
    U, h = witness.case.inputs["U"], witness.magnitudes[0].hidden
    column = int(np.abs(h).argmax())
    before = np.asarray(U[:, column], np.float64)
    numbers = np.where(wanted != 0, round_to(before + wanted / h[column], witness.case.form), U[:, column])
    return Shift(column, numbers, (np.asarray(numbers, np.float64) - before) * h[column])


@contextmanager
def shifted(U: np.ndarray, by: Shift) -> Iterator[None]:
    """U with the column changed, for as long as it lasts."""
    before = U[:, by.column].copy()
    U[:, by.column] = by.numbers
    try:
        yield
    finally:
        U[:, by.column] = before


class Sums:
    """The two sides of the identity for one pair: what shifts do to the loss, and what grad_U says they do.

    column (V,) holds grad_U[:, column] / h[column], as a ball: the coefficients as the implementation has them.
    """

    def __init__(self, witness: SoftmaxWitness, coefficients: Ball, loss: Ball) -> None:
        self._witness, self._loss = witness, loss
        [sizes] = witness.magnitudes
        assert sizes.softmax is not None
        self._sizes = sizes.softmax
        self._delta = witness.logit_errors(witness.rows)
        target = np.zeros(len(coefficients.mid))
        target[self._sizes.outsides] = 1.0
        self._probs = coefficients + ball(target)

    def due(self, by: Shift) -> Ball:
        """By the gradient: the sum over w of p_w expm1(s_w)."""
        return (self._probs * self._moves(by)).sum()

    def measured(self, by: Shift, loss: float) -> Ball:
        """By the losses before and after."""
        o = int(self._sizes.outsides[0])
        after = Ball(np.asarray(loss), self._radius(by))
        own = Ball(np.asarray(by.logits[o]), np.asarray(4 * U64 * abs(by.logits[o])))
        return ((after - self._loss) + own).expm1()

    def _moves(self, by: Shift) -> Ball:
        return Ball(by.logits, 4 * U64 * np.abs(by.logits)).expm1()

    def _radius(self, by: Shift) -> np.ndarray:
        """The bound of the loss after the shift: the shift adds |s| to a logit's sum of products at most."""
        arithmetic = self._witness.arithmetic
        dot = arithmetic.depth(self._witness.case.inputs["U"].shape[1]) * arithmetic.sum_rounding
        rounding = np.expm1(dot + arithmetic.factor_rounding + arithmetic.extra_store)
        delta = self._delta + np.abs(by.logits) * rounding
        sizes = softmax_sizes(self._sizes.logits + by.logits, self._sizes.outsides.tolist())
        return loss_errors(sizes, delta, arithmetic, self._witness.tier)[0] * self._witness.rows.inflation


def odd_one(V: int, ratio: Callable[[slice], Ball]) -> int | None:
    """The word whose ratio of the two sides is not that of all others; None where no single word has another.

    Where a loss gets one word wrong its normalizer is wrong too, and all other words' ratios with it, by one factor.
    Of three parts two have it: the third one is halved.
    """
    parts = [slice(start * V // 3, (start + 1) * V // 3) for start in range(3)]
    ratios = [ratio(part) for part in parts]
    common = sorted(ratios, key=lambda found: float(found.mid))[1]
    odd = [part for part, found in zip(parts, ratios, strict=True) if _differ(found, common)]
    if len(odd) != 1:
        return None
    low, high = odd[0].start, odd[0].stop
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _differ(ratio(slice(low, middle)), common) else (middle, high)
    return low if _differ(ratio(slice(low, high)), common) else None


def _differ(one: Ball, other: Ball) -> bool:
    return bool(abs(one.mid - other.mid) > one.rad + other.rad)
