"""Why a right formula is fragile: where it overflows first, and whether a lower precision is at work inside."""

from __future__ import annotations

import numpy as np

from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.causes.dossier import EXACT, Dossier
from gradgate.causes.when import when
from gradgate.examining.findings import Failure
from gradgate.laws.law import is_softmax
from gradgate.terms import groups
from gradgate.verdicts import FRAGILE

_INSIDE = " inside"


def fragility(dossier: Dossier) -> Cause | None:
    """What the second opinion has found, with the smallest logit at which it shows."""
    if dossier.verdict != FRAGILE:
        return None
    failures = [failure for failure in dossier.failures if failure.verdict == FRAGILE]
    if coarse := [failure for failure in failures if failure.cause.endswith(_INSIDE)]:
        low = coarse[0].cause.removesuffix(_INSIDE)
        sentence = f"{low} is at work inside: the result does not move when the input moves by less than {low} can see"
        return Cause("low precision", sentence, CERTAIN, when(dossier, [failure.case for failure in coarse]))
    exact = [failure for failure in failures if failure.law in EXACT]
    wrong = sorted({failure.check.quantity for failure in exact} & set(failures[0].case.returns))
    reach = f"from logits of {min(map(_reach, exact)):.3g} on" if exact else "at logits of 1e4"
    evidence = when(dossier, [failure.case for failure in exact]) if exact else "finite on every case as drawn"
    return Cause("overflow", f"{_route(failures[0], wrong)}: {reach}", LIKELY, evidence)


def _route(failure: Failure, wrong: list[str]) -> str:
    """The naive formula that fails in these quantities."""
    if "U" not in failure.case.inputs:
        return "exp is taken of a large number, and overflows"
    if not is_softmax(failure.case):
        return "log(1 − σ) or log σ is taken of a σ that has become 1 or 0, or has lost its digits"
    if len(wrong) > 1:
        return "exp is taken without a shift by the maximum, and overflows or loses digits"
    return "the logarithm is taken of a p that has become zero, or has lost its digits"


def _reach(failure: Failure) -> float:
    """The largest logit of the case."""
    case = failure.case
    if "U" not in case.inputs:
        return float(np.max(np.abs(case.wide(next(iter(case.inputs)))), initial=0.0))
    logits = (case.wide("U") @ group.vectors.sum(axis=0) / group.divisor for group in groups(case))
    return max((float(np.max(np.abs(each), initial=0.0)) for each in logits), default=np.inf)
