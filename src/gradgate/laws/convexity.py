"""The loss along a line from the hidden vectors: convex, and with a Taylor remainder of order 2.

For m = h + w the remainder J(m) - J(h) - g.w lies between 0 (convexity) and M2 / 2, where M2 bounds the second
derivative along w. A long step tests the first, a short one the second."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradgate.balls import ball, between
from gradgate.calling.calls import Call
from gradgate.draws import generator
from gradgate.evidence import Evidence
from gradgate.formats import round_to
from gradgate.laws.curvature import logit_rates, second
from gradgate.laws.hidden import hidden_parameter, hidden_side
from gradgate.laws.law import Claim, Law, is_loss
from gradgate.witness import Witness


def _step(variant: str, scale: float) -> Callable[[Witness], list[Call]]:
    def calls(witness: Witness) -> list[Call]:
        case = witness.case
        parameter = hidden_parameter(case)
        rng = generator(case.seed, f"{variant} {case.function}", case.index)
        step = np.rint(rng.standard_normal(np.shape(case.inputs[parameter])) * 8) / 8 * hidden_side(witness)
        moved = round_to(case.wide(parameter) + scale * step, case.form)
        return [Call(variant, case.with_inputs(**{parameter: moved}))]

    return calls


def _remainder(variant: str) -> Callable[[Evidence], list[Claim]]:
    def judge(evidence: Evidence) -> list[Claim]:
        parameter = hidden_parameter(evidence.case)
        step = ball(evidence.witness.variant(variant).wide(parameter)) - evidence.case.wide(parameter)
        slope = (evidence.ball("base", evidence.hidden_gradient) * step).sum()
        remainder = evidence.loss(variant) - evidence.loss("base") - slope
        M2 = second(logit_rates(evidence.witness, parameter, step.mid)) * (1 + 2.0**-20)
        return [Claim(evidence.hidden_gradient, remainder, between(0.0, M2 / 2))]

    return judge


LAWS = (
    Law("convexity", "J(m) >= J(h) + g.(m - h)", is_loss, _remainder("far"), _step("far", 1.0), every=4),
    Law(
        "taylor",
        "0 <= J(h + w) - J(h) - g.w <= M2 / 2",
        is_loss,
        _remainder("near"),
        _step("near", 2.0**-6),
        every=4,
    ),
)
