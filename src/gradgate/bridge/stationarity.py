"""Where the expected gradients vanish: negative sampling's at PMI - log K, naive softmax's at log p(c | t).

The expectation is the exact sum over all V contexts and all V negatives, each term a gradient of the implementation.
The outside vectors are the unit vectors of V dimensions, so that the centre vector of a word is its row of scores, and
its gradient the scores'. A pair without count has its score at -inf: -800 stands for it, where sigma is 0 in float64.
Source: Levy and Goldberg 2014, "Neural word embedding as implicit matrix factorization"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.balls import Ball
from gradgate.bridge.calling import Learner, weighted
from gradgate.bridge.counted import Counted
from gradgate.formats import FORMATS, round_to
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.verdicts import REFUTED, VERIFIED

NOWHERE = -800.0


@dataclass(frozen=True)
class Point:
    """Scores at which a gradient is to vanish, or is not: a slip that circulates. smoothing is that of the noise."""

    loss: str
    scores: str
    smoothing: float
    vanishes: bool


@dataclass(frozen=True)
class Found:
    """What was found at a point: the largest expected gradient of all words, with its bound; ratio is their quotient.

    verdict is VERIFIED where the gradient does what the claim says of it.
    """

    point: Point
    components: int
    gradient: float
    bound: float
    ratio: float
    verdict: str


POINTS = (
    Point(NEGATIVE_SAMPLING, "PMI - log K", 1.0, True),
    Point(NEGATIVE_SAMPLING, "PMI of the smoothed contexts - log K", 0.75, True),
    Point(NEGATIVE_SAMPLING, "PMI", 1.0, False),
    Point(NEGATIVE_SAMPLING, "PMI + log K", 1.0, False),
    Point(NEGATIVE_SAMPLING, "PMI - log2 K", 1.0, False),
    Point(NEGATIVE_SAMPLING, "PMI - log K", 0.75, False),
    Point(NEGATIVE_SAMPLING, "max(PMI - log K, 0)", 1.0, False),
    Point(NAIVE_SOFTMAX, "log p(c | t)", 1.0, True),
    Point(NAIVE_SOFTMAX, "log p(c | t) + 3", 1.0, True),
    Point(NAIVE_SOFTMAX, "PMI", 1.0, False),
)


def examine(learner: Learner, counted: Counted, K: int, words: Sequence[int]) -> list[Found]:
    """Every point at the centre words of these rows."""
    learner.require([NAIVE_SOFTMAX, NEGATIVE_SAMPLING])
    return [_found(point, [_gradient(learner, counted, point, K, word) for word in words]) for point in POINTS]


def _found(point: Point, gradients: Sequence[Ball]) -> Found:
    middle = np.abs(np.concatenate([each.mid for each in gradients]))
    bound = np.concatenate([each.rad for each in gradients])
    ratio = np.divide(middle, bound, out=np.zeros_like(middle), where=middle != 0)
    ratio = np.where(np.isnan(ratio), np.inf, ratio)  # a gradient that is no number vanishes nowhere
    worst = int(ratio.argmax())
    holds = bool(ratio[worst] <= 1) == point.vanishes and bool(np.isfinite(middle).all())
    verdict = VERIFIED if holds else REFUTED
    return Found(point, len(middle), float(middle[worst]), float(bound[worst]), float(ratio[worst]), verdict)


def _gradient(learner: Learner, counted: Counted, point: Point, K: int, word: int) -> Ball:
    """The expected gradient (V,) for the centre vector of a word, blurred by the rounding of its scores."""
    form = FORMATS[learner.dtype]
    exact = scores(counted, point.scores, K, word)
    center = round_to(exact, form)
    off = 4 * (form.roundoff + np.finfo(float).eps) * (np.abs(exact) + 8)  # of the scores, logarithms of quotients
    U = np.eye(counted.V, dtype=form.carrier)
    chances, noise = counted.conditional[word], counted.noise(point.smoothing)
    if point.loss == NAIVE_SOFTMAX:
        inputs = [{"center": center, "outside": int(o), "U": U} for o in np.flatnonzero(chances)]
        expected = weighted(learner.balls(NAIVE_SOFTMAX, "grad_center", inputs), chances[chances > 0])
        slope = 2 * np.exp(exact - exact.max()) * off.max()
        return expected.widened(np.minimum(slope, 1.0))
    expected = _sampled(learner, center, U, K, chances, noise)
    return expected.widened((chances + K * noise) / 4 * np.where(exact > NOWHERE, off, 0.0))


def _sampled(
    learner: Learner, center: np.ndarray, U: np.ndarray, K: int, chances: np.ndarray, noise: np.ndarray
) -> Ball:
    """E over the context and K negatives. The terms add up, so that context and negatives vary one at a time."""
    contexts, words = np.flatnonzero(chances), np.arange(len(noise))
    first = int(contexts[0])

    def gradients(outsides: np.ndarray, negatives: np.ndarray) -> list[Ball]:
        inputs = [
            {"center": center, "outside": int(o), "negatives": np.full(K, k), "U": U}
            for o, k in np.broadcast(outsides, negatives)
        ]
        return learner.balls(NEGATIVE_SAMPLING, "grad_center", inputs)

    over_contexts = weighted(gradients(contexts, np.array(0)), chances[contexts])
    over_negatives = weighted(gradients(np.array(first), words), noise)
    [both] = gradients(np.array(first), np.array(0))
    return over_contexts + over_negatives - both


def scores(counted: Counted, name: str, K: int, word: int) -> np.ndarray:
    """The scores (V,) of a centre word with all contexts, in float64."""
    chances = counted.conditional[word]
    with np.errstate(divide="ignore"):
        log_p = np.log(chances)
    smoothed = "smoothed" in name
    pmi = log_p - np.log(counted.noise(0.75 if smoothed else 1.0))
    found = {
        "log p(c | t)": log_p,
        "log p(c | t) + 3": log_p + 3.0,
        "PMI": pmi,
        "PMI + log K": pmi + np.log(K),
        "PMI - log2 K": pmi - np.log2(K),
        "max(PMI - log K, 0)": np.maximum(pmi - np.log(K), 0.0),
    }.get(name, pmi - np.log(K))
    return np.where(np.isfinite(found), found, NOWHERE)
