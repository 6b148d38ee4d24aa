"""Bounds of the gradients of matrices: sums over targets, windows and batches, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.bounds.groups import GroupErrors, sum_roundings
from gradgate.magnitudes import GroupMagnitudes


def hidden_gradient(part: GroupErrors, arithmetic: Arithmetic, tier: str) -> np.ndarray:
    """Bound (d,) of the gradient with respect to h, of a group by itself."""
    count = len(part.group.targets)
    roundings = sum_roundings(arithmetic, tier, part.inner, part.flat, count)
    return part.hidden_error + np.expm1(roundings) * part.hidden_mass + part.underflow


def center_rows(
    parts: Sequence[GroupErrors], rows: np.ndarray, d: int, arithmetic: Arithmetic, tier: str
) -> np.ndarray:
    """Bound (m, d) of grad_V_c: row r sums the gradients of every group that uses it, as often as it does."""
    error, mass = np.zeros((len(rows), d)), np.zeros((len(rows), d))
    absolute, counts, flat = np.zeros(len(rows)), np.zeros(len(rows), int), np.zeros(len(rows), int)
    extra = 0
    for part in parts:
        hit, divisor, targets = np.searchsorted(rows, part.group.rows), part.group.divisor, len(part.group.targets)
        np.add.at(error, hit, part.hidden_error / divisor)
        np.add.at(mass, hit, part.hidden_mass / divisor)
        np.add.at(absolute, hit, part.underflow / divisor + 2 * arithmetic.underflow)
        np.add.at(counts, hit, targets)
        np.add.at(flat, hit, part.flat)
        extra = max(extra, 2 * (divisor > 1))  # the mean multiplies by a rounded 1 / C
    inner = max((part.inner for part in parts), default=0)
    roundings = np.array(
        [
            sum_roundings(arithmetic, tier, inner, int(flat[r]), int(counts[r])) + extra * arithmetic.store_rounding
            for r in range(len(rows))
        ]
    )
    if arithmetic.mixed:  # dh is stored before it is added
        roundings = roundings + arithmetic.extra_store
    return error + np.expm1(roundings)[:, None] * (mass + error) + absolute[:, None]


def outside_rows_softmax(parts: Sequence[GroupErrors], arithmetic: Arithmetic, tier: str) -> np.ndarray:
    """Bound (V, d) of grad_U = sum of r h over targets and groups, r = p - onehot: every row is touched."""
    softmaxes = [part.softmax for part in parts if part.softmax is not None]
    coefficients = np.column_stack([s.coefficients for s in softmaxes])
    errors = np.column_stack([s.errors for s in softmaxes])
    hidden = np.stack([part.hidden.size for part in parts])
    product = np.expm1((1 + arithmetic.mixed) * arithmetic.store_rounding + arithmetic.factor_rounding)
    moved = np.stack([part.hidden.reach * product + part.hidden.error for part in parts])
    count = sum(len(part.group.targets) for part in parts)
    across = np.expm1(sum_roundings(arithmetic, tier, 0, 0, count))
    bound = (errors * (1 + across)) @ (hidden + moved) + coefficients @ (moved * (1 + across) + across * hidden)
    for part, column in zip(parts, coefficients.T, strict=True):
        if part.hidden.flushed is not None:
            bound += arithmetic.storage.smallest * column[:, None] * part.hidden.flushed
    return bound + count * (1 + across) * arithmetic.underflow


@dataclass(frozen=True, eq=False)
class RowTerms:
    """What m rows of a matrix sum: errors (m, d) of their terms, sizes (m, d) of these, and how many (m,) there are."""

    error: np.ndarray
    mass: np.ndarray
    counts: np.ndarray


def logistic_row_terms(
    parts: Sequence[GroupErrors], sizes: Sequence[GroupMagnitudes], rows: np.ndarray, d: int, arithmetic: Arithmetic
) -> RowTerms:
    """The terms c h of the touched rows of U: those that name the row."""
    error, mass, counts = np.zeros((len(rows), d)), np.zeros((len(rows), d)), np.zeros(len(rows), int)
    for part, size in zip(parts, sizes, strict=True):
        for errors, target in zip(part.logistic, size.logistic, strict=True):
            hit = np.searchsorted(rows, target.rows)
            largest = (target.slopes + errors.coefficients)[:, None]
            moved = errors.coefficients[:, None] * part.hidden.size + largest * part.hidden.error
            if part.hidden.flushed is not None:
                moved += arithmetic.storage.smallest * largest * part.hidden.flushed
            np.add.at(error, hit, moved)
            np.add.at(mass, hit, largest * part.hidden.reach)
            np.add.at(counts, hit, 1)
    return RowTerms(error, mass, counts)


def outside_rows_logistic(terms: RowTerms, arithmetic: Arithmetic) -> np.ndarray:
    """Bound (m, d) of the touched rows of grad_U, each the sum of its terms."""
    roundings = (terms.counts + 1 + arithmetic.mixed) * arithmetic.store_rounding + arithmetic.factor_rounding
    return terms.error + np.expm1(roundings)[:, None] * terms.mass + terms.counts[:, None] * arithmetic.underflow
