"""What of the harness's own work in a run is compiled where Numba is installed: NumPy does the same, more slowly."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The function compiled by Numba, for each type of its arguments at the first call with it, to the same last bit.

    None where Numba is not installed, or has no folder to keep what it compiles.
    """
    try:
        from numba import njit

        return njit(cache=True)(function)
    except (ImportError, RuntimeError):
        return None


def library() -> str:
    """Whose code it is: "Numba" or "NumPy"."""
    return "Numba" if compiled(_nothing) else "NumPy"


def _nothing() -> None: ...
