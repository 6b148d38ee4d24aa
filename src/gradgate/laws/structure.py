"""What the gradients owe each other: both are built from the same coefficients.

With logits x = U h the gradients are grad_U = sum_t r_t h' and grad_h = U' sum_t r_t, whatever the coefficients r_t."""

from __future__ import annotations

import numpy as np

from gradgate.balls import Ball, ball
from gradgate.evidence import Evidence
from gradgate.laws.hidden import hidden, hidden_parameter
from gradgate.laws.law import Claim, Law, NotApplicable, has_one_hidden_vector, is_loss, is_softmax


def _homogeneity(evidence: Evidence) -> list[Claim]:
    parameter = hidden_parameter(evidence.case)
    inner = (evidence.ball("base", f"grad_{parameter}") * evidence.case.wide(parameter)).sum()
    outer = (evidence.ball("base", "grad_U") * evidence.case.wide("U")).sum()
    return [Claim(evidence.hidden_gradient, inner, outer)]


def _zero_sum(evidence: Evidence) -> list[Claim]:
    total = evidence.ball("base", "grad_U").sum(axis=0)
    return [Claim("grad_U", total, ball(np.zeros_like(total.mid)))]


def _chain(evidence: Evidence) -> list[Claim]:
    """grad_h = U' (grad_U h) / |h|^2, and grad_V_c gets it once for each time that a row takes part in h."""
    if not evidence.witness.groups:
        raise NotApplicable("no window has a word")
    group = evidence.witness.groups[0]
    h = hidden(group)
    if not 2.0**-500 < (length := float(h.mid @ h.mid)) < 2.0**500:
        raise NotApplicable("the hidden vector is too short to divide by")
    coefficients = (evidence.ball("base", "grad_U") @ h) / ((h * h).sum() if h.rad.any() else length)
    grad_h = ball(evidence.case.wide("U").T) @ coefficients
    if hidden_parameter(evidence.case) != "V_c":
        return [Claim("grad_center", evidence.ball("base", "grad_center"), grad_h)]
    times = np.bincount(group.rows, minlength=len(evidence.case.inputs["V_c"])).astype(float)
    due = ball(times[:, None]) * grad_h[None, :] / float(group.divisor)
    return [Claim("grad_V_c", evidence.ball("base", "grad_V_c"), due)]


def _rank_one(evidence: Evidence) -> list[Claim]:
    """grad_U[w, j] h_k = grad_U[w, k] h_j, with k the largest entry of h."""
    if not evidence.witness.groups:
        raise NotApplicable("no window has a word")
    h = hidden(evidence.witness.groups[0])
    k = int(np.argmax(np.abs(h.mid)))
    grad_U = evidence.ball("base", "grad_U")
    return [Claim("grad_U", grad_U * h[k], grad_U[:, k : k + 1] * Ball(h.mid[None, :], h.rad[None, :]))]


LAWS = (
    Law("homogeneity", "h.grad_h = sum_w u_w.grad_u_w", is_loss, _homogeneity, every=2),
    Law(
        "zero_sum",
        "sum_w grad_u_w = 0 (softmax)",
        lambda case: is_loss(case) and is_softmax(case),
        _zero_sum,
        every=2,
    ),
    Law("chain", "grad_h = U' (grad_U h) / |h|^2", has_one_hidden_vector, _chain, every=2),
    Law("rank_one", "grad_U is an outer product with h", has_one_hidden_vector, _rank_one, every=2),
)
