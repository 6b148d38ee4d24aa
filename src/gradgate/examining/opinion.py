"""The second opinion on a failure: is the formula wrong, or is it right and only loses digits or overflows?

Fragile needs positive evidence: either the failure vanishes in the tier of routes that lose digits (log(1 - sigmoid),
no shift by the maximum), or the implementation provably computes in a lower precision than it stores: its output does
not move at all when its input moves by more than its bounds. A small error alone is never excused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradgate.bounds.arithmetic import FRAGILE, Arithmetic
from gradgate.calling.calls import Call, Outcome
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.examining.judging import FAILED, NOT_JUDGED, Judgement, judge_one
from gradgate.formats import BFLOAT16, FLOAT32, TF32, Format, round_to
from gradgate.laws.hidden import hidden_parameter
from gradgate.witness import Witness

Perform = Callable[[list[Call]], list[Outcome]]

_OF_ARITHMETIC = ("OverflowError", "ZeroDivisionError", "FloatingPointError", "ValueError")  # ValueError: math.log(0)
_LOWER = {"float64": FLOAT32, "float32": TF32, "float16": BFLOAT16}


@dataclass(frozen=True)
class Opinion:
    """Whether a failure is excused as fragile, and its cause in a few words."""

    fragile: bool
    cause: str


def opinion(judgement: Judgement, evidence: Evidence, calls: Sequence[Call], *, coarse: bool) -> Opinion:
    """Judges the law again under the fragile tier, and, where the implementation is coarse, in the lower precision."""
    breach = next((check.cause for check in judgement.checks if check.cause and not check.passed), "")
    if breach == "overflow":
        infinite = [check.quantity for check in judgement.checks if not check.passed]
        return Opinion(_may_overflow(evidence.witness, calls, "huge", infinite), "overflow")
    if breach == "raised":
        return Opinion(_may_overflow(evidence.witness, calls, judgement.checks[0].variant), "raises")
    if breach:
        return Opinion(False, breach)
    finite = all(np.isfinite(check.value) for check in judgement.checks if not check.passed)
    if _stands(judgement, evidence, calls, evidence.witness.arithmetic):
        return Opinion(True, "cancellation" if finite else "overflow")
    lower = _LOWER.get(evidence.case.dtype)
    if coarse and lower and _stands(judgement, evidence, calls, _lowered(evidence.witness.arithmetic, lower)):
        return Opinion(True, f"{lower.name} inside")
    return Opinion(False, "beyond the bound" if finite else "not finite")


def _stands(judgement: Judgement, evidence: Evidence, calls: Sequence[Call], arithmetic: Arithmetic) -> bool:
    witness = Witness(evidence.case, arithmetic, tier="fragile")
    witness.share(evidence.witness)
    witness.knows(calls)
    lenient = Evidence(witness, evidence.outcomes, evidence.particulars, evidence.peers, lenient=True)
    return judge_one(judgement.law, lenient).status not in (FAILED, NOT_JUDGED)


def _may_overflow(witness: Witness, calls: Sequence[Call], variant: str, quantities: Sequence[str] = ()) -> bool:
    """Whether a right formula, naively written, may give inf there, or raise as math.exp(800) and math.log(0) do.

    log(1 - sigmoid(40)) is the logarithm of zero, far inside the range of exp: there the fragile tier has no bound.
    With quantities, each of them must be excused; without, one of all.
    """
    if not witness.bounds(variant).in_naive_domain:
        return True
    fragile = Witness(witness.case, witness.arithmetic, FRAGILE)
    fragile.share(witness)
    fragile.knows(calls)
    found = fragile.bounds(variant)
    unbounded = {name for name, bound in found.values.items() if not np.isfinite(bound).all()}
    if found.infinite.any():
        unbounded |= {"loss", "losses"}
    return set(quantities) <= unbounded if quantities else bool(unbounded)


def _lowered(arithmetic: Arithmetic, lower: Format) -> Arithmetic:
    """The arithmetic of the lower precision; its roundoff is widened, as the inputs are rounded on their way in.

    TF32 rounds nothing but the factors of matrix products; hardware that truncates them is twice as far off.
    """
    if lower is TF32:
        return replace(arithmetic, factors=replace(TF32, roundoff=2 * TF32.roundoff))
    narrow = replace(lower, roundoff=4 * lower.roundoff)
    return replace(arithmetic, storage=narrow, accumulation=narrow)


def is_coarse(case: Case, arithmetic: Arithmetic, perform: Perform) -> bool:
    """Whether some output stays the same, bit for bit, although the input moved by more than the output's bounds.

    The hidden vectors (or x, or the logits) are rounded to the lower precision, and moved by less than it can see.
    """
    lower = _LOWER.get(case.dtype)
    if lower is None:
        return False
    parameter = {"sigmoid": "x", "softmax": "logits"}.get(case.function) or hidden_parameter(case)
    seen = round_to(case.wide(parameter), lower).astype(np.float64)
    still = case.with_inputs(**{parameter: round_to(seen, case.form)})
    moved = case.with_inputs(**{parameter: round_to(seen * (1 + 0.375 * lower.roundoff), case.form)})
    before, after = perform([Call("base", still), Call("nudged", moved)])
    if before.fault or after.fault:
        return False
    here, there = Witness(still, arithmetic), Witness(moved, arithmetic)
    return any(
        before.results[quantity].same_bytes(after.results[quantity]) and _should_move(quantity, here, there)
        for quantity in case.returns
    )


def _should_move(quantity: str, here: Witness, there: Witness) -> bool:
    one, other = here.reference.values[quantity], there.reference.values[quantity]
    allowed = here.bounds().values[quantity] + there.bounds().values[quantity]
    return bool(np.any(np.abs(one.hi - other.hi) > 2 * allowed))


def excused_outcomes(outcomes: Mapping[str, Outcome], witness: Witness) -> bool:
    """Whether a base call that raised did so where NumPy would give inf, and as Python's own arithmetic does."""
    return outcomes["base"].exception in _OF_ARITHMETIC and _may_overflow(witness, (), "base")
