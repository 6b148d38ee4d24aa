"""The counts that the bridge starts from: those of a text's most frequent words, within its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradgate.cells import Cells
from gradgate.counts.definition import cooccurrence
from gradgate.errors import CannotRun
from gradgate.text import Corpus, build_corpus, read_text


@dataclass(frozen=True, eq=False)
class Counted:
    """A text and its co-occurrences W (V, V), in which every word has a pair."""

    corpus: Corpus
    W: Cells

    @property
    def V(self) -> int:  # noqa: N802  # sizes are capitals
        return self.W.shape[0]

    @cached_property
    def counts(self) -> np.ndarray:
        """W as a dense matrix (V, V) of float64."""
        dense: np.ndarray = self.W.dense().astype(np.float64)
        return dense

    @cached_property
    def conditional(self) -> np.ndarray:
        """p(c | t), (V, V)."""
        share: np.ndarray = self.counts / self.counts.sum(axis=1, keepdims=True)
        return share

    def noise(self, smoothing: float) -> np.ndarray:
        """The contexts' shares (V,) to the power `smoothing`, normalised: what negatives are drawn from."""
        weight = self.counts.sum(axis=0) ** smoothing
        share: np.ndarray = weight / weight.sum()
        return share


def counted(source: str | None, vocabulary: int, window: int) -> Counted:
    """Counts the `vocabulary` most frequent words of a text; None is the default text. No window leaves its sentence.

    Raises CannotRun, worded, where the text cannot be read or a word of it has no neighbour.
    """
    corpus = build_corpus(read_text(source), min_count=1, max_size=vocabulary)
    W = cooccurrence(apart(corpus, window), window)
    V = len(corpus.vocabulary)
    inside = (W.places < V).all(axis=1)
    found = Cells(W.places[inside], W.values[inside], (V, V))
    if len(lonely := np.setdiff1d(np.arange(V), found.rows)):
        word = corpus.vocabulary.words[lonely[0]]
        raise CannotRun(f"{word!r} has no neighbour among the {V} words: take fewer of them, or a longer text")
    return Counted(corpus, found)


def apart(corpus: Corpus, window: int) -> np.ndarray:
    """The tokens with `window` filling words, V, after each sentence: no window reaches from one to the next."""
    filling = np.full(window, len(corpus.vocabulary))
    parts = np.split(corpus.tokens, corpus.offsets[1:-1])
    return np.concatenate([np.append(part, filling) for part in parts])
