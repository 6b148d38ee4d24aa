"""Both sides of a statement in one case, as enclosures: they meet, they do not, or they are too wide to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from flint import arb, ctx

from gradgate.equations.functions import Value
from gradgate.equations.parsing import parse
from gradgate.equations.setting import Drawn
from gradgate.equations.statement import AT_LEAST, AT_MOST, EQUAL, Statement
from gradgate.equations.tree import Node
from gradgate.equations.truth import Truth
from gradgate.equations.values import World, as_balls

PRECISION, MOST_PRECISION = 192, 3072  # bits
SHARP = 2.0**-64  # of the largest entry that is due: what an enclosure must reach before it verifies anything
HOLDS, FAILS, BLURRED = "holds", "fails", "blurred"


@dataclass(frozen=True)
class Comparison:
    """outcome: HOLDS, FAILS or BLURRED; ratio: the worst distance of the two midpoints over their radii together;
    width: the widest of those radii over the largest entry that is due (over 1 where none differs from zero).

    Of the entry that is furthest off: its place, what is due there and what the formula gives.
    """

    outcome: str
    ratio: float
    width: float
    place: tuple[int, ...] = ()
    due: float = 0.0
    given: float = 0.0
    indices: tuple[tuple[str, int], ...] = ()


def compare(statement: Statement, drawn: Drawn, truth: Truth | None = None, tree: Node | None = None) -> Comparison:
    """The statement (or the formula `tree` in place of its own) in one case.

    truth may be given where it is shared, made at PRECISION; the precision then grows until both sides are sharp.
    """
    precision = PRECISION
    while True:
        with ctx.workprec(precision):
            found = _compared(statement, truth or Truth(statement.setting, drawn), tree or statement.right)
        if found.outcome != BLURRED or precision >= MOST_PRECISION:
            return found
        precision, truth = 2 * precision, None


def _compared(statement: Statement, truth: Truth, tree: Node) -> Comparison:
    worst = None
    for indices in statement.indices(truth.drawn):
        left = _array(due_value(statement, truth, indices))
        right = _array(truth.value(tree, statement.layout, indices))
        found = _entries(left, right, statement.relation, tuple(indices.items()))
        if worst is None or _graver(found, worst):
            worst = found
    return worst or Comparison(HOLDS, 0.0, 0.0)


def due_value(statement: Statement, truth: World, indices: dict[str, int]) -> Value:
    """What is due, in the layout of the statement."""
    if not statement.where:
        return truth.value(statement.left, statement.layout, indices)
    changed = {name: truth.value(parse(formula), "V×d") for name, formula in statement.where.items()}
    return truth.altered(changed).value(statement.left, statement.layout, indices)


def _array(value: Value) -> np.ndarray:
    return np.asarray(as_balls(value), object)


def _graver(one: Comparison, other: Comparison) -> bool:
    order = (HOLDS, BLURRED, FAILS)
    return (order.index(one.outcome), one.ratio) > (order.index(other.outcome), other.ratio)


def _entries(left: np.ndarray, right: np.ndarray, relation: str, indices: tuple[tuple[str, int], ...]) -> Comparison:
    left, right = np.broadcast_arrays(left, right)
    scale = max((abs(float(entry.mid())) for entry in left.ravel() if not entry.contains(0)), default=0.0) or 1.0
    if relation != EQUAL:
        scale = max(scale, 1.0)
    worst, width = None, 0.0
    for place in np.ndindex(left.shape):
        a, b = cast(arb, left[place]), cast(arb, right[place])
        radius = a.rad() + b.rad()
        width = max(width, _finite(float(radius) / scale))
        apart = not a.overlaps(b) and not (a < b if relation == AT_MOST else relation == AT_LEAST and a > b)
        ratio = 0.0 if relation != EQUAL and not apart else _ratio(abs(a.mid() - b.mid()), radius)
        if worst is None or (apart, ratio) > worst[:2]:
            worst = (apart, ratio, place, float(a.mid()), float(b.mid()))
    if worst is None:
        return Comparison(HOLDS, 0.0, 0.0)
    outcome = FAILS if worst[0] else HOLDS if width <= SHARP else BLURRED
    return Comparison(outcome, worst[1], width, *worst[2:], indices)


def _ratio(distance: arb, radius: arb) -> float:
    if radius.is_zero():
        return 0.0 if distance.is_zero() else math.inf
    return _finite(float((distance / radius).mid()))


def _finite(number: float) -> float:
    return math.inf if math.isnan(number) else number
