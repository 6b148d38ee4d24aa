"""From a failing case of the counts to a smaller one that still fails: shorter texts, fewer words, smaller numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gradgate.case import Case
from gradgate.cells import Cells
from gradgate.shrink import descend

STEPS = 60  # calls of `fails` that one shrinking may cost


def shrink(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The smallest case of the counts found that `fails`; the given one if no smaller one does."""
    return descend(case, fails, _smaller, STEPS)


def _smaller(case: Case) -> Iterator[Case]:
    if case.function == "cooccurrence":
        yield from _shorter(case)
        return
    name = "M" if case.function == "svd" else "W"
    for matrix in (*_fewer_words(case.inputs[name]), *_smaller_numbers(case.inputs[name], case.function)):
        smaller = case.with_inputs(**{name: matrix})
        if case.function != "svd":
            yield smaller
        elif min(matrix.shape) >= 1:
            yield smaller.with_inputs(k=min(case.inputs["k"], *matrix.shape))
    if case.inputs.get("k", 1) > 1:
        yield case.with_inputs(k=case.inputs["k"] - 1)
    if case.inputs.get("shift"):
        yield case.with_inputs(shift=0.0)
    if case.inputs.get("smoothing", 1.0) != 1.0:
        yield case.with_inputs(smoothing=1.0)


def _shorter(case: Case) -> Iterator[Case]:
    tokens, window = case.inputs["tokens"], case.inputs["window"]
    middle = len(tokens) // 2
    if len(tokens) > 1:
        for part in (tokens[:middle], tokens[middle:], tokens[:-1], tokens[1:]):
            yield case.with_inputs(tokens=part)
    if window > 1:
        yield from (case.with_inputs(window=smaller) for smaller in (1, window // 2, window - 1) if smaller < window)
    if len(distinct := np.unique(tokens)) <= tokens.max(initial=0):
        yield case.with_inputs(tokens=np.searchsorted(distinct, tokens))


def _fewer_words(matrix: Cells) -> Iterator[Cells]:
    """Without half of the words, or without one; rows and columns alike."""
    V = min(matrix.shape)
    words = np.arange(V)
    parts = [words[: V // 2], words[V // 2 :]] + [np.delete(words, word) for word in range(min(V, 6))]
    for kept in parts if V > 1 else []:
        inside = np.isin(matrix.places, kept).all(axis=1)
        if inside.any():
            places = np.searchsorted(kept, matrix.places[inside])
            yield Cells(places, matrix.values[inside], (len(kept), len(kept)))


def _smaller_numbers(matrix: Cells, function: str) -> Iterator[Cells]:
    """Whole numbers, or ones; for counts halves, or ones."""
    values = matrix.values
    candidates = [np.sign(values), np.ceil(values / 2) if function != "svd" else np.rint(values)]
    for candidate in candidates:
        if not np.array_equal(candidate, values):
            held = candidate != 0
            yield Cells(matrix.places[held], candidate[held].astype(values.dtype), matrix.shape)
