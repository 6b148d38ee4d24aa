"""Calls on large cases, and their dense gradients one block of rows after the other: none is held here as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gradgate.calling.calls import MAPPED, Call, Held, Outcome, Result
from gradgate.calling.host import Worker
from gradgate.case import Case
from gradgate.large.blocks import spans
from gradgate.large.here import Here


@dataclass(frozen=True, eq=False)
class Returned:
    """What one call returned: its outcome, and the dense matrix gradients that stay in the worker."""

    outcome: Outcome
    held: dict[str, Held]
    worker: Worker | Here

    def misshapen(self, quantity: str, shape: tuple[int, int]) -> str:
        """Why the matrix gradient is none of that shape: a sentence; empty where it is one."""
        if quantity in self.held:
            found = self.held[quantity].shape
            return "" if found == shape else f"{quantity} has shape {found} where {shape} is due"
        result = self.outcome.results[quantity]
        rows = rows_of(result)
        fits = result.values.shape == (len(rows), shape[1]) and bool(np.all((rows >= 0) & (rows < shape[0])))
        return "" if fits else f"{quantity} is no row-sparse gradient of shape {shape}"

    def dtype(self, quantity: str) -> str:
        return self.held[quantity].dtype if quantity in self.held else self.outcome.results[quantity].dtype

    def blocks(self, quantity: str, shape: tuple[int, int]) -> Iterator[tuple[slice, np.ndarray]]:
        """The gradient (V, d) in float64, block by block, each until the next; rows that repeat are added up."""
        parts = spans(*shape)
        if quantity in self.held:
            yield from zip(parts, self.worker.rows(quantity, shape[1], parts), strict=True)
            return
        result = self.outcome.results[quantity]
        rows = rows_of(result)
        order = np.argsort(rows, kind="stable")
        edges = np.searchsorted(rows[order], [*(part.start for part in parts), shape[0]])
        for part, first, last in zip(parts, edges[:-1], edges[1:], strict=True):
            chosen = order[first:last]
            values = np.zeros((part.stop - part.start, shape[1]))
            np.add.at(values, rows[chosen] - part.start, np.asarray(result.values[chosen], np.float64))
            yield part, values

    def row(self, quantity: str, row: int) -> np.ndarray:
        """One row of the gradient (d,) in float64."""
        if quantity in self.held:
            [found] = self.worker.rows(quantity, self.held[quantity].shape[1], [slice(row, row + 1)])
            return found[0].copy()
        result = self.outcome.results[quantity]
        summed: np.ndarray = np.asarray(result.values[rows_of(result) == row], np.float64).sum(axis=0)
        return summed

    def same_bytes(self, other: Returned, quantity: str) -> bool:
        """Whether both calls returned identical bits: of held gradients, by their checksums."""
        if quantity in self.held or quantity in other.held:
            return self.held.get(quantity) == other.held.get(quantity)
        return self.outcome.results[quantity].same_bytes(other.outcome.results[quantity])


@dataclass
class Caller:
    """Makes calls whose large inputs are mapped; counts them, and the seconds that the function itself ran."""

    worker: Worker | Here
    V: int
    d: int
    calls: int = 0
    seconds: float = 0.0

    def __call__(self, variant: str, case: Case) -> Returned:
        outcome, held = self.worker.hold(Call(variant, case, MAPPED), checksums=variant in ("base", "repeat"))
        self.calls += 1
        self.seconds += outcome.seconds
        return Returned(self._explained(outcome), held, self.worker)

    def _explained(self, outcome: Outcome) -> Outcome:
        """What a size may have to do with the end of a process."""
        reasons = {"timed out": "--time-limit gives a call more time", "died": "perhaps for want of memory"}
        if outcome.fault_kind not in reasons:
            return outcome
        size = f"at V = {self.V:,}, d = {self.d:,}"
        return replace(outcome, fault=f"{outcome.fault}, {size}; {reasons[outcome.fault_kind]}")


def rows_of(result: Result) -> np.ndarray:
    """The rows of a row-sparse result."""
    assert result.rows is not None
    return result.rows
