"""The assignment's draws from blocks of the generator's words: the same windows as PlainDraws, many times faster.

How many words a window takes depends on what they are. Which windows a block holds is found by compiled code where
Numba is installed (scanning.py), and otherwise by NumPy (chains.py)."""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np

from gradgate.text import Corpus
from gradgate.training.batch import Batch
from gradgate.training.chains import Chains
from gradgate.training.course import thin
from gradgate.training.found import Finder, nothing
from gradgate.training.mersenne import Mersenne, shift_below
from gradgate.training.scanning import scanner

BLOCK = 1 << 18  # words: some 150 of the assignment's batches
LARGEST = 1 << 22  # what NumPy's blocks grow to: its chains cost less the longer the block is


class CourseDraws:
    """Batches of B windows from the words of `random.Random(seed)`."""

    def __init__(self, corpus: Corpus, B: int, seed: int, window: int, K: int, threshold: float) -> None:
        self._B, self._window = B, window
        self._generator = Mersenne(random.Random(seed))
        self._words = self._first_radius()  # drawn before the text is thinned, at the first use of that
        thinned = thin(corpus, self._generator, threshold)
        compiled = scanner(thinned, window, K)
        self._find: Finder = compiled or Chains(thinned, window, K)
        self._size, self._largest = BLOCK, BLOCK if compiled else LARGEST
        self._found, self._given = nothing(K), 0  # the windows of the block, and how many of them batches have taken
        self._before = 0  # words that the batches took before the block, since the text was thinned

    def batch(self) -> Batch:
        while len(self._found) - self._given < self._B:
            self._extend()
        self._given += self._B
        return self._found.batch(self._given - self._B, self._B)

    def state(self) -> dict[str, np.ndarray]:
        return {"words": np.array(self._before + self._taken())}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Goes to the state from the beginning, where these draws must still be: MT19937 has to be run through."""
        self._before = int(state["words"])
        left = self._before
        while left > len(self._words):
            left -= len(self._words)
            self._words = self._generator.words(BLOCK)
        self._words = self._words[left:]

    def _first_radius(self) -> np.ndarray:
        """The words up to the first that gives a radius: the last of them, with which the first window begins."""
        while (word := self._generator.words(1))[0] >> shift_below(self._window) >= self._window:
            pass
        return word

    def _taken(self) -> int:
        """How many words of the block its given windows took."""
        return int(self._found.ends[self._given - 1]) if self._given else 0

    def _extend(self) -> None:
        """A new block, behind what the given windows left of the last one."""
        taken = self._taken()
        self._words = np.concatenate([self._words[taken:], self._generator.words(self._size)])
        self._size = min(2 * self._size, self._largest)
        self._found, self._given, self._before = self._find(self._words), 0, self._before + taken
