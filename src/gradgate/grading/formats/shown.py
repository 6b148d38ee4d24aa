"""What the student may see of a result: no staff's notes, and of a hidden part its points alone."""

from __future__ import annotations

from dataclasses import replace

from gradgate.grading.graded import GradedPart, GradedSubmission

HIDDEN = "hidden checks"


def shown(graded: GradedSubmission) -> GradedSubmission:
    return replace(graded, parts=tuple(map(_part, graded.parts)))


def _part(part: GradedPart) -> GradedPart:
    if part.visible:
        return replace(part, staff={})
    return replace(part, staff={}, cause="", message=HIDDEN, remarks=())
