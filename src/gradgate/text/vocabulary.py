"""The vocabulary: which words of a text have a row, by descending frequency, and how often each occurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from gradgate.text.errors import TextError


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """words: V distinct words, the most frequent first; counts (V,) int64: how often each occurs in the text."""

    words: tuple[str, ...]
    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    def encode(self, sentence: Iterable[str]) -> list[int]:
        """The rows of a sentence's words; words outside the vocabulary are dropped, as word2vec.c does."""
        rows = self.rows
        return [rows[word] for word in sentence if word in rows]


def build_vocabulary(sentences: Iterable[list[str]], min_count: int = 5, max_size: int | None = None) -> Vocabulary:
    """The words that occur at least min_count times, at most max_size of them (None: no limit).

    Rows go by descending frequency; of equally frequent words the one that appears first in the text comes first.
    Raises TextError when min_count or max_size is below 1, or when no word is left.
    """
    if min_count < 1 or (max_size is not None and max_size < 1):
        raise TextError(f"the vocabulary got min_count={min_count} and max_size={max_size}; expected both to be >= 1")
    counted = Counter(chain.from_iterable(sentences))
    # most_common sorts stably, and a Counter keeps the order of first appearance: that settles the ties
    kept = [(word, count) for word, count in counted.most_common(max_size) if count >= min_count]
    if not kept:
        raise TextError(f"none of {len(counted)} words occurs min_count={min_count} times; give a longer text")
    return Vocabulary(tuple(word for word, _ in kept), np.array([count for _, count in kept], np.int64))
