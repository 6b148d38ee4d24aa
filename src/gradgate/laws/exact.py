"""Value and gradient against the exact reference: the law that decides."""

from __future__ import annotations

import numpy as np

from gradgate.balls import Ball
from gradgate.evidence import Evidence
from gradgate.laws.law import Claim, Law, NotApplicable, is_loss


def exact_claim(evidence: Evidence, quantity: str) -> Claim:
    """The difference to the truth, against zero: hi is subtracted first, so that nothing is lost for float64."""
    exact = evidence.witness.exact(quantity)
    got = evidence.ball("base", quantity)
    difference = Ball((got.mid - exact.hi) - exact.lo, got.rad)
    return Claim(quantity, difference, Ball(np.zeros_like(exact.hi), exact.radius), got.mid, exact.hi)


def _values(evidence: Evidence) -> list[Claim]:
    return [exact_claim(evidence, q) for q in evidence.case.returns if not q.startswith("grad_")]


def _gradients(evidence: Evidence) -> list[Claim]:
    return [exact_claim(evidence, q) for q in evidence.case.returns if q.startswith("grad_")]


def _peers(evidence: Evidence) -> list[Claim]:
    if not evidence.peers:
        raise NotApplicable("no other implementation is at hand")
    return [
        Claim(quantity, evidence.ball("base", quantity), peer.ball("base", quantity))
        for peer in evidence.peers.values()
        for quantity in evidence.case.returns
    ]


LAWS = (
    Law("exact_value", "the value is the exact one, within its rounding bound", lambda case: True, _values),
    Law(
        "exact_gradient",
        "every gradient is the exact one, within its rounding bound",
        is_loss,
        _gradients,
    ),
    Law("agreement", "implementations agree within the sum of their bounds", lambda case: True, _peers),
)
