"""What the judging asks of whatever holds a submission: a cell of the isolation, or functions of this process."""

from __future__ import annotations

import re
from typing import Protocol

from gradgate.adapters.adapted import ONLY_GRADED
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Particulars


class Cell(Protocol):
    """A child that holds one submission: what the judging asks of it."""

    @property
    def name(self) -> str: ...

    @property
    def offers(self) -> tuple[str, ...]: ...

    @property
    def particulars(self) -> Particulars: ...

    @property
    def remarks(self) -> list[str]: ...

    def perform(self, calls: list[Call]) -> list[Outcome]: ...


def remarks_of(cell: Cell) -> tuple[str, ...]:
    """The adapter's, of those that differ in their numbers only the first."""
    found = {re.sub(r"\d+", "", remark): remark for remark in reversed(cell.remarks) if remark != ONLY_GRADED}
    return tuple(reversed(found.values()))
