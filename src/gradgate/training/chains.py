"""The windows that a block of the generator's words holds, many at once: PlainDraws by NumPy.

Where a window begins depends on every window before it. But two chains of windows that meet are the same from there
on, and they meet soon, since a window begins at one word in some thirty. So chains are begun all over the block and
followed side by side, each until it meets another; the one that begins where the block does is then read off."""

from __future__ import annotations

import numpy as np

from gradgate.training.course import TABLE, Thinned
from gradgate.training.found import Found
from gradgate.training.mersenne import shift_below
from gradgate.training.windows import Windows

SPACING = 4096  # words between the beginnings of two chains, some hundred windows


class Chains:
    """Finds the whole windows of a block: of a radius up to `window`, with K negatives for each outside word."""

    def __init__(self, thinned: Thinned, window: int, K: int) -> None:
        self._table, self._starts, self._window, self._K = thinned.table, thinned.starts, window, K
        self._text = Windows(thinned.tokens, thinned.starts)
        self._sizes = _sizes(self._text, window)
        longest = int(np.diff(thinned.starts).max())
        self._shifts = np.array([shift_below(bound) for bound in range(longest + 1)], np.uint32)

    def __call__(self, words: np.ndarray) -> Found:
        block = _Block(words, self._table)
        found = self._windows(block, self._begins(block))
        W = int(np.searchsorted(found.ends, len(words), side="right"))  # the last ones may be cut short
        N = found.offsets[W]
        return Found(found.centers[:W], found.outsides[:N], found.offsets[: W + 1], found.negatives[:N], found.ends[:W])

    def _begins(self, block: _Block) -> np.ndarray:
        """Where the windows of the block begin."""
        n = block.size
        ends = np.zeros(n, np.int32)  # of the window that begins at a word, 0 where none was looked at
        fresh = np.arange(0, n, SPACING)
        while fresh.size:
            ends[fresh] = self._windows(block, fresh).ends
            reached = np.unique(ends[fresh])
            reached = reached[reached < n]
            fresh = reached[ends[reached] == 0]
        begins, at, end_of = [], 0, ends.data
        while at < n:
            begins.append(at)
            at = end_of[at]
        return np.array(begins, np.int64)

    def _windows(self, block: _Block, begins: np.ndarray) -> Found:
        """The windows that begin at these words; one that the block cuts short ends beyond it, and holds anything."""
        at = begins.astype(np.int64)
        radii = block.draw(at, self._window, shift_below(self._window))
        positions = self._positions(block, at, radii)
        centers, outsides, offsets = self._around(positions, radii + 1)
        first = block.rank.take(at, mode="clip").astype(np.int64)
        last = block.place.take(first + np.diff(offsets) * self._K - 1, mode="clip")
        ends = np.maximum(last, at) + 1
        pairs = np.repeat(first - offsets[:-1] * self._K, np.diff(offsets)) + np.arange(len(outsides)) * self._K
        negatives = block.noise.take(pairs[:, None] + np.arange(self._K), mode="clip").astype(np.int64)
        equal = np.flatnonzero(negatives == outsides[:, None]) // self._K
        for b in np.unique(np.searchsorted(offsets, equal, side="right") - 1).tolist():
            own = slice(offsets[b], offsets[b + 1])
            negatives[own], ends[b] = self._redrawn(block, int(first[b]), outsides[own])
        return Found(centers, outsides, offsets, negatives, ends)

    def _positions(self, block: _Block, at: np.ndarray, radii: np.ndarray) -> np.ndarray:
        """Where the centres stand in the text; `at` goes on behind. A centre with an empty window is drawn again."""
        sentences = len(self._starts) - 1
        positions = np.empty(len(at), np.int64)
        left = np.arange(len(at))
        while left.size:
            its = at[left]
            sentence = block.draw(its, sentences, shift_below(sentences))
            start = self._starts.take(sentence)
            length = self._starts.take(sentence + 1) - start
            position = start + block.draw(its, length, self._shifts.take(length))
            positions[left], at[left] = position, its
            empty = self._sizes.take(position * self._window + radii[left]) == 0
            left = left[empty & (its < block.size)]
        return positions

    def _around(self, positions: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The centres (B,), the outside words (N,) and the offsets (B+1,) of windows at these positions."""
        places, counts = self._text.around(positions, radii)
        centers, words = self._text.tokens.take(positions), self._text.tokens.take(places)
        kept = words != centers.repeat(counts)
        offsets = np.zeros(len(positions) + 1, np.int64)
        np.add.reduceat(kept, counts.cumsum() - counts, dtype=np.int64).cumsum(out=offsets[1:])
        return centers.astype(np.int64), words[kept].astype(np.int64), offsets

    def _redrawn(self, block: _Block, first: int, outsides: np.ndarray) -> tuple[np.ndarray, int]:
        """The negatives of a window, those that equal their outside word drawn again, and where it ends."""
        noise, rows = block.noise.data, []
        try:
            for outside in outsides.tolist():
                for _ in range(self._K):
                    while noise[first] == outside:
                        first += 1
                    rows.append(noise[first])
                    first += 1
        except IndexError:
            return np.zeros((len(outsides), self._K), np.int64), block.size + 1
        return np.array(rows, np.int64).reshape(-1, self._K), int(block.place[first - 1]) + 1


class _Block:
    """Words, and of those that give a negative: how many there are before each word, their places, and the negatives.

    What is drawn behind the last of them is anything, and ends behind it too.
    """

    def __init__(self, words: np.ndarray, table: np.ndarray) -> None:
        self.words, self.size = words, len(words)
        drawn = words >> shift_below(TABLE)
        accepted = drawn < TABLE
        self.rank = np.zeros(len(words) + 1, np.int32)
        accepted.cumsum(out=self.rank[1:])
        self.place = np.full(self.rank[-1] + 1, len(words), np.int32)
        self.place[:-1] = np.flatnonzero(accepted)
        self.noise = table.take(drawn.take(self.place, mode="clip"), mode="clip")

    def draw(self, at: np.ndarray, bound: int | np.ndarray, shift: int | np.ndarray) -> np.ndarray:
        """What randrange(bound) gives from each word at, int64; at, in place, goes on behind."""
        bounds, shifts = np.broadcast_to(bound, at.shape), np.broadcast_to(np.uint32(shift), at.shape)
        found = self.words.take(at, mode="clip") >> shifts
        again = np.flatnonzero(found >= bounds)
        while again.size:
            places = at[again] + 1
            drawn = self.words.take(places, mode="clip") >> shifts[again]
            at[again], found[again] = places, drawn
            again = again[(drawn >= bounds[again]) & (places < self.size)]
        at += 1
        return np.minimum(found, bounds - 1).astype(np.int64)


def _sizes(text: Windows, window: int) -> np.ndarray:
    """How many words each window of the text holds, by position and radius - 1, flat."""
    tokens, begins = text.tokens, text.begins
    sizes = np.zeros((len(tokens), window), np.uint16)
    for apart in range(1, window + 1):
        pair = (begins[apart:] == begins[:-apart]) & (tokens[apart:] != tokens[:-apart])
        sizes[apart:, apart - 1 :] += pair[:, None]
        sizes[:-apart, apart - 1 :] += pair[:, None]
    return sizes.reshape(-1)
