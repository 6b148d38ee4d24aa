"""Cases of the counts: texts, matrices of counts, and matrices to be decomposed; kinds from the worked to the hard.

As with the losses a case depends on (seed, function, index), and its numbers are the same in every dtype up to rounding
(counts beyond the dtype's exact integers are drawn smaller)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.cells import Cells, cells_of
from gradgate.counts.definition import cooccurrence
from gradgate.draws import generator
from gradgate.formats import FORMATS
from gradgate.text import gate_corpus

EXACT_DTYPE = "int64"  # counts are integers, whatever the floats of the run
DTYPES = ("float64", "float32")

TEXTS = ("worked", "few words", "zipf", "real text", "short", "one word", "absent words", "wide window")
"""worked: the precept's sentence; few words: even draws of up to six; zipf: one in r for the word of rank r; real text:
a stretch of the gate's text; short: one to four tokens; one word: V = 1; absent words: rows without a count; wide
window: one that reaches beyond the whole text."""
COUNTS = ("worked", "few words", "asymmetric", "real text", "large", "independent", "diagonal", "zipf")
"""worked: the precept's table; asymmetric: targets are not contexts; large: sums that floats do not hold exactly;
independent: W = a b^T, where PMI is 0; diagonal: each word with itself alone; the others as for texts."""
MATRICES = ("ppmi", "normal", "low rank", "repeated", "graded", "scaled", "digits", "larger")
"""ppmi: of a text; low rank: a product of rank 1 to 3; repeated: equal singular values; graded: over six orders of
magnitude; scaled: by a power of two up to 2^40; digits: small integers; larger: 24 to 40 words."""
SMOOTHINGS, SHIFTS = (1.0, 0.75, 0.5), (0.0, math.log(5), math.log(2))
WORKED_TOKENS = (0, 1, 2, 3, 4)  # I like cats and dogs
WORKED_COUNTS = ((0, 10, 10), (10, 0, 40), (10, 40, 0))  # of I, cats and dogs


def kinds_of(function: str) -> tuple[str, ...]:
    return {"cooccurrence": TEXTS, "svd": MATRICES}.get(function, COUNTS)


def count_case(function: str, dtype: str, seed: int, index: int) -> Case:
    """Case number `index` of a function of the counts."""
    kinds = kinds_of(function)
    kind = kinds[index % len(kinds)]
    rng = generator(seed, function, index)
    turn = index // len(kinds)
    inputs: dict[str, Any]
    match function:
        case "cooccurrence":
            inputs = _text(kind, rng)
        case "svd":
            inputs = _matrix(kind, rng, dtype)
        case _:
            inputs = {"W": _in_dtype(_counts(kind, rng, dtype), dtype, turn)}
            if function == "ppmi":
                inputs |= {"smoothing": SMOOTHINGS[turn % 3], "shift": SHIFTS[turn // 3 % 3]}
    return Case(function, dtype, inputs, kind, seed, index)


def _text(kind: str, rng: np.random.Generator) -> dict[str, Any]:
    window = int(rng.integers(1, 6))
    tokens = _tokens(kind, rng)
    if kind == "worked":
        window = 2
    if kind == "wide window":
        window = len(tokens) + int(rng.integers(0, 3))
    return {"tokens": tokens, "window": window}


def _tokens(kind: str, rng: np.random.Generator) -> np.ndarray:
    length = int(rng.integers(8, 80))
    match kind:
        case "worked":
            return np.array(WORKED_TOKENS)
        case "real text":
            return _stretch(rng, 200)
        case "zipf":
            ranks = 1 / np.arange(1, 31)
            return rng.choice(30, length, p=ranks / ranks.sum())
        case "short":
            return rng.integers(0, 3, int(rng.integers(1, 5)))
        case "one word":
            return np.zeros(int(rng.integers(1, 12)), np.int64)
        case "absent words":
            return rng.integers(0, 4, length) * 3 + 2
    return rng.integers(0, int(rng.integers(2, 7)), length)


def _stretch(rng: np.random.Generator, length: int) -> np.ndarray:
    """Consecutive tokens of the gate's text, its words numbered anew in the order of their first appearance."""
    tokens = gate_corpus().tokens
    start = int(rng.integers(len(tokens) - length))
    _, first, numbers = np.unique(tokens[start : start + length], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers]


def _counts(kind: str, rng: np.random.Generator, dtype: str) -> Cells:
    """W of integers; every row and every column holds one, so that no marginal is zero."""
    V = int(rng.integers(2, 9))
    match kind:
        case "worked":
            return cells_of(np.array(WORKED_COUNTS))
        case "real text":
            return cooccurrence(_stretch(rng, 60), 3)
        case "zipf" | "few words":
            tokens = _tokens(kind, rng)
            return cooccurrence(np.unique(tokens, return_inverse=True)[1], 2)
        case "independent":
            return cells_of(np.outer(rng.integers(1, 9, V), rng.integers(1, 9, V)))
        case "diagonal":
            return cells_of(np.diag(rng.integers(1, 1000, V)))
        case "large":
            most = 0.5 / FORMATS[dtype].roundoff
            found = np.floor(np.exp2(rng.uniform(0, math.log2(most), (V, V)))).astype(np.int64)
            return cells_of(found)
    found = rng.integers(0, 12, (V, V)) * (rng.random((V, V)) < 0.6)
    found[np.arange(V), rng.permutation(V)] += 1
    return cells_of(found)


def _in_dtype(W: Cells, dtype: str, turn: int) -> Cells:
    """Counts in floats, or in float64's every other turn in int64, as a text gives them."""
    integers = dtype == "float64" and turn % 2
    return W if integers else W.with_values(W.values.astype(FORMATS[dtype].carrier))


def _matrix(kind: str, rng: np.random.Generator, dtype: str) -> dict[str, Any]:
    V = int(rng.integers(2, 13))
    values = _values(kind, rng, V)
    V = len(values)
    k = int(rng.integers(1, min(V, 6) + 1))
    rounded = values.astype(FORMATS[dtype].carrier)
    return {"M": cells_of(rounded), "k": k}


def _values(kind: str, rng: np.random.Generator, V: int) -> np.ndarray:
    match kind:
        case "ppmi":
            return _ppmi(cooccurrence(np.unique(_tokens("zipf", rng), return_inverse=True)[1], 2))
        case "low rank":
            rank = int(rng.integers(1, 4))
            return rng.integers(-4, 5, (V, rank)) @ rng.integers(-4, 5, (rank, V)) + np.eye(V)[:1].T @ np.eye(V)[:1]
        case "repeated":
            return np.kron(np.eye(2), rng.integers(-4, 5, (V, V)) + 5 * np.eye(V))
        case "graded":
            return _orthogonal(rng, V) * 10.0 ** np.linspace(0, -6, V) @ _orthogonal(rng, V)
        case "scaled":
            return rng.normal(size=(V, V)) * 2.0 ** rng.integers(-40, 41)
        case "digits":
            return np.rint(rng.normal(size=(V, V)) * 3) + np.eye(V)
        case "larger":
            V = int(rng.integers(24, 41))
            return rng.random((V, V)) * (rng.random((V, V)) < 0.3) + np.eye(V)
    return rng.normal(size=(V, V))


def _ppmi(W: Cells) -> np.ndarray:
    counts = W.dense().astype(float)
    with np.errstate(divide="ignore"):
        pmi = np.log(counts * counts.sum() / np.outer(counts.sum(axis=1), counts.sum(axis=0)))
    return np.maximum(pmi, 0.0)


def _orthogonal(rng: np.random.Generator, V: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(V, V)))[0]
