"""What the judging of one part found, before it becomes points and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradgate.causes.cause import CERTAIN, Cause

ROBUSTNESS, PRECISION = "robustness", "precision"


@dataclass(frozen=True)
class Judged:
    """verdict is one of `graded.VERDICTS`; message is for the student, in a few lines.

    weaknesses are ROBUSTNESS where a right formula overflows, PRECISION where it loses digits. staff holds everything.
    """

    verdict: str
    message: str
    cause: Cause | None = None
    weaknesses: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    staff: Mapping[str, Any] = field(default_factory=dict)

    @property
    def certain_cause(self) -> str:
        """The cause's name, where nothing else that is known explains what was seen."""
        return self.cause.name if self.cause is not None and self.cause.confidence == CERTAIN else ""
