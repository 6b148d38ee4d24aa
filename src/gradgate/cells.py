"""A sparse matrix as its cells: how counts travel, whatever form an implementation has for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Cells:
    """values (n,) at places (n, 2) int64, row and column, of a matrix of this shape; places may repeat and add up."""

    places: np.ndarray
    values: np.ndarray
    shape: tuple[int, int]

    @property
    def dtype(self) -> np.dtype:
        return self.values.dtype

    @property
    def rows(self) -> np.ndarray:
        return self.places[:, 0]

    @property
    def cols(self) -> np.ndarray:
        return self.places[:, 1]

    def dense(self, empty: float = 0.0) -> np.ndarray:
        """The whole matrix in the dtype of the values, which must not repeat; `empty` where no cell is stored."""
        matrix = np.full(self.shape, empty, self.values.dtype)
        matrix[self.rows, self.cols] = self.values
        return matrix

    def added(self) -> Cells:
        """The cells in the order of their rows and columns, repeated ones added up."""
        order = np.lexsort((self.cols, self.rows))
        places, values = self.places[order], self.values[order]
        first = np.ones(len(places), bool)
        first[1:] = (places[1:] != places[:-1]).any(axis=1)
        starts = np.flatnonzero(first)
        return Cells(places[starts], np.add.reduceat(values, starts) if len(starts) else values, self.shape)

    def held(self) -> Cells:
        """The cells that are not zero."""
        kept = self.values != 0
        return Cells(self.places[kept], self.values[kept], self.shape)

    @property
    def transposed(self) -> Cells:
        return Cells(self.places[:, ::-1], self.values, self.shape[::-1]).added()

    def with_values(self, values: np.ndarray) -> Cells:
        return Cells(self.places, values, self.shape)


def cells_of(matrix: np.ndarray) -> Cells:
    """The cells of a matrix that are not zero, in the order of the rows."""
    places = np.argwhere(matrix)
    return Cells(places.astype(np.int64), matrix[places[:, 0], places[:, 1]], matrix.shape)
