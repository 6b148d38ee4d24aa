"""Who is wrong, in a sentence: the loss, the gradient, both, or the check itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradgate.examining.findings import Failure, Measured, Tally
from gradgate.interface import STEP, STEPS
from gradgate.laws.law import has_path, is_negative_sampling, is_softmax
from gradgate.verdicts import INCONCLUSIVE, REFUTED, VERIFIED, gravest

_CAUSES = {"overflow": "overflows", "raises": "raises where it overflows", "cancellation": "loses digits"}
_CURES = (
    (is_softmax, "with s = logits - max(logits) the loss is log(sum(exp(s))) - s[outside]"),
    (lambda case: is_negative_sampling(case) or has_path(case), "take -log sigmoid(z) as logaddexp(0, -z)"),
)

_VALUES = {
    "sigmoid": "the value is wrong",
    "softmax": "the value is wrong",
    STEP: "the matrices after the step are wrong",
    STEPS: "the matrices after the steps are wrong",
}


def settle(failures: Sequence[Failure], quantities: Mapping[str, Measured], *, doubtful: bool) -> str:
    """The verdict of an examination; doubtful: the check failed every other implementation too."""
    if failures:
        return gravest(failure.verdict for failure in failures)
    if doubtful or not quantities or any(s.verdict == INCONCLUSIVE for s in quantities.values()):
        return INCONCLUSIVE
    return VERIFIED


def why_fragile(failures: Sequence[Failure]) -> str:
    """What a right formula suffers from, and what mends it where that is known."""
    causes = sorted({failure.cause for failure in failures})
    mended = [failure.case for failure in failures if failure.cause in _CAUSES]
    cures = [cure for concerns, cure in _CURES if any(concerns(case) for case in mended)]
    suffers = " and ".join(_CAUSES.get(cause, f"computes with {cause}") for cause in causes)
    return "; ".join([f"the formula is right, but it {suffers}", *cures])


def why_inconclusive(dtype: str, quantities: Mapping[str, Measured], reasons: Sequence[str], *, doubtful: bool) -> str:
    """reasons are those for which cases were not judged."""
    if doubtful:
        return (
            "every other implementation fails the exact law on the same cases: the check itself is in doubt; "
            "a calculation of such a case by other means would decide"
        )
    undecided = [quantity for quantity, measured in quantities.items() if measured.verdict == INCONCLUSIVE]
    if undecided:
        return (
            f"in {dtype} the bound is as large as {', '.join(undecided)} itself in every case; "
            "a wider dtype, sums declared wider (ACCUMULATION) or shallower (SUMMATION), or more cases would decide"
        )
    reason = reasons[0] if reasons else "no case was put"
    return f"no case could be judged: {reason}; more cases, or another dtype, may decide"


def who_is_wrong(function: str, failures: Sequence[Failure], shown: Failure, laws: Mapping[str, Tally]) -> str:
    """shown is the counterexample that the report opens with; laws how each law fared."""
    refuted = {failure.law for failure in failures if failure.verdict == REFUTED}
    value, gradient = "exact_value" in refuted, "exact_gradient" in refuted
    if value and gradient:
        differences = laws["central_difference"]  # the shift identity holds for the exact loss only
        if differences.outcomes[REFUTED] == 0 and differences.decided == 0:
            return (
                "both the loss and the gradient are wrong; whether the gradient is that of the loss, no difference of "
                "losses could tell: larger gradients or a wider dtype would decide"
            )
        if differences.outcomes[REFUTED] == 0:
            return "loss and gradient are wrong together: the gradient belongs to the loss, but it is another loss"
        return "both the loss and the gradient are wrong, and the gradient is not that of the loss"
    if gradient:
        overflows = any(f.law == "exact_value" for f in failures)
        return f"the gradient is wrong; the loss is right{', but fragile' if overflows else ''}"
    if value:
        return _VALUES.get(function, "the loss is wrong; the gradient is right")
    if shown.law == "promised_form":
        return f"not what the contract asks: {shown.check.sentence}"
    return f"value and gradient are right as called, but it breaks {', '.join(sorted(refuted))}"
