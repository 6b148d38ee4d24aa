"""What the student may see of a result: staff's notes are left out. A hidden part says in its message what its rubric
allows; its verdict is staff's."""

from __future__ import annotations

from dataclasses import replace

from gradgate.grading.graded import GradedSubmission


def shown(graded: GradedSubmission) -> GradedSubmission:
    return replace(graded, parts=tuple(replace(part, staff={}) for part in graded.parts))
