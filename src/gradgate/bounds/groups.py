"""The bound of one group: its hidden vector with all the targets that share it, for either loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.bounds.arithmetic import STRICT, Arithmetic
from gradgate.bounds.hidden import Hidden, Matrix, hidden_vector
from gradgate.bounds.logistic import LogisticErrors, logistic_errors
from gradgate.bounds.softmax import SoftmaxErrors, softmax_errors
from gradgate.magnitudes import GroupMagnitudes, SoftmaxMagnitudes
from gradgate.terms import Group


@dataclass(frozen=True, eq=False)
class GroupErrors:
    """One group, summed over its T targets.

    loss, loss_error: size and bound of its loss; infinite: whether it may be infinite. hidden_error, hidden_mass (d,),
    underflow: what the gradient with respect to h is off by before its sum rounds, the sum of |products| in it, what
    underflow adds. inner: terms of the sum for one target; flat: terms where one sum runs over all targets (0: nobody
    writes it so). largest: the largest number met. softmax or logistic holds what grad_U needs.
    """

    group: Group
    hidden: Hidden
    loss: float
    loss_error: float
    infinite: bool
    hidden_error: np.ndarray
    hidden_mass: np.ndarray
    underflow: float
    inner: int
    flat: int
    largest: float
    softmax: SoftmaxErrors | None = None
    logistic: tuple[LogisticErrors, ...] = ()


def group_errors(
    U: Matrix, signed: np.ndarray, group: Group, sizes: GroupMagnitudes, arithmetic: Arithmetic, tier: str
) -> GroupErrors:
    """The errors of one group; `signed` is U (V, d) itself, `U` its sizes."""
    hidden = hidden_vector(sizes.hidden, group, arithmetic, tier)
    if sizes.softmax is not None:
        return _softmax_group(U, signed, group, hidden, sizes.softmax, arithmetic, tier)
    return _logistic_group(U, group, hidden, sizes, arithmetic, tier)


def sum_roundings(arithmetic: Arithmetic, tier: str, inner: int, flat: int, count: int) -> float:
    """The logarithm of the roundings of a sum over `count` sums of `inner` terms, or over all `flat` terms at once."""
    loop = arithmetic.loop_rounding(tier)
    across = arithmetic.depth(count) if count > 1 else 0  # a single summand isn't rounded
    return max(arithmetic.depth(inner) * arithmetic.sum_rounding + across * loop, arithmetic.depth(flat) * loop)


def _softmax_group(
    U: Matrix,
    signed: np.ndarray,
    group: Group,
    hidden: Hidden,
    sizes: SoftmaxMagnitudes,
    arithmetic: Arithmetic,
    tier: str,
) -> GroupErrors:
    errors = softmax_errors(U, signed, hidden, sizes, arithmetic, tier)
    V, count = len(U.sizes), len(sizes.outsides)
    loss, error = float(sizes.losses.sum()), float(errors.losses.sum())
    if count > 1:
        summed = loss + error
        if tier != STRICT:  # the window's loss as count * LSE - sum of the targets' logits
            summed += float(np.abs(sizes.logits[sizes.outsides]).sum()) + count * abs(sizes.log_sum)
        error += summed * np.expm1(sum_roundings(arithmetic, tier, 0, 0, count)) + count * arithmetic.underflow
    return GroupErrors(
        group=group,
        hidden=hidden,
        loss=loss,
        loss_error=error,
        infinite=False,
        hidden_error=errors.hidden_error,
        hidden_mass=errors.hidden_mass,
        underflow=count * (V + 2) * arithmetic.underflow,
        inner=V + 1,
        flat=0,
        largest=_largest(errors.reach, loss + error, group, hidden),
        softmax=errors,
    )


def _logistic_group(
    U: Matrix, group: Group, hidden: Hidden, sizes: GroupMagnitudes, arithmetic: Arithmetic, tier: str
) -> GroupErrors:
    parts = tuple(logistic_errors(_rows(U, t.rows), hidden, t, arithmetic, tier) for t in sizes.logistic)
    terms = len(sizes.logistic[0].rows)
    flat = terms * len(parts)
    loss = float(sum(target.losses.sum() for target in sizes.logistic))
    error = float(sum(part.losses.sum() for part in parts))
    summed = loss + error
    error += summed * np.expm1(sum_roundings(arithmetic, tier, terms, flat, len(parts))) + flat * arithmetic.underflow
    if arithmetic.mixed:
        error += 1.02 * arithmetic.storage.roundoff * summed
    return GroupErrors(
        group=group,
        hidden=hidden,
        loss=loss,
        loss_error=error,
        infinite=any(part.infinite.any() for part in parts),
        hidden_error=_total([part.hidden_error for part in parts]),
        hidden_mass=_total([part.hidden_mass for part in parts]),
        underflow=(flat + 2 * len(parts)) * arithmetic.underflow,
        inner=terms + 2,
        flat=flat + 2,
        largest=_largest(float(np.max([part.reach for part in parts])), summed, group, hidden),
        logistic=parts,
    )


def _rows(U: Matrix, rows: np.ndarray) -> Matrix:
    return Matrix(U.sizes[rows], None if U.flushed is None else U.flushed[rows])


def _total(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.sum(arrays, axis=0)


def _largest(reach: float, loss: float, group: Group, hidden: Hidden) -> float:
    """The largest number that the group's computation meets; an unbounded error is not a large number."""
    context = 0.0 if hidden.mass is None else float(hidden.mass.max(initial=0.0)) * group.divisor
    return float(np.max([reach, 0.0 if loss == np.inf else loss, context]))
