"""The promises that are not about the formula: form, purity, memory layout, overflow, and the smallest sizes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradgate.balls import ball
from gradgate.calling.calls import READ_ONLY, STRIDED, Call
from gradgate.case import Case
from gradgate.draws import HUGE_LOGIT
from gradgate.evidence import Evidence, Unusable, promised_shape
from gradgate.formats import round_to
from gradgate.interface import MAY_WRITE, has_window
from gradgate.laws.law import Breach, Claim, Law, NotApplicable, has_path, is_loss, is_negative_sampling
from gradgate.terms import groups
from gradgate.witness import Undecidable, Witness


def _form(evidence: Evidence) -> list[Breach]:
    """Shape and dtype as promised. Python's own float is accepted for a loss: it loses nothing."""
    case, breaches = evidence.case, []
    for quantity in case.returns:
        result = evidence.result("base", quantity)
        breaches += wrong_dtype(evidence, quantity, result.dtype)
        if result.rows is None:
            breaches += wrong_shape(evidence, quantity, np.shape(result.values))
        else:
            try:
                evidence.values("base", quantity)
            except Unusable as error:
                breaches.append(Breach(quantity, str(error), "shape"))
    return breaches


def wrong_dtype(evidence: Evidence, quantity: str, dtype: str) -> list[Breach]:
    case = evidence.case
    due = {case.dtype, evidence.loss_dtype} if quantity.startswith("loss") else {case.dtype}
    if case.dtype == "float64" or promised_shape(case, quantity) == ():
        due.add("float")
    return [] if dtype in due else [Breach(quantity, f"{quantity} is {dtype} where {case.dtype} is due", "dtype")]


def wrong_shape(evidence: Evidence, quantity: str, found: tuple[int, ...]) -> list[Breach]:
    shape = promised_shape(evidence.case, quantity)
    return [] if found == shape else [Breach(quantity, f"{quantity} has shape {found} where {shape} is due", "shape")]


def _again(witness: Witness) -> list[Call]:
    return [Call("repeat", witness.case)]


def _no_state(evidence: Evidence) -> list[Breach | Claim]:
    found: list[Breach | Claim] = []
    for q in evidence.case.returns:
        first, then = evidence.result("base", q), evidence.result("repeat", q)
        if not evidence.particulars.deterministic:
            found.append(Claim(q, evidence.ball("repeat", q), evidence.ball("base", q)))
        elif not first.same_bytes(then):
            found.append(Breach(q, f"{q} differs when the same call is made again", "state"))
        if any(q in outcome.overwritten for outcome in evidence.outcomes.values()):
            found.append(Breach(q, f"{q} of one call is overwritten by the next", "state"))
    return found


def _unchanged(evidence: Evidence) -> list[Breach]:
    changed = {name for outcome in evidence.outcomes.values() for name in outcome.changed}
    names = sorted(changed.difference(MAY_WRITE.get(evidence.case.function, ())))
    return [Breach("inputs", f"{name} was changed by the call", "input changed") for name in names]


def _in_layout(layout: str) -> Callable[[Witness], list[Call]]:
    return lambda witness: [Call(layout, witness.case, layout)]


def _same_as_base(layout: str) -> Callable[[Evidence], list[Claim | Breach]]:
    def judge(evidence: Evidence) -> list[Claim | Breach]:
        outcome = evidence.outcomes[layout]
        if outcome.fault and not evidence.outcomes["base"].fault:
            return [Breach("inputs", f"{layout} arrays: {outcome.fault}", f"{layout} arrays")]
        return [Claim(q, evidence.ball(layout, q), evidence.ball("base", q)) for q in evidence.case.returns]

    return judge


def _huge_calls(witness: Witness) -> list[Call]:
    """The case with its logits scaled up to 1e4 by a power of two."""
    case = witness.case
    parameter = {"sigmoid": "x", "softmax": "logits"}.get(case.function, "U")
    if parameter == "U":
        reach = max(
            (np.abs(case.wide("U") @ g.vectors.sum(axis=0) / g.divisor).max() for g in groups(case)), default=0.0
        )
    else:
        reach = np.abs(case.wide(parameter)).max(initial=0.0)
    if not 2.0**-60 < reach < np.inf:
        raise NotApplicable("the logits cannot be scaled up to 1e4")
    scaled = round_to(case.wide(parameter) * 2.0 ** np.floor(np.log2(HUGE_LOGIT / reach)), case.form)
    if not np.isfinite(scaled).all():
        raise NotApplicable("logits of 1e4 would overflow the dtype")
    return [Call("huge", case.with_inputs(**{parameter: scaled}))]


def _finite(evidence: Evidence) -> list[Breach]:
    if evidence.witness.bounds("huge").undecidable:
        raise Undecidable
    return [
        Breach(q, f"{q} is not finite at logits of 1e4", "overflow")
        for q in evidence.case.returns
        if not np.isfinite(evidence.values("huge", q)).all()
    ]


def _no_negatives_calls(witness: Witness) -> list[Call]:
    return [Call("K = 0", witness.case.with_inputs(negatives=witness.case.inputs["negatives"][..., :0]))]


def _no_negatives(evidence: Evidence) -> list[Claim]:
    """With K = 0 only the outside word's terms are left: F = 2 F(K) - F(every negative twice), loss and gradients."""
    return [
        Claim(
            q,
            evidence.ball("K = 0", q),
            evidence.ball("base", q) + evidence.ball("base", q) - evidence.ball("negatives x2", q),
        )
        for q in evidence.case.returns
    ]


def _twice(witness: Witness) -> list[Call]:
    negatives = witness.case.inputs["negatives"]
    doubled = witness.case.with_inputs(negatives=np.concatenate([negatives] * 2, axis=-1))
    return [*_no_negatives_calls(witness), Call("negatives x2", doubled)]


def _empty_calls(witness: Witness) -> list[Call]:
    case = witness.case
    given = case.inputs
    flat = next(name for name in ("outsides", "context", "contexts") if name in given)
    changed = {flat: given[flat][:0]}
    if given["negatives"] is not None and flat == "outsides":
        changed["negatives"] = given["negatives"][:0]
    if "offsets" in given:
        changed["offsets"] = np.zeros_like(given["offsets"])
    return [Call("empty", case.with_inputs(**changed)), *_hole_calls(case)]


def _hole_calls(case: Case) -> list[Call]:
    """A batch with an empty window before its last one: sums over slices are easily wrong just there."""
    given = case.inputs
    if "offsets" not in given:
        return []
    place = len(given["offsets"]) - 2
    changed = {"offsets": np.insert(given["offsets"], place, given["offsets"][place])}
    changed |= {name: np.insert(given[name], place, 0) for name in ("centers", "targets") if name in given}
    if "contexts" in given and given["negatives"] is not None:
        changed["negatives"] = np.insert(given["negatives"], place, 0, axis=0)
    return [Call("hole", case.with_inputs(**changed))]


def _empty(evidence: Evidence) -> list[Claim]:
    zeros = {q: np.zeros(promised_shape(evidence.case, q)) for q in evidence.case.returns}
    claims = [Claim(q, ball(evidence.values("empty", q)), ball(zero)) for q, zero in zeros.items()]
    return claims + (_hole(evidence) if "offsets" in evidence.case.inputs else [])


def _no_node_calls(witness: Witness) -> list[Call]:
    given = witness.case.inputs
    return [Call("empty", witness.case.with_inputs(path=given["path"][:0], signs=given["signs"][:0]))]


def _hole(evidence: Evidence) -> list[Claim]:
    """The empty window's own loss is zero, and nothing else is changed by it."""
    place = len(evidence.case.inputs["offsets"]) - 2
    others = np.delete(np.arange(place + 2), place)
    whole = {q: evidence.ball("hole", q) for q in evidence.case.returns}
    claims = [Claim("losses", whole["losses"][place], ball(0.0))]
    whole["losses"] = whole["losses"][others]
    return claims + [Claim(q, whole[q], evidence.ball("base", q)) for q in evidence.case.returns]


def _has_window(case: Case) -> bool:
    return is_loss(case) and has_window(case.function)


def _has_negatives(case: Case) -> bool:
    return is_loss(case) and is_negative_sampling(case)


def _writes_nothing(case: Case) -> bool:
    return case.function not in MAY_WRITE


def _always(case: Case) -> bool:
    return True


LAWS = (
    Law("promised_form", "shape and dtype are the promised ones", _always, _form),
    Law(
        "no_state",
        "the same call gives the same bytes; none overwrites earlier results",
        _always,
        _no_state,
        _again,
    ),
    Law("inputs_unchanged", "no call writes to its inputs, but a step to V_c and U", _always, _unchanged),
    Law("read_only", "read-only arrays do", _writes_nothing, _same_as_base(READ_ONLY), _in_layout(READ_ONLY), every=5),
    Law("strided", "non-contiguous arrays do", _always, _same_as_base(STRIDED), _in_layout(STRIDED), every=5),
    Law("finite_when_huge", "loss and gradients are finite at logits of 1e4", _always, _finite, _huge_calls, every=4),
    Law(
        "no_negatives",
        "K = 0 leaves the outside word's term",
        _has_negatives,
        _no_negatives,
        _twice,
        every=5,
        binds_strangers=False,
    ),
    Law(
        "empty_window",
        "an empty window has loss 0 and zero gradients",
        _has_window,
        _empty,
        _empty_calls,
        every=5,
        binds_strangers=False,
    ),
    Law(
        "empty_path",
        "an empty path, that of a vocabulary's only word, has loss 0 and zero gradients",
        has_path,
        _empty,
        _no_node_calls,
        every=5,
        binds_strangers=False,
    ),
)
