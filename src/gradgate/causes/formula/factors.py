"""Factors by which a quantity, or one kind of its terms, can be off, and what each of them is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradgate.case import Case
from gradgate.causes.when import sizes


@dataclass(frozen=True)
class Factor:
    """A factor as a function of the sizes (sized), or a constant.

    words say what the quantity is; name is the cause where a whole quantity has the factor, of_part where one part has.
    """

    words: str
    name: str
    value: Callable[[dict[str, float]], float]
    of_part: str = ""
    sized: bool = False


def _constant(words: str, name: str, value: float, of_part: str = "") -> Factor:
    return Factor(words, name, lambda sizes: value, of_part)


def _size(words: str, name: str, value: Callable[[dict[str, float]], float]) -> Factor:
    return Factor(words, name, value, sized=True)


FACTORS = (
    _constant("the sign is wrong", "sign", -1.0),
    _constant("zero", "not accumulated", 0.0, "term missing"),
    _constant("twice what is due", "scale", 2.0),
    _constant("half of what is due", "scale", 0.5),
    _constant("minus twice what is due", "sign", -2.0),
    _constant("1/ln 2 times what is due: bits, not nats", "base of the logarithm", 1 / np.log(2)),
    _constant("1/ln 10 times what is due: a logarithm to base 10", "base of the logarithm", 1 / np.log(10)),
    _size("1/K of what is due", "mean for sum", lambda s: 1 / s["K"]),
    _size("1/(K+1) of what is due", "mean for sum", lambda s: 1 / (s["K"] + 1)),
    _size("K times what is due", "scale", lambda s: s["K"]),
    _size("1/C of what is due", "mean for sum", lambda s: 1 / s["C"]),
    _size("1/(2C) of what is due", "scale", lambda s: 1 / (2 * s["C"])),
    _size("C times what is due", "sum for mean", lambda s: s["C"]),
    _size("3/C of what is due: three words assumed", "scale", lambda s: 3 / s["C"]),
    _size("1/B of what is due", "mean for sum", lambda s: 1 / s["B"]),
    _size("1/n of what is due, with n the nodes of the path", "mean for sum", lambda s: 1 / s["n"]),
    _size("1/V of what is due", "mean for sum", lambda s: 1 / s["V"]),
    _size("V times what is due", "scale", lambda s: s["V"]),
    _size("1/d of what is due", "scale", lambda s: 1 / s["d"]),
)


def at(factor: Factor, case: Case) -> float | None:
    """The factor's value for a case; None where the case has no such size, or an empty one."""
    try:
        return float(factor.value(sizes(case) if "U" in case.inputs else {}))
    except (KeyError, ZeroDivisionError):
        return None
