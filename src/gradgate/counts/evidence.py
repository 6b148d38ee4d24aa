"""What an implementation returned for a case of the counts, as cells or as whole matrices."""

from __future__ import annotations

import numpy as np

from gradgate.case import Case
from gradgate.cells import Cells
from gradgate.counts.witness import CountWitness
from gradgate.evidence import Evidence, Unusable


class CountEvidence(Evidence):
    """Results read as what the contract promises; Unusable, worded, where they cannot be."""

    witness: CountWitness

    def cells(self, variant: str, quantity: str) -> Cells:
        """The stored cells in order, repeated ones added up; of a dense matrix those that are not empty.

        Empty is what the contract says of a cell that is not stored: -inf for PMI, 0 for all else.
        """
        result, shape = self.result(variant, quantity), promised_shape(self.witness.variant(variant), quantity)
        values = np.asarray(result.values)
        if result.rows is None:
            matrix = self.matrix(variant, quantity)
            places = np.argwhere(matrix != empty_of(quantity))
            return Cells(places.astype(np.int64), matrix[places[:, 0], places[:, 1]], matrix.shape)
        if result.shape != shape:
            raise Unusable(variant, f"{quantity} has shape {result.shape} where {shape} is due")
        if np.any((result.rows < 0) | (result.rows >= shape)):
            raise Unusable(variant, f"a cell of {quantity} lies outside its shape {shape}")
        return Cells(result.rows, values, (shape[0], shape[1])).added()

    def matrix(self, variant: str, quantity: str) -> np.ndarray:
        """The values in the contract's shape, in float64 unless they are integers."""
        result, shape = self.result(variant, quantity), promised_shape(self.witness.variant(variant), quantity)
        if result.rows is not None:
            return _numbers(self.cells(variant, quantity).dense(empty_of(quantity)))
        values = np.asarray(result.values)
        if values.shape != shape:
            if values.size or 0 not in shape:  # an empty list has lost its shape
                raise Unusable(variant, f"{quantity} has shape {values.shape} where {shape} is due")
            values = values.reshape(shape)
        return _numbers(values)


def _numbers(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind in "iu" else values.astype(np.float64)


def empty_of(quantity: str) -> float:
    """The value of a cell that a sparse matrix does not store."""
    return -np.inf if quantity == "PMI" else 0


def promised_shape(case: Case, quantity: str) -> tuple[int, ...]:
    """The shape that the contract promises for a quantity of this case."""
    given = case.inputs
    match quantity:
        case "W":
            V = int(np.max(given["tokens"], initial=-1)) + 1
            return (V, V)
        case "U":
            return (given["M"].shape[0], given["k"])
        case "S":
            return (given["k"],)
        case "Vt":
            return (given["k"], given["M"].shape[1])
    shape: tuple[int, ...] = given["W"].shape
    return shape
