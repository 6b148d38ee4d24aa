"""From a verdict to points."""

from __future__ import annotations

from gradgate.grading.judged import PRECISION, ROBUSTNESS, Judged
from gradgate.grading.rubric import Rubric, RubricPart
from gradgate.verdicts import FRAGILE, REFUTED, VERIFIED


def earned(judged: Judged, part: RubricPart, rubric: Rubric, worth: float) -> float:
    """The points of a part that is worth so many.

    A right formula keeps them, but for the shares that the rubric sets on its weaknesses. A wrong one has none, however
    small its error, unless the rubric gives credit for its cause, and that cause is certain.
    """
    if judged.verdict == VERIFIED:
        share = 1.0
    elif judged.verdict == FRAGILE:
        lost = {ROBUSTNESS: part.robustness, PRECISION: part.precision}
        share = max(0.0, 1.0 - sum(lost[weakness] for weakness in judged.weaknesses))
    elif judged.verdict == REFUTED:
        share = rubric.credit.get(judged.certain_cause, 0.0)
    else:
        share = 0.0
    return worth * share
