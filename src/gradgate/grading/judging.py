"""The judging of one part: the laws that it needs, put to one child of the isolation, on inputs that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Particulars
from gradgate.examining.examination import Examination
from gradgate.examining.judging import Plan
from gradgate.grading.cell import Cell, remarks_of
from gradgate.grading.counting import judge_counts
from gradgate.grading.feedback import judged_examination
from gradgate.grading.inputs import DTYPE, inputs_of
from gradgate.grading.judged import Judged
from gradgate.grading.rows import judge_rows
from gradgate.grading.rubric import Rubric, RubricPart
from gradgate.grading.spelling import their_function
from gradgate.interface import COUNTS, NORMALIZE_ROWS
from gradgate.verdicts import NOT_OFFERED
from gradgate.witness import Witness

# most assignments redraw a negative that equals the outside word, and half of the inputs hold one: they are not put
_MORE = {"negative_sampling": 2}
_AHEAD = 10  # cases whose calls are sent together: more of them would only fill memory with answers


def judge_part(cell: Cell, part: RubricPart, rubric: Rubric, seed: int) -> Judged:
    """The verdict on one part, with what is said of it. The cell is used up: its next part needs a fresh one."""
    if part.function not in cell.offers:
        return not_offered(part, cell.particulars.adapter)
    form = cell.particulars.adapter
    if part.function == NORMALIZE_ROWS:
        return judge_rows(cell, seed, rubric.cases // 2)
    if part.function in COUNTS:
        return judge_counts(cell, part, rubric.cases, seed)
    examination = Examination(
        part.function,
        DTYPE,
        # the layout says how the child turns its matrices; nothing else that a file declares of itself is believed
        Particulars(dtypes=(DTYPE,), layout=cell.particulars.layout, adapter=form),
        cell.perform,
        shipped=True,  # so that whatever law the rubric names binds; by default it names those that bind strangers
        tier="default",
    )
    for witness, planned, outcomes in _performed(cell, examination, part, rubric, seed):
        examination.put(witness, planned, {}, partial(_recorded, outcomes))
    examination.conclude()
    return judged_examination(cell.name, examination, form, remarks_of(cell))


def _recorded(outcomes: list[Outcome], calls: list[Call]) -> list[Outcome]:
    return outcomes


def not_offered(part: RubricPart, form: str) -> Judged:
    return Judged(NOT_OFFERED, f"The file does not define {their_function(form, part.function)}.")


def _performed(
    cell: Cell, examination: Examination, part: RubricPart, rubric: Rubric, seed: int
) -> Iterator[tuple[Witness, Plan, list[Outcome]]]:
    """Each case with what came of its calls; once the child has ended, the rest are counted and not called."""
    count = rubric.cases * _MORE.get(part.function, 1)
    inputs = inputs_of(part.function, part.laws, seed, count)
    for first in range(0, len(inputs), _AHEAD):
        some = inputs[first : first + _AHEAD]
        calls = [call for _, planned in some for call in planned.calls]
        outcomes = iter([] if examination.ended else cell.perform(calls))
        for witness, planned in some:
            yield witness, planned, [outcome for _, outcome in zip(planned.calls, outcomes, strict=False)]
