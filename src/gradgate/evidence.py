"""What one implementation returned for a case and its variants, with the radius that its arithmetic allows it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gradgate.balls import Ball
from gradgate.calling.calls import Outcome, Result
from gradgate.calling.implementation import Particulars
from gradgate.case import Case
from gradgate.witness import Undecidable, Witness


class Unusable(Exception):
    """A call gave no numbers to judge: the sentence says why. The law of the promised form reports it."""

    def __init__(self, variant: str, sentence: str) -> None:
        super().__init__(sentence)
        self.variant = variant


class Evidence:
    """The outcomes of one implementation by variant, read as numbers.

    peers holds the evidence of other implementations on the same case, computed in float64. lenient evidence is read
    for a second opinion on a failure: values that are not finite are then excused where their bound is infinite, and
    outside the naive domain.
    """

    def __init__(
        self,
        witness: Witness,
        outcomes: Mapping[str, Outcome],
        particulars: Particulars,
        peers: Mapping[str, Evidence] | None = None,
        *,
        lenient: bool = False,
    ) -> None:
        self.witness = witness
        self.outcomes = outcomes
        self.particulars = particulars
        self.peers = peers or {}
        self.lenient = lenient

    @property
    def case(self) -> Case:
        return self.witness.case

    @property
    def loss_dtype(self) -> str:
        return self.particulars.loss_dtype.get(self.case.dtype, self.case.dtype)

    def result(self, variant: str, quantity: str) -> Result:
        outcome = self.outcomes[variant]
        if outcome.fault:
            raise Unusable(variant, outcome.fault)
        return outcome.results[quantity]

    def values(self, variant: str, quantity: str) -> np.ndarray:
        """The returned values in float64 and in the contract's shape; rows that repeat are added up."""
        case, result = self.witness.variant(variant), self.result(variant, quantity)
        shape = promised_shape(case, quantity)
        values = np.asarray(result.values, np.float64)
        if result.rows is not None:
            if values.shape != (len(result.rows), shape[-1]) or not _are_rows(result.rows, shape[0]):
                raise Unusable(variant, f"{quantity} is no row-sparse gradient of shape {shape}")
            full = np.zeros(shape)
            with np.errstate(over="ignore", invalid="ignore"):  # inf - inf is the implementation's own
                np.add.at(full, result.rows, values)
            return full
        if values.shape != shape:
            if values.size != np.prod(shape, dtype=int) or values.ndim < len(shape):
                raise Unusable(variant, f"{quantity} has shape {values.shape} where {shape} is due")
            values = values.reshape(shape)
        return values

    def ball(self, variant: str, quantity: str) -> Ball:
        """The values with their bound as radius. Undecidable where the bound says so."""
        found = self.witness.bounds(variant)
        if found.undecidable:
            raise Undecidable
        values, radius = self.values(variant, quantity), self.witness.radius(variant, quantity)
        if self.lenient:  # log(1 - sigmoid(40)) is log 0
            infinite = found.infinite if quantity in ("loss", "losses") else False
            excused = ~np.isfinite(values) & (infinite | np.isinf(radius) | (not found.in_naive_domain))
            return Ball(np.where(excused, 0.0, values), np.where(excused, np.inf, radius))
        return Ball(values, radius)

    def loss(self, variant: str) -> Ball:
        """The loss, summed over the batch."""
        quantity = "loss" if "loss" in self.case.returns else "losses"
        return self.ball(variant, quantity).sum()

    @property
    def hidden_parameter(self) -> str:
        """The parameter that the hidden vectors come from: center, centers or V_c."""
        return next(name for name in ("V_c", "centers", "center") if name in self.case.inputs)

    @property
    def hidden_gradient(self) -> str:
        return f"grad_{self.hidden_parameter}"


def promised_shape(case: Case, quantity: str) -> tuple[int, ...]:
    """The shape that the contract promises for a quantity of this case."""
    given = case.inputs
    match quantity:
        case "loss":
            return ()
        case "losses":
            first = given["offsets"][:-1] if "offsets" in given else given["outsides"]
            return (len(first),)
        case "sigmoid":
            return np.shape(given["x"])
        case "softmax":
            return np.shape(given["logits"])
        case other:
            return np.shape(given[other.removeprefix("grad_").removeprefix("new_")])


def _are_rows(rows: np.ndarray, count: int) -> bool:
    return bool(np.all((rows >= 0) & (rows < count)))
