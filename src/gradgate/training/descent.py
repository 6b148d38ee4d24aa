"""One step down a row-sparse gradient, to the same last bit by Numba and by NumPy."""

from __future__ import annotations

import numpy as np

from gradgate.training.compiling import compiled


def descend_rows(matrix: np.ndarray, rows: np.ndarray, values: np.ndarray, rate: np.floating) -> None:
    """matrix[rows] -= rate * values, in place; a row that repeats moves each time, in the order of the values.

    matrix (V, d), rows (n,) int64, values (n, d); all in C's order, matrix, values and rate of one dtype. That the rows
    are rows of the matrix is not looked at.
    """
    (compiled(_row_by_row) or _column_by_column)(matrix, rows, values, rate)


def _row_by_row(matrix: np.ndarray, rows: np.ndarray, values: np.ndarray, rate: np.floating) -> None:
    for n in range(len(rows)):
        row, its_values = matrix[rows[n]], values[n]
        for i in range(len(row)):
            row[i] -= rate * its_values[i]


def _column_by_column(matrix: np.ndarray, rows: np.ndarray, values: np.ndarray, rate: np.floating) -> None:
    # NumPy's subtract.at is fast on vectors alone; two columns at a time, as complex numbers
    pair = _PAIRS.get(matrix.dtype.name) if matrix.shape[1] % 2 == 0 else None
    steps = rate * values
    if pair:
        matrix, steps = matrix.view(pair), steps.view(pair)
    for column, its_steps in zip(matrix.T, steps.T, strict=True):
        np.subtract.at(column, rows, its_steps)


_PAIRS = {"float64": np.complex128, "float32": np.complex64}
