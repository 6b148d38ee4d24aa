"""What the judging asks of whatever holds a submission: a cell of the isolation, or functions of this process."""

from __future__ import annotations

import re
from typing import Protocol

from gradgate.adapters.adapted import ONLY_GRADED
from gradgate.calling.inprocess import Performer


class Cell(Performer, Protocol):
    """Whoever makes the calls of one submission, and remembers what its adapter remarked."""

    @property
    def remarks(self) -> list[str]: ...


def remarks_of(cell: Cell) -> tuple[str, ...]:
    """The adapter's, of those that differ in their numbers only the first."""
    found = {re.sub(r"\d+", "", remark): remark for remark in reversed(cell.remarks) if remark != ONLY_GRADED}
    return tuple(reversed(found.values()))
