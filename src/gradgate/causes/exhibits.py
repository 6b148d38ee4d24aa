"""An exhibit: one case with what came back for it, what is due, and how far a right answer may be off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Outcome
from gradgate.calling.implementation import Particulars
from gradgate.case import Case
from gradgate.evidence import Evidence, Unusable
from gradgate.witness import Witness


@dataclass(frozen=True, eq=False)
class Exhibit:
    """seen, due and radius by quantity, in float64 and in the contract's shapes.

    failing names the quantities that are beyond their radius, told those that are to be explained: all but the ones
    whose failure is excused as fragile.
    """

    case: Case
    witness: Witness
    seen: Mapping[str, np.ndarray]
    due: Mapping[str, np.ndarray]
    radius: Mapping[str, np.ndarray]
    failing: frozenset[str]
    told: frozenset[str]

    def agrees(self, quantity: str, values: np.ndarray) -> bool:
        """Whether the values are what was seen: within both roundings, and nearer to it than what is due."""
        seen, due = self.seen[quantity], self.due[quantity]
        if values.shape != seen.shape:
            return False
        same = (seen == values) | (np.isnan(seen) & np.isnan(values))
        with np.errstate(all="ignore"):
            apart = np.where(same, 0.0, np.abs(seen - values))
            off = np.abs(seen - due)
            allowed = self.allowance(quantity, values)
            near = apart <= allowed
            explained = ~(off > self.radius[quantity]) | (apart < off) | same
        return bool(np.all(near & explained))

    def is_wrong(self, quantity: str, values: np.ndarray) -> bool:
        """Whether the values are beyond what a right implementation may return."""
        with np.errstate(all="ignore"):
            return not np.all(np.abs(values - self.due[quantity]) <= self.radius[quantity])

    def allowance(self, quantity: str, values: np.ndarray) -> np.ndarray:
        """How far two roundings of one formula may lie apart, where it is not the right formula.

        A wrong formula's own bound is not known. It is taken for the right one's, as large beside the values as that
        one is beside what is due, of the whole quantity or of the entry, and a last rounding of the values themselves;
        twice, since both sides round. A row that takes no part has no bound of its own, and gets that of the widest
        row where something is written to it.
        """
        radius, due = self.radius[quantity], np.abs(self.due[quantity])
        widest, size = _largest(radius), _largest(due)
        of_all = _largest(values) / size if widest < size else 1.0
        with np.errstate(all="ignore"):
            growth = np.where(radius < due, np.maximum(np.abs(values) / due, of_all), of_all)
        growth = np.where(np.isfinite(growth), np.maximum(growth, 1.0), 1.0)
        last = np.where(np.isfinite(values), self.case.form.roundoff * np.abs(values), 0.0)
        return 2 * (np.where((radius == 0) & (values != 0), widest, radius) * growth + last)


def exhibit(
    case: Case,
    outcome: Outcome,
    arithmetic: Arithmetic,
    tier: str,
    particulars: Particulars,
    excused: frozenset[str] = frozenset(),
) -> Exhibit | None:
    """What came of the case; None where it gave no numbers of the promised shapes, or where they decide nothing."""
    witness = Witness(case, arithmetic, tier)
    if outcome.fault or witness.bounds().undecidable:
        return None
    evidence = Evidence(witness, {"base": outcome}, particulars)
    try:
        seen = {q: evidence.values("base", q) for q in case.returns}
    except Unusable:
        return None
    exact = {q: witness.exact(q) for q in case.returns}
    due = {q: value.hi + value.lo for q, value in exact.items()}
    radius = {q: witness.radius("base", q) + value.radius for q, value in exact.items()}
    with np.errstate(all="ignore"):  # what is not finite fails
        failing = frozenset(q for q in case.returns if not np.all(np.abs(seen[q] - due[q]) <= radius[q]))
    return Exhibit(case, witness, seen, due, radius, failing - excused, frozenset(case.returns) - excused)


def _largest(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)]) if np.ndim(values) else np.abs(values)
    return float(np.max(finite, initial=0.0))
