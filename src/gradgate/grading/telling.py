"""From verdicts to the parts of a result: points, and of a hidden part no more than the rubric lets students see."""

from __future__ import annotations

from collections.abc import Mapping

from gradgate.causes.names import NAMES
from gradgate.grading.graded import GradedPart
from gradgate.grading.inputs import checks_of
from gradgate.grading.judged import Judged
from gradgate.grading.points import earned
from gradgate.grading.rubric import CAUSE, NOTHING, Rubric, RubricPart, shared_out
from gradgate.interface import NORMALIZE_ROWS
from gradgate.verdicts import FRAGILE, NOT_OFFERED


def told_parts(rubric: Rubric, judged: Mapping[str, Judged]) -> tuple[GradedPart, ...]:
    """The parts in the rubric's order, each with what it earned."""
    missing = [part.id for part in rubric.parts if part.optional and judged[part.id].verdict == NOT_OFFERED]
    worth = shared_out(rubric.parts, missing)
    return tuple(_told(part, rubric, judged[part.id], worth[part.id]) for part in rubric.parts)


def _told(part: RubricPart, rubric: Rubric, judged: Judged, worth: float) -> GradedPart:
    points = earned(judged, part, rubric, worth)
    cause = "" if judged.cause is None else f"{judged.cause.name}: {NAMES[judged.cause.name]}"
    kept = f"\nIt keeps {_share(points, worth)} points, as the formula is right." if judged.verdict == FRAGILE else ""
    message = judged.message + kept if part.visible else hidden_message(part, judged, points, cause)
    staff = {**judged.staff, "message": judged.message, "remarks": list(judged.remarks), "cause": cause}
    return GradedPart(
        id=part.id,
        title=part.title,
        points=points,
        max_points=worth,
        verdict=judged.verdict,
        cause=cause if part.visible or part.shows == CAUSE else "",
        message=message,
        remarks=judged.remarks if part.visible else (),
        visible=part.visible,
        staff=staff,
    )


def _share(points: float, worth: float) -> str:
    return "its" if points == worth else f"{points:g} of its {worth:g}"


def hidden_message(part: RubricPart, judged: Judged, points: float, cause: str) -> str:
    """`4 hidden checks, 10 points`: said openly; what came of them only where the rubric shows it."""
    count = 1 if part.function == NORMALIZE_ROWS else checks_of(part.function, part.laws)
    text = f"{count} hidden check{'s' * (count != 1)}, {part.points:g} points"
    if part.shows == NOTHING:
        return text
    text += f": {points:g} earned ({judged.verdict})"
    return f"{text}; {cause}" if part.shows == CAUSE and cause else text
