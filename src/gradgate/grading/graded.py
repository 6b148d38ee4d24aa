"""What grading a submission found: the records that every format is written from, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gradgate.verdicts import BLOCKED, CRASHED, FRAGILE, INCONCLUSIVE, NOT_OFFERED, REFUTED, TIMED_OUT, VERIFIED

VERDICTS = (VERIFIED, FRAGILE, REFUTED, INCONCLUSIVE, NOT_OFFERED, CRASHED, TIMED_OUT, BLOCKED)
GRADED, UNREADABLE, FAILED_TO_LOAD = "graded", "unreadable", "failed to load"
STATUSES = (GRADED, UNREADABLE, FAILED_TO_LOAD)


@dataclass(frozen=True)
class GradedPart:
    """What one part of the rubric earned.

    verdict is one of VERDICTS. cause names what is wrong in terms of the formula, "" where nothing is; message is what
    the student reads, with the small input that shows it. A part that is not visible is shown to students without
    its message. staff holds everything: the snippet, the laws with their counts, the raw fault.
    """

    id: str
    title: str
    points: float
    max_points: float
    verdict: str
    cause: str
    message: str
    remarks: tuple[str, ...] = ()
    visible: bool = True
    staff: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GradedSubmission:
    """What one file earned. status is one of STATUSES; message says why where it is not "graded".

    form is the signatures' name ("CS224n 2019+", "plain", ...), sha256 that of the file's bytes, output what the file
    printed, seconds how long the grading took.
    """

    path: str
    score: float
    max_score: float
    status: str
    message: str
    parts: tuple[GradedPart, ...]
    seconds: float
    form: str
    sha256: str
    output: str


def as_json(graded: GradedSubmission) -> dict[str, Any]:
    """One entry of "submissions" in gradgate.grade/1, with staff's part."""
    return asdict(graded)


def from_json(found: Mapping[str, Any]) -> GradedSubmission:
    """The inverse of as_json."""
    parts = tuple(GradedPart(**{**part, "remarks": tuple(part["remarks"])}) for part in found["parts"])
    return GradedSubmission(**{**found, "parts": parts})
