"""What the implementation's own loss says of grad_U at a large V: one loss for all words, a score more to find one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gradgate.balls import Ball
from gradgate.calling.calls import Outcome
from gradgate.draws import generator
from gradgate.examining.judging import Check, check_of
from gradgate.large.calls import Caller
from gradgate.large.shifting import Shift, Sums, odd_one, shift, shifted
from gradgate.large.witness import SoftmaxWitness
from gradgate.laws.law import Claim

_LEAST, _MOST = 0.7, 20.0  # how far the logits of some words are shifted: the rarer they are, the further
_UNKNOWN = Ball(np.asarray(1.0), np.asarray(np.inf))


class OwnLoss:
    """The shift identity of one pair, for any set of words. loss is that of the base, coefficients those of grad_U."""

    def __init__(self, witness: SoftmaxWitness, call: Caller, coefficients: Ball, loss: Ball) -> None:
        self._witness, self._call = witness, call
        self._sums = Sums(witness, coefficients, loss)
        self._case = witness.case
        self._V = len(witness.case.inputs["U"])
        [sizes] = witness.magnitudes
        assert sizes.softmax is not None
        self._probs = sizes.softmax.probs

    def of_all_words(self) -> tuple[Outcome, Check | None]:
        """Every logit is shifted at random, by up to 1. No check where the call gave no loss."""
        rng = generator(self._case.seed, f"shift {self._case.function}", self._case.index)
        outcome, sides = self._sides(shift(self._witness, rng.uniform(-1, 1, self._V)))
        if sides is None:
            return outcome, None
        check = check_of(Claim("grad_U", *sides))
        if check.passed:
            return outcome, check
        sentence = (
            f"shifting the logits of all {self._V:,} words at random changes the normalizer by {check.due:.10g} of "
            f"itself, and by grad_U it is {check.value:.10g}; error {check.error:.1e} > bound {check.bound:.1e}"
        )
        return outcome, replace(check, sentence=sentence)

    def wrong_word(self) -> tuple[int, str] | None:
        """The word on which loss and gradient disagree, with a sentence; None where no single word shows it."""
        before = self._call.calls
        word = odd_one(self._V, self._ratio)
        if word is None:
            return None
        times = f"its weight in the loss is {float(self._ratio(slice(word, word + 1)).mid):.6g} times that in grad_U"
        found = f"found among {self._V:,} words with {self._call.calls - before} losses"
        return word, f"loss and grad_U disagree on word {word}: {times}; {found}"

    def _ratio(self, words: slice) -> Ball:
        """The weight of some words by the loss over that by grad_U. Their logits are raised until it tells."""
        wanted = np.zeros(self._V)
        weight = float(self._probs[words].sum())
        wanted[words] = np.clip(1 - np.log(max(weight, 1e-300)), _LEAST, _MOST)
        _, sides = self._sides(shift(self._witness, wanted))
        return sides[1] / sides[0] if sides else _UNKNOWN

    def _sides(self, by: Shift) -> tuple[Outcome, tuple[Ball, Ball] | None]:
        """The identity's two sides: by grad_U, and by the loss after the shift; none where the call gave no loss."""
        with shifted(self._case.inputs["U"], by):
            outcome = self._call("shifted", self._case).outcome
        if outcome.fault or np.size(outcome.results[self._case.returns[0]].values) != 1:
            return outcome, None
        after = float(np.asarray(outcome.results[self._case.returns[0]].values, np.float64).sum())
        return outcome, (self._sums.due(by), self._sums.measured(by, after))
