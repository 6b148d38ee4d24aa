"""A law of the counts: as any other, judged on what `CountEvidence` reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from gradgate.calling.calls import Call
from gradgate.counts.evidence import CountEvidence
from gradgate.counts.witness import CountWitness
from gradgate.laws.law import Breach, Claim, Law

Judge = Callable[[CountEvidence], Sequence[Claim | Breach]]
Calls = Callable[[CountWitness], list[Call]]


def count_law(
    name: str,
    functions: str,
    statement: str,
    judge: Judge,
    calls: Calls = lambda witness: [],
    *,
    every: int = 1,
    binds_strangers: bool = True,
) -> Law:
    """A law about these functions, named in one text."""
    names = functions.split()
    return Law(
        name,
        statement,
        lambda case: case.function in names,
        cast(Any, judge),
        cast(Any, calls),
        every=every,
        binds_strangers=binds_strangers,
    )
