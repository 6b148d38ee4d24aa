"""A call that a law needs, and what came of it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gradgate.case import Case

PLAIN, READ_ONLY, STRIDED, MAPPED, LENT = "plain", "read-only", "strided", "mapped", "lent"
UNSTEADY = "given the first input once more at the end, it gave something else"  # what the isolation sees and says
ENDED = ("timed out", "died", "blocked")  # the kinds of fault after which there is no process to call any more


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a function. variant names it within its case: "base" is the case itself.

    layout says how arrays are laid out in memory: PLAIN (C-contiguous, writable), READ_ONLY, STRIDED (views), MAPPED
    (PLAIN to the implementation, but shared arrays are mapped and not copied), or LENT (the caller's own).
    """

    variant: str
    case: Case
    layout: str = PLAIN


class Malformed(Exception):
    """What a function returned is not what the contract says: one sentence."""


@dataclass(frozen=True, eq=False)
class Result:
    """One returned quantity as it came: its values, the name of its dtype, and where they stand if it is sparse.

    rows are the rows (n,) of a row-sparse gradient, or the rows and columns (n, 2) of cells in a matrix of `shape`.
    """

    values: np.ndarray
    dtype: str
    rows: np.ndarray | None = None
    shape: tuple[int, ...] | None = None

    def same_bytes(self, other: Result) -> bool:
        """Whether the two hold identical bits (so that NaN equals NaN and 0.0 differs from -0.0)."""
        return _bytes(self.rows) == _bytes(other.rows) and _bytes(self.values) == _bytes(other.values)


def _bytes(array: np.ndarray | None) -> tuple[str, tuple[int, ...], bytes] | None:
    return None if array is None else (array.dtype.str, array.shape, array.tobytes())


@dataclass(frozen=True)
class Held:
    """A result that stays in the worker's process: its dtype, its shape, and a checksum of its bytes."""

    dtype: str
    shape: tuple[int, ...]
    checksum: int


def checksum(array: np.ndarray) -> int:
    """Changes with every change of up to 32 neighbouring bits, and with any other but once in 2^32."""
    return zlib.crc32(np.ascontiguousarray(array).data.cast("B")) if array.size else 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a call gave: its results by quantity, or the fault that kept it from giving any.

    fault is one sentence. fault_kind is "raised" (exception has the class's name), "malformed" (what came back is no
    result), "refuted" (an adapter saw it go wrong), "not posed" (an adapter cannot put the case), "timed out", "died",
    or "blocked" (the isolation ended it: a system call, or a limit).
    changed names the inputs that the call wrote to, overwritten the results of the call before that it wrote to; after
    MAPPED calls nobody looks for these. seconds is how long the function ran, with its own conversion of the inputs.
    """

    results: Mapping[str, Result] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    fault: str = ""
    fault_kind: str = ""
    exception: str = ""
    overwritten: tuple[str, ...] = ()
    seconds: float = 0.0
