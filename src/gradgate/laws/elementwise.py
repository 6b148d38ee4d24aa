"""The laws of sigmoid and softmax as functions of their own."""

from __future__ import annotations

import numpy as np

from gradgate.balls import ball
from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.formats import is_exact, round_to
from gradgate.laws.law import Claim, Law, NotApplicable
from gradgate.witness import Witness


def _negated(witness: Witness) -> list[Call]:
    return [Call("negated", witness.case.with_inputs(x=-witness.case.inputs["x"]))]


def _symmetry(evidence: Evidence) -> list[Claim]:
    both = evidence.ball("base", "sigmoid") + evidence.ball("negated", "sigmoid")
    return [Claim("sigmoid", both, ball(np.ones_like(both.mid)))]


def _nearest_to_zero(case: Case) -> tuple[np.intp, ...]:
    x = case.wide("x")
    return np.unravel_index(np.argmin(np.abs(x)), x.shape)


def _one_moved(witness: Witness) -> list[Call]:
    case = witness.case
    moved = np.array(case.wide("x"))
    if not moved.size:
        raise NotApplicable("there is no number to move")
    place = _nearest_to_zero(case)
    moved[place] += max(1.0, abs(moved[place])) / 8
    return [Call("one moved", case.with_inputs(x=round_to(moved, case.form)))]


def _diagonal(evidence: Evidence) -> list[Claim]:
    """sigma(x + h) - sigma(x) = h sigma (1 - sigma) + r, |r| <= M2 h^2 / 2, and nothing where h = 0."""
    base, moved = evidence.ball("base", "sigmoid"), evidence.ball("one moved", "sigmoid")
    step = ball(evidence.witness.variant("one moved").wide("x")) - evidence.case.wide("x")
    linear = base * (-base + 1.0) * step
    return [Claim("sigmoid", moved - base, linear.widened(_M2 / 2 * step.mid**2))]


def _sum_to_one(evidence: Evidence) -> list[Claim]:
    total = evidence.ball("base", "softmax").sum(axis=-1)
    return [Claim("softmax", total, ball(np.ones_like(total.mid)))]


def _raised(witness: Witness) -> list[Call]:
    case = witness.case
    logits = case.wide("logits") + 2.5
    if case.kind != "digits" or not is_exact(logits, case.form):
        raise NotApplicable("the shifted logits are not exact in the dtype")
    return [Call("raised", case.with_inputs(logits=round_to(logits, case.form)))]


def _same(evidence: Evidence) -> list[Claim]:
    return [Claim("softmax", evidence.ball("raised", "softmax"), evidence.ball("base", "softmax"))]


def _is_sigmoid(case: Case) -> bool:
    return case.function == "sigmoid"


def _is_softmax(case: Case) -> bool:
    return case.function == "softmax"


_M2 = (1 + 2.0**-20) / (6 * 3**0.5)  # the largest |sigma''|, where sigma = 1/2 +- 1/sqrt(12)

LAWS = (
    Law("sigmoid_symmetry", "sigmoid(x) + sigmoid(-x) = 1", _is_sigmoid, _symmetry, _negated),
    Law("sigmoid_jacobian", "d sigmoid(x) / dx = diag(s (1 - s)), s = sigmoid(x)", _is_sigmoid, _diagonal, _one_moved),
    Law("softmax_sums_to_one", "the probabilities of a row add up to 1", _is_softmax, _sum_to_one),
    Law("softmax_shift", "softmax(x + c) = softmax(x)", _is_softmax, _same, _raised),
)
