"""The 32-bit words behind CPython's `random`, in blocks, so that what a program draws one by one can be drawn at once.

CPython and NumPy share the generator (MT19937) and differ in how they turn its words into numbers. `random.random()` is
made of two words, `random.randint` of the upper bits of one, drawn again while they are too large."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

WORD_BITS = 32


class Mersenne:
    """The words that a `random.Random` would take next."""

    def __init__(self, generator: random.Random) -> None:
        *key, place = generator.getstate()[1]
        self._bits = np.random.MT19937()
        state: Any = {"key": np.array(key, np.uint32), "pos": place}
        self._bits.state = {"bit_generator": "MT19937", "state": state}

    def words(self, count: int) -> np.ndarray:
        """The next words, uint32 (count,)."""
        return self._bits.random_raw(count).astype(np.uint32)

    def uniforms(self, count: int) -> np.ndarray:
        """What `random.random()` returns the next `count` times, float64 (count,)."""
        high, low = self.words(2 * count).reshape(-1, 2).T
        # 27 bits of the one word and 26 of the other: Modules/_randommodule.c, random_random
        return ((high >> 5) * 67108864.0 + (low >> 6)) / 9007199254740992.0

    def state(self) -> np.ndarray:
        """The generator's 624 words and its position in them, uint32 (625,), as `random.getstate` has them."""
        found = self._bits.state["state"]
        return np.append(found["key"], found["pos"]).astype(np.uint32)


def shift_below(bound: int) -> int:
    """How far `random.randrange(bound)` shifts a word to the right, before it draws again what is not below bound."""
    return WORD_BITS - bound.bit_length()
