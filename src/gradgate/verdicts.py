"""The one vocabulary of verdicts, and the exit codes that follow from them."""

from __future__ import annotations

from collections.abc import Iterable

VERIFIED = "verified"
FRAGILE = "fragile"
REFUTED = "refuted"
INCONCLUSIVE = "inconclusive"
CRASHED = "crashed"
TIMED_OUT = "timed out"
BLOCKED = "blocked"  # by the isolation: a system call, or a limit
NOT_OFFERED = "not offered"
NOT_RUN = "not run"

EXIT_VERIFIED, EXIT_REFUTED, EXIT_INCONCLUSIVE, EXIT_CANNOT_RUN = 0, 1, 2, 4

# the gravest first: an implementation's verdict is the gravest of its functions'
_GRAVITY = (CRASHED, TIMED_OUT, BLOCKED, REFUTED, FRAGILE, INCONCLUSIVE, VERIFIED, NOT_OFFERED, NOT_RUN)


def gravest(verdicts: Iterable[str]) -> str:
    """The verdict that counts when several hold; "not run" when there are none."""
    return min(verdicts, key=_GRAVITY.index, default=NOT_RUN)


def exit_code(verdict: str, *, allow_fragile: bool) -> int:
    """The exit code of one verdict. What was not offered or not run by default is no failure."""
    if verdict in (CRASHED, TIMED_OUT, BLOCKED, REFUTED) or (verdict == FRAGILE and not allow_fragile):
        return EXIT_REFUTED
    return EXIT_INCONCLUSIVE if verdict == INCONCLUSIVE else EXIT_VERIFIED


def worst_exit(codes: Iterable[int]) -> int:
    """4 over 1 over 2 over 0."""
    found = set(codes)
    return next((code for code in (EXIT_CANNOT_RUN, EXIT_REFUTED, EXIT_INCONCLUSIVE) if code in found), EXIT_VERIFIED)
