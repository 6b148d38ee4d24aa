"""The assignment's draws one number at a time, as its own code makes them: the referee and yardstick of CourseDraws.

Source: CS224n, assignment 2, `getRandomContext`, `getNegativeSamples` and `word2vec_sgd_wrapper`."""

from __future__ import annotations

import random

from gradgate.text import Corpus
from gradgate.training.course import TABLE, Thinned, thin
from gradgate.training.mersenne import Mersenne

Window = tuple[int, list[int], list[list[int]]]  # the centre, its outside words, and the negatives of each


class PlainDraws:
    """Windows from `random.Random(seed)`."""

    def __init__(self, corpus: Corpus, seed: int, window: int, K: int, threshold: float) -> None:
        self._random, self._window, self._K = random.Random(seed), window, K
        self._radius: int | None = self._random.randint(1, window)  # drawn before the text is thinned, at first use
        version, _, gauss = self._random.getstate()
        generator = Mersenne(self._random)
        self._thinned: Thinned = thin(corpus, generator, threshold)
        self._random.setstate((version, tuple(generator.state().tolist()), gauss))

    def draw(self) -> Window:
        radius = self._radius if self._radius is not None else self._random.randint(1, self._window)
        self._radius = None
        center, outsides = self._context(radius)
        return center, outsides, [self._negatives(outside) for outside in outsides]

    def _context(self, radius: int) -> tuple[int, list[int]]:
        """Other occurrences of the centre word are left out, and an empty window is drawn again."""
        tokens, starts = self._thinned.tokens, self._thinned.starts
        while True:
            sentence = self._random.randint(0, len(starts) - 2)
            words = tokens[starts[sentence] : starts[sentence + 1]].tolist()
            at = self._random.randint(0, len(words) - 1)
            around = words[max(0, at - radius) : at] + words[at + 1 : at + radius + 1]
            if outsides := [word for word in around if word != words[at]]:
                return words[at], outsides

    def _negatives(self, outside: int) -> list[int]:
        """A sample that equals the outside word is drawn again."""
        negatives: list[int] = []
        while len(negatives) < self._K:
            drawn = int(self._thinned.table[self._random.randint(0, TABLE - 1)])
            if drawn != outside:
                negatives.append(drawn)
        return negatives
