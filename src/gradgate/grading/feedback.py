"""An examination, told to a student and to the staff: what is right, what is wrong, by how much, and at which input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.causes.cause import CERTAIN, Cause
from gradgate.examining.examination import Examination
from gradgate.examining.findings import Failure
from gradgate.grading.formulas import to_read
from gradgate.grading.judged import PRECISION, ROBUSTNESS, Judged
from gradgate.grading.spelling import in_their_words, theirs
from gradgate.report.document import examination_document
from gradgate.report.wording import is_readable
from gradgate.verdicts import FRAGILE, INCONCLUSIVE, REFUTED, VERIFIED

_OVERFLOWS = ("overflow", "raises")
_SHOWN = 2  # counterexamples: of the value and of a gradient, or of two gradients
_LONGEST = 4000  # characters of one message: what a submission raises may be of any length


def judged_examination(name: str, examination: Examination, form: str, remarks: tuple[str, ...]) -> Judged:
    """name is the file's, for the staff's snippet; form that of its signatures."""
    fragile = [cause for (_, cause, verdict) in examination.failed if verdict == FRAGILE]
    return Judged(
        verdict=examination.verdict,
        message="\n".join(_lines(examination, form))[:_LONGEST],
        cause=examination.cause,
        weaknesses=frozenset(ROBUSTNESS if cause in _OVERFLOWS else PRECISION for cause in fragile),
        remarks=(*remarks, *examination.remarks),
        staff=examination_document(name, examination),
    )


def _lines(examination: Examination, form: str) -> Iterator[str]:
    """The student's message."""
    function = examination.function
    right = [theirs(form, function, q) for q, found in examination.quantities.items() if found.verdict == VERIFIED]
    if examination.verdict == VERIFIED:
        count = max((found.cases for found in examination.quantities.values()), default=0)
        yield f"Right: {_and(right)} {'is' if len(right) == 1 else 'are'} exact to rounding on {count} inputs."
        return
    yield f"{_sentence(in_their_words(form, function, examination.sentence))}."
    if examination.verdict == INCONCLUSIVE:
        return
    if right:
        yield f"Right so far: {_and(right)}."
    for found in examination.counterexamples[:_SHOWN]:
        yield in_their_words(form, function, _shown(found.smallest, form))
    if examination.cause is not None and not _is_said(examination.cause, examination.sentence):
        yield in_their_words(form, function, likely(examination.cause))
    if examination.verdict == REFUTED:
        yield from to_read(function, [found.smallest.check.quantity for found in examination.counterexamples])


def likely(cause: Cause) -> str:
    """`Likely cause: repeats counted once: a word drawn m times ...`."""
    return f"{'Cause' if cause.confidence == CERTAIN else 'Likely cause'}: {cause.name}: {cause.sentence}."


def _is_said(cause: Cause, sentence: str) -> bool:
    return cause.sentence in sentence or sentence in cause.sentence


def _shown(failure: Failure, form: str) -> str:
    """One failure at its smallest input: what came back, what is due, and how far off it is."""
    check, case = failure.check, failure.case
    if failure.law == "finite_when_huge":  # of a call whose inputs are those of the case, scaled up
        return f"{_sentence(check.sentence)}."
    at = f"With {inputs_in_words(case, form)}"
    if check.sentence:
        return f"{at}: {check.sentence}."
    place = f"{list(check.index)}" if check.index else ""
    name = theirs(form, case.function, check.quantity)
    due = "is due" if failure.law.startswith("exact_") else f"follows from the law {failure.law}"
    if not math.isfinite(check.error):
        return f"{at}: {name}{place} is {check.value!r} where {_number(check.due)} {due}."
    off = f"off by {check.error:.2g}, where rounding explains {check.bound:.2g} at most"
    return f"{at}: {name}{place} is {_number(check.value)} where {_number(check.due)} {due}; {off}."


def inputs_in_words(case: Case, form: str) -> str:
    """`predicted = [1.0, 0.5], target = 0, outputVectors = [[...]]`, or the sizes where that would be too long."""
    if not is_readable(case):
        return case.describe()
    shown = []
    for name, value in case.inputs.items():
        if value is not None:
            label = name if name in ("loss", "reduce") else theirs(form, case.function, name)
            shown.append(f"{label} = {_plain(value)}")
    return ", ".join(shown)


def _plain(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return repr(np.asarray(value, np.float64 if value.dtype.kind == "f" else None).tolist())
    return str(value)


def _number(value: float) -> str:
    return f"{value:.6g}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].removesuffix(".")


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "everything"
