"""How many bytes the answer to a call can need: the child keeps to it, and the harness reads no further."""

from __future__ import annotations

import math

import numpy as np

from gradgate.case import Case
from gradgate.interface import COUNTS

HEADER = 1 << 14
_SLACK = 1 << 16  # for a result of a wrong shape to be named


def due(case: Case) -> int:
    """The bytes of arrays: twice the inputs in float64 with a row for each index, which row-sparse results need."""
    if case.function in COUNTS:
        return 8 * 2 * _counted(case) + _SLACK
    arrays = [value for value in case.inputs.values() if isinstance(value, np.ndarray)]
    width = max((array.shape[-1] for array in arrays if array.ndim and array.dtype.kind == "f"), default=1)
    numbers = sum(array.size if array.dtype.kind == "f" else array.size * (width + 1) for array in arrays)
    return 8 * (2 * numbers + width) + _SLACK


def _counted(case: Case) -> int:
    """The numbers of a matrix of counts, dense or as three for each cell, or those of the factors of a matrix."""
    given = case.inputs
    match case.function:
        case "cooccurrence":
            V = int(given["tokens"].max(initial=-1)) + 1
            return V * V + 6 * given["window"] * len(given["tokens"])
        case "svd":
            return int((sum(given["M"].shape) + 1) * max(given["k"], 1))
    return math.prod(given["W"].shape) + 3 * len(given["W"].values)
