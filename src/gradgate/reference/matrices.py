"""U as the reference multiplies with it: in Arb balls, or in double-double where U is large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from flint import arb, arb_mat

from gradgate.reference import dd
from gradgate.reference.balls import balls_of, enclose


class Matrix(Protocol):
    """The two products with a matrix U (V, d), as balls."""

    def times(self, hidden: Sequence[arb]) -> list[arb]:
        """U h (V,) for hidden (d,)."""

    def weigh(self, weights: Sequence[arb]) -> list[arb]:
        """The sum of the rows of U, each times its weight: (d,) for weights (V,)."""


class BallMatrix:
    """U in Arb, at the working precision."""

    def __init__(self, U: np.ndarray):
        self.U = arb_mat(*U.shape, U.ravel().tolist())

    def times(self, hidden: Sequence[arb]) -> list[arb]:
        product: list[arb] = (self.U * arb_mat(len(hidden), 1, hidden)).entries()
        return product

    def weigh(self, weights: Sequence[arb]) -> list[arb]:
        product: list[arb] = (arb_mat(1, len(weights), weights) * self.U).entries()
        return product


class DoubleDoubleMatrix:
    """U in float64: products in double-double with an a-priori radius, faster for large U but of fixed accuracy."""

    def __init__(self, U: np.ndarray):
        self.U = U

    def times(self, hidden: Sequence[arb]) -> list[arb]:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return balls_of(dd.without_overflow(dd.matrix_vector(self.U, enclose(hidden))))

    def weigh(self, weights: Sequence[arb]) -> list[arb]:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return balls_of(dd.without_overflow(dd.vector_matrix(enclose(weights), self.U)))
