"""What came of a run besides its vectors: how long it took, what they are worth, and what the witnesses say."""

from __future__ import annotations

from dataclasses import dataclass

from gradgate.training.witness import Lockstep, Parted
from gradgate.training.worth import Worth
from gradgate.training.yardstick import Yardstick


@dataclass(frozen=True)
class Timing:
    """Of the steps that this process made: seconds of wall time and of CPU time, and the load at their end."""

    steps: int
    seconds: float
    cpu_seconds: float
    load: float | None


@dataclass(frozen=True)
class Findings:
    """timing and worth are None where two learners parted; yardstick and lockstep where they were not asked for."""

    timing: Timing | None
    worth: Worth | None
    yardstick: Yardstick | None
    lockstep: Lockstep | None
    parted: Parted | None
