"""The windows of a text and their negatives, as word2vec.c draws them: subsampling, windows of a random radius, noise.

Compiled, and without the interpreter's lock: the drawing is part of the training that is timed."""

import numpy as np
from numba import njit

SAMPLE = 1e-3
RADIUS = 5
NOISE_CELLS = 2**20


class Draws:
    """Draws from a text's counts (V,): keep (V,) is the probability that an occurrence stays, noise its negatives."""

    def __init__(self, counts, K):
        frequencies = counts / counts.sum()
        self.K = K
        self.keep = np.minimum((np.sqrt(frequencies / SAMPLE) + 1) * SAMPLE / frequencies, 1)
        shares = np.cumsum(counts**0.75)
        middles = (np.arange(NOISE_CELLS) + 0.5) / NOISE_CELLS * shares[-1]
        self.noise = np.searchsorted(shares, middles).astype(np.int32)  # a table, as word2vec.c's

    def windows(self, sentences, seed):
        """centers (B,), outsides (N,), offsets (B + 1,) and negatives (B, K) of the sentences."""
        centers, outsides, offsets = _windows(sentences, self.keep, RADIUS, seed)
        return centers, outsides, offsets, _negatives(self.noise, len(centers), self.K, seed)

    def pairs(self, sentences, seed):
        """The same windows word by word, each word with negatives (N, K) of its own."""
        centers, outsides, offsets = _windows(sentences, self.keep, RADIUS, seed)
        ones = np.arange(len(outsides) + 1)
        return np.repeat(centers, np.diff(offsets)), outsides, ones, _negatives(self.noise, len(outsides), self.K, seed)


@njit(nogil=True, cache=True)
def _next(state):
    """word2vec.c's generator: of the 64 bits the upper ones are the better."""
    return state * np.uint64(25214903917) + np.uint64(11)


@njit(nogil=True, cache=True)
def _windows(sentences, keep, radius, seed):
    S, length = sentences.shape
    state = np.uint64(seed)
    kept = np.empty(length, np.intp)
    centers, offsets = np.empty(S * length, np.intp), np.empty(S * length + 1, np.intp)
    outsides = np.empty(S * length * 2 * radius, np.intp)
    B = N = 0
    offsets[0] = 0
    for s in range(S):
        size = 0
        for i in range(length):
            state = _next(state)
            if np.float64(state >> np.uint64(11)) * 2.0**-53 < keep[sentences[s, i]]:
                kept[size] = sentences[s, i]
                size += 1
        for i in range(size):
            state = _next(state)
            reach = 1 + np.intp((state >> np.uint64(33)) % np.uint64(radius))
            for j in range(max(i - reach, 0), min(i + reach + 1, size)):
                if j != i:
                    outsides[N] = kept[j]
                    N += 1
            if offsets[B] < N:
                centers[B] = kept[i]
                B += 1
                offsets[B] = N
    return centers[:B], outsides[:N], offsets[: B + 1]


@njit(nogil=True, cache=True)
def _negatives(noise, count, K, seed):
    state = np.uint64(seed) + np.uint64(1)
    negatives = np.empty((count, K), np.intp)
    for n in range(count):
        for k in range(K):
            state = _next(state)
            negatives[n, k] = noise[state >> np.uint64(44)]  # 20 bits: NOISE_CELLS
    return negatives
