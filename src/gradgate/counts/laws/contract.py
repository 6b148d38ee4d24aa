"""The promises that are not about the formula: form, purity, and what must be refused."""

from __future__ import annotations

import numpy as np

from gradgate.balls import Ball
from gradgate.calling.calls import READ_ONLY, Call
from gradgate.case import Case
from gradgate.counts.evidence import CountEvidence, promised_shape
from gradgate.counts.laws.law import count_law
from gradgate.counts.witness import CountWitness
from gradgate.evidence import Unusable
from gradgate.laws import BY_NAME
from gradgate.laws.law import Breach, Claim

_ALL = "cooccurrence pmi ppmi svd"


def _form(evidence: CountEvidence) -> list[Breach]:
    """Shape and dtype as promised: counts are whole numbers in any dtype, all else is in the dtype of the case."""
    found = []
    for quantity in evidence.case.returns:
        result = evidence.result("base", quantity)
        try:
            evidence.matrix("base", quantity)
        except Unusable as error:
            found.append(Breach(quantity, str(error), "shape"))
            continue
        dtypes = {evidence.case.dtype, *(("float",) if evidence.case.dtype == "float64" else ())}
        if quantity != "W" and len(np.ravel(result.values)) and result.dtype not in dtypes:
            found.append(Breach(quantity, f"{quantity} is {result.dtype} where {evidence.case.dtype} is due", "dtype"))
    return found


def _again(witness: CountWitness) -> list[Call]:
    return [Call("repeat", witness.case)]


def _no_state(evidence: CountEvidence) -> list[Breach | Claim]:
    overwritten = [q for q in evidence.case.returns if any(q in o.overwritten for o in evidence.outcomes.values())]
    found: list[Breach | Claim] = [
        Breach(q, f"{q} of one call is overwritten by the next", "state") for q in overwritten
    ]
    return found + _same(evidence, "repeat", "when the same call is made again", "state")


def _same(evidence: CountEvidence, variant: str, when: str, cause: str) -> list[Breach | Claim]:
    """The same bytes; of a file that declares itself not deterministic, singular values within their bound."""
    found: list[Breach | Claim] = []
    for quantity in evidence.case.returns:
        first, then = evidence.result("base", quantity), evidence.result(variant, quantity)
        if evidence.particulars.deterministic or evidence.case.function != "svd":
            found += [] if first.same_bytes(then) else [Breach(quantity, f"{quantity} differs {when}", cause)]
        elif quantity == "S":
            rad = np.full(np.shape(first.values), evidence.witness.eta * evidence.witness.size)
            got, due = (Ball(np.asarray(result.values, np.float64), rad) for result in (then, first))
            found.append(Claim(quantity, got, due))
    return found


def _read_only_calls(witness: CountWitness) -> list[Call]:
    return [Call(READ_ONLY, witness.case, READ_ONLY)]


def _read_only(evidence: CountEvidence) -> list[Breach | Claim]:
    outcome = evidence.outcomes[READ_ONLY]
    if outcome.fault:
        return [Breach("inputs", f"read-only arrays: {outcome.fault}", "read-only arrays")]
    return _same(evidence, READ_ONLY, "where the inputs are read-only", "read-only arrays")


def _bad(case: Case) -> dict[str, tuple[str, Case]]:
    """By what is wrong: the exception that is due, and the case."""
    given = case.inputs
    match case.function:
        case "cooccurrence":
            return {
                "window = 0": ("ValueError", case.with_inputs(window=0)),
                "a token of -1": ("IndexError", case.with_inputs(tokens=np.append(given["tokens"], -1))),
            }
        case "svd":
            most = min(given["M"].shape)
            return {f"k = {k}": ("ValueError", case.with_inputs(k=k)) for k in (0, most + 1)}
    negative = given["W"].values.copy()
    negative[-1] = -1
    return {"a negative count": ("ValueError", case.with_inputs(W=given["W"].with_values(negative)))}


def _refused_calls(witness: CountWitness) -> list[Call]:
    return [Call(name, bad) for name, (_, bad) in _bad(witness.case).items()]


def _refused(evidence: CountEvidence) -> list[Breach]:
    found = []
    for name, (due, _) in _bad(evidence.case).items():
        outcome = evidence.outcomes[name]
        if outcome.exception != due:
            told = f"it raised {outcome.exception}" if outcome.exception else "it was accepted"
            found.append(Breach("inputs", f"with {name}: {told} where {due} is due", "not refused"))
    return found


def _empty_calls(witness: CountWitness) -> list[Call]:
    return [Call("empty text", witness.case.with_inputs(tokens=witness.case.inputs["tokens"][:0]))]


def _empty(evidence: CountEvidence) -> list[Breach]:
    if fault := evidence.outcomes["empty text"].fault:
        return [Breach("W", f"an empty text: {fault}", "empty text")]
    shape = promised_shape(evidence.witness.variant("empty text"), "W")
    return [] if evidence.matrix("empty text", "W").shape == shape else [Breach("W", "not empty", "empty text")]


LAWS = (
    count_law("promised_form", _ALL, BY_NAME["promised_form"].statement, _form),
    count_law("no_state", _ALL, BY_NAME["no_state"].statement, _no_state, _again),
    count_law("inputs_unchanged", _ALL, BY_NAME["inputs_unchanged"].statement, BY_NAME["inputs_unchanged"].judge),
    count_law("read_only", _ALL, BY_NAME["read_only"].statement, _read_only, _read_only_calls, every=5),
    count_law(
        "bad_counts",
        _ALL,
        "a bad window, token, count or rank is refused by IndexError or ValueError",
        _refused,
        _refused_calls,
        every=5,
        binds_strangers=False,
    ),
    count_law(
        "empty_text",
        "cooccurrence",
        "a text without words has no rows",
        _empty,
        _empty_calls,
        every=5,
        binds_strangers=False,
    ),
)
