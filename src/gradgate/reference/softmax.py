"""Softmax against all V words, and its loss, in balls.

With the likeliest word taken apart from the rest nothing cancels: S = sum exp(logits - top) = 1 + others,
loss = log1p(others) + (top - logits[outside]), and 1 - p of the likeliest word is others / S."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb

from gradgate.magnitudes import GroupMagnitudes, SoftmaxMagnitudes
from gradgate.reference.balls import ZERO, floats
from gradgate.reference.matrices import Matrix
from gradgate.reference.terms import GroupTerms
from gradgate.terms import Group


@dataclass(frozen=True, eq=False)
class Softmax:
    """probs (V,) of logits (V,); likeliest the word with the top logit, others = S - 1, rest = 1 - probs[likeliest]."""

    logits: Sequence[arb]
    likeliest: int
    probs: list[arb]
    others: arb
    rest: arb

    def complement(self, word: int) -> arb:
        """1 - probs[word]: any word but the likeliest has p <= 1/2."""
        return self.rest if word == self.likeliest else 1 - self.probs[word]

    def loss(self, outside: int) -> arb:
        """-log probs[outside]: a sum of two that are not negative."""
        return self.others.log1p() + (self.logits[self.likeliest] - self.logits[outside])

    def magnitudes(self, outsides: Sequence[int], losses: Sequence[arb], grad_hidden: np.ndarray) -> SoftmaxMagnitudes:
        """The float64 sizes; the loss of the likeliest word is the distance of log_sum from the top."""
        logits, probs = floats(self.logits), floats(self.probs)
        complements = 1 - probs
        complements[self.likeliest] = float(self.rest)
        top = self.logits[self.likeliest]
        log_sum = float(self.others.log1p() + top)
        rows = np.array(outsides, np.int64)
        return SoftmaxMagnitudes(logits, probs, complements, log_sum, float(top), rows, floats(losses), grad_hidden)


def softmax(logits: Sequence[arb]) -> Softmax:
    """The softmax of logits (V,), V >= 1."""
    middles = [float(logit) for logit in logits]
    likeliest = middles.index(max(middles))
    top = logits[likeliest]
    weights = [(logit - top).exp() for logit in logits]
    weights[likeliest] = ZERO
    others = sum(weights, ZERO)
    inverse = 1 / (1 + others)
    probs = [weight * inverse for weight in weights]
    probs[likeliest] = inverse
    return Softmax(logits, likeliest, probs, others, others * inverse)


def softmax_terms(group: Group, hidden: list[arb], U: np.ndarray, matrix: Matrix) -> GroupTerms:
    """All targets of a group, which share one softmax of U h."""
    outsides = [target.outside for target in group.targets]
    chances = softmax(matrix.times(hidden))
    losses = [chances.loss(outside) for outside in outsides]
    grads = _hidden_gradients(chances, outsides, U, matrix)
    numbers = chances.magnitudes(outsides, losses, np.array([floats(grad) for grad in grads]))
    total = grads[0] if len(grads) == 1 else [sum(entries, ZERO) for entries in zip(*grads, strict=True)]
    magnitudes = GroupMagnitudes(floats(hidden), numbers, ())
    return GroupTerms(hidden, sum(losses, ZERO), total, None, _coefficients(chances, outsides), magnitudes)


def _coefficients(chances: Softmax, outsides: Sequence[int]) -> list[arb]:
    """The sum of probs - onehot(outside) over the targets, (V,)."""
    n = len(outsides)
    coefficients = [prob * n for prob in chances.probs] if n > 1 else list(chances.probs)
    for word, times in Counter(outsides).items():
        coefficients[word] = chances.probs[word] * (n - times) - chances.complement(word) * times
    return coefficients


def _hidden_gradients(chances: Softmax, outsides: Sequence[int], U: np.ndarray, matrix: Matrix) -> list[list[arb]]:
    """U.T (probs - onehot(outside)) for each target: that of the likeliest word, plus U[likeliest] - U[outside]."""
    weights = list(chances.probs)
    weights[chances.likeliest] = -chances.rest
    base = matrix.weigh(weights)
    likeliest = [arb(entry) for entry in U[chances.likeliest].tolist()]
    return [
        [entry + (a - b) for entry, a, b in zip(base, likeliest, U[outside].tolist(), strict=True)]
        for outside in outsides
    ]
