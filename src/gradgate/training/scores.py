"""How well vectors agree with people: WordSim-353, SimLex-999 and the analogies of Mikolov et al., from gensim's data.

Each score stands beside the band that random vectors reach on the same questions, because a small vocabulary leaves so
few of them that a score alone says nothing."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradgate.text import Vocabulary
from gradgate.training.similarity import analogies, cosines_of, in_vocabulary, spearman, unit

MISSING = "the scores need gensim's data, which is not installed: pip install 'gradgate[train]'"
RANDOM_SETS = {"Spearman": 100, "accuracy": 20}  # an accuracy takes a cosine with every word of the vocabulary
_MIDDLE = (2.5, 97.5)  # percent: what 95 of 100 random sets reach
_PAIRS = {"WordSim-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}
_ANALOGIES = {"analogies": "questions-words.txt"}


@dataclass(frozen=True)
class Score:
    """measure: "Spearman" or "accuracy"; value: None where no question is left; n of total questions were asked.

    out_of_vocabulary: the share that was not. random: what the middle 95 % of random vectors reach on the same n.
    """

    name: str
    measure: str
    value: float | None
    n: int
    total: int
    out_of_vocabulary: float
    random: tuple[float, float] | None

    @property
    def is_beyond_chance(self) -> bool:
        return self.value is not None and self.random is not None and self.value > self.random[1]


def data_folder() -> Path | None:
    """Where gensim keeps its data; None where it is not installed. gensim itself, slow to import, is not imported."""
    found = importlib.util.find_spec("gensim")
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(next(iter(found.submodule_search_locations))) / "test" / "test_data"
    return folder if folder.is_dir() else None


def scores(folder: Path, vocabulary: Vocabulary, vectors: np.ndarray, seed: int) -> list[Score]:
    """The scores of the vectors (V, d) on the data in the folder; what is not there is left out."""
    found = []
    for name, file in _PAIRS.items():
        if (folder / file).is_file():
            words, values = read_pairs(folder / file)
            found.append(pairs_score(name, words, values, vocabulary, vectors, seed))
    for name, file in _ANALOGIES.items():
        if (folder / file).is_file():
            found.append(analogies_score(name, read_analogies(folder / file), vocabulary, vectors, seed))
    return found


def read_pairs(path: Path) -> tuple[list[list[str]], np.ndarray]:
    """Lines "word<tab>word<tab>score"; # begins a comment."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    kept = [line for line in lines if len(line) == 3 and _is_number(line[2])]  # the rest is a header
    return [[a.lower(), b.lower()] for a, b, _ in kept], np.array([float(score) for *_, score in kept])


def read_analogies(path: Path) -> list[list[str]]:
    """Lines "a b c d"; a colon begins the name of a section."""
    lines = [line.lower().split() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if len(line) == 4 and line[0] != ":"]


def pairs_score(
    name: str, words: list[list[str]], values: np.ndarray, vocabulary: Vocabulary, vectors: np.ndarray, seed: int
) -> Score:
    """Spearman's correlation of the cosines with what people said."""
    known, rows = in_vocabulary(vocabulary, words)
    said = values[known]
    return _score(
        name, "Spearman", known, rows, vectors, seed, lambda units, own: spearman(cosines_of(units, own), said)
    )


def analogies_score(
    name: str, questions: list[list[str]], vocabulary: Vocabulary, vectors: np.ndarray, seed: int
) -> Score:
    """The share of questions "a is to b as c is to d" whose d is found among all words."""
    known, rows = in_vocabulary(vocabulary, questions)

    def right(units: np.ndarray, asked: np.ndarray) -> float:
        return float((analogies(units, asked[:, :3]) == asked[:, 3]).mean())

    return _score(name, "accuracy", known, rows, vectors, seed, right)


def _score(
    name: str,
    measure: str,
    known: np.ndarray,
    rows: np.ndarray,
    vectors: np.ndarray,
    seed: int,
    judge: Callable[[np.ndarray, np.ndarray], float],
) -> Score:
    n, total = len(rows), len(known)
    absent = 1 - n / total if total else 1.0
    if n < 2:  # nothing to rank
        return Score(name, measure, None, n, total, absent, None)
    rng = np.random.default_rng(seed)
    random = [judge(unit(rng.standard_normal(vectors.shape)), rows) for _ in range(RANDOM_SETS[measure])]
    value, (low, high) = judge(unit(vectors), rows), np.percentile(random, _MIDDLE)
    if not np.isfinite([value, low, high]).all():  # where all values are the same there are no ranks
        return Score(name, measure, None, n, total, absent, None)
    return Score(name, measure, value, n, total, absent, (float(low), float(high)))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
