"""Grading one submission: its parts in children of the isolation, points, and what is said to the student."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gradgate.grading.graded import FAILED_TO_LOAD, GRADED, UNREADABLE, GradedSubmission
from gradgate.grading.judged import Judged
from gradgate.grading.judging import judge_part, not_offered
from gradgate.grading.loading import Unloadable, opened
from gradgate.grading.right import SOURCES, right_source
from gradgate.grading.rubric import Rubric, RubricPart
from gradgate.grading.rubric_files import rubric_for
from gradgate.grading.settings import GradingSettings
from gradgate.grading.source import Unreadable, decoded
from gradgate.grading.telling import told_parts
from gradgate.isolation import Isolation
from gradgate.verdicts import BLOCKED, CRASHED, FRAGILE, NOT_OFFERED, TIMED_OUT, VERIFIED

_RIGHT = (VERIFIED, FRAGILE)


@dataclass(frozen=True)
class _Look:
    """What a file says of itself when it is loaded: the form of its signatures ("" for the contract's), its functions,
    and what it prints."""

    form: str
    offers: tuple[str, ...]
    output: str


def grade_submission(
    name: str, data: bytes, rubric: Rubric | None, settings: GradingSettings, isolation: Isolation
) -> GradedSubmission:
    """Grades the bytes of one file; rubric None is the shipped one for the form of its signatures.

    Raises CannotRun where the harness itself could not run, and nothing for whatever the submission does.
    """
    start = time.monotonic()
    bench = _Bench(name, data, settings, isolation)
    look, status = _Look("", (), ""), GRADED
    try:
        decoded(data)
        look = bench.look()
        rubric = rubric or rubric_for(look.form)
        message, put = _left_out(rubric, settings), _put(rubric, settings)
        judged = _judge_all(bench, look, put)
    except (Unreadable, Unloadable) as error:
        message, put = str(error), _put(rubric or rubric_for(""), settings)
        status = UNREADABLE if isinstance(error, Unreadable) else FAILED_TO_LOAD
        verdict = error.verdict if isinstance(error, Unloadable) else CRASHED
        judged = {part.id: Judged(verdict, "") for part in put.parts}
    parts = told_parts(put, judged)
    return GradedSubmission(
        path=name,
        score=round(sum(part.points for part in parts), 4),
        max_score=round(sum(part.max_points for part in parts), 4),
        status=status,
        message=message,
        parts=parts,
        seconds=round(time.monotonic() - start, 3),
        form=look.form or ("plain" if look.offers else ""),
        sha256=hashlib.sha256(data).hexdigest(),
        output=look.output,
    )


@dataclass(frozen=True)
class _Bench:
    """One submission, and where its children are started."""

    name: str
    data: bytes
    settings: GradingSettings
    isolation: Isolation

    def look(self) -> _Look:
        with opened(self.isolation, self.name, self.data, (), {}) as cell:
            form, offers = cell.particulars.adapter, cell.offers
        return _Look(form, offers, cell.output)  # once the process has ended, all that it printed is there

    def judge(self, part: RubricPart, rubric: Rubric, replaced: Mapping[str, str]) -> Judged:
        """The verdict on one part, in a child of its own."""
        seed = self.settings.seed if part.visible else self.settings.hidden_seed
        try:
            with opened(self.isolation, self.name, self.data, (part.function,), replaced) as cell:
                return judge_part(cell, part, rubric, seed or 0)
        except Unloadable as error:  # it could be loaded before
            return Judged(error.verdict, str(error))


def _put(rubric: Rubric, settings: GradingSettings) -> Rubric:
    """The rubric without its hidden parts where these are not to be put."""
    if settings.hidden_seed is not None:
        return rubric
    return replace(rubric, parts=tuple(part for part in rubric.parts if part.visible))


def _left_out(rubric: Rubric, settings: GradingSettings) -> str:
    if settings.hidden_seed is not None or not rubric.hidden:
        return ""
    points = sum(part.points for part in rubric.hidden)
    count = len(rubric.hidden)
    return f"{count} hidden part{'s' * (count != 1)}, {points:g} points, not judged here"


def _judge_all(bench: _Bench, look: _Look, rubric: Rubric) -> dict[str, Judged]:
    """Every part, those first that rest on no other."""
    judged: dict[str, Judged] = {}
    for part in sorted(rubric.parts, key=lambda part: len(rubric.needed(part))):
        wrong = [need for need in rubric.needed(part) if _is_replaceable(need, judged[need.id])]
        if part.function in look.offers:
            ended = any(judged[need.id].verdict in (TIMED_OUT, BLOCKED) for need in wrong)
            judged[part.id] = _judge(bench, look, part, rubric, wrong, ended=ended)
        elif part.optional:
            judged[part.id] = Judged(NOT_OFFERED, "Not in this file; its points are shared among the other parts.")
        else:
            judged[part.id] = not_offered(part, look.form)
    return judged


def _is_replaceable(need: RubricPart, judged: Judged) -> bool:
    """Whether a part is wrong or missing, and a right function can stand in its place."""
    return judged.verdict not in _RIGHT and need.function in SOURCES


def _judge(
    bench: _Bench, look: _Look, part: RubricPart, rubric: Rubric, wrong: list[RubricPart], *, ended: bool
) -> Judged:
    """As it is, and where it fails, with right functions in the place of the wrong ones that it rests on.

    ended: one of these does not even return, and the part is not tried with it.
    """
    first = None if ended else bench.judge(part, rubric, {})
    if first is not None and (first.verdict in _RIGHT or not wrong):
        return first
    found = bench.judge(part, rubric, dict(right_source(look.form, need.function) for need in wrong))
    if first is not None and found.verdict not in _RIGHT and not any(need.function in look.offers for need in wrong):
        return first
    names = " and ".join(need.function for need in wrong)
    remark = f"judged with a right {names} in its place, so that a fault or a gap there counts once"
    return replace(found, remarks=(*found.remarks, remark))
