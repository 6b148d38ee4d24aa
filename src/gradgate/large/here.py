"""An implementation of this process in the place of a worker: its dense gradients are read where they lie."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gradgate.calling.calls import Call, Held, Outcome, Result
from gradgate.calling.implementation import Particulars
from gradgate.calling.inprocess import InProcess
from gradgate.interface import is_matrix_gradient


class Here:
    """What large cases ask of a worker, without a process and without a deadline: for files that are trusted."""

    process_id = os.getpid()

    def __init__(self, performer: InProcess) -> None:
        self._performer = performer
        self._held: Mapping[str, Result] = {}

    @property
    def name(self) -> str:
        return self._performer.name

    @property
    def particulars(self) -> Particulars:
        return self._performer.particulars

    def perform(self, calls: list[Call]) -> list[Outcome]:
        return self._performer.perform(calls)

    def hold(self, call: Call, *, checksums: bool = True) -> tuple[Outcome, dict[str, Held]]:
        """One call, its dense matrix gradients apart. No checksums are taken: two calls are not told apart here."""
        self.release()
        [outcome] = self._performer.perform([call])
        dense = {q: r for q, r in outcome.results.items() if r.rows is None and is_matrix_gradient(q)}
        self._held = dense
        others = {q: r for q, r in outcome.results.items() if q not in dense}
        return replace(outcome, results=others), {q: Held(r.dtype, r.values.shape, 0) for q, r in dense.items()}

    def rows(self, quantity: str, width: int, blocks: Sequence[slice]) -> Iterator[np.ndarray]:
        """Blocks of rows (n, width) of what is held, in float64."""
        for block in blocks:
            yield np.asarray(self._held[quantity].values[block], np.float64)

    def release(self) -> None:
        """Lets go what is held."""
        self._held = {}
