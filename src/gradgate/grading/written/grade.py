"""Grading a file of answers: each formula judged as `gradgate derive` does, points, and what is said to the student."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gradgate.errors import CannotRun
from gradgate.grading.graded import GRADED, UNREADABLE, GradedPart, GradedSubmission
from gradgate.grading.settings import GradingSettings
from gradgate.grading.written.answers_file import AnswersFile, Unreadable, read_answers
from gradgate.grading.written.questions import EITHER, Question, WrittenRubric
from gradgate.verdicts import NOT_OFFERED, REFUTED, VERIFIED

if TYPE_CHECKING:
    from gradgate.equations.answers import Answer

FORM = "answers"
DIGITS = 19  # of 2^-64 of what is due, the widest enclosure that verifies anything


def grade_answers(name: str, data: bytes, rubric: WrittenRubric, settings: GradingSettings) -> GradedSubmission:
    """Grades the bytes of one file of answers. Raises nothing for whatever it holds."""
    start = time.monotonic()
    status, message = GRADED, ""
    try:
        answers = read_answers(data, [question.id for question in rubric.questions])
        message = "; ".join(answers.problems)
    except Unreadable as error:
        answers, status, message = AnswersFile(), UNREADABLE, str(error)
    parts = tuple(_part(question, answers, rubric, settings) for question in rubric.questions)
    return GradedSubmission(
        path=name,
        score=round(sum(part.points for part in parts), 4),
        max_score=round(rubric.max_score, 4),
        status=status,
        message=message,
        parts=parts,
        seconds=round(time.monotonic() - start, 3),
        form=FORM,
        sha256=hashlib.sha256(data).hexdigest(),
        output="",
    )


def _part(question: Question, answers: AnswersFile, rubric: WrittenRubric, settings: GradingSettings) -> GradedPart:
    formula = answers.formulas.get(question.id)
    if formula is None:
        return _told(question, NOT_OFFERED, f"No answer: a line `{question.id}: ...` is due, with {question.of}.")
    layout = (answers.layout or "V×d") if question.layout == EITHER else question.layout
    try:
        return _judged(question, formula, layout, rubric.cases, settings.seed)
    except CannotRun as error:  # the formula does not parse, or names what there is not
        return _told(question, REFUTED, f"Not readable: {error}.")


def _judged(question: Question, formula: str, layout: str, cases: int, seed: int) -> GradedPart:
    from gradgate.equations.answers import answer
    from gradgate.equations.answers import question as asked
    from gradgate.equations.document import answer_fields

    found = answer(asked(question.of, question.loss, layout), formula, cases=cases, seed=seed, thorough=False)
    return _told(
        question,
        found.verdict,
        "\n".join(_lines(found)),
        points=question.points if found.verdict == VERIFIED else 0.0,
        cause="; ".join(mend.hint for mend in found.mends),
        remarks=found.remarks,
        staff={"formula": formula, **answer_fields(found)},
    )


def _lines(found: Answer) -> Iterator[str]:
    """The student's message: where to look, and not what should stand there."""
    if found.verdict == VERIFIED:
        yield f"Right: it is {found.statement.due} on {found.tally.cases} inputs, to {DIGITS} digits and more."
        return
    if found.misfit:
        yield f"Wrong: {found.misfit}."
        return
    yield "Wrong." if found.verdict == REFUTED else "Undecided: the formula has no value that could be told."
    yield from (f"Look at {mend.hint}." for mend in found.mends)
    if found.example:
        yield f"With {found.example}."


def _told(question: Question, verdict: str, message: str, **more: Any) -> GradedPart:
    known = {"points": 0.0, "cause": "", **more}
    return GradedPart(
        id=question.id,
        title=question.title,
        max_points=question.points,
        verdict=verdict,
        message=message,
        **known,
    )
