"""One step of gradient descent on a window: Rong's update equations, new = old - rate * gradient.

With EI_j the sum of the errors e_cj over the window, w'_j loses rate * EI_j h, and the centre's row loses rate * EH.
EH = sum over j of EI_j w'_j is taken from the rows of U as they were before the step (Rong 2014, eqs. 33 to 36)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gradgate.balls import Ball, ball
from gradgate.bounds.hidden import flush_mask
from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.interface import SIGNATURES, STEP, STEPS
from gradgate.laws.additivity import halves
from gradgate.laws.law import Claim, Law, NotApplicable
from gradgate.witness import Witness

_MATRICES = ("V_c", "U")


def _is_step(case: Case) -> bool:
    return case.function == STEP


def _is_descent(case: Case) -> bool:
    return case.function in (STEP, STEPS)


def _moved(evidence: Evidence, variant: str, matrix: str) -> Ball:
    """How far a step has moved a matrix."""
    return evidence.ball(variant, f"new_{matrix}") - evidence.case.wide(matrix)


def _gradient_calls(witness: Witness) -> list[Call]:
    given = witness.case.inputs
    window = {name: given[name] for name in SIGNATURES["skipgram"].parameters}
    return [Call("gradient", replace(witness.case, function="skipgram", inputs=window))]


def _along_the_gradient(evidence: Evidence) -> list[Claim]:
    """The gradient is the implementation's own, of the same window at the old vectors."""
    if evidence.outcomes["gradient"].exception == "NotOffered":
        raise NotApplicable("it offers no skipgram to take the gradient from")
    rate = -float(evidence.case.inputs["rate"])
    return [
        Claim(f"new_{matrix}", _moved(evidence, "base", matrix), evidence.ball("gradient", f"grad_{matrix}") * rate)
        for matrix in _MATRICES
    ]


def _at_rate(variant: str, factor: float) -> Callable[[Witness], list[Call]]:
    def calls(witness: Witness) -> list[Call]:
        return [Call(variant, witness.case.with_inputs(rate=witness.case.inputs["rate"] * factor))]

    return calls


def _twice_as_far(evidence: Evidence) -> list[Claim]:
    return [
        Claim(f"new_{matrix}", _moved(evidence, "twice", matrix), _moved(evidence, "base", matrix) * 2.0)
        for matrix in _MATRICES
    ]


def _sum_of_halves(evidence: Evidence) -> list[Claim]:
    return [
        Claim(
            f"new_{matrix}",
            _moved(evidence, "base", matrix),
            _moved(evidence, "first half", matrix) + _moved(evidence, "second half", matrix),
        )
        for matrix in _MATRICES
    ]


def _stays(evidence: Evidence) -> list[Claim]:
    """Byte for byte: old - 0 * gradient is old, but for subnormal numbers where they may be flushed."""
    if evidence.witness.bounds().undecidable:
        raise NotApplicable("the gradient may overflow, and 0 times infinity is no number")
    return [
        Claim(f"new_{matrix}", ball(evidence.values("rate 0", f"new_{matrix}")), _old(evidence, matrix))
        for matrix in _MATRICES
    ]


def _old(evidence: Evidence, matrix: str) -> Ball:
    old = evidence.case.wide(matrix)
    flushed = flush_mask(old, evidence.witness.arithmetic)
    return ball(old) if flushed is None else Ball(old, np.abs(old) * flushed)


LAWS = (
    Law(
        "update",
        "new = old - rate * gradient, with EH from the old rows of U: the gradient is its own skipgram's",
        _is_step,
        _along_the_gradient,
        _gradient_calls,
    ),
    Law(
        "update_is_linear", "twice the rate, twice the way", _is_descent, _twice_as_far, _at_rate("twice", 2.0), every=2
    ),
    Law(
        "update_adds",
        "a window's step is the sum of its halves', each from the old rows, also where a word stands in both",
        _is_step,
        _sum_of_halves,
        halves("outsides", "negatives"),
        every=2,
    ),
    Law("update_of_rate_0", "a step of rate 0 changes nothing", _is_descent, _stays, _at_rate("rate 0", 0.0), every=4),
)
