"""A statement on many cases: the verdict, the worst error against the bound, the smallest counterexample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb, ctx

from gradgate.draws import generator
from gradgate.equations.comparing import BLURRED, FAILS, PRECISION, Comparison, compare
from gradgate.equations.differences import slope
from gradgate.equations.functions import Value
from gradgate.equations.setting import D_BY_V, Drawn, Setting
from gradgate.equations.statement import EQUAL, Statement
from gradgate.equations.tree import Derivative
from gradgate.equations.truth import Truth
from gradgate.equations.values import World, as_balls
from gradgate.verdicts import INCONCLUSIVE, REFUTED, VERIFIED

CASES = 1000  # that a right claim must hold on
LADDER = 80  # of them are small and readable; a slip is looked for there first
SEED = 0
_DIFFERENCE_EVERY = 8  # cases: a difference at twice the precision costs as much as all else of a case


@dataclass
class Tally:
    """What came of a statement. worst is the greatest distance of two enclosures that meet, over their radii; width the
    widest of those over what is due. differences counts the cases that finite differences judged too."""

    cases: int = 0
    failed: int = 0
    blurred: int = 0
    worst: float = 0.0
    width: float = 0.0
    differences: int = 0
    differences_failed: int = 0
    differences_worst: float = 0.0
    smallest: tuple[Drawn, Comparison] | None = None
    unclear: tuple[Drawn, Comparison] | None = None

    @property
    def verdict(self) -> str:
        if self.failed or self.differences_failed:
            return REFUTED
        return INCONCLUSIVE if self.blurred or not self.cases else VERIFIED

    def note(self, drawn: Drawn, found: Comparison) -> None:
        self.cases += 1
        if found.outcome == FAILS:
            self.failed += 1
            self.smallest = self.smallest or (drawn, found)
        elif found.outcome == BLURRED:
            self.blurred += 1
            self.unclear = self.unclear or (drawn, found)
        else:
            self.worst, self.width = max(self.worst, found.ratio), max(self.width, found.width)

    def add(self, later: Tally) -> None:
        """Takes in what came of later cases."""
        for name in ("cases", "failed", "blurred", "differences", "differences_failed"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        for name in ("worst", "width", "differences_worst"):
            setattr(self, name, max(getattr(self, name), getattr(later, name)))
        self.smallest = self.smallest or later.smallest
        self.unclear = self.unclear or later.unclear


def draw(setting: Setting, index: int, seed: int = SEED) -> Drawn:
    """Case number `index`: the readable ones come first."""
    return setting.draw(seed, index, index < LADDER)


def judge(statements: Sequence[Statement], indices: Sequence[int], seed: int = SEED) -> list[Tally]:
    """A tally for each of the statements, all of one setting: they share its cases and what is due in them."""
    tallies = [Tally() for _ in statements]
    for index in indices:
        drawn = draw(statements[0].setting, index, seed)
        with ctx.workprec(PRECISION):
            truth = Truth(statements[0].setting, drawn)
        for statement, tally in zip(statements, tallies, strict=True):
            tally.note(drawn, compare(statement, drawn, truth))
            if index % _DIFFERENCE_EVERY == 0 and is_differentiable(statement):
                _note_difference(statement, truth, tally, index, seed)
    return tallies


def is_differentiable(statement: Statement) -> bool:
    """Whether finite differences can judge it: it says what one derivative is."""
    return isinstance(statement.left, Derivative) and not statement.where and statement.relation == EQUAL


def _note_difference(statement: Statement, truth: Truth, tally: Tally, index: int, seed: int) -> None:
    """The formula along one direction against the difference of the loss formula there."""
    assert isinstance(statement.left, Derivative)
    setting, drawn = statement.setting, truth.drawn
    found = _direction(statement, truth, index, seed)
    if found is None:
        return
    base, direction, along, at = found
    key = f"along {statement.due} {at} {statement.layout}"
    if key not in truth.kept:
        truth.kept[key] = slope(World(setting, drawn), statement.left.of, base, direction)
    with ctx.workprec(PRECISION):
        formula = np.asarray(as_balls(truth.value(statement.right, statement.layout, at)), object)
        turned = statement.layout == D_BY_V and setting.symbols[statement.left.by].turns
        rate = _contracted(formula.T if turned else formula, along)
    tally.differences += 1
    for a, b in zip(np.atleast_1d(rate), np.atleast_1d(truth.kept[key]), strict=True):
        radius = a.rad() + b.rad()
        if not a.overlaps(b):
            tally.differences_failed += 1
        elif not radius.is_zero():
            tally.differences_worst = max(tally.differences_worst, float((abs(a.mid() - b.mid()) / radius).mid()))


def _direction(
    statement: Statement, truth: Truth, index: int, seed: int
) -> tuple[str, np.ndarray, np.ndarray, dict[str, int]] | None:
    """The symbol to move, how; the same as the formula's own entries move; and the free indices. None where entries of
    the derivative are one and the same number of the symbol (a row that is drawn twice)."""
    assert isinstance(statement.left, Derivative)
    setting, rng = statement.setting, generator(seed, f"direction {statement.due}", index)
    indices = statement.indices(truth.drawn)
    at = indices[index // _DIFFERENCE_EVERY % len(indices)]
    symbol = setting.symbols[statement.left.by]
    base = setting.viewed(statement.left.by)
    whole = np.asarray(truth.symbol(base), object)
    numbers = np.arange(whole.size).reshape(whole.shape)
    if symbol.viewed:
        numbers = np.asarray(truth.altered({base: numbers}).value(symbol.tree, "V×d", at))
    if len(np.unique(numbers)) != numbers.size:
        return None
    along = rng.choice([-1.0, 1.0], numbers.shape)
    direction = np.zeros(whole.size)
    direction[numbers.ravel()] = np.ravel(along)
    return base, direction.reshape(whole.shape), along, at


def _contracted(formula: np.ndarray, along: np.ndarray) -> Value:
    """The sum of the formula's entries times the direction, over the axes of the direction; a 0 stands for zeros."""
    formula = np.broadcast_to(formula, formula.shape[: formula.ndim - along.ndim] + along.shape)
    product = formula * as_balls(along)
    axes = tuple(range(product.ndim - along.ndim, product.ndim)) if along.ndim else ()
    return product.sum(axis=axes) if axes else product + arb(0)
