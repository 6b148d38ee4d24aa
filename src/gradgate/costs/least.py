"""What a call needs at least: bytes that move, and floating-point operations.

Bytes: each number that the call depends on is read once, and each result is written once. Naive softmax depends on all
of U, and its gradient has as many numbers; negative sampling and a path down a tree depend on the rows that they name,
and their gradient needs those rows alone, with their indices, each once. What an implementation returns may be larger:
a dense gradient, or rows that repeat.

Operations: a centre and a row of U meet in three products, the logit, the row's share of the centre's gradient and the
centre's share of the row's, d multiplications each; a sum of n of them takes n - 1 additions. Who meets twice in a
batch is counted once. Exponentials, one a logit, are not counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradgate.case import Case
from gradgate.interface import HIERARCHICAL_SOFTMAX, NAIVE_SOFTMAX

BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}  # of a number
_INDEX = 8  # bytes


@dataclass(frozen=True)
class Least:
    """read and written in bytes, written in the smallest form that the contract has."""

    read: int
    written: int
    operations: int


def least(case: Case) -> Least:
    """Of a loss with its gradients: a pair, a batch of pairs or of skip-gram windows, or a path."""
    given = case.inputs
    V, d = given["U"].shape
    centers, rows, meetings = _met(case)
    number = BYTES[case.dtype]
    indices = sum(np.asarray(value).nbytes for value in given.values() if _is_integer(value))
    losses = len(given["offsets"]) - 1 if "offsets" in given else len(given.get("outsides", (0,)))
    grad_centers = centers * d * number
    if "V_c" in given:
        grad_centers = _smallest(centers, V, d * number)
    return Least(
        read=indices + number * d * (centers + rows),
        written=number * losses + grad_centers + _smallest(rows, V, d * number),
        operations=meetings * (6 * d - 1) - d * (centers + rows),
    )


def _met(case: Case) -> tuple[int, int, int]:
    """How many centres, how many rows of U, and how many pairs of the two that meet."""
    given = case.inputs
    V = len(given["U"])
    if case.function == HIERARCHICAL_SOFTMAX:
        nodes = len(np.unique(given["path"]))
        return 1, nodes, nodes
    outsides = np.atleast_1d(given["outsides"] if "outsides" in given else given["outside"])
    centers = np.arange(len(outsides))
    if "offsets" in given:  # windows: a centre is a word, and meets all the words of its window
        centers = np.repeat(given["centers"], np.diff(given["offsets"]))
    different = len(np.unique(centers))
    if NAIVE_SOFTMAX in (case.function.removesuffix("_batch"), given.get("loss")):
        return different, V, different * V
    negatives = np.broadcast_to(given["negatives"], (len(outsides), np.shape(given["negatives"])[-1]))
    named = np.column_stack([outsides, negatives])
    return different, len(np.unique(named)), len(np.unique(centers[:, None] * V + named))


def _smallest(rows: int, V: int, row: int) -> int:
    """Bytes of a gradient with so many rows that are not zero: with their indices, or dense."""
    return min(rows * (row + _INDEX), V * row)


def _is_integer(value: object) -> bool:
    return isinstance(value, int | np.integer) or (isinstance(value, np.ndarray) and value.dtype.kind in "iu")
