"""The windows that a block of the generator's words holds: what CourseDraws takes its batches from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradgate.training.batch import Batch


@dataclass(frozen=True, eq=False)
class Found:
    """W windows, one after the other: centers (W,), outsides (N,), offsets (W+1,), negatives (N, K), all int64.

    ends (W,) says at which word of the block the next window begins.
    """

    centers: np.ndarray
    outsides: np.ndarray
    offsets: np.ndarray
    negatives: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.centers)

    def batch(self, first: int, B: int) -> Batch:
        """The B windows from the window `first` on."""
        offsets = self.offsets[first : first + B + 1]
        words = slice(offsets[0], offsets[-1])
        return Batch(self.centers[first : first + B], self.outsides[words], offsets - offsets[0], self.negatives[words])


Finder = Callable[[np.ndarray], Found]  # the whole windows at the beginning of a block of words, uint32 (n,), n > 0


def nothing(K: int) -> Found:
    """No window."""
    none = np.zeros(0, np.int64)
    return Found(none, none, np.zeros(1, np.int64), np.zeros((0, K), np.int64), none)
