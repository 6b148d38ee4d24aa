"""The draws of the Stanford CS224n assignment, number for number: its text, its windows, its noise table.

Source: CS224n, assignment 2, `utils/treebank.py`, `word2vec.py` and `run.py`, whose only generator is CPython's
`random`. Here is the text that windows are drawn from; `PlainDraws` draws them as the assignment does, a number at a
time (plain.py), and `CourseDraws` draws the same ones from blocks of the generator's words (course_draws.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from gradgate.text import Corpus, TextError, Vocabulary, keep_probability
from gradgate.training.mersenne import Mersenne

TABLE = 1_000_000  # rows of the noise table, the assignment's `tablesize`
COPIES = 30  # the text is subsampled so many times over: `sentences * 30`
UNKNOWN = "UNK"  # the assignment gives it a row and a count of one; the text never holds it


@dataclass(frozen=True, eq=False)
class Thinned:
    """The subsampled copies of the text that windows are drawn from: sentences of two words and more.

    tokens (N,); sentence s is tokens[starts[s] : starts[s + 1]]; table (TABLE,) holds the noise. Both are uint16 where
    that holds the vocabulary, and int32 otherwise: the less memory, the more of it in the caches.
    """

    tokens: np.ndarray
    starts: np.ndarray
    table: np.ndarray

    @cached_property
    def sentences(self) -> int:
        return len(self.starts) - 1


def course_corpus(sentences: Sequence[list[str]]) -> Corpus:
    """All words of the text in the order of their first appearance, and UNK behind them."""
    counted = Counter(chain.from_iterable(sentences))
    counted[UNKNOWN] += 1
    vocabulary = Vocabulary(tuple(counted), np.array(list(counted.values()), np.int64))
    rows = [vocabulary.encode(sentence) for sentence in sentences]
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    return Corpus(vocabulary, np.array([row for sentence in rows for row in sentence], np.int64), offsets)


def thin(corpus: Corpus, generator: Mersenne, threshold: float) -> Thinned:
    """Drops each occurrence with probability 1 - sqrt(t/f), in COPIES copies of the text (`allSentences`).

    Raises TextError when no sentence keeps two different words: a window needs a centre and another word.
    """
    drop = np.tile(1 - keep_probability(corpus.vocabulary.counts, "cs224n", threshold)[corpus.tokens], COPIES)
    kept = np.ones(len(drop), bool)
    kept[drop > 0] = generator.uniforms(int(np.count_nonzero(drop))) >= drop[drop > 0]
    lengths = np.tile(np.diff(corpus.offsets), COPIES)
    before = np.concatenate([[0], np.cumsum(kept)])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    left = np.diff(before[ends])  # how many words of each sentence are kept
    kept &= np.repeat(left > 1, lengths)
    thinned = Thinned(
        np.tile(corpus.tokens.astype(_narrow(corpus)), COPIES)[kept],
        np.concatenate([[0], np.cumsum(left[left > 1])]),
        noise_table(corpus),
    )
    _require_windows(thinned, threshold)
    return thinned


def noise_table(corpus: Corpus) -> np.ndarray:
    """TABLE rows of the vocabulary in proportion to count^(3/4), as `sampleTable` fills it."""
    return np.searchsorted(corpus.noise * TABLE, np.arange(TABLE), side="left").astype(_narrow(corpus))


def _narrow(corpus: Corpus) -> type[np.integer]:
    return np.uint16 if len(corpus.vocabulary) <= 1 << 16 else np.int32


def _require_windows(thinned: Thinned, threshold: float) -> None:
    first = np.repeat(thinned.tokens[thinned.starts[:-1]], np.diff(thinned.starts))
    if not (thinned.tokens != first).any():
        raise TextError(
            f"subsampling at {threshold:g} leaves no sentence with two different words; give a longer text, or a "
            "larger --threshold"
        )
