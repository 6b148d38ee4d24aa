"""The bound of a step of gradient descent: new = old - rate * gradient, row by row. Of several steps: where no two of
them touch the same row, so that each is taken as if it were alone.

The gradient comes with its own bound. On top of it the rate and its product round, and so does the subtraction; a row
may as well be moved term by term, so that every value on its way rounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.bounds.gradients import (
    RowTerms,
    center_rows,
    logistic_row_terms,
    outside_rows_logistic,
    outside_rows_softmax,
)
from gradgate.bounds.groups import GroupErrors
from gradgate.case import Case
from gradgate.magnitudes import GroupMagnitudes
from gradgate.terms import touched_rows


def stepped(
    quantity: str,
    case: Case,
    parts: Sequence[GroupErrors],
    sizes: Sequence[GroupMagnitudes],
    arithmetic: Arithmetic,
    tier: str,
) -> tuple[np.ndarray, float]:
    """The bound (V, d) of new_V_c or new_U, zero in the rows that stay; and the largest number met."""
    old = case.wide(quantity.removeprefix("new_"))
    # a row that stays is old - rate * 0 to who moves all of them: its subnormal numbers may be flushed
    bound = np.full_like(old, arithmetic.underflow if arithmetic.flushes_subnormals else 0.0)
    if not parts:  # an empty window
        return bound, 0.0
    rows, gradient, terms = (_center if quantity == "new_V_c" else _outside)(case, parts, sizes, arithmetic, tier)
    rate = float(case.inputs["rate"])
    reach = np.abs(old[rows]) + rate * terms.mass
    roundings = (terms.counts + 3)[:, None] * arithmetic.store_rounding
    underflow = (terms.counts + 1)[:, None] * arithmetic.underflow
    bound[rows] = rate * gradient + np.expm1(roundings) * reach + underflow
    return bound, float(reach.max(initial=0.0))


Moved = tuple[np.ndarray, np.ndarray, RowTerms]  # the rows that move, their gradients' bounds, and what they sum


def _center(
    case: Case, parts: Sequence[GroupErrors], sizes: Sequence[GroupMagnitudes], arithmetic: Arithmetic, tier: str
) -> Moved:
    """The row of each window's centre gets one gradient a target."""
    ordered = sorted(parts, key=lambda part: part.group.rows[0])
    rows = np.concatenate([part.group.rows for part in ordered])
    gradient = center_rows(parts, rows, len(parts[0].hidden.size), arithmetic, tier)
    errors = np.stack([part.hidden_error for part in ordered])
    mass = np.stack([part.hidden_mass for part in ordered]) + errors
    return rows, gradient, RowTerms(errors, mass, np.array([len(part.group.targets) for part in ordered]))


def _outside(
    case: Case, parts: Sequence[GroupErrors], sizes: Sequence[GroupMagnitudes], arithmetic: Arithmetic, tier: str
) -> Moved:
    rows, d = touched_rows(case, "grad_U"), np.shape(case.inputs["U"])[1]
    if rows is not None:
        terms = logistic_row_terms(parts, sizes, rows, d, arithmetic)
        return rows, outside_rows_logistic(terms, arithmetic), terms
    [part] = parts
    assert part.softmax is not None
    mass = np.outer(part.softmax.coefficients + part.softmax.errors, part.hidden.reach)
    counts = np.full(len(mass), len(part.group.targets))
    gradient = outside_rows_softmax(parts, arithmetic, tier)
    return np.arange(len(mass)), gradient, RowTerms(gradient, mass, counts)
