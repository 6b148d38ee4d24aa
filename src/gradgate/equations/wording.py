"""A finding in words: the statement, the wrong term, the smallest counterexample as a reader would write it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradgate.equations.comparing import Comparison
from gradgate.equations.setting import D_BY_V, Drawn
from gradgate.equations.statement import EQUAL, Statement
from gradgate.equations.tree import Binary, Negative


def stated(statement: Statement) -> str:
    """`dJ/dv = U.T @ (y_hat - y)`, with what is replaced and, where it matters, the layout."""
    where = ", ".join(f"{name} := {formula}" for name, formula in statement.where.items())
    given = f"({where})" if where else ""
    layout = "  [d×V]" if statement.layout == D_BY_V else ""
    return f"{statement.due}{given} {statement.relation} {statement.formula}{layout}"


def counterexample(statement: Statement, drawn: Drawn, found: Comparison) -> str:
    """`V = 2, d = 1, U = [[0.5], [-1]], v = [1], o = 0: dJ/dv[0] is -0.2736, the formula gives 0.2736`."""
    place = f"[{', '.join(map(str, found.place))}]" if found.place else ""
    what = f"({statement.due})" if place and isinstance(statement.left, Binary | Negative) else statement.due
    at = "".join(f" ({letter} = {value})" for letter, value in found.indices)
    due, given = _told_apart(found.due, found.given)
    gives = f"the formula gives {given}" if statement.relation == EQUAL else f"and not {statement.relation} {given}"
    return f"{inputs(statement, drawn)}: {what}{place}{at} is {due}, {gives}"


def inputs(statement: Statement, drawn: Drawn) -> str:
    """The sizes and the drawn symbols that the statement is about."""
    sizes = [f"{name} = {value}" for name, value in drawn.sizes.items()]
    values = []
    for name in statement.needs():
        value, symbol = drawn.values[name], statement.setting.symbols[name]
        turned = statement.layout == D_BY_V and symbol.turns
        values.append(f"{name} = {_numbers(value.T if turned else value)}")
    return ", ".join([*sizes, *values])


def _told_apart(due: float, given: float) -> tuple[str, str]:
    """Both numbers, with as many digits as it takes to see that they differ; four at the least."""
    for digits in (4, 8, 17):
        if f"{due:.{digits}g}" != f"{given:.{digits}g}":
            break
    return f"{due:.{digits}g}", f"{given:.{digits}g}"


def _numbers(value: Any) -> str:
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array[()]:g}" if array.dtype.kind == "f" else str(array[()])
    return f"[{', '.join(map(_numbers, array))}]"
