"""What a grading is asked to do, beside the rubric."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GradingSettings:
    """seed draws the inputs of the visible parts: with the same one, a student at home meets the same inputs.

    hidden_seed draws those of the hidden parts; None leaves these parts out, as at home.
    """

    seed: int = 0
    hidden_seed: int | None = None
