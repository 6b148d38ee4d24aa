"""The scripted dataset: `sampleTokenIdx()` hands out a case's negatives in their order, and counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradgate.adapters.problems import TapeExhausted, WrongDraws


class Tape:
    """A dataset that can only sample.

    Behind the due samples other words follow, so that a file that draws 2K is told so by its number; after
    4 K + 20 samples TapeExhausted ends a file that never stops. The words behind are never `outside`: a file that
    redraws would otherwise hang where it should be counted.
    """

    def __init__(self, samples: Sequence[int] | np.ndarray, outside: int, V: int) -> None:
        self.samples = [int(sample) for sample in samples]
        self.consumed = 0
        used = set(self.samples)
        others = [word for word in range(V) if word != outside] or [0]
        self._behind = sorted(others, key=lambda word: word in used)  # unused words first, for files that want new ones
        self._most = 4 * len(self.samples) + 20

    def sample_token_idx(self) -> int:
        """The next sample."""
        position = self.consumed
        if position >= self._most:
            raise TapeExhausted(self._sentence(f"asked for more than {position} samples"))
        self.consumed += 1
        if position < len(self.samples):
            return self.samples[position]
        return self._behind[(position - len(self.samples)) % len(self._behind)]

    sampleTokenIdx = sample_token_idx  # the assignment's own spelling

    def check(self) -> None:
        """Raise WrongDraws unless just the due samples were drawn (also where the file swallowed TapeExhausted)."""
        if self.consumed >= self._most:
            raise TapeExhausted(self._sentence(f"asked for {self.consumed} samples or more"))
        if self.consumed != len(self.samples):
            drew = f"drew {self.consumed} samples" if self.consumed else "drew no sample from the dataset"
            raise WrongDraws(self._sentence(drew))

    def _sentence(self, drew: str) -> str:
        repeats = len(set(self.samples)) < len(self.samples) < self.consumed
        hint = "; samples of this case repeat: perhaps it redraws repeated ones" if repeats else ""
        hint = hint if self.consumed or not self.samples else ": its negatives are its own"
        return f"{drew} where K={len(self.samples)}{hint}"
