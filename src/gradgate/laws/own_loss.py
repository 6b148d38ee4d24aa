"""The gradient against differences of the implementation's own loss: the second witness, which needs no reference.

The central difference along a direction w has a proven error:
    J(m + w) - J(m - w) = 2 g.w + R,   |R| <= M3 / 3,
where M3 bounds the third derivative along w. The exact identity has none: shift one row u_w by s h/|h|^2, which moves
that word's logit by s and no other. With n terms that the row takes part in, k of them as the outside word
(sign +1),
    n expm1((dJ + k s) / n) / expm1(s) - k = the coefficient of h in grad_U[w],
for softmax and for logistic terms alike (both losses are n log(1 + p expm1(s)) - k s in s)."""

from __future__ import annotations

import numpy as np

from gradgate.balls import ball
from gradgate.calling.calls import Call
from gradgate.draws import generator
from gradgate.evidence import Evidence
from gradgate.formats import round_to
from gradgate.laws.curvature import logit_rates, mixed_second, third
from gradgate.laws.hidden import hidden, hidden_parameter, hidden_side
from gradgate.laws.law import Claim, Law, NotApplicable, has_one_hidden_vector, is_loss
from gradgate.terms import Group
from gradgate.witness import Undecidable, Witness


def _directions(witness: Witness) -> dict[str, tuple[str, np.ndarray]]:
    """All used entries of the hidden side, one entry of it, all entries of U: a parameter and a direction of +-1."""
    case = witness.case
    rng = generator(case.seed, f"direction {case.function}", case.index)
    parameter = hidden_parameter(case)
    side = hidden_side(witness) * rng.choice([-1.0, 1.0], np.shape(case.inputs[parameter]))
    if not side.any():
        raise NotApplicable("no window has a word")
    place = np.argwhere(side)[rng.integers(np.count_nonzero(side))]
    one = np.zeros_like(side)
    one[tuple(place)] = 1.0
    everything = rng.choice([-1.0, 1.0], np.shape(case.inputs["U"]))
    return {"side": (parameter, side), "entry": (parameter, one), "matrix": ("U", everything)}


def _difference_calls(witness: Witness) -> list[Call]:
    """The two points of each difference, at the step h = (3 E / M3)^(1/3) that balances rounding and truncation."""
    case = witness.case
    found = witness.bounds()
    error = float(np.sum(found.values[case.returns[0]]))
    calls = []
    for name, (parameter, direction) in _directions(witness).items():
        M3 = third(logit_rates(witness, parameter, direction))
        step = float((3 * error / M3) ** (1 / 3)) if M3 > 0 and error > 0 else 1.0
        if not np.isfinite(step):
            raise NotApplicable("the dtype may overflow")
        step = 2.0 ** np.clip(np.rint(np.log2(step)), -60, 6)
        for sign, end in ((1, "+"), (-1, "-")):
            moved = round_to(case.wide(parameter) + sign * step * direction, case.form)
            calls.append(Call(f"{name}{end}", case.with_inputs(**{parameter: moved})))
    return calls


def _differences(evidence: Evidence) -> list[Claim]:
    claims = []
    for name, (parameter, _) in _directions(evidence.witness).items():
        high, low = (evidence.witness.variant(name + end).wide(parameter) for end in "+-")
        base = evidence.case.wide(parameter)
        step = (ball(high) - ball(low)) * 0.5  # the step actually taken, after rounding into the dtype
        offset = (high - base) / 2 + (low - base) / 2
        quantity = f"grad_{parameter}"
        slope = (evidence.ball("base", quantity) * step).sum()
        rates = logit_rates(evidence.witness, parameter, step.mid)
        # g is taken at the base but the difference at the midpoint: the Hessian times their distance comes on top
        drift = mixed_second(rates, logit_rates(evidence.witness, parameter, offset))
        slack = third(rates) / 3 + 2 * drift
        difference = evidence.loss(name + "+") - evidence.loss(name + "-")
        claims.append(Claim(quantity, slope * 2.0, difference.widened(slack * (1 + 2.0**-20))))
    return claims


def _shift_rows(witness: Witness) -> list[int]:
    """The first row of the first target, and another one of its terms where there are any; for softmax, any word."""
    target = witness.groups[0].targets[0]
    if not len(target.rows):
        raise NotApplicable("an empty path has no row")
    rng = generator(witness.case.seed, f"row {witness.case.function}", witness.case.index)
    others = np.arange(len(witness.case.inputs["U"])) if target.signs is None else target.rows[1:]
    return sorted({int(target.rows[0]), int(rng.choice(others))} if len(others) else {int(target.rows[0])})


def _identity_calls(witness: Witness) -> list[Call]:
    if not witness.groups:
        raise NotApplicable("no window has a word")
    h = hidden(witness.groups[0]).mid
    length = float(h @ h)
    if not 2.0**-500 < length < 2.0**500:
        raise NotApplicable("the hidden vector is too short to shift a logit along it")
    calls = []
    U = witness.case.wide("U")
    for row in _shift_rows(witness):
        _, k = _part(witness.groups[0], row)
        shifted = U.copy()
        shifted[row] += _step(witness, row, k) * h / length
        if not np.isfinite(rounded := round_to(shifted, witness.case.form)).all():
            raise NotApplicable("the dtype may overflow")
        calls.append(Call(f"shifted {row}", witness.case.with_inputs(U=rounded)))
    return calls


def _step(witness: Witness, row: int, k: int) -> float:
    """s of about 1 - log p for a word of probability p: large enough to lift a rare word out of the rounding."""
    if k:
        return -1.0
    group = witness.reference.groups[0]
    if group.softmax is not None:
        return float(np.clip(1 - np.log(max(group.softmax.probs[row], 1e-300)), 0.7, 20.0))
    return 1.0


def _identities(evidence: Evidence) -> list[Claim]:
    group = evidence.witness.groups[0]
    h = hidden(group)
    along = (evidence.ball("base", "grad_U") @ h.mid) / float(h.mid @ h.mid)
    claims = []
    for row in _shift_rows(evidence.witness):
        n, k = _part(group, row)
        moved = ball(evidence.witness.variant(f"shifted {row}").wide("U")[row]) - ball(evidence.case.wide("U")[row])
        s = (moved * h).sum()
        change = evidence.loss(f"shifted {row}") - evidence.loss("base")
        measured = ((change + s * float(k)) / float(n)).expm1() / s.expm1() * float(n) - float(k)
        if np.isfinite(change.mid) and not np.isfinite(measured.rad):
            raise Undecidable  # the losses' own bounds are too wide to measure a probability by
        claims.append(Claim("grad_U", along[row], measured))
    return claims


def _part(group: Group, row: int) -> tuple[int, int]:
    """In how many terms of the loss the row takes part, and in how many of them with sign +1, as the outside word."""
    if group.targets[0].signs is None:
        return len(group.targets), sum(target.outside == row for target in group.targets)
    signs = np.concatenate([target.signs[target.rows == row] for target in group.targets if target.signs is not None])
    return len(signs), int(np.sum(signs > 0))


LAWS = (
    Law(
        "central_difference",
        "J(m+w) - J(m-w) = 2 g.w, up to the proven remainder",
        is_loss,
        _differences,
        _difference_calls,
        every=4,
    ),
    Law(
        "shift_identity",
        "the coefficient of h in grad_U[w] is what shifting the word's logit does to the loss",
        has_one_hidden_vector,
        _identities,
        _identity_calls,
        every=4,
    ),
)
