"""The judging of a part whose function is one of the counts: their own laws, on their own cases."""

from __future__ import annotations

from collections.abc import Sequence

from gradgate.calling.implementation import Particulars
from gradgate.counts.draws import count_case
from gradgate.counts.examination import CountExamination
from gradgate.counts.laws import BY_NAME, LAWS
from gradgate.counts.run import dtypes_of
from gradgate.grading.cell import Cell, remarks_of
from gradgate.grading.feedback import judged_examination
from gradgate.grading.inputs import DTYPE
from gradgate.grading.judged import Judged
from gradgate.grading.rubric import RubricPart
from gradgate.laws.law import Law


def judge_counts(cell: Cell, part: RubricPart, cases: int, seed: int) -> Judged:
    """The verdict on one part. What a submission declares, a sparse form, only says how it takes its matrices."""
    [dtype] = dtypes_of(part.function, (DTYPE,))
    # ARPACK, which most take, goes on from what it finds in its memory where M has fewer than k directions
    plain = Particulars(dtypes=(DTYPE,), sparse=cell.particulars.sparse, deterministic=part.function != "svd")
    laws = laws_of(part.laws)
    examination = CountExamination(part.function, dtype, plain, cell.perform, shipped=True, laws=laws)
    for index in range(cases):
        examination.put(count_case(part.function, dtype, seed, index))
    examination.conclude()
    return judged_examination(cell.name, examination, "", remarks_of(cell))


def laws_of(names: Sequence[str]) -> tuple[Law, ...]:
    """The laws by name; all that bind a stranger's file where none is named."""
    return tuple(BY_NAME[name] for name in names) or tuple(law for law in LAWS if law.binds_strangers)
