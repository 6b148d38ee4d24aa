"""Which term of a wrong formula is wrong: the smallest change of one term after which the formula is right.

Each change of a list is tried at each node. Float64 sorts out what cannot be it, and balls decide on the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradgate.equations.changes import Change, changes, words_of
from gradgate.equations.comparing import HOLDS, compare, due_value
from gradgate.equations.errors import FormulaError
from gradgate.equations.setting import Drawn
from gradgate.equations.statement import Statement
from gradgate.equations.tree import Node, written
from gradgate.equations.values import World

_GUESSES, _PROOFS = 3, 40  # cases that a change must pass in float64, then in balls
_PLAIN = 1  # words by which each of two changes at once may let the formula grow
_LONG, _SHORT = 120, 40  # words of a formula in which one change is looked for, and two: their number is the square


@dataclass(frozen=True)
class Mend:
    """The term that is wrong, what should stand there ("" for nothing), what kind of mistake it is, and the formula
    mended."""

    wrong: str
    due: str
    kind: str
    formula: str

    @property
    def sentence(self) -> str:
        if not self.due:
            return f"{self.wrong} is {self.kind}"
        return f"{self.kind}: {self.wrong} stands where {self.due} is due"

    @property
    def hint(self) -> str:
        """Where to look, without what is due there."""
        return f"{self.wrong}: it is {self.kind}" if not self.due else f"{self.kind} in {self.wrong}"


def mend(statement: Statement, cases: list[Drawn]) -> Mend | None:
    """The plainest change that makes the statement hold in all of the cases; None where no single change does, or the
    formula is too long to try them all."""
    if words_of(statement.right) > _LONG:
        return None
    guesses = [_Guess(statement, drawn) for drawn in cases[-_GUESSES:]]
    found = _proven([(change,) for change in changes(statement.right, statement)], statement, cases, guesses)
    return _mend(found[0]) if found else None


def mend_twice(statement: Statement, cases: list[Drawn]) -> tuple[Mend, ...]:
    """Two plain changes that make it hold together; none where there are no such two, or the formula is a long one."""
    if words_of(statement.right) > _SHORT:
        return ()
    guesses = [_Guess(statement, drawn) for drawn in cases[-_GUESSES:]]
    first = [change for change in changes(statement.right, statement) if change.oddness[0] <= _PLAIN]
    pairs: list[tuple[Change, ...]] = [
        (one, other) for one in first for other in changes(one.whole, statement) if other.oddness[0] <= _PLAIN
    ]
    return tuple(_mend(change) for change in _proven(pairs, statement, cases, guesses))


def _mend(change: Change) -> Mend:
    if change.dropped is not None:
        return Mend(written(change.dropped), "", change.kind, written(change.whole))
    return Mend(written(change.wrong), written(change.due), change.kind, written(change.whole))


def _proven(
    candidates: list[tuple[Change, ...]], statement: Statement, cases: list[Drawn], guesses: list[_Guess]
) -> tuple[Change, ...]:
    """The least odd of the candidates after which the formula is right in balls; () where none is."""
    likely = [
        some
        for some in candidates
        if _fits(statement, some[-1].whole) and all(guess.agrees(some[-1].whole) for guess in guesses)
    ]
    for some in sorted(likely, key=lambda some: sorted((change.oddness for change in some), reverse=True)):
        if all(compare(statement, drawn, tree=some[-1].whole).outcome == HOLDS for drawn in cases[:_PROOFS]):
            return some
    return ()


class _Guess:
    """What is due in one case, to the few digits that a search needs; no verdict hangs on it."""

    def __init__(self, statement: Statement, drawn: Drawn) -> None:
        self.statement = statement
        self.world = World(statement.setting, drawn, in_balls=False)
        exact = World(statement.setting, drawn)
        self.due = [(at, np.asarray(due_value(statement, exact, at)).astype(float)) for at in statement.indices(drawn)]

    def agrees(self, tree: Node) -> bool:
        try:
            with np.errstate(all="ignore"):
                return all(
                    np.allclose(self.world.value(tree, self.statement.layout, at), due, rtol=1e-7, atol=1e-9)
                    for at, due in self.due
                )
        except (ZeroDivisionError, OverflowError):  # a float of Python's own, where NumPy would give inf
            return False


def _fits(statement: Statement, tree: Node) -> bool:
    try:
        statement.require_fit(tree, statement.formula)
    except FormulaError:
        return False
    return True
