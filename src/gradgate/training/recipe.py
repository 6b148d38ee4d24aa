"""How a run trains: the assignment's settings, those of word2vec.c, and what follows from them step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from gradgate.errors import CannotRun
from gradgate.text import Corpus, TextError, Vocabulary, build_corpus
from gradgate.training.batch import Draws
from gradgate.training.course import course_corpus
from gradgate.training.course_draws import CourseDraws
from gradgate.training.text_draws import TextDraws

CS224N, WORD2VEC = "cs224n", "word2vec"
COURSE_DIMENSION = 10
LEAST_STEPS = 20_000


@dataclass(frozen=True)
class Recipe:
    """Everything that a run is drawn and stepped by.

    rate: what the mean gradient of a batch's windows is multiplied by at first; it is halved after every `halve_every`
    steps, or, where that is None, falls evenly to zero. threshold: of subsampling. negatives: K. batch: windows a step.
    seed: of the draws; vector_seed: of the initial vectors.
    """

    name: str
    dimension: int
    window: int
    negatives: int
    convention: str
    batch: int
    steps: int
    rate: float
    halve_every: int | None
    threshold: float
    min_count: int
    dtype: str
    seed: int
    vector_seed: int

    def rate_at(self, step: int) -> float:
        """The rate of a step; the first is step 1."""
        if self.halve_every is None:
            return self.rate * (self.steps - step + 1) / self.steps
        return self.rate * 0.5 ** ((step - 1) // self.halve_every)

    def draws(self, corpus: Corpus) -> Draws:
        """The batches of this recipe from the beginning. Raises TextError where the text is too small for them."""
        require_negatives(corpus.vocabulary, self.negatives, self.convention)
        if self.name == CS224N:
            return CourseDraws(corpus, self.batch, *self.course())
        return TextDraws(corpus, self.batch, self.seed, self.window, self.negatives, self.threshold, self.convention)

    def course(self) -> tuple[int, int, int, float]:
        """What the assignment's draws depend on: seed, window, K and the threshold."""
        return self.seed, self.window, self.negatives, self.threshold

    def first_vectors(self, V: int) -> tuple[np.ndarray, np.ndarray]:
        """V_c even in ±1/(2d) and U zero, both (V, d): the assignment's start, which is word2vec.c's too."""
        # the assignment draws them from NumPy's old generator, whose numbers NumPy promises to keep
        uniforms = np.random.RandomState(self.vector_seed).rand(V, self.dimension)
        return ((uniforms - 0.5) / self.dimension).astype(self.dtype), np.zeros((V, self.dimension), self.dtype)


def cs224n(corpus: Corpus) -> dict[str, Any]:
    """The assignment's settings, `run.py` and `sgd.py`."""
    return {
        "dimension": COURSE_DIMENSION,
        "window": 5,
        "negatives": 10,
        "convention": "reject",
        "batch": 50,
        "steps": 40_000,
        "rate": 0.3,
        "halve_every": 20_000,
        "threshold": 1e-5,
        "min_count": 1,
        "dtype": "float64",
        "seed": 31415,
        "vector_seed": 9265,
    }


def word2vec(corpus: Corpus) -> dict[str, Any]:
    """The defaults of word2vec.c, in batches: 0.025 a pair, so 0.025 B on the mean of B windows; five epochs, and more
    on a short text, which five leave half learned."""
    batch = 50
    return {
        "dimension": 100,
        "window": 5,
        "negatives": 5,
        "convention": "reject",
        "batch": batch,
        "steps": max(LEAST_STEPS, ceil(5 * corpus.tokens.size / batch)),
        "rate": 0.025 * batch,
        "halve_every": None,
        "threshold": 1e-3,
        "min_count": 5,
        "dtype": "float64",
        "seed": 0,
        "vector_seed": 0,
    }


DEFAULTS: dict[str, Callable[[Corpus], dict[str, Any]]] = {CS224N: cs224n, WORD2VEC: word2vec}


def corpus_for(name: str, sentences: list[list[str]], min_count: int | None) -> Corpus:
    """The text with the vocabulary of the recipe. Raises TextError where nothing can be learned from it."""
    if name == CS224N:
        if min_count not in (None, 1):
            raise CannotRun("--min-count is for --recipe word2vec: the assignment keeps every word")
        corpus = course_corpus(sentences)
    else:
        corpus = build_corpus(sentences, 5 if min_count is None else min_count)
    known = int(np.unique(corpus.tokens).size)  # UNK is no word of the text
    if known < 2:
        raise TextError(f"the text has a vocabulary of {known} word; a window needs two different ones")
    return corpus


def require_negatives(vocabulary: Vocabulary, K: int, convention: str) -> None:
    """Raises TextError where K negatives that differ from their target must repeat, for want of other words."""
    others = len(vocabulary) - 1
    if convention == "reject" and others < K:
        raise TextError(
            f'K = {K} negatives are more than the {others} other words of the vocabulary that "reject" leaves; '
            f"--negatives {others}, a larger text, or --convention keep with --recipe word2vec"
        )
