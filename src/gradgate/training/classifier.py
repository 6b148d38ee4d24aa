"""What vectors are worth to somebody else: a linear classifier on averaged word vectors, against random vectors.

The text is a folder with a folder a class; every line of their .txt files is an example. The classifier is a ridge
regression onto the classes, which has one solution and nothing to tune in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradgate.text import TextError, Vocabulary, read_text
from gradgate.training.similarity import unit

FOLDS = 5
RANDOM_SETS = 20
RIDGE = 1e-3  # of the mean square of a feature: enough that d words in a text never make the equations singular
_MIDDLE = (2.5, 97.5)


@dataclass(frozen=True)
class Extrinsic:
    """Accuracies on examples that were not trained on, in FOLDS folds.

    classes: how many examples each has; majority: the share of the largest; random: what the middle 95 % of random
    vectors reach; out_of_vocabulary: the share of the words; empty: examples without a word of the vocabulary.
    """

    classes: dict[str, int]
    accuracy: float
    majority: float
    random: tuple[float, float]
    out_of_vocabulary: float
    empty: int


@dataclass(frozen=True, eq=False)
class Labelled:
    """words (M,) rows of the vocabulary, example[m] the number of the example that word m stands in; labels (n,)."""

    words: np.ndarray
    example: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    out_of_vocabulary: float


def read_labelled(folder: Path, vocabulary: Vocabulary) -> Labelled:
    """Raises TextError where there are not two classes, or one has fewer than FOLDS examples."""
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if len(names) < 2:
        raise TextError(f"--labelled {folder}: {len(names)} folders in it; expected a folder for each of two classes")
    examples: list[list[str]] = []
    labels: list[int] = []
    for label, name in enumerate(names):
        found = read_text(folder / name)
        if len(found) < FOLDS:
            raise TextError(f"--labelled {folder}: {name} has {len(found)} lines; expected {FOLDS} examples of a class")
        examples += found
        labels += [label] * len(found)
    rows = [vocabulary.encode(words) for words in examples]
    known, spoken = sum(map(len, rows)), sum(map(len, examples))
    flat = np.array([row for own in rows for row in own], np.int64)
    example = np.repeat(np.arange(len(rows)), [len(own) for own in rows])
    return Labelled(flat, example, np.array(labels), tuple(names), 1 - known / spoken)


def extrinsic(labelled: Labelled, vectors: np.ndarray, seed: int) -> Extrinsic:
    """The accuracy with these vectors (V, d), and with RANDOM_SETS sets of random ones."""
    rng = np.random.default_rng(seed)
    fold = rng.permutation(len(labelled.labels)) % FOLDS
    random = [_accuracy(labelled, rng.standard_normal(vectors.shape), fold) for _ in range(RANDOM_SETS)]
    low, high = np.percentile(random, _MIDDLE)
    sizes = np.bincount(labelled.labels)
    return Extrinsic(
        classes=dict(zip(labelled.classes, sizes.tolist(), strict=True)),
        accuracy=_accuracy(labelled, vectors, fold),
        majority=float(sizes.max() / sizes.sum()),
        random=(float(low), float(high)),
        out_of_vocabulary=labelled.out_of_vocabulary,
        empty=int((np.bincount(labelled.example, minlength=len(fold)) == 0).sum()),
    )


def _accuracy(labelled: Labelled, vectors: np.ndarray, fold: np.ndarray) -> float:
    features = averages(labelled, unit(vectors))
    targets = np.eye(len(labelled.classes))[labelled.labels]
    right = 0
    for number in range(FOLDS):
        held = fold == number
        weights = _ridge(features[~held], targets[~held])
        right += int(((features[held] @ weights).argmax(axis=1) == labelled.labels[held]).sum())
    return right / len(fold)


def averages(labelled: Labelled, vectors: np.ndarray) -> np.ndarray:
    """The mean vector of each example's words (n, d), zero where it has none, and a column of ones."""
    n = len(labelled.labels)
    sums = np.zeros((n, vectors.shape[1]))
    np.add.at(sums, labelled.example, vectors[labelled.words])
    counts = np.bincount(labelled.example, minlength=n)
    return np.column_stack([sums / np.maximum(counts, 1)[:, None], np.ones(n)])


def _ridge(features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    gram = features.T @ features
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
    return np.linalg.solve(gram, features.T @ targets)
