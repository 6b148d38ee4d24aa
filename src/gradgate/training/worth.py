"""What trained vectors are worth: the questions that a run answers at its end, and their answers."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gradgate.errors import CannotRun
from gradgate.text import Vocabulary
from gradgate.training.classifier import Extrinsic, Labelled, extrinsic, read_labelled
from gradgate.training.components import WORDS
from gradgate.training.scores import MISSING, Score, data_folder, scores
from gradgate.training.similarity import analogies, neighbours, unit

NEAREST = 5
ASKED = 6  # words whose neighbours are shown, where none are asked for
ANALOGIES = (("man", "king", "woman"), ("man", "male", "woman"), ("good", "great", "bad"))


@dataclass(frozen=True)
class Questions:
    """words: whose neighbours are asked for; analogies: a is to b as c is to ...; labelled: what to classify."""

    words: tuple[str, ...]
    analogies: tuple[tuple[str, str, str], ...]
    labelled: Labelled | None


@dataclass(frozen=True)
class Worth:
    """neighbours: the nearest of each word with their cosines; analogies: (a, b, c, answer); missing: why no scores."""

    neighbours: dict[str, list[tuple[str, float]]]
    analogies: list[tuple[str, str, str, str]]
    scores: list[Score]
    missing: str
    extrinsic: Extrinsic | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def questions(options: argparse.Namespace, vocabulary: Vocabulary) -> Questions:
    """What to ask, known before the training. Raises CannotRun for a word that the text does not have."""
    asked = [word.strip() for word in options.neighbours.split(",")] if options.neighbours else []
    triples = [tuple(part.strip() for part in text.split(",")) for text in options.analogy or []]
    for triple in triples:
        if len(triple) != 3:
            raise CannotRun(f"--analogy {','.join(triple)}: expected three words, as in man,king,woman")
    for word in [*asked, *(word for triple in triples for word in triple)]:
        if word not in vocabulary.rows:
            raise CannotRun(f"{word!r} is no word of the text's vocabulary of {len(vocabulary)}; ask for another")
    known = [triple for triple in triples or ANALOGIES if all(word in vocabulary.rows for word in triple)]
    labelled = read_labelled(options.labelled, vocabulary) if options.labelled else None
    return Questions(tuple(asked or shown_words(vocabulary)[:ASKED]), tuple((a, b, c) for a, b, c in known), labelled)


def shown_words(vocabulary: Vocabulary) -> list[str]:
    """The assignment's words, as far as the text holds them; where it holds too few, frequent words of its own."""
    known = [word for word in WORDS if word in vocabulary.rows]
    if len(known) >= len(WORDS) // 2:
        return known
    by_count = np.argsort(-vocabulary.counts, kind="stable")
    content = [vocabulary.words[row] for row in by_count if len(vocabulary.words[row]) > 4]  # mostly no function words
    return (content or list(vocabulary.words))[: len(WORDS)]


def worth(asked: Questions, vocabulary: Vocabulary, vectors: np.ndarray, seed: int) -> Worth:
    """The answers of the vectors (V, d)."""
    units = unit(vectors)
    rows = np.array([[vocabulary.rows[word] for word in triple] for triple in asked.analogies], np.int64)
    answers = analogies(units, rows) if len(rows) and len(vocabulary) > 3 else np.empty(0, np.int64)
    folder = data_folder()
    return Worth(
        neighbours={word: neighbours(vocabulary, units, word, NEAREST) for word in asked.words},
        analogies=[(*triple, vocabulary.words[row]) for triple, row in zip(asked.analogies, answers, strict=False)],
        scores=scores(folder, vocabulary, vectors, seed) if folder else [],
        missing="" if folder else MISSING,
        extrinsic=extrinsic(asked.labelled, vectors, seed) if asked.labelled else None,
    )
