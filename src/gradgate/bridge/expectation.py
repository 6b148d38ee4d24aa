"""The expected loss and gradient over random negatives: summed exactly over V, and averaged over draws.

A negative that equals its target is kept, skipped or drawn again, and each convention has an expectation of its own.
The interval of an average is empirical Bernstein's (Maurer and Pontil 2009, theorem 4): it holds for every n, needs the
range alone, which is known exactly, and has no constant to choose but the chance that it fails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.bridge.calling import Learner
from gradgate.bridge.counted import Counted
from gradgate.draws import generator
from gradgate.formats import FORMATS, round_to
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.text.noise import CONVENTIONS, draw_negatives, noise_cdf
from gradgate.verdicts import REFUTED, VERIFIED

FAILS = 1e-6  # the chance that any interval of a run misses what it should hold
DIMENSION = 10


@dataclass(frozen=True)
class Average:
    """One quantity under one convention, at its worst component: the sum over V, the average, and its interval.

    told_apart names the conventions whose exact expectation lies outside the interval of this one.
    """

    convention: str
    quantity: str
    exact: float
    average: float
    half_width: float
    draws: int
    told_apart: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, eq=False)
class Terms:
    """What the implementation gives for one pair: the positive term, (m,), and that of each word as a negative, (V, m).

    m is 1 for the loss, d for the centre vector's gradient.
    """

    positive: np.ndarray
    negative: np.ndarray

    def expected(self, convention: str, noise: np.ndarray, target: int, K: int) -> np.ndarray:
        """The expectation over K negatives, exactly summed over all words: (m,)."""
        share = noise.copy()
        if convention != "keep":
            share[target] = 0.0
        if convention == "reject":
            share /= share.sum()
        found: np.ndarray = self.positive + K * share @ self.negative
        return found

    def span(self, K: int, skips: bool) -> np.ndarray:
        """How far two values of one draw can be apart: K terms, of which some may be missing, (m,)."""
        low, high = self.negative.min(axis=0), self.negative.max(axis=0)
        if skips:
            low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
        found: np.ndarray = K * (high - low)
        return found


def examine(learner: Learner, counted: Counted, K: int, draws: int, seed: int) -> list[Average]:
    """All conventions, for the pair of the text's most frequent word with itself: its share of the noise is largest."""
    learner.require([NEGATIVE_SAMPLING])
    cdf, pair = noise_cdf(counted.corpus.vocabulary.counts), _pair(learner, counted.V, seed)
    noise = np.diff(cdf, prepend=0.0)
    terms = _terms(learner, pair, counted.V)
    intervals = len(CONVENTIONS) * (1 + DIMENSION)
    found = []
    for convention in CONVENTIONS:
        rng = generator(seed, f"bridge {convention}", 0)
        negatives = draw_negatives(cdf, np.full(draws, pair["outside"]), K, convention, rng)  # type: ignore[arg-type]
        drawn = _drawn(learner, pair, negatives)
        for quantity in ("loss", "grad_center"):
            exact = {c: terms[quantity].expected(c, noise, pair["outside"], K) for c in CONVENTIONS}
            span = terms[quantity].span(K, convention == "skip")
            found.append(_average(convention, quantity, exact, drawn[quantity], span, FAILS / intervals))
    return found


def half_width(values: np.ndarray, span: np.ndarray, fails: float) -> np.ndarray:
    """Of the interval around the mean of values (n, m) in a range `span` (m,): it fails with less than this chance."""
    n, log = len(values), math.log(4 / fails)  # 2 sides, and 2 in the theorem
    found: np.ndarray = np.sqrt(2 * values.var(axis=0, ddof=1) * log / n) + 7 * span * log / (3 * (n - 1))
    return found


def _average(
    convention: str, quantity: str, exact: dict[str, np.ndarray], values: np.ndarray, span: np.ndarray, fails: float
) -> Average:
    mean, width = values.mean(axis=0), half_width(values, span, fails)
    off = np.abs(mean - exact[convention])
    worst = int((off / width).argmax())
    others = tuple(c for c in CONVENTIONS if c != convention and bool((np.abs(mean - exact[c]) > width).any()))
    verdict = VERIFIED if bool((off <= width).all()) else REFUTED  # NaN is in no interval
    at = float(exact[convention][worst]), float(mean[worst]), float(width[worst])
    return Average(convention, quantity, *at, len(values), others, verdict)


def _pair(learner: Learner, V: int, seed: int) -> dict[str, Any]:
    rng = generator(seed, "bridge pair", V)
    form = FORMATS[learner.dtype]
    vectors = round_to(rng.normal(size=(V + 1, DIMENSION)) / math.sqrt(DIMENSION), form)
    return {"center": vectors[0] * 2, "outside": 0, "U": vectors[1:]}


def _terms(learner: Learner, pair: dict[str, Any], V: int) -> dict[str, Terms]:
    """From calls with one negative, and with two: g(o, [0]) + g(o, [0]) - g(o, [0, 0]) is the positive term."""
    inputs = [{**pair, "negatives": np.array(negatives)} for negatives in [[0, 0], *([word] for word in range(V))]]
    outcomes = learner.outcomes(NEGATIVE_SAMPLING, inputs)
    found = {}
    for quantity in ("loss", "grad_center"):
        rows = [np.ravel(outcome.results[quantity].values).astype(np.float64) for outcome in outcomes]
        positive = 2 * rows[1] - rows[0]
        found[quantity] = Terms(positive, np.stack(rows[1:]) - positive)
    return found


def _drawn(learner: Learner, pair: dict[str, Any], negatives: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Loss (n, 1) and gradient (n, d) of each draw. Equal draws are one call: an implementation keeps no state."""
    ordered = [tuple(np.sort(row).tolist()) for row in negatives]
    distinct = {row: place for place, row in enumerate(dict.fromkeys(ordered))}
    inputs = [{**pair, "negatives": np.array(row, np.int64)} for row in distinct]
    outcomes = learner.outcomes(NEGATIVE_SAMPLING, inputs)
    places = [distinct[row] for row in ordered]
    return {
        quantity: np.stack([np.ravel(o.results[quantity].values).astype(np.float64) for o in outcomes])[places]
        for quantity in ("loss", "grad_center")
    }
