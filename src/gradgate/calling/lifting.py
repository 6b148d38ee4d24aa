"""The batched forms that a plug-in lacks, lifted from its single form by a loop: one call a pair, or a window.

What the loop adds is part of what is timed, so that a benchmark of a lifted form says so in its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from gradgate.interface import SIGNATURES, Signature, is_matrix_gradient

Single = Callable[..., tuple[Any, Any, Any]]
SINGLE = {
    "naive_softmax_batch": "naive_softmax",
    "negative_sampling_batch": "negative_sampling",
    "skipgram_batch": "skipgram",
}


class Gathered(np.ndarray):
    """What a lifted form returns: brought to NumPy already, call by call."""


def lifted(module: Any) -> dict[str, Callable[..., Any]]:
    """By name, each batched form that the module lacks and whose single form it has: called like any other."""
    found: dict[str, Callable[..., Any]] = {}
    for batch, form in SINGLE.items():
        single = getattr(module, form, None)
        if callable(single) and not callable(getattr(module, batch, None)):
            asnumpy = getattr(module, "asnumpy", None) or np.asarray
            found[batch] = partial(_loop, SIGNATURES[batch], single, asnumpy)
    return found


def _loop(signature: Signature, single: Single, asnumpy: Any, *given: Any) -> tuple[Any, ...]:
    """All calls one after the other: what is a gradient of a matrix is summed, all else stacked."""
    U = given[signature.parameters.index("U")]
    parts = [_Sum(asnumpy) if is_matrix_gradient(quantity) else _Stack(asnumpy, U) for quantity in signature.returns]
    for arguments in _CALLS[signature.name](*given):
        for part, value in zip(parts, single(*arguments), strict=True):
            part.add(value)
    return tuple(part.result() for part in parts)


def _softmax_pairs(centers: Any, outsides: Any, U: Any) -> Iterable[tuple[Any, ...]]:
    return ((centers[b], int(outsides[b]), U) for b in range(len(centers)))


def _sampling_pairs(centers: Any, outsides: Any, negatives: Any, U: Any) -> Iterable[tuple[Any, ...]]:
    shared = len(getattr(negatives, "shape", (0, 0))) == 1  # (K,) for the whole batch; nested lists are never shared
    return ((centers[b], int(outsides[b]), negatives if shared else negatives[b], U) for b in range(len(centers)))


def _windows(
    centers: Any, outsides: Any, offsets: Any, V_c: Any, U: Any, loss: str, negatives: Any
) -> Iterable[tuple[Any, ...]]:
    for b in range(len(centers)):
        its = slice(int(offsets[b]), int(offsets[b + 1]))
        yield int(centers[b]), outsides[its], V_c, U, loss, None if negatives is None else negatives[its]


_CALLS: dict[str, Callable[..., Iterable[tuple[Any, ...]]]] = {
    "naive_softmax_batch": _softmax_pairs,
    "negative_sampling_batch": _sampling_pairs,
    "skipgram_batch": _windows,
}


class _Stack:
    """Losses, or gradients of vectors. Python's own numbers, which have no dtype, take that of U."""

    def __init__(self, asnumpy: Any, U: Any) -> None:
        self._asnumpy, self._values = asnumpy, list[Any]()
        self._untyped = getattr(U, "dtype", None)

    def add(self, value: Any) -> None:
        dtype = None if hasattr(value, "dtype") or not isinstance(self._untyped, np.dtype) else self._untyped
        self._values.append(np.asarray(self._asnumpy(value), dtype))

    def result(self) -> Any:
        return np.stack(self._values).view(Gathered)


class _Sum:
    """Gradients of a matrix: dense ones are added up, the rows of row-sparse ones put one after the other."""

    def __init__(self, asnumpy: Any) -> None:
        self._asnumpy, self._rows, self._values = asnumpy, list[Any](), list[Any]()
        self._dense: Any = None

    def add(self, grad: Any) -> None:
        if isinstance(grad, tuple):
            rows, values = map(self._asnumpy, grad)
            self._rows.append(rows)
            self._values.append(values)
        elif self._dense is None:
            self._dense = np.array(self._asnumpy(grad))  # a copy: what was returned is not ours to change
        else:
            self._dense += self._asnumpy(grad)

    def result(self) -> Any:
        if self._dense is None:
            return np.concatenate(self._rows).view(Gathered), np.concatenate(self._values).view(Gathered)
        for rows, values in zip(self._rows, self._values, strict=True):
            np.add.at(self._dense, rows, values)
        return self._dense.view(Gathered)
