"""The inputs of a part, with what is due for them: drawn, and their exact values worked out, once in a process.

A class is graded on the same inputs: what depends on the inputs alone (exact values, bounds, the laws' further calls)
is kept by the witnesses, and what is left for a submission is to call it and to compare."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from gradgate.calling.implementation import Particulars
from gradgate.draws import generated
from gradgate.examining.examination import arithmetic_of
from gradgate.examining.judging import Plan, laws_for, plan
from gradgate.laws import BY_NAME, LAWS
from gradgate.laws.law import Law
from gradgate.witness import Witness

DTYPE = "float64"  # the assignments know no other, and the bounds of a narrower one would excuse more
ARITHMETIC = arithmetic_of(Particulars(), DTYPE)  # the plain one: what a submission declares of itself earns nothing

# that other implementations agree says nothing new of a submission: the exact values decide
_DEFAULT = tuple(law.name for law in LAWS if law.binds_strangers and law.name != "agreement")


def laws_of(names: Sequence[str]) -> tuple[Law, ...]:
    """The laws by name; all that bind a stranger's file where none is named."""
    return tuple(BY_NAME[name] for name in names or _DEFAULT)


def checks_of(function: str, names: Sequence[str]) -> int:
    """How many of the laws say something of the function."""
    cases = [generated(function, DTYPE, 0, index) for index in range(2)]  # of each form of a loss one
    return sum(any(law.applies(case) for case in cases) for law in laws_of(names))


@lru_cache(maxsize=64)
def inputs_of(function: str, laws: tuple[str, ...], seed: int, cases: int) -> tuple[tuple[Witness, Plan], ...]:
    """One witness and the planned calls for each case; the same for every submission."""
    found = []
    for index in range(cases):
        witness = Witness(generated(function, DTYPE, seed, index), ARITHMETIC, "default")
        found.append((witness, plan(laws_for(laws_of(laws), witness.case), witness)))
    return tuple(found)
