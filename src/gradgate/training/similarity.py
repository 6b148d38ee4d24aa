"""What lies near what: cosine similarity, nearest neighbours, and analogies by vector offsets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradgate.text import Vocabulary

BLOCK = 256  # questions at a time: their similarities to all words are (BLOCK, V)


def unit(vectors: np.ndarray) -> np.ndarray:
    """The rows (V, d) at length one, in float64; a row of zeros stays."""
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)


def neighbours(vocabulary: Vocabulary, units: np.ndarray, word: str, count: int) -> list[tuple[str, float]]:
    """The words nearest to a word, the nearest first, with their cosines; the word itself is left out."""
    row = vocabulary.rows[word]
    cosines = units @ units[row]
    cosines[row] = -np.inf
    nearest = np.argsort(-cosines, kind="stable")[:count]
    return [(vocabulary.words[other], float(cosines[other])) for other in nearest if other != row]


def analogies(units: np.ndarray, questions: np.ndarray) -> np.ndarray:
    """Of each question (n, 3), "a is to b as c is to ...", the row nearest to b - a + c that is none of the three.

    Source: Mikolov et al. 2013, "Linguistic Regularities in Continuous Space Word Representations", on unit vectors.
    """
    answers = np.empty(len(questions), np.int64)
    for start in range(0, len(questions), BLOCK):
        a, b, c = questions[start : start + BLOCK].T
        cosines = (units[b] - units[a] + units[c]) @ units.T
        for asked in (a, b, c):
            cosines[np.arange(len(a)), asked] = -np.inf
        answers[start : start + BLOCK] = cosines.argmax(axis=1)
    return answers


def cosines_of(units: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The cosine of each pair of rows (n, 2)."""
    left, right = units[pairs[:, 0]], units[pairs[:, 1]]
    cosines: np.ndarray = (left * right).sum(axis=1)
    return cosines


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation: that of the ranks, where equals share the mean of theirs. NaN without any spread."""
    ranks = [_ranks(values) for values in (first, second)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.corrcoef(ranks)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    shared: np.ndarray = (ends - (counts - 1) / 2)[inverse]
    return shared


def in_vocabulary(vocabulary: Vocabulary, lists: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Which of the lists of words (of one length) have all their words in the vocabulary, and the rows of those."""
    known = np.array([all(word in vocabulary.rows for word in words) for words in lists], bool)
    rows = [[vocabulary.rows[word] for word in words] for words, is_known in zip(lists, known, strict=True) if is_known]
    return known, np.array(rows, np.int64).reshape(len(rows), len(lists[0]) if lists else 0)
