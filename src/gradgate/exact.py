"""Exact values as the reference gives them: unevaluated sums hi + lo of two float64 with a rigorous radius."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gradgate.magnitudes import GroupMagnitudes


@dataclass(frozen=True, eq=False)
class ExactValue:
    """|truth - (hi + lo)| <= radius, elementwise; three float64 arrays of one shape.

    For a matrix gradient of which only some rows can differ from zero, rows (m,) names those, ascending and distinct,
    and hi, lo, radius are (m, d): every other row is exactly zero. Otherwise rows is None.
    """

    hi: np.ndarray
    lo: np.ndarray
    radius: np.ndarray
    rows: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Reference:
    """The exact values of every quantity that a case's function returns, and the sizes that its bounds depend on."""

    values: Mapping[str, ExactValue]
    groups: tuple[GroupMagnitudes, ...]
