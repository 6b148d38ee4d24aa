"""An examination, told to a student and to the staff: what is right, what is wrong, by how much, and at which input."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.causes.cause import CERTAIN, Cause
from gradgate.cells import Cells
from gradgate.counts.laws import DECISIVE
from gradgate.examining.examination import EXACT
from gradgate.examining.findings import Failure, Findings
from gradgate.grading.formulas import to_read
from gradgate.grading.judged import PRECISION, ROBUSTNESS, Judged
from gradgate.grading.python2 import renamed
from gradgate.grading.spelling import in_their_words, theirs
from gradgate.laws import BY_NAME
from gradgate.report.document import examination_document
from gradgate.report.wording import is_readable, statement_of
from gradgate.verdicts import FRAGILE, INCONCLUSIVE, REFUTED, VERIFIED

_NUMBERS = re.compile(r"[-\d.,\[\] ]+")
_DECIDING = (*EXACT, *DECISIVE)
_OVERFLOWS = ("overflow", "raises")
_SHOWN = 2  # counterexamples: of the value and of a gradient, or of two gradients
_INPUTS = 400  # characters of an input that is written out
_LONGEST = 4000  # characters of one message: what a submission raises may be of any length


def judged_examination(name: str, examination: Findings, form: str, remarks: tuple[str, ...]) -> Judged:
    """name is the file's, for the staff's snippet; form that of its signatures."""
    verdict = _verdict(examination)
    fragile = [cause for (_, cause, verdict) in examination.failed if verdict == FRAGILE]
    return Judged(
        verdict=verdict,
        message="\n".join(_lines(examination, verdict, form))[:_LONGEST],
        cause=examination.cause,
        weaknesses=frozenset(ROBUSTNESS if cause in _OVERFLOWS else PRECISION for cause in fragile),
        remarks=(*remarks, *examination.remarks),
        staff=examination_document(name, examination),
    )


def _verdict(examination: Findings) -> str:
    """Where a part names no exact law, no quantity is measured, and each law that was put must have held."""
    put = [tally for tally in examination.laws.values() if tally.expected]
    deciding = [tally for name, tally in examination.laws.items() if name in _DECIDING]
    if examination.verdict == INCONCLUSIVE and not any(tally.expected for tally in deciding):
        return VERIFIED if put and all(tally.verdict == VERIFIED for tally in put) else INCONCLUSIVE
    return examination.verdict


def _lines(examination: Findings, verdict: str, form: str) -> Iterator[str]:
    """The student's message."""
    function, shown = examination.function, examination.counterexamples[:_SHOWN]
    right = [theirs(form, function, q) for q, found in examination.quantities.items() if found.verdict == VERIFIED]
    if verdict == VERIFIED:
        yield _all_right(examination, right)
        return
    yield f"{_sentence(_told(_lead(examination), form, function))}."
    if right and any(found.smallest.law in EXACT for found in shown):
        yield f"Right so far: {_and(right)}."
    for found in shown:
        yield _shown(found.smallest, examination.sentence, form)
    if old := renamed(examination.sentence):
        yield f"{old}."
    if (cause := examination.cause) is not None and not _is_said(cause, examination.sentence):
        yield _told(likely(cause), form, function)
    if verdict == REFUTED:
        yield from to_read(function, [q for found in shown for q in _concerned(found.smallest)])


def _all_right(examination: Findings, right: list[str]) -> str:
    if not right:
        laws = [statement_of(name) for name, tally in examination.laws.items() if tally.expected]
        return f"Right: {'; '.join(laws)}."
    count = max(found.cases for found in examination.quantities.values())
    return f"Right: {_and(right)} {'is' if len(right) == 1 else 'are'} exact to rounding on {count} inputs."


def _lead(examination: Findings) -> str:
    """The verdict's sentence, with what the broken laws say in the place of their names."""
    sentence, breaks, names = examination.sentence.partition("but it breaks ")
    laws = [BY_NAME[name].statement for name in names.split(", ") if name in BY_NAME]
    if not (breaks and laws):
        return examination.sentence
    if not any(examination.laws[name].expected for name in EXACT):
        return f"this must hold and does not: {'; '.join(laws)}"
    return f"{sentence}but it breaks a promise: {'; '.join(laws)}"


def _told(text: str, form: str, function: str) -> str:
    return in_their_words(form, function, text.replace("the contract asks", "is asked") if form else text)


def likely(cause: Cause) -> str:
    """`Likely cause: repeats counted once: a word drawn m times ...`."""
    return f"{'Cause' if cause.confidence == CERTAIN else 'Likely cause'}: {cause.name}: {cause.sentence}."


def _is_said(cause: Cause, sentence: str) -> bool:
    """Whether the cause's sentence is the verdict's, but for the example's numbers. An exception tells itself."""
    said, known = (_NUMBERS.sub(" ", text) for text in (cause.sentence, sentence))
    return cause.name == "crash" or said in known or known in said


def _concerned(failure: Failure) -> list[str]:
    """The quantities whose formula is to be read again: those that are wrong, and the sum that a window should be."""
    if failure.law in _DECIDING:
        return [failure.check.quantity]
    return ["loss"] if failure.law == "promised_form" and failure.check.cause == "refuted" else []


def _shown(failure: Failure, sentence: str, form: str) -> str:
    """One failure at its smallest input: what came back, what is due, and how far off it is."""
    check, case = failure.check, failure.case
    if failure.law == "finite_when_huge":  # of a call whose inputs are those of the case, scaled up
        return f"{_sentence(check.sentence)}."
    at = f"With {inputs_in_words(case, form)}"
    if check.sentence and check.sentence in sentence:
        return f"{at}."
    if check.sentence:
        return f"{at}: {_told(check.sentence, form, case.function)}."
    place = f"{list(check.index)}" if check.index else ""
    name = theirs(form, case.function, check.quantity)
    due = "is due" if failure.law in _DECIDING else f"follows from the law {failure.law}"
    value, true = _apart(check.value, check.due)
    off = f"; off by {check.error:.2g}, where rounding explains {check.bound:.2g} at most"
    return f"{at}: {name}{place} is {value} where {true} {due}{off if math.isfinite(check.error) else ''}."


def inputs_in_words(case: Case, form: str) -> str:
    """`predicted = [1.0, 0.5], target = 0, outputVectors = [[...]]`, or the sizes where that would be too long."""
    shown = []
    for name, value in case.inputs.items():
        if value is not None:
            label = name if name in ("loss", "reduce") else theirs(form, case.function, name)
            shown.append(f"{label} = {_plain(value)}")
    text = ", ".join(shown)
    return text if is_readable(case) and len(text) <= _INPUTS else case.describe()


def _plain(value: Any) -> str:
    if isinstance(value, Cells):
        value = value.dense()
    if isinstance(value, np.ndarray):
        return repr(np.asarray(value, np.float64 if value.dtype.kind == "f" else None).tolist())
    return str(value)


def _apart(value: float, due: float) -> tuple[str, str]:
    """Both in as many digits as it takes to see the difference, and six at least."""
    both = ((f"{value:.{digits}g}", f"{due:.{digits}g}") for digits in (6, 9, 12, 15, 17))
    return next((pair for pair in both if pair[0] != pair[1]), (repr(value), repr(due)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].removesuffix(".")


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "everything"
