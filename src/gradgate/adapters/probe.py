"""The linear probe: integers in place of a loss, so that what a window does with its callback can be read off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradgate.adapters import shapes
from gradgate.adapters.problems import WrongWindow

_QUANTITIES = ("loss", "grad_V_c", "grad_U")


class LinearProbe:
    """The loss a_o·h + <B_o, U> of a target o, and what a window of it must return.

    rows are the rows of V_c whose sum is the hidden vector h; targets the words that it predicts. All integers are
    positive and small: nothing cancels, and sums are exact even in a file that works in float32.
    """

    def __init__(self, rows: Sequence[int], targets: Sequence[int], V: int, d: int) -> None:
        self.rows, self.targets = [int(row) for row in rows], [int(target) for target in targets]
        word, column = np.arange(V)[:, None], np.arange(d)
        self.V_c = np.where(column == 0, word + 1, (word + column) % 5 + 1).astype(np.float64)
        self.U = ((2 * word + column) % 3 + 1).astype(np.float64)
        self.called: list[tuple[np.ndarray, int]] = []

    def __call__(self, center: np.ndarray, outside: int, U: np.ndarray) -> shapes.Triple:
        """Answer a call of the window, and remember it."""
        self.called.append((np.array(center, np.float64), outside))
        return self._pair(center, outside, U)

    def _pair(self, center: np.ndarray, outside: int, U: np.ndarray) -> shapes.Triple:
        V, d = self.U.shape
        slope = ((outside + np.arange(d)) % 5 + 1).astype(np.float64)
        slopes = ((np.arange(V)[:, None] + 2 * np.arange(d) + 3 * outside) % 7 + 1).astype(np.float64)
        return slope @ center + (slopes * U).sum(), slope, slopes

    def due(self) -> shapes.Triple:
        """What a right window returns."""
        V_c, U = np.zeros_like(self.V_c), np.zeros_like(self.U)
        loss = 0.0
        for target in self.targets:
            value, slope, slopes = self._pair(self.V_c[self.rows].sum(axis=0), target, self.U)
            loss += value
            np.add.at(V_c, self.rows, slope)
            U += slopes
        return loss, V_c, U

    def judge(self, returned: Any, due: shapes.Triple, once_each: bool) -> str:
        """Raise WrongWindow with what went wrong; "" or a remark otherwise.

        once_each: the callback must be called once for each target, since each call stands for new negatives.
        """
        if not shapes.is_triple(returned):
            return ""  # no window at all; the call on the case shows the same
        wrong = [name for name, got, true in zip(_QUANTITIES, returned, due, strict=True) if not _equal(got, true)]
        times = f"{len(self.called)} time{'s' * (len(self.called) != 1)}"
        calls = f"the callback was called {times} where the window has {len(self.targets)} to predict"
        if len(self.called) == 0 and self.targets:
            words = f"{len(self.targets)} word{'s' * (len(self.targets) != 1)}"
            raise WrongWindow(f"the callback is ignored: it was never called, for {words} to predict")
        if len(self.called) != len(self.targets) and (wrong or once_each):
            raise WrongWindow(calls if wrong else f"{calls}: loss and gradients come from different negatives")
        if wrong:
            raise WrongWindow(self._calls_wrong() or self._sums_wrong(wrong[0], returned, due))
        return "" if len(self.called) == len(self.targets) else f"{calls}; the sums are right"

    def _calls_wrong(self) -> str:
        asked = [outside for _, outside in self.called]
        if sorted(asked) != sorted(self.targets):
            return f"the callback was asked for the words {asked} where {self.targets} are due"
        hidden = self.V_c[self.rows].sum(axis=0)
        for center, _ in self.called:
            if np.array_equal(center, hidden):
                continue
            # the vector is wrong already: this only chooses the words for it, and a division may have rounded
            if len(self.rows) > 1 and np.allclose(center * len(self.rows), hidden):
                return "the callback got the average of the context vectors where their sum is due"
            same = np.flatnonzero((self.V_c == center).all(axis=1))
            got = f"row {same[0]} of the centre vectors" if len(same) else "a vector that is no such row or sum"
            wanted = f"row {self.rows[0]}" if len(self.rows) == 1 else f"the sum of the rows {self.rows}"
            return f"the callback got {got} where {wanted} is due"
        return ""

    def _sums_wrong(self, quantity: str, returned: Any, due: shapes.Triple) -> str:
        position = _QUANTITIES.index(quantity)
        got, true = np.asarray(returned[position], np.float64), np.asarray(due[position])
        if quantity == "loss":
            return f"loss is {got.ravel().tolist()}, the callback's losses add up to {float(true)}"
        if got.shape != true.shape:
            return f"{quantity} has shape {got.shape} where {true.shape} is due"
        if quantity == "grad_V_c":
            written, wanted = (np.flatnonzero(matrix.any(axis=1)).tolist() for matrix in (got, true))
            if written != wanted:
                whose = "centre" if len(self.rows) == 1 else "context"
                return f"gradient of the {whose} written to {_rows(written)} where {_rows(wanted)} is due"
        row = int(np.flatnonzero((got != true).any(axis=1))[0])
        with np.errstate(all="ignore"):  # an empty window's sums are zero
            ratio = got[row] / true[row]
        factor = f", {ratio[0]:.4g} times it" if (ratio == ratio[0]).all() else ""
        return f"row {row} of {quantity} is {got[row].tolist()}, due is {true[row].tolist()}{factor}"


def _equal(got: Any, true: Any) -> bool:
    try:
        given = np.asarray(got, np.float64)
    except (TypeError, ValueError):
        return False
    fits = given.size == 1 if np.ndim(true) == 0 else given.shape == np.shape(true)
    return fits and bool(np.all(given == true))


def _rows(rows: list[int]) -> str:
    if not rows:
        return "no row"
    shown = ", ".join(map(str, rows[:6])) + (", ..." if len(rows) > 6 else "")
    return f"row{'s' * (len(rows) > 1)} {shown}"
