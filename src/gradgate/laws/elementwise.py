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


LAWS = (
    Law("sigmoid_symmetry", "sigmoid(x) + sigmoid(-x) = 1", _is_sigmoid, _symmetry, _negated),
    Law("softmax_sums_to_one", "the probabilities of a row add up to 1", _is_softmax, _sum_to_one),
    Law("softmax_shift", "softmax(x + c) = softmax(x)", _is_softmax, _same, _raised),
)
