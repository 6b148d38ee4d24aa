"""Co-occurrence by its definition, a pair of positions after the other: what every other way to count is held against.

A pair of positions i != j of one text with |i - j| <= window counts in W[tokens[i], tokens[j]] (Princeton COS 484,
precept 3: W[t, c] is how often c is in the window of t). Windows stop at the ends of the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from gradgate.cells import Cells


def cooccurrence(tokens: Sequence[int] | np.ndarray, window: int) -> Cells:
    """W (V, V) in int64, V one more than the largest token; only the cells that hold a count."""
    words = [int(token) for token in tokens]
    counts = Counter(
        (word, words[j])
        for i, word in enumerate(words)
        for j in range(max(0, i - window), min(len(words), i + window + 1))
        if j != i
    )
    V = max(words, default=-1) + 1
    places = np.array(sorted(counts), np.int64).reshape(-1, 2)
    return Cells(places, np.array([counts[t, c] for t, c in places.tolist()], np.int64), (V, V))


def pairs_within(length: int, window: int) -> int:
    """How many pairs of positions a text of so many tokens has within the window, each in both directions."""
    reach = min(window, max(length - 1, 0))
    return reach * (2 * length - reach - 1)
