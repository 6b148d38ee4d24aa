"""What a case's laws are judged by: its exact values, and the rounding error that each variant of it may carry.

One witness serves every implementation of one arithmetic: everything in it is computed once, when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np

from gradgate.balls import U64
from gradgate.bounds import Bounds, bounds
from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Call
from gradgate.case import Case, CaseKey
from gradgate.estimate import estimate
from gradgate.exact import ExactValue, Reference
from gradgate.magnitudes import GroupMagnitudes
from gradgate.terms import Group, groups, touched_rows

_KEPT = 3000  # numbers of a case whose exact values are kept


class Undecidable(Exception):
    """The arithmetic cannot decide this: the dtype may overflow on the way, or the bound is larger than the answer."""


class Witness:
    """The reference and the bounds of one case in one arithmetic and one tier."""

    def __init__(self, case: Case, arithmetic: Arithmetic, tier: str = "default") -> None:
        self.case = case
        self.arithmetic = arithmetic
        self.tier = tier
        self._bounds: dict[str, Bounds] = {}
        self._variants: dict[str, Case] = {"base": case}
        self._radii: dict[tuple[str, str], np.ndarray] = {}
        self._exact: dict[str, ExactValue] = {}

    @cached_property
    def reference(self) -> Reference:
        from gradgate.reference import exact  # loads the exact arithmetic library when it is first needed

        return exact(self.case) if self.case.size > _KEPT else _known(self.case.key)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The hidden vectors and targets of the case; none for sigmoid and softmax."""
        return groups(self.case) if "U" in self.case.inputs else ()

    def share(self, other: Witness) -> None:
        """Takes over the other witness's exact values, which depend on the case alone."""
        self.__dict__["reference"] = other.reference

    def knows(self, calls: Sequence[Call]) -> None:
        """Remembers the variants that laws have asked for, so that their bounds can be asked for by name."""
        self._variants.update({call.variant: call.case for call in calls})

    def variant(self, name: str) -> Case:
        return self._variants[name]

    def bounds(self, name: str = "base") -> Bounds:
        """The bounds of a variant. The base's start from the exact reference, the others' from a float64 estimate."""
        if name not in self._bounds:
            case = self._variants[name]
            magnitudes = self.reference.groups if case is self.case else estimate(case)
            found = bounds(case, magnitudes, self.arithmetic, self.tier)
            if case is not self.case:
                found = _inflated(found, _estimate_error(case, magnitudes))
            self._bounds[name] = found
        return self._bounds[name]

    def radius(self, name: str, quantity: str) -> np.ndarray:
        """The bound of a quantity in its full shape: zero in the rows that cannot differ from zero."""
        key = (name, quantity)
        if key not in self._radii:
            self._radii[key] = spread(self._variants[name], quantity, self.bounds(name).values[quantity])
        return self._radii[key]

    def exact(self, quantity: str) -> ExactValue:
        """The exact value of a quantity of the base, in its full shape."""
        if quantity not in self._exact:
            found = self.reference.values[quantity]
            parts = (spread(self.case, quantity, part) for part in (found.hi, found.lo, found.radius))
            self._exact[quantity] = ExactValue(*parts)
        return self._exact[quantity]


@lru_cache(maxsize=2048)
def _known(key: CaseKey) -> Reference:
    """The exact values of a small case: what is shrunk, or asked for a cause, comes to the same cases again."""
    from gradgate.reference import exact

    return exact(key.case)


def spread(case: Case, quantity: str, values: np.ndarray) -> np.ndarray:
    """An array over the touched rows, laid out over all rows of the matrix."""
    rows = touched_rows(case, quantity) if quantity in ("grad_U", "grad_V_c") else None
    if rows is None:
        return values
    full = np.zeros(np.shape(case.inputs["U"]))
    full[rows] = values
    return full


def _estimate_error(case: Case, magnitudes: Sequence[GroupMagnitudes]) -> float:
    """The relative error of a float64 estimate's probabilities: twice the absolute error of its logits."""
    if "U" not in case.inputs:
        return 16 * U64
    U = np.abs(case.wide("U"))
    largest = max((float((U @ np.abs(group.hidden)).max(initial=0.0)) for group in magnitudes), default=0.0)
    return 4 * (U.shape[1] + 4) * U64 * (1 + largest)


def _inflated(found: Bounds, error: float) -> Bounds:
    if not error < 2.0**-7:  # the estimate itself has lost its leading digits
        return replace(found, undecidable=True)
    return replace(found, values={q: b * (1 + 4 * error) for q, b in found.values.items()})
