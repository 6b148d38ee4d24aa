"""The windows that a block of the generator's words holds, found word after word: PlainDraws, compiled by Numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradgate.training.compiling import compiled
from gradgate.training.course import TABLE, Thinned
from gradgate.training.found import Finder, Found
from gradgate.training.mersenne import WORD_BITS


def scanner(thinned: Thinned, window: int, K: int) -> Finder | None:
    """Finds what Chains finds; None where Numba cannot be used."""
    scan = compiled(_scan)
    if scan is None:
        return None

    def find(words: np.ndarray) -> Found:
        most = len(words) // K  # pairs, and so windows: memory that is not written to costs nothing
        centers, ends, offsets = (np.zeros(size, np.int64) for size in (most, most, most + 1))
        outsides, negatives = np.empty(most + 2 * window, np.int64), np.empty((most, K), np.int64)
        text = thinned.tokens, thinned.starts, thinned.table
        W = scan(words, *text, window, centers, outsides, offsets, negatives, ends)
        N = offsets[W]
        return Found(centers[:W], outsides[:N], offsets[: W + 1], negatives[:N], ends[:W])

    find(np.zeros(0, np.uint32))  # now, so that no batch waits for the compiler
    return find


def _scan(words, tokens, starts, table, window, centers, outsides, offsets, negatives, ends) -> Any:
    """Fills the last five with the windows that the words hold whole, and returns how many these are."""

    def shift_below(bound):
        bits = 0
        while bound >> bits:
            bits += 1
        return np.uint32(WORD_BITS - bits)

    def draw(at, bound, shift):
        """What randrange(bound) gives from the word at, or -1 where they end; and the word behind."""
        while at < len(words):
            drawn = np.int64(words[at] >> shift)
            at += 1
            if drawn < bound:
                return drawn, at
        return np.int64(-1), at

    sentences, K = len(starts) - 1, negatives.shape[1]
    to_radius, to_sentence, to_noise = shift_below(window), shift_below(sentences), shift_below(TABLE)
    at, W = 0, 0
    while True:
        radius, at = draw(at, window, to_radius)
        stop = offsets[W]
        while stop == offsets[W]:  # an empty window is drawn again
            sentence, at = draw(at, sentences, to_sentence)
            if sentence < 0:
                return W
            start, end = starts[sentence], starts[sentence + 1]
            inside, at = draw(at, end - start, shift_below(end - start))
            if inside < 0:
                return W
            center = start + inside
            for place in range(max(start, center - radius - 1), min(end, center + radius + 2)):
                if tokens[place] != tokens[center]:
                    outsides[stop] = tokens[place]
                    stop += 1
        for n in range(offsets[W], stop):
            k = 0
            while k < K:
                drawn, at = draw(at, TABLE, to_noise)
                if drawn < 0:
                    return W
                if table[drawn] != outsides[n]:  # a sample that equals the outside word is drawn again
                    negatives[n, k] = table[drawn]
                    k += 1
        centers[W], ends[W], offsets[W + 1] = tokens[center], at, stop
        W += 1
