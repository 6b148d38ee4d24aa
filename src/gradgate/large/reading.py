"""grad_U of a softmax against its exact values, block by block as it comes from the worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gradgate.balls import U64, Ball
from gradgate.examining.judging import Check, check_of
from gradgate.large.calls import Returned
from gradgate.large.normalizer import Normalizer
from gradgate.large.witness import SoftmaxWitness
from gradgate.laws.law import Claim


@dataclass(frozen=True, eq=False)
class Rows:
    """What became of grad_U: its checks, and the implementation's own coefficients (V,) of the first pair's h.

    These are one column of grad_U over that component of h, the largest.
    """

    checks: tuple[Check, ...]
    coefficients: Ball

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)


def read_rows(returned: Returned, witness: SoftmaxWitness) -> Rows:
    """Reads the gradient once, and compares each component with its exact value within its bound."""
    hidden = witness.magnitudes[0].hidden
    column = int(np.abs(hidden).argmax())
    alike = len(witness.magnitudes) == 1 and hidden.all() and not witness.arithmetic.flushes_subnormals
    single = _SinglePair(witness) if alike else None
    middles, checks = [], []
    for span, got in returned.blocks("grad_U", np.shape(witness.case.inputs["U"])):
        with np.errstate(all="ignore"):  # inf and NaN are the implementation's; they fail by comparison
            checks.append(single.check(span, got) if single else _compared(witness, span.start, got, span))
        middles.append(got[:, column].copy())
    found = [_worst(checks)]
    if single and found[0].passed and (check := single.normalizer(lambda row: returned.row("grad_U", row))):
        found.append(check)
    return Rows(tuple(found), Ball(np.concatenate(middles), witness.rows.column(column)) / hidden[column])


class _SinglePair:
    """One pair's grad_U is r h: a row of it, divided by h, is r in each component, and its largest and smallest decide.

    Only rows that these do not clear, and one that is the nearest to its bound, are compared component by component.
    """

    def __init__(self, witness: SoftmaxWitness) -> None:
        V = len(witness.case.inputs["U"])
        self._witness, self._hidden = witness, witness.magnitudes[0].hidden
        self._allowed = witness.rows.slopes[:, 0] + witness.pass_rows.slopes[:, 0]
        self._highs, self._lows = np.empty(V), np.empty(V)

    def check(self, span: slice, got: np.ndarray) -> Check:
        ratios = got / self._hidden
        highs = self._highs[span] = ratios.max(axis=1)
        lows = self._lows[span] = ratios.min(axis=1)
        due, allowed = self._witness.coefficients[span, 0], self._allowed[span]
        furthest, rounding = np.maximum(highs - due, due - lows), 4 * U64 * np.abs(due)  # of quotient and difference
        doubtful = ~(furthest + rounding <= allowed)  # NaN is
        doubtful[np.argmax((furthest - rounding) / allowed)] = True
        rows = np.flatnonzero(doubtful)
        found = _compared(self._witness, span.start, got[rows], span.start + rows)
        decided = found.decided or bool(np.any(self._told(span) < np.abs(due)))
        return replace(found, decided=decided, components=got.size)

    def _told(self, span: slice) -> np.ndarray:
        """The bound of each row's largest component, over that of h."""
        constant = self._witness.rows.constant + self._witness.pass_rows.constant
        return self._allowed[span] + constant / np.abs(self._hidden).max()

    def normalizer(self, row_of: Callable[[int], np.ndarray]) -> Check | None:
        """Whether all rows share one; not asked where what is stored is narrower than the sums."""
        if self._witness.arithmetic.mixed:
            return None
        return Normalizer(self._witness).check(self._lows, self._highs, row_of)


def _compared(witness: SoftmaxWitness, start: int, got: np.ndarray, rows: slice | np.ndarray) -> Check:
    """Some rows, component by component; index is that of the gradient as a whole."""
    exact = witness.exact_rows(rows)
    difference = Ball(got - exact, witness.rows.block(rows))
    found = check_of(Claim("grad_U", difference, Ball(_ZERO, witness.pass_rows.block(rows)), got, exact))
    if not found.index:
        return found
    place = found.index[0]
    row = start + place if isinstance(rows, slice) else int(rows[place])
    return replace(found, index=(row, *found.index[1:]))


_ZERO = np.zeros(())


def _worst(checks: list[Check]) -> Check:
    """All blocks as one, at the worst component of all."""
    worst = max(checks, key=lambda check: (not check.passed, np.inf if np.isnan(check.ratio) else check.ratio))
    decided = any(check.decided for check in checks)
    return replace(worst, decided=decided, components=sum(check.components for check in checks))
