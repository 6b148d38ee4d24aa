"""Draws from any text by the conventions of word2vec.c, a batch at a time: batch n depends on the seed and n alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from gradgate.text import Corpus, draw_negatives, subsample
from gradgate.text.noise import Convention
from gradgate.training.batch import Batch
from gradgate.training.windows import Windows


class TextDraws:
    """Batches of B windows at positions drawn evenly from the subsampled text, their radii evenly from 1..window."""

    def __init__(
        self, corpus: Corpus, B: int, seed: int, window: int, K: int, threshold: float, convention: str
    ) -> None:
        self._seed, self._B, self._window, self._K = seed, B, window, K
        self._convention = cast(Convention, convention)
        thinned = subsample(corpus, "word2vec", threshold, self._generator(0))
        self._noise, self._centers = corpus.noise, thinned.centers
        self._text = Windows(thinned.tokens, thinned.offsets)
        self._drawn = 0

    def batch(self) -> Batch:
        self._drawn += 1
        rng = self._generator(self._drawn)
        positions = self._centers[rng.integers(self._centers.size, size=self._B)]
        places, counts = self._text.around(positions, rng.integers(1, self._window + 1, self._B))
        outsides = self._text.tokens[places[places != positions.repeat(counts)]]
        negatives = draw_negatives(self._noise, outsides, self._K, self._convention, rng)
        offsets = np.concatenate([[0], np.cumsum(counts - 1)])
        return Batch(self._text.tokens[positions], outsides, offsets, np.array(negatives))

    def state(self) -> dict[str, np.ndarray]:
        return {"batches": np.array(self._drawn)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        self._drawn = int(state["batches"])

    def _generator(self, batch: int) -> np.random.Generator:
        """0 for the subsampling; batches count from 1."""
        return np.random.Generator(np.random.Philox(key=self._seed, counter=[0, 0, 0, batch]))
