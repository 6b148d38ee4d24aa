"""A text as rows of a vocabulary: what windows are cut from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from gradgate.huffman import HuffmanTree, huffman_tree
from gradgate.text.errors import TextError
from gradgate.text.noise import noise_cdf
from gradgate.text.reading import read_text
from gradgate.text.vocabulary import Vocabulary, build_vocabulary

GATE_VOCABULARY = 800  # Zipfian enough for hundreds of rare rows, small enough for an exact reference of every row


@dataclass(frozen=True, eq=False)
class Corpus:
    """tokens (N,) int64, the text as rows of the vocabulary; sentence s is tokens[offsets[s] : offsets[s + 1]]."""

    vocabulary: Vocabulary
    tokens: np.ndarray
    offsets: np.ndarray

    @cached_property
    def noise(self) -> np.ndarray:
        """The cumulative noise distribution (V,) of the whole text."""
        return noise_cdf(self.vocabulary.counts)

    @cached_property
    def tree(self) -> HuffmanTree:
        """The Huffman tree of the text's words."""
        return huffman_tree(self.vocabulary.counts)

    @cached_property
    def centers(self) -> np.ndarray:
        """The positions in `tokens` that have a neighbour in their sentence, so that no window is empty."""
        lengths = np.diff(self.offsets)
        return np.flatnonzero(np.repeat(lengths, lengths) >= 2)


def build_corpus(sentences: Sequence[list[str]], min_count: int = 5, max_size: int | None = None) -> Corpus:
    """The corpus of these sentences, with the words that occur at least min_count times, at most max_size of them.

    Raises TextError when no sentence keeps two words of the vocabulary: a window needs a centre and a neighbour.
    """
    vocabulary = build_vocabulary(sentences, min_count, max_size)
    rows = [vocabulary.encode(sentence) for sentence in sentences]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    tokens = np.array([row for sentence in rows for row in sentence], np.int64)
    cut = f"the cut at min_count={min_count}, max_size={max_size}"
    return require_windows(Corpus(vocabulary, tokens, offsets), cut)


def require_windows(corpus: Corpus, cut: str) -> Corpus:
    """The corpus itself. Raises TextError, naming the cut that shortened the text, when it has no window at all."""
    if not corpus.centers.size:
        left = f"{corpus.tokens.size} tokens in {corpus.offsets.size - 1} sentences are left after {cut}"
        raise TextError(f"the text is too short: {left}, but a window needs 2 in one sentence; give a longer text")
    return corpus


@lru_cache(maxsize=1)
def gate_corpus() -> Corpus:
    """The default text with its 800 most frequent words: what the gate draws its real contexts from."""
    return build_corpus(read_text(), max_size=GATE_VOCABULARY)
