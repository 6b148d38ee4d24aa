"""The implementation's own gradients as balls: what it returned, give or take its rounding bound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.balls import Ball
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.inprocess import Performer
from gradgate.case import Case
from gradgate.errors import Broken, CannotRun
from gradgate.evidence import Evidence, Unusable
from gradgate.examining.examination import arithmetic_of
from gradgate.witness import Witness

_TOGETHER = 500  # calls that are sent at a time


@dataclass(frozen=True, eq=False)
class Learner:
    """One implementation in one dtype."""

    performer: Performer
    dtype: str

    def require(self, functions: Iterable[str]) -> None:
        """CannotRun where it lacks one of the functions, or the dtype."""
        name, offers, dtypes = self.performer.name, self.performer.offers, self.performer.particulars.dtypes
        if missing := [function for function in functions if function not in offers]:
            raise CannotRun(f"{name} defines no {', '.join(missing)}, which the bridge is built of")
        if self.dtype not in dtypes:
            raise CannotRun(f"{name} computes in {', '.join(dtypes)}, not in {self.dtype}")

    def outcomes(self, function: str, inputs: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """Plain calls. Raises Broken, worded, where one gave no result."""
        calls = [Call("base", self.case(function, given)) for given in inputs]
        found: list[Outcome] = []
        for first in range(0, len(calls), _TOGETHER):
            found += self.performer.perform(calls[first : first + _TOGETHER])
        if wrong := next((outcome.fault for outcome in found if outcome.fault), ""):
            raise Broken(f"{self.performer.name}, {function}: {wrong}")
        return found

    def balls(self, function: str, quantity: str, inputs: Sequence[Mapping[str, Any]]) -> list[Ball]:
        """A quantity of each call, with the bound of its very inputs. Raises Broken where it has another form."""
        outcomes, found = self.outcomes(function, inputs), []
        arithmetic = arithmetic_of(self.performer.particulars, self.dtype)
        for given, outcome in zip(inputs, outcomes, strict=True):
            witness = Witness(self.case(function, given), arithmetic)
            witness.knows([Call("estimated", self.case(function, given))])  # bounds from a float64 estimate
            evidence = Evidence(witness, {"estimated": outcome}, self.performer.particulars)
            try:
                found.append(evidence.ball("estimated", quantity))
            except Unusable as error:
                raise Broken(f"{self.performer.name}, {function}: {error}") from error
        return found

    def case(self, function: str, inputs: Mapping[str, Any]) -> Case:
        return Case(function, self.dtype, inputs, "bridge", 0, 0)


def weighted(balls: Sequence[Ball], shares: np.ndarray) -> Ball:
    """The sum of the balls, each times its share: shares (n,) are quotients of float64, one rounding off."""
    middles, radii = np.stack([ball.mid for ball in balls]), np.stack([ball.rad for ball in balls])
    return Ball(shares, 2 * np.finfo(float).eps * shares) @ Ball(middles, radii)
