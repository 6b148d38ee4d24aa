"""A call that a law needs, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gradgate.case import Case

PLAIN, READ_ONLY, STRIDED = "plain", "read-only", "strided"


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a function. variant names it within its case: "base" is the case itself.

    layout says how arrays are laid out in memory: PLAIN (C-contiguous, writable), READ_ONLY, or STRIDED (views).
    """

    variant: str
    case: Case
    layout: str = PLAIN


@dataclass(frozen=True, eq=False)
class Result:
    """One returned quantity as it came: its values, the name of its dtype, and its rows where it is row-sparse."""

    values: np.ndarray
    dtype: str
    rows: np.ndarray | None = None

    def same_bytes(self, other: Result) -> bool:
        """Whether the two hold identical bits (so that NaN equals NaN and 0.0 differs from -0.0)."""
        return _bytes(self.rows) == _bytes(other.rows) and _bytes(self.values) == _bytes(other.values)


def _bytes(array: np.ndarray | None) -> tuple[str, tuple[int, ...], bytes] | None:
    return None if array is None else (array.dtype.str, array.shape, array.tobytes())


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a call gave: its results by quantity, or the fault that kept it from giving any.

    fault is one sentence. fault_kind is "raised" (exception has the class's name), "malformed" (what came back is no
    result), "refuted" (an adapter saw it go wrong), "not posed" (an adapter cannot put the case), "timed out", "died".
    changed names the inputs that the call wrote to, overwritten the results of the call before that it wrote to.
    """

    results: Mapping[str, Result] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    fault: str = ""
    fault_kind: str = ""
    exception: str = ""
    overwritten: tuple[str, ...] = ()
