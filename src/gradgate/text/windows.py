"""Windows and contexts: the words around a centre word, and the negatives that go with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgate.text.corpus import Corpus
from gradgate.text.errors import TextError
from gradgate.text.noise import Convention, draw_negatives
from gradgate.text.subsampling import Rule, subsample


@dataclass(frozen=True, eq=False)
class Window:
    """center: a row; outsides (C,) int64: the rows of the words around it, in the order of the text, C >= 1."""

    center: int
    outsides: np.ndarray


@dataclass(frozen=True, eq=False)
class Context(Window):
    """A window with the negatives of each outside word: C arrays of (K,) int64, shorter ones under "skip"."""

    negatives: tuple[np.ndarray, ...]

    def negative_matrix(self) -> np.ndarray:
        """The negatives as (C, K), the contract's form. Raises TextError when "skip" has made them ragged."""
        if len({len(row) for row in self.negatives}) > 1:
            raise TextError('the negatives are ragged, so no (C, K) matrix; draw them with "reject" or "keep"')
        return np.stack(self.negatives)


def window_at(corpus: Corpus, position: int, radius: int) -> Window:
    """The window of up to `radius` words on each side of a position of `corpus.tokens`, within its sentence.

    Other occurrences of the centre word count as outside words, as in word2vec.c (the CS224n assignment drops them).
    """
    sentence = np.searchsorted(corpus.offsets, position, side="right") - 1
    start = max(position - radius, int(corpus.offsets[sentence]))
    end = min(position + radius + 1, int(corpus.offsets[sentence + 1]))
    before, after = corpus.tokens[start:position], corpus.tokens[position + 1 : end]
    return Window(int(corpus.tokens[position]), np.concatenate([before, after]))


def draw_window(corpus: Corpus, window: int, shrink: bool, rng: np.random.Generator) -> Window:
    """The window of a position drawn evenly from those with a neighbour.

    Its radius is `window`, or with `shrink` drawn evenly from 1..window, as in word2vec.c (`b = next_random % window`).
    """
    position = int(corpus.centers[rng.integers(corpus.centers.size)])
    return window_at(corpus, position, int(rng.integers(1, window + 1)) if shrink else window)


def contexts(
    corpus: Corpus,
    rng: np.random.Generator,
    *,
    window: int = 5,
    K: int = 5,
    negatives: Convention = "reject",
    shrink: bool = True,
    subsampling: Rule | None = None,
    threshold: float | None = None,
) -> Iterator[Context]:
    """Contexts at random positions of the text, without end; the same generator state gives the same contexts.

    Subsampling is done once, before the first context. Raises TextError, at the call, for arguments out of range.
    """
    if window < 1:
        raise TextError(f"contexts got window={window}; expected at least 1")
    thinned = corpus if subsampling is None else subsample(corpus, subsampling, threshold, rng)
    draw_negatives(corpus.noise, np.empty(0, np.int64), K, negatives, rng)  # no target: only checks the arguments

    def endless() -> Iterator[Context]:
        while True:
            at = draw_window(thinned, window, shrink, rng)
            yield Context(at.center, at.outsides, draw_negatives(corpus.noise, at.outsides, K, negatives, rng))

    return endless()
