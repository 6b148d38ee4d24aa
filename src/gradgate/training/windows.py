"""Many windows at once: the places around positions of a text, for a whole batch."""

from __future__ import annotations

import numpy as np


class Windows:
    """A text cut into sentences: tokens (N,) ints, fewer than 2^31; sentence s is tokens[starts[s] : starts[s + 1]]."""

    def __init__(self, tokens: np.ndarray, starts: np.ndarray) -> None:
        lengths = np.diff(starts)
        self.tokens = tokens
        narrow = starts.astype(np.int32)
        self.begins, self.ends = np.repeat(narrow[:-1], lengths), np.repeat(narrow[1:], lengths)

    def around(self, positions: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The places within each radius (B,) of each position (B,), its own among them, within its sentence.

        Returns places (M,), window after window, and the counts (B,) of them in each.
        """
        low = np.maximum(self.begins.take(positions), positions - radii)
        counts = np.minimum(self.ends.take(positions), positions + radii + 1) - low
        before = counts.cumsum() - counts
        return (low - before).repeat(counts) + np.arange(counts.sum()), counts
