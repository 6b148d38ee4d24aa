"""The gradients of U and of V_c, put together from the groups' terms, and a step along them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from flint import arb

from gradgate.case import Case
from gradgate.exact import ExactValue
from gradgate.reference import dd
from gradgate.reference.balls import ZERO, blurred, enclose
from gradgate.reference.terms import GroupTerms
from gradgate.terms import Group

# Multiplying out in balls costs half a microsecond an entry, in double-double a tenth of a millisecond at the least.
_BALL_ENTRIES = 256
# Coefficients go through float64 times 2^512: those from 2^-1074 down matter where they meet a large h.
_SHIFT = 512

Totals = dict[int, list[arb]]
"""The rows of a matrix that have a gradient, and that of each."""


def exact_value(balls: Sequence[arb], shape: tuple[int, ...], rows: np.ndarray | None = None) -> ExactValue:
    """The balls, in C order, as one array."""
    hi, lo, radius = enclose(balls).fields
    return ExactValue(hi.reshape(shape), lo.reshape(shape), radius.reshape(shape), rows)


def grad_center_rows(groups: Sequence[Group], terms: Sequence[GroupTerms], d: int) -> ExactValue:
    """The gradient of V_c (V, d), in the rows that some group uses."""
    totals = center_totals(groups, terms)
    rows = np.array(sorted(totals), np.int64)
    return exact_value([entry for row in rows.tolist() for entry in totals[row]], (len(rows), d), rows)


def center_totals(groups: Sequence[Group], terms: Sequence[GroupTerms]) -> Totals:
    """The gradient of V_c by row: (its multiplicity / divisor) times grad_hidden for each group that uses it."""
    totals: Totals = {}
    for group, share in zip(groups, terms, strict=True):
        rows, counts = np.unique(group.rows, return_counts=True)
        for row, count in zip(rows.tolist(), counts.tolist(), strict=True):
            gradient = [entry * count / group.divisor for entry in share.grad_hidden]
            totals[row] = [a + b for a, b in zip(totals[row], gradient, strict=True)] if row in totals else gradient
    return totals


def outside_totals(terms: Sequence[GroupTerms], d: int) -> Totals:
    """The gradient of U by row, multiplied out in balls."""
    named = {row for share in terms for row in (range(len(share.coefficients)) if share.rows is None else share.rows)}
    entries = iter(_entries(terms, [(row, j) for row in named for j in range(d)]))
    return {row: [next(entries) for _ in range(d)] for row in named}


def stepped(case: Case, quantity: str, gradient: Totals) -> ExactValue:
    """old - rate * gradient (V, d), where the rows without a gradient stay as they are."""
    old, rate = case.wide(quantity.removeprefix("new_")), arb(case.inputs["rate"])
    value = ExactValue(old.copy(), np.zeros_like(old), np.zeros_like(old))
    rows = list(gradient)
    moved = [arb(before) - rate * g for row in rows for before, g in zip(old[row].tolist(), gradient[row], strict=True)]
    for field, new in zip((value.hi, value.lo, value.radius), enclose(moved).fields, strict=True):
        field[rows] = new.reshape(len(rows), -1)
    return value


def grad_outside_rows(terms: Sequence[GroupTerms], shape: tuple[int, int], repair: bool) -> ExactValue:
    """The gradient of U (V, d), the sum of coefficients (outer) h over the groups; dense where a softmax touches it.

    repair: multiply out in balls what double-double leaves blurred, which helps where the coefficients are sharp.
    """
    V, d = shape
    if any(share.rows is None for share in terms):
        rows, named = None, list(range(V))
    else:
        named = sorted({row for share in terms for row in share.rows or ()})
        rows = np.array(named, np.int64)
    entries = sum(len(share.coefficients) for share in terms) * d
    if entries <= _BALL_ENTRIES * len(terms):
        everything = [(row, j) for row in named for j in range(d)]
        return exact_value(_entries(terms, everything), (len(named), d), rows)
    value = _outer_sum(terms, named, d)
    if repair:
        _repair(value, terms, named)
    return ExactValue(*value.fields, rows)


def _outer_sum(terms: Sequence[GroupTerms], named: Sequence[int], d: int) -> dd.Enclosure:
    scale = arb(2) ** _SHIFT
    shape = (len(named), d)
    position = {} if terms[0].rows is None else {row: i for i, row in enumerate(named)}
    total = dd.Enclosure(np.zeros(shape), np.zeros(shape), np.zeros(shape))
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for n, share in enumerate(terms):
            coefficients = enclose([coefficient * scale for coefficient in share.coefficients])
            product = dd.outer(coefficients, enclose(share.hidden), -_SHIFT)
            where = slice(None) if share.rows is None else [position[row] for row in share.rows]
            if n == 0 and share.rows is None:
                total = product
            else:
                for field, new in zip(total.fields, dd.add(total[where], product).fields, strict=True):
                    field[where] = new
        return dd.without_overflow(total)


def _repair(value: dd.Enclosure, terms: Sequence[GroupTerms], named: Sequence[int]) -> None:
    """Mend what double-double left blurred: groups that cancel, and the ends of float64's range."""
    where = np.nonzero(blurred(value.hi, value.radius))
    if len(where[0]):
        asked = [(named[i], j) for i, j in zip(where[0].tolist(), where[1].tolist(), strict=True)]
        for field, new in zip(value.fields, enclose(_entries(terms, asked)).fields, strict=True):
            field[where] = new


def _entries(terms: Sequence[GroupTerms], asked: Iterable[tuple[int, int]]) -> list[arb]:
    """The asked entries (row, j) of the sum of coefficients (outer) h."""
    shares: dict[int, list[tuple[arb, list[arb]]]] = {}
    for share in terms:
        rows = range(len(share.coefficients)) if share.rows is None else share.rows
        for row, coefficient in zip(rows, share.coefficients, strict=True):
            shares.setdefault(row, []).append((coefficient, share.hidden))
    return [sum((c * h[j] for c, h in shares[row]), ZERO) for row, j in asked]
