"""A text with something to learn, made up from a seed: sentences about topics, words with Zipf's frequencies.

Half of a sentence's words are common to all topics and half belong to its own; both are drawn by rank r with
probability proportional to 1 / (r + 2.7)."""

from dataclasses import dataclass

import numpy as np

TOPICS = 64
LENGTH = 1000  # words of a sentence; gensim cuts none up to 10,000


@dataclass(frozen=True)
class Text:
    """sentences (S, LENGTH) of words, numbered from the most frequent one; counts (V,); the last tests are held out."""

    sentences: np.ndarray
    counts: np.ndarray
    tests: int

    @property
    def training(self):
        return self.sentences[: -self.tests]

    @property
    def held_out(self):
        return self.sentences[-self.tests :]


def made_up(V, words, seed):
    """About so many words for training, out of at most V, and a twentieth more that is held out."""
    rng = np.random.default_rng(seed)
    count = max(words // LENGTH, 1)
    tests = -(-count // 20)
    topics = rng.integers(0, TOPICS, (count + tests, 1))
    shape = (count + tests, LENGTH)
    own = _ranks(rng, max(V // TOPICS, 1), shape) * TOPICS + topics
    drawn = np.where(rng.random(shape) < 0.5, own, _ranks(rng, V, shape))
    _, drawn = np.unique(drawn, return_inverse=True)  # words that never occur are in nobody's vocabulary
    counts = np.bincount(drawn.ravel())
    order = np.argsort(-counts, kind="stable")
    renamed = np.empty_like(order)
    renamed[order] = np.arange(len(order))
    return Text(renamed[drawn.reshape(shape)], counts[order], tests)


def _ranks(rng, count, shape):
    sums = np.cumsum(1 / (np.arange(count) + 2.7))
    return np.searchsorted(sums, rng.random(shape) * sums[-1])
