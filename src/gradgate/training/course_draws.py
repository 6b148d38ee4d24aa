"""The assignment's draws from blocks of the generator's words: the same windows as PlainDraws, many times faster.

How many words a window takes depends on what they are, so windows are walked one after the other (`_walk`), in a few
look-ups each; what they hold is gathered for the whole batch. The walk takes it that no negative equals its outside
word, which would be drawn again; where one does, that window is drawn plainly, and the walk goes on behind it."""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np

from gradgate.text import Corpus
from gradgate.training.batch import Batch
from gradgate.training.course import TABLE, Thinned, thin
from gradgate.training.mersenne import WORD_BITS, Mersenne, shift_below
from gradgate.training.windows import Windows

BLOCK = 1 << 18  # words: some 150 of the assignment's batches


class CourseDraws:
    """Batches of B windows from the words of `random.Random(seed)`."""

    def __init__(self, corpus: Corpus, B: int, seed: int, window: int, K: int, threshold: float) -> None:
        self._B, self._K, self._window = B, K, window
        self._generator = Mersenne(random.Random(seed))
        radius = self._first_radius()  # the assignment draws it before it thins the text, at the first use of that
        self._text = _Text(thin(corpus, self._generator, threshold), window)
        self._at = 0
        self._fill(radius)
        self._drawn = 0  # words, since the text was thinned, that batches have taken

    def batch(self) -> Batch:
        while True:
            try:
                found, end = self._draw()
            except IndexError:  # the block ends within the batch
                self._fill(self._words[self._at :])
                continue
            self._drawn += end - self._at
            self._at = end
            return found

    def state(self) -> dict[str, np.ndarray]:
        return {"words": np.array(self._drawn)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Goes to the state from the beginning, where these draws must still be: MT19937 has to be run through."""
        left = int(state["words"]) - self._drawn
        while left > len(self._words) - self._at:
            left -= len(self._words) - self._at
            self._fill(self._words[:0])
        self._at += left
        self._drawn = int(state["words"])

    def _first_radius(self) -> np.ndarray:
        """The words up to the first that gives a radius; the one that does goes to the front of the first block."""
        while (word := self._generator.words(1))[0] >> shift_below(self._window) >= self._window:
            pass
        return word

    def _fill(self, rest: np.ndarray) -> None:
        """A new block behind the rest of the last one, and which of its words can stand for a negative."""
        self._words, self._at = np.concatenate([rest, self._generator.words(BLOCK)]), 0
        drawn = self._words >> shift_below(TABLE)
        accepted = drawn < TABLE
        places = np.flatnonzero(accepted).astype(np.int32)
        self._noise = self._text.thinned.table.take(drawn.take(places))
        self._word, self._place = self._words.data, places.data
        before: np.ndarray = np.cumsum(accepted, dtype=np.int32) - accepted  # how many places are before each word
        self._rank: memoryview = before.data

    def _draw(self) -> tuple[Batch, int]:
        """The next batch, and the place of the first word behind it. Raises IndexError where the block ends."""
        positions: list[int] = []
        radii: list[int] = []
        firsts: list[int] = []
        redrawn: dict[int, np.ndarray] = {}
        at = self._at
        while True:
            at = self._walk(positions, radii, firsts, at)
            centers, outsides, offsets = self._text.windows(np.array(positions), np.array(radii) + 1)
            first = (np.array(firsts) - offsets[:-1] * self._K).repeat(offsets[1:] - offsets[:-1])
            pairs = first + np.arange(0, len(outsides) * self._K, self._K)
            negatives = self._noise.take(pairs[:, None] + np.arange(self._K))
            for b, rows in redrawn.items():
                negatives[offsets[b] : offsets[b + 1]] = rows
            equal = negatives == outsides[:, None]
            if not equal.any():
                return Batch(
                    centers.astype(np.int64), outsides.astype(np.int64), offsets, negatives.astype(np.int64)
                ), at
            pair = int(equal.argmax()) // self._K
            b = int(np.searchsorted(offsets, pair, side="right")) - 1
            redrawn[b], at = self._redraw(firsts[b], outsides[offsets[b] : offsets[b + 1]])
            del positions[b + 1 :], radii[b + 1 :], firsts[b + 1 :]

    def _walk(self, positions: list[int], radii: list[int], firsts: list[int], at: int) -> int:
        """Appends to the three, until they hold B: where each window's centre stands in the text, its radius - 1,
        and the rank of its first negative. Returns the place of the first word behind them."""
        word, place, rank, K = self._word, self._place, self._rank, self._K
        starts, sizes, window = self._text.starts, self._text.sizes, self._window
        sentences = len(starts) - 1
        to_radius, to_sentence = shift_below(window), shift_below(sentences)
        for _ in range(self._B - len(positions)):
            while (radius := word[at] >> to_radius) >= window:
                at += 1
            at += 1
            size = 0
            while not size:
                while (sentence := word[at] >> to_sentence) >= sentences:
                    at += 1
                at += 1
                start = starts[sentence]
                length = starts[sentence + 1] - start
                shift = WORD_BITS - length.bit_length()
                while (inside := word[at] >> shift) >= length:
                    at += 1
                at += 1
                position = start + inside
                size = sizes[position * window + radius]
            first = rank[at]
            at = place[first + size * K - 1] + 1
            positions.append(position)
            radii.append(radius)
            firsts.append(first)
        return at

    def _redraw(self, first: int, outsides: np.ndarray) -> tuple[np.ndarray, int]:
        """The negatives of a window one by one, and the place of the first word behind them."""
        rows = np.empty((len(outsides), self._K), np.int64)
        for n, outside in enumerate(outsides):
            for k in range(self._K):
                while (drawn := self._noise[first]) == outside:
                    first += 1
                rows[n, k] = drawn
                first += 1
        return rows, self._place[first - 1] + 1


class _Text:
    """The thinned text, ready for windows: how many words each window of it holds, by position and radius - 1."""

    def __init__(self, thinned: Thinned, window: int) -> None:
        self.thinned = thinned
        self.starts = thinned.starts.data  # not a list, whose numbers would lie all over the memory
        self._windows = Windows(thinned.tokens, thinned.starts)
        tokens, begins = thinned.tokens, self._windows.begins
        size = np.zeros((len(tokens), window), np.uint16)
        for apart in range(1, window + 1):
            pair = (begins[apart:] == begins[:-apart]) & (tokens[apart:] != tokens[:-apart])
            size[apart:, apart - 1 :] += pair[:, None]
            size[:-apart, apart - 1 :] += pair[:, None]
        self.sizes = size.reshape(-1).data

    def windows(self, positions: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The centres (B,), the outside words (N,) and the offsets (B+1,) of windows at these positions."""
        places, counts = self._windows.around(positions, radii)
        centers, words = self._windows.tokens.take(positions), self._windows.tokens.take(places)
        kept = words != centers.repeat(counts)
        offsets = np.zeros(len(positions) + 1, np.int64)
        np.add.reduceat(kept, counts.cumsum() - counts, dtype=np.int64).cumsum(out=offsets[1:])
        return centers, words[kept], offsets
