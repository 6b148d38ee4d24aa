"""Vectors in the text format of word2vec, which gensim's `KeyedVectors.load_word2vec_format` and others read.

A first line with V and d; then a line a word: the word, and its d numbers, each in as few digits as
give it back exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def word2vec_text(words: Sequence[str], vectors: np.ndarray) -> str:
    """words (V,), none with a white space in it; vectors (V, d)."""
    lines = [f"{len(words)} {vectors.shape[1]}"]
    lines += [" ".join([word, *map(repr, row)]) for word, row in zip(words, vectors.tolist(), strict=True)]
    return "\n".join(lines) + "\n"
