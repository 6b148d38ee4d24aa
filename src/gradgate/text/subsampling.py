"""Dropping frequent words before windows are cut, by the two rules in use: they differ, so each has its name."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from gradgate.text.corpus import Corpus, require_windows
from gradgate.text.errors import TextError

Rule = Literal["word2vec", "cs224n"]
RULES: tuple[str, ...] = get_args(Rule)
THRESHOLDS = {"word2vec": 1e-3, "cs224n": 1e-5}  # the defaults of word2vec.c (`sample`) and of the assignment


def keep_probability(counts: np.ndarray, rule: Rule, threshold: float | None = None) -> np.ndarray:
    """The probability (V,) that an occurrence of each word is kept; f = counts / sum of counts, t the threshold.

    "word2vec"  min(1, (sqrt(f/t) + 1) t/f): what word2vec.c computes, not what its paper says;
    "cs224n"    1 - max(0, 1 - sqrt(t/f)): the paper's formula (Mikolov et al. 2013, eq. 5), as the assignment has it.
    A word that never occurs gets 1. Raises TextError for another rule or a threshold that is not positive.
    """
    t = THRESHOLDS.get(rule, 0.0) if threshold is None else threshold
    if rule not in RULES or not t > 0:
        raise TextError(f"subsampling got rule={rule!r}, threshold={threshold}; expected one of {RULES} and t > 0")
    with np.errstate(divide="ignore"):
        ratio = t * np.sum(counts) / np.asarray(counts, np.float64)  # t / f
    kept: np.ndarray = np.minimum(1.0, np.sqrt(ratio) + ratio if rule == "word2vec" else np.sqrt(ratio))
    return kept


def subsample(corpus: Corpus, rule: Rule, threshold: float | None, rng: np.random.Generator) -> Corpus:
    """The corpus with each occurrence kept or dropped at random, so that windows reach over what was dropped.

    The vocabulary, its counts and the noise stay those of the whole text, as in word2vec.c.
    Raises TextError when no window is left.
    """
    kept = rng.random(corpus.tokens.size) < keep_probability(corpus.vocabulary.counts, rule, threshold)[corpus.tokens]
    before = np.concatenate([[0], np.cumsum(kept)])  # how many tokens are kept before each position
    return require_windows(
        Corpus(corpus.vocabulary, corpus.tokens[kept], before[corpus.offsets]), f"subsampling by {rule}"
    )
