"""Putting the laws to one case: which calls they need, and what each says of what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.calling.calls import ENDED, Call, Outcome
from gradgate.case import Case
from gradgate.evidence import Evidence, Unusable
from gradgate.laws.law import Breach, Claim, Law, NotApplicable
from gradgate.witness import Undecidable, Witness

PASSED, FAILED, UNDECIDED, NOT_APPLICABLE, NOT_JUDGED = "passed", "failed", "undecided", "not applicable", "not judged"


@dataclass(frozen=True)
class Check:
    """One comparison, at its worst component.

    index is that component's; value what was returned there, due what it should be; error > bound where it failed.
    ratio is error / bound (0 where both are 0, NaN for NaN). decided is False where the bound is as large as the
    quantity itself, so that passing says nothing. components counts those that may round at all: the rows that must be
    exactly zero, and are, would only swell the figure. cause is a word or two where something else than numbers failed,
    and variant the call that gave no result.
    """

    quantity: str
    passed: bool
    decided: bool
    index: tuple[int, ...]
    value: float
    due: float
    error: float
    bound: float
    ratio: float
    components: int
    sentence: str = ""
    cause: str = ""
    variant: str = ""


@dataclass(frozen=True)
class Judgement:
    """What one law says of one case. reason is for what was not judged or not applicable."""

    law: Law
    status: str
    checks: tuple[Check, ...] = ()
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Plan:
    """The calls of one case, base first and its repetition last, and the laws that they serve."""

    calls: list[Call]
    laws: list[Law]
    not_applicable: list[Judgement]


def plan(laws: Iterable[Law], witness: Witness) -> Plan:
    """Asks each law for its calls. Laws that share a variant share the call."""
    case = witness.case
    calls, chosen, refused = {"base": Call("base", case)}, [], []
    for law in laws:
        try:
            wanted = law.calls(witness)
        except NotApplicable as reason:
            refused.append(Judgement(law, NOT_APPLICABLE, reason=str(reason)))
            continue
        chosen.append(law)
        for call in wanted:
            calls.setdefault(call.variant, call)
    if "repeat" in calls:  # last, so that whatever a call leaves behind can show
        calls["repeat"] = calls.pop("repeat")
    ordered = list(calls.values())
    witness.knows(ordered)
    return Plan(ordered, chosen, refused)


def laws_for(laws: Sequence[Law], case: Case) -> list[Law]:
    """The laws that are put to this case: those meant for it, on every `every`-th case."""
    # kinds come round every ten cases, losses and reductions every forty: each law is to meet each of them
    turn = case.index % 10 + case.index // 40
    return [law for law in laws if law.applies(case) and turn % law.every == 0]


def judge(planned: Plan, evidence: Evidence) -> list[Judgement]:
    """What each planned law says of the evidence."""
    return [*planned.not_applicable, *(judge_one(law, evidence) for law in planned.laws)]


def judge_one(law: Law, evidence: Evidence) -> Judgement:
    try:
        with np.errstate(all="ignore"):  # inf and NaN are the implementation's; they fail by comparison
            found = [check_of(item) for item in law.judge(evidence)]
    except NotApplicable as reason:
        return Judgement(law, NOT_APPLICABLE, reason=str(reason))
    except Undecidable:
        return Judgement(law, UNDECIDED, reason="the dtype may overflow on the way")
    except Unusable as error:
        if error.variant == "base" or _is_refusal(evidence.outcomes, error.variant):
            return Judgement(law, NOT_JUDGED, reason=str(error))
        return Judgement(law, FAILED, (_fault(error),))
    passed = all(check.passed for check in found)
    return Judgement(law, PASSED if passed else FAILED, tuple(found))


def _is_refusal(outcomes: Mapping[str, Outcome], variant: str) -> bool:
    return outcomes[variant].fault_kind in ("not posed", *ENDED)


def _fault(error: Unusable) -> Check:
    sentence = f"the call with {error.variant} gave no result: {error}"
    nan = float("nan")
    return Check("result", False, True, (), nan, nan, nan, nan, nan, 0, sentence, "raised", error.variant)


def check_of(item: Claim | Breach) -> Check:
    """The comparison, at its worst component."""
    nan = float("nan")
    if isinstance(item, Breach):
        return Check(item.quantity, False, True, (), nan, nan, nan, nan, nan, 0, item.sentence, item.cause)
    error, bound = np.broadcast_arrays(np.abs(item.got.mid - item.expected.mid), item.got.rad + item.expected.rad)
    bound = np.where(np.isnan(bound), np.inf, bound)  # 0 times an infinite radius
    fits = (error <= bound) & (error < np.inf)  # neither NaN nor infinity passes
    ratio = np.divide(error, bound, out=np.zeros(error.shape), where=error != 0)
    worst = _worst(ratio, fits)
    value = item.got.mid if item.value is None else item.value
    due = item.expected.mid if item.due is None else item.due
    size = np.abs(due)
    return Check(
        quantity=item.quantity,
        passed=bool(fits.all()),
        decided=error.size == 0 or bool((bound < size).any()) or not size.any(),
        index=tuple(int(i) for i in worst),
        value=_at(value, worst),
        due=_at(due, worst),
        error=_at(error, worst),
        bound=_at(bound, worst),
        ratio=_at(ratio, worst),
        components=int(np.count_nonzero((bound > 0) | (error != 0))),
    )


def _worst(ratio: np.ndarray, fits: np.ndarray) -> tuple[np.intp, ...]:
    """The component that is furthest beyond its bound; one that is not finite before all others."""
    if ratio.size == 0:
        return ()
    rank = ratio if fits.all() else np.where(np.isnan(ratio), np.inf, ratio)
    return np.unravel_index(int(rank.argmax()), ratio.shape)


def _at(array: np.ndarray, index: tuple[np.intp, ...]) -> float:
    """The component, of an array that may have a single one for all."""
    return float(array[index] if array.ndim == len(index) else array) if array.size else 0.0
