"""Matrices of cells as an implementation has them: a dense array, its own sparse form, or one that SciPy knows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from gradgate.adapters import NotPosed
from gradgate.calling.calls import Malformed, Result
from gradgate.cells import Cells

AsNumpy = Callable[[Any], tuple[np.ndarray, str]]
_LARGEST = 10_000  # rows of a matrix that is handed in as a dense array


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with so many positional arguments; so it is said where it cannot be told."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def dense(cells: Cells) -> np.ndarray:
    """The whole matrix, for a file without `assparse`. Raises NotPosed where it would be too large."""
    if max(cells.shape) > _LARGEST:
        raise NotPosed(f"a dense matrix of {cells.shape[0]:,} rows is not put to a file that has no assparse")
    return cells.dense()


def is_sparse(value: Any) -> bool:
    return isinstance(value, tuple) or hasattr(value, "tocoo")


def sparse_result(quantity: str, value: Any, as_numpy: AsNumpy) -> Result:
    """Reads (rows, cols, values, shape), or anything with `tocoo()`, as SciPy's sparse arrays have it.

    Raises Malformed, worded, where it is something else.
    """
    if hasattr(value, "tocoo"):
        coordinates = value.tocoo()
        value = (coordinates.row, coordinates.col, coordinates.data, coordinates.shape)
    if len(value) != 4:
        raise Malformed(f"{quantity} is a tuple of {len(value)}; (rows, cols, values, shape) is due")
    rows, cols = (np.asarray(as_numpy(part)[0]) for part in value[:2])
    values, dtype = as_numpy(value[2])
    whole = all(part.size == 0 or part.dtype.kind in "iu" for part in (rows, cols))
    if not (whole and rows.ndim == 1 and rows.shape == cols.shape == values.shape):
        shapes = f"{rows.shape}, {cols.shape} and {values.shape}"
        raise Malformed(
            f"the cells of {quantity} are {shapes}; three vectors of one length are due, two of them of ints"
        )
    shape = tuple(int(side) for side in value[3])
    return Result(values, dtype, np.stack([rows, cols], axis=1).astype(np.int64), shape)


def is_still(given: Any, original: Cells, as_numpy: AsNumpy) -> bool:
    """Whether a matrix that was handed in holds what it held."""
    try:
        if not is_sparse(given):
            return np.array_equal(as_numpy(given)[0].reshape(original.shape), original.dense())
        found = sparse_result("the matrix", given, as_numpy)
    except Exception:  # what cannot be read any more was changed
        return False
    after = Cells(np.asarray(found.rows), found.values, original.shape).added()
    before = original.added()
    return np.array_equal(after.places, before.places) and np.array_equal(after.values, before.values)
