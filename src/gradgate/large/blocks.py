"""A matrix of gigabytes in float64, a block of rows at a time, with products whose sums are as deep as NumPy's own.

Every sum of n terms is one over leaves of 16, in any order, then along a binary tree, so that a term passes at most
16 + ceil(log2(n / 16)) + 3 roundings, or n. An arithmetic whose summation is declared "pairwise" grants more
(`bounds.arithmetic`): its bounds hold for the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

LEAF = 16
_NUMBERS = 2**18  # in a block: two megabytes of float64, which stay in the cache


def spans(count: int, width: int) -> list[slice]:
    """Blocks of rows of a (count, width) matrix, in their order; all but the last have the same size."""
    step = LEAF * max(1, _NUMBERS // (LEAF * max(1, width)))
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


class Blocks:
    """A matrix (V, d) that is stored in any float dtype, or its `view`, as a float64 array in all that is done here."""

    __array_ufunc__ = None  # weights @ blocks is ours to compute

    def __init__(self, stored: np.ndarray, view: Callable[[np.ndarray], np.ndarray] | None = None) -> None:
        self.stored = stored
        self.shape = stored.shape
        self._view = view
        self._last: tuple[np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.stored)

    def __getitem__(self, rows: Any) -> np.ndarray:
        wide = np.asarray(self.stored[rows], np.float64)
        return self._view(wide) if self._view else wide

    def __iter__(self) -> Iterator[np.ndarray]:
        for span in spans(*self.shape):
            yield self[span]

    def __matmul__(self, vector: np.ndarray) -> np.ndarray:
        """(V,) for a vector (d,). The last one's is kept: many bounds ask for it."""
        if self._last is None or not np.array_equal(self._last[0], vector):
            self._last = vector.copy(), self._times(vector)
        return self._last[1]

    def _times(self, vector: np.ndarray) -> np.ndarray:
        product = np.empty(len(self))
        for span, block in zip(spans(*self.shape), self, strict=True):
            leaves = [block[:, j : j + LEAF] @ vector[j : j + LEAF] for j in range(0, len(vector), LEAF)]
            product[span] = tree_sum(np.stack(leaves)) if leaves else 0.0
        return product

    def __rmatmul__(self, weights: np.ndarray) -> np.ndarray:
        """(d,) for weights (V,), or (k, d) for (k, V)."""
        rows = np.atleast_2d(weights)
        parts = [_weighted(rows[:, span], block) for span, block in zip(spans(*self.shape), self, strict=True)]
        return tree_sum(np.stack(parts)).reshape(*weights.shape[:-1], self.shape[1])

    def max(self, initial: float) -> float:
        return max((float(block.max(initial=initial)) for block in self), default=initial)

    def sum(self, axis: int) -> np.ndarray:
        """The sums of the rows (V,)."""
        assert axis == 1
        return self @ np.ones(self.shape[1])


def tree_sum(terms: np.ndarray) -> np.ndarray:
    """The sum along the first axis, in pairs."""
    while (n := len(terms)) > 1:
        half = n // 2
        paired = terms[:half] + terms[half : 2 * half]
        terms = np.concatenate([paired, terms[2 * half :]]) if n % 2 else paired
    return terms[0]


def _weighted(weights: np.ndarray, block: np.ndarray) -> np.ndarray:
    whole, k = len(block) // LEAF * LEAF, len(weights)
    sliced = weights[:, :whole].reshape(k, -1, LEAF).transpose(1, 0, 2)
    leaves = np.matmul(sliced, block[:whole].reshape(-1, LEAF, block.shape[1]))
    rest = weights[:, whole:] @ block[whole:]
    return tree_sum(np.concatenate([leaves, rest[None]]))
