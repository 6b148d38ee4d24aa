"""The bound of a softmax's grad_U, row by row: a matrix of it is never held as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.bounds.gradients import outside_rows_softmax
from gradgate.bounds.groups import GroupErrors
from gradgate.bounds.hidden import Hidden
from gradgate.bounds.softmax import SoftmaxErrors


@dataclass(frozen=True, eq=False)
class RowsBound:
    """What bounds grad_U, block by block: each group's errors in one arithmetic, inflated by their own rounding."""

    parts: tuple[GroupErrors, ...]
    arithmetic: Arithmetic
    tier: str
    inflation: float

    def block(self, rows: slice | np.ndarray) -> np.ndarray:
        """The bound (n, d) of some rows."""
        if self.arithmetic.flushes_subnormals:  # not linear in h
            return self._bound([replace(part, softmax=_cut(part, rows)) for part in self.parts])
        return self.slopes[rows] @ self._hidden + self.constant

    def column(self, j: int) -> np.ndarray:
        """The bound (V,) of a column."""
        parts = [replace(part, hidden=_component(part.hidden, j)) for part in self.parts]
        return self._bound(parts)[:, 0]

    @cached_property
    def slopes(self) -> np.ndarray:
        """The bound (V, B) for each unit of |h|: hidden vectors are inputs, so that it is linear but for underflow."""
        units = zip(self.parts, np.eye(len(self.parts)), strict=True)
        along = [replace(part, hidden=replace(part.hidden, size=unit, error=0 * unit)) for part, unit in units]
        return self._bound(along) - self.constant

    @cached_property
    def _hidden(self) -> np.ndarray:
        return np.stack([part.hidden.size for part in self.parts])

    @cached_property
    def constant(self) -> float:
        """The bound of a row without any coefficient: what underflow adds."""
        nothing = np.zeros(1)
        softmaxes = [replace(_cut(part, slice(1)), coefficients=nothing, errors=nothing) for part in self.parts]
        parts = zip(self.parts, softmaxes, strict=True)
        return float(self._bound([replace(part, softmax=softmax) for part, softmax in parts])[0, 0])

    def _bound(self, parts: list[GroupErrors]) -> np.ndarray:
        with np.errstate(all="ignore"):
            return outside_rows_softmax(parts, self.arithmetic, self.tier) * self.inflation


def _cut(part: GroupErrors, rows: slice | np.ndarray) -> SoftmaxErrors:
    assert part.softmax is not None
    return replace(part.softmax, coefficients=part.softmax.coefficients[rows], errors=part.softmax.errors[rows])


def _component(hidden: Hidden, j: int) -> Hidden:
    flushed = None if hidden.flushed is None else hidden.flushed[[j]]
    return replace(hidden, size=hidden.size[[j]], error=hidden.error[[j]], flushed=flushed)
