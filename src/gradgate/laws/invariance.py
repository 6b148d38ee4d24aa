"""What changes nothing, or changes everything in a known way: no reference is needed to know the answer.

A transformation is put to a case only where it is exact in the case's dtype, so that no tolerance hides in it."""

from __future__ import annotations

import numpy as np

from gradgate.balls import Ball, ball
from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.draws import generator
from gradgate.evidence import Evidence
from gradgate.formats import is_exact, round_to
from gradgate.laws.hidden import hidden, hidden_parameter
from gradgate.laws.law import Claim, Law, NotApplicable, has_matrix, is_loss, is_softmax
from gradgate.terms import touched_rows
from gradgate.witness import Witness

_WORDS = ("outside", "outsides", "negatives", "target", "targets", "context", "contexts", "path")  # rows of U or of V_c


def _rng(case: Case, law: str) -> np.random.Generator:
    return generator(case.seed, f"{law} {case.function}", case.index)


def _all_quantities(evidence: Evidence, variant: str, expected: dict[str, Ball]) -> list[Claim]:
    return [Claim(q, evidence.ball(variant, q), due) for q, due in expected.items()]


# Uniform point: with U = 0 every word has the same logit.
def _uniform_calls(witness: Witness) -> list[Call]:
    return [Call("U = 0", witness.case.with_inputs(U=np.zeros_like(witness.case.inputs["U"])))]


def _uniform(evidence: Evidence) -> list[Claim]:
    """J is log V a target, or log 2 a term; grad_U is (1/V - y) h, or -sign h / 2."""
    case, groups = evidence.case, evidence.witness.groups
    V, d = np.shape(case.inputs["U"])
    loss, grad_U = ball(0.0), ball(np.zeros((V, d)))
    for group in groups:
        h = hidden(group)
        for target in group.targets:
            coefficients = np.zeros(V)
            if target.signs is None:
                loss += _log(V)
                coefficients += 1 / V
                coefficients[target.outside] = -(V - 1) / V
            else:
                loss += _log(2) * float(len(target.rows))
                np.add.at(coefficients, target.rows, -target.signs / 2)
            grad_U = grad_U + _rounded(coefficients[:, None]) * h[None, :]
    zero = ball(np.zeros(np.shape(case.inputs[hidden_parameter(case)])))
    return [
        Claim("loss", evidence.loss("U = 0"), loss),
        *_all_quantities(evidence, "U = 0", {"grad_U": grad_U, evidence.hidden_gradient: zero}),
    ]


def _log(number: int) -> Ball:
    return _rounded(np.log(float(number)))


def _rounded(value: np.ndarray | float) -> Ball:
    """A float64 that was rounded a few times on its way."""
    return ball(value).widened(4 * 2.0**-53 * np.abs(value))


# Shift: adding one vector to every outside vector adds one number to every logit of a softmax.
def _shift_calls(witness: Witness) -> list[Call]:
    case = witness.case
    U = case.wide("U")
    shift = np.rint(_rng(case, "shift").standard_normal(U.shape[1]) * 8) / 8
    if case.kind != "digits" or not is_exact(U + shift, case.form):
        raise NotApplicable("the shifted vectors are not exact in the dtype")
    return [Call("shifted", case.with_inputs(U=round_to(U + shift, case.form)))]


def _same_as_base(evidence: Evidence, variant: str) -> list[Claim]:
    return [Claim(q, evidence.ball(variant, q), evidence.ball("base", q)) for q in evidence.case.returns]


# Permutation: words have no order.
def _permutation_calls(witness: Witness) -> list[Call]:
    case = witness.case
    order = _rng(case, "permutation").permutation(len(case.inputs["U"]))
    new = np.argsort(order)  # word w moves to row new[w]
    changed = {name: case.inputs[name][order] for name in ("U", "V_c") if name in case.inputs}
    in_V_c = ("center", "centers") if "V_c" in case.inputs else ()
    for name in (*_WORDS, *in_V_c):
        if (value := case.inputs.get(name)) is not None:
            changed[name] = new[value] if isinstance(value, np.ndarray) else int(new[value])
    return [Call("permuted", case.with_inputs(**changed))]


def _permutation(evidence: Evidence) -> list[Claim]:
    order = _rng(evidence.case, "permutation").permutation(len(evidence.case.inputs["U"]))
    claims = []
    for quantity in evidence.case.returns:
        base = evidence.ball("base", quantity)
        due = base[order] if quantity.endswith(("_U", "_V_c")) else base
        claims.append(Claim(quantity, evidence.ball("permuted", quantity), due))
    return claims


# Rotation of the space: only inner products matter.
def _rotation(case: Case) -> np.ndarray:
    """An orthogonal (d, d) matrix with dyadic entries: signs, a permutation, and a reflection of four axes at once."""
    rng = _rng(case, "rotation")
    d = np.shape(case.inputs["U"])[1]
    Q = np.eye(d)[rng.permutation(d)] * rng.choice([-1.0, 1.0], d)
    if d >= 4 and case.kind == "digits":
        reflection = np.eye(d)
        reflection[:4, :4] -= 0.5  # I - 2 n n' with n = (1, 1, 1, 1) / 2
        Q = reflection @ Q
    return Q


def _rotation_calls(witness: Witness) -> list[Call]:
    case = witness.case
    Q = _rotation(case)
    changed = {name: case.wide(name) @ Q.T for name in ("U", hidden_parameter(case))}
    if not all(is_exact(value, case.form) for value in changed.values()):
        raise NotApplicable("the rotated vectors are not exact in the dtype")
    return [Call("rotated", case.with_inputs(**{n: round_to(value, case.form) for n, value in changed.items()}))]


def _rotated(evidence: Evidence) -> list[Claim]:
    Q = _rotation(evidence.case)
    claims = []
    for quantity in evidence.case.returns:
        base = evidence.ball("base", quantity)
        due = base @ Q.T if quantity.startswith(("grad_", "new_")) else base
        claims.append(Claim(quantity, evidence.ball("rotated", quantity), due))
    return claims


# Untouched rows.
def _untouched(evidence: Evidence) -> list[Claim]:
    claims = []
    for quantity in ("grad_U", "grad_V_c"):
        rows = touched_rows(evidence.case, quantity) if quantity in evidence.case.returns else None
        if rows is not None:
            others = np.ones(len(evidence.case.inputs["U"]), bool)
            others[rows] = False
            values = np.where(others[:, None], evidence.values("base", quantity), 0.0)
            claims.append(Claim(quantity, ball(values), ball(np.zeros_like(values))))
    return claims


LAWS = (
    Law(
        "uniform_point",
        "at U = 0: J = log V, or (K+1) log 2; grad_U = (1/V - y) h, or +-h/2",
        is_loss,
        _uniform,
        _uniform_calls,
        every=4,
    ),
    Law(
        "shift",
        "adding one vector to all u_w changes neither the loss nor a gradient (softmax)",
        lambda case: is_loss(case) and is_softmax(case),
        lambda evidence: _same_as_base(evidence, "shifted"),
        _shift_calls,
    ),
    Law("permutation", "renaming the words renames the rows", has_matrix, _permutation, _permutation_calls, every=4),
    Law(
        "rotation", "J(QU, Qh) = J(U, h), and the gradients turn with Q", has_matrix, _rotated, _rotation_calls, every=4
    ),
    Law(
        "untouched_rows",
        "the rows of words that take no part are exactly zero",
        lambda case: is_loss(case) and (not is_softmax(case) or "V_c" in case.inputs),
        _untouched,
    ),
)
