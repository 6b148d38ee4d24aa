"""Rounding-error bounds: how far a right implementation may be from the exact values, for this very input.

`bounds` is the only entry. The formulas, their assumptions and their measurements are in docs/bounds.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import DEFAULT, FRAGILE, STRICT, TIERS, Arithmetic
from gradgate.bounds.domain import in_naive_domain
from gradgate.bounds.elementwise import sigmoid_errors, softmax_row_errors
from gradgate.bounds.gradients import (
    center_rows,
    hidden_gradient,
    logistic_row_terms,
    outside_rows_logistic,
    outside_rows_softmax,
)
from gradgate.bounds.groups import GroupErrors, group_errors
from gradgate.bounds.hidden import matrix
from gradgate.bounds.update import stepped
from gradgate.case import Case
from gradgate.interface import STEP, STEPS
from gradgate.magnitudes import GroupMagnitudes
from gradgate.terms import groups as case_groups
from gradgate.terms import touched_rows

__all__ = ["DEFAULT", "FRAGILE", "STRICT", "TIERS", "Arithmetic", "Bounds", "bounds"]


@dataclass(frozen=True, eq=False)
class Bounds:
    """The bound of every quantity that the function returns, float64, shaped as its ExactValue.

    infinite: where the loss () or losses (B,) may come out as inf, by a route of the tier that takes the logarithm of
    zero; their bound is for numbers. undecidable: the format may overflow on the way, so that no value can be
    expected. in_naive_domain: naive formulas stay in range, so that inf and NaN are not excused.
    """

    values: Mapping[str, np.ndarray]
    infinite: np.ndarray
    undecidable: bool
    in_naive_domain: bool


def bounds(case: Case, groups: Sequence[GroupMagnitudes], arithmetic: Arithmetic, tier: str) -> Bounds:
    """The bounds of one case, given its magnitudes, group by group as the reference or an estimate has them.

    tier: "strict", "default" or "fragile", each at least as wide as the one before.
    """
    if tier not in TIERS:
        raise ValueError(f"tier {tier!r} is none of {', '.join(TIERS)}")
    form, infinite = arithmetic.storage, np.array(False)
    with np.errstate(all="ignore"):  # bounds may be infinite, and magnitudes may underflow
        if case.function == "sigmoid":
            values, largest = {"sigmoid": _sigmoid(case, groups, arithmetic, tier)}, 0.0
        elif case.function == "softmax":
            values, largest = {"softmax": _softmax(case, groups, arithmetic, tier)}, 0.0
        else:
            values, infinite, largest = _losses_and_gradients(case, groups, arithmetic, tier)
    inflation = 1 + 4 * _longest_sum(case, groups) * 2.0**-53  # this evaluation rounds too
    return Bounds(
        values={name: _closed(bound * inflation) for name, bound in values.items()},
        infinite=infinite,
        undecidable=not largest * 1.01 <= form.largest,  # NaN is no number to expect either
        in_naive_domain=all(in_naive_domain(sizes, form) for sizes in groups),
    )


def _losses_and_gradients(
    case: Case, sizes: Sequence[GroupMagnitudes], arithmetic: Arithmetic, tier: str
) -> tuple[dict[str, np.ndarray], np.ndarray, float]:
    """Every quantity's bound, where the loss may be infinite, and the largest number that may be met."""
    signed = case.wide("U")
    U = matrix(signed, arithmetic)
    parts = [
        group_errors(U, signed, group, size, arithmetic, tier)
        for group, size in zip(case_groups(case), sizes, strict=True)
    ]
    if case.function in (STEP, STEPS):
        found = {quantity: stepped(quantity, case, parts, sizes, arithmetic, tier) for quantity in case.returns}
        largest = float(np.max([largest_met(case, parts), *(reach for _, reach in found.values())]))
        return {quantity: bound for quantity, (bound, _) in found.items()}, np.array(False), largest
    values = {
        quantity: _outside_rows(case, parts, sizes, signed.shape[1], arithmetic, tier)
        if quantity == "grad_U"
        else summed_bound(quantity, case, parts, arithmetic, tier)
        for quantity in case.returns
    }
    infinite = np.array(any(part.infinite for part in parts))
    if "losses" in values:
        infinite = _per_pair(parts, [np.array(p.infinite) for p in parts], (_pairs(case),)) > 0
    return values, infinite, largest_met(case, parts)


def summed_bound(
    quantity: str, case: Case, parts: Sequence[GroupErrors], arithmetic: Arithmetic, tier: str
) -> np.ndarray:
    """The bound of any quantity but grad_U, given those of the case's groups."""
    d = np.shape(case.inputs["U"])[1]
    match quantity:
        case "loss":
            return np.array(sum(part.loss_error for part in parts))
        case "losses":
            return _per_pair(parts, [np.array(p.loss_error) for p in parts], (_pairs(case),))
        case "grad_center":
            return hidden_gradient(parts[0], arithmetic, tier)
        case "grad_centers":
            gradients = [hidden_gradient(part, arithmetic, tier) for part in parts]
            return _per_pair(parts, gradients, (_pairs(case), d))
        case _:
            rows = touched_rows(case, quantity)
            assert rows is not None
            return center_rows(parts, rows, d, arithmetic, tier)


def largest_met(case: Case, parts: Sequence[GroupErrors]) -> float:
    """The largest number that a computation of the case may meet; beyond the format nothing can be decided."""
    summed = sum(len(part.group.targets) * float(part.hidden.reach.max(initial=0.0)) for part in parts)
    masses = [float(part.hidden_mass.max(initial=0.0)) for part in parts]  # of a row of grad_V_c: of all its groups
    gathered = sum(masses) if "grad_V_c" in case.returns else max(masses, default=0.0)
    return float(np.max([summed, gathered, *(part.largest for part in parts)]))


def _outside_rows(
    case: Case,
    parts: Sequence[GroupErrors],
    sizes: Sequence[GroupMagnitudes],
    d: int,
    arithmetic: Arithmetic,
    tier: str,
) -> np.ndarray:
    rows = touched_rows(case, "grad_U")
    if rows is None:
        return outside_rows_softmax(parts, arithmetic, tier)
    return outside_rows_logistic(logistic_row_terms(parts, sizes, rows, d, arithmetic), arithmetic)


def _sigmoid(case: Case, groups: Sequence[GroupMagnitudes], arithmetic: Arithmetic, tier: str) -> np.ndarray:
    return sigmoid_errors(groups[0].logistic[0], arithmetic, tier).reshape(np.shape(case.inputs["x"]))


def _softmax(case: Case, groups: Sequence[GroupMagnitudes], arithmetic: Arithmetic, tier: str) -> np.ndarray:
    rows = [softmax_row_errors(size.softmax, arithmetic, tier) for size in groups if size.softmax is not None]
    return np.array(rows, np.float64).reshape(np.shape(case.inputs["logits"]))


def _pairs(case: Case) -> int:
    """B, empty windows included."""
    return len(case.inputs["offsets"]) - 1 if "offsets" in case.inputs else len(case.inputs["outsides"])


def _per_pair(parts: Sequence[GroupErrors], each: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    bound = np.zeros(shape)
    for part, value in zip(parts, each, strict=True):
        bound[part.group.pair] = value
    return bound


def _longest_sum(case: Case, groups: Sequence[GroupMagnitudes]) -> int:
    """V + d + terms of the sums behind a bound."""
    terms = sum(len(target.rows) for size in groups for target in size.logistic)
    return terms + len(groups) + 4 + sum(np.shape(case.inputs["U"]) if "U" in case.inputs else [case.size])


def _closed(bound: np.ndarray) -> np.ndarray:
    """inf where the evaluation itself overflowed to NaN: nothing is known there."""
    return np.where(np.isnan(bound), np.inf, bound)
