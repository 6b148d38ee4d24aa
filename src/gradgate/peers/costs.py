"""What one check costs: seconds, and how far it lets the process grow. Measured on a right naive softmax."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

from gradgate.costs.resident import resident_now, resident_peak
from gradgate.interface import NAIVE_SOFTMAX
from gradgate.peers.checkers import Checker
from gradgate.peers.subjects import case_of, right_on

REPEATS = 5
FEW_CALLS = 20_000  # a check of more calls is an average by itself, and is timed once


def costs(checker: Checker, V: int, d: int, due: int) -> dict[str, Any]:
    """seconds is the median of some checks, after one at a small size; bytes the peak growth over all of them.

    To be called in a process of its own. bytes is None where the system does not tell.
    """
    checker.verdict(right_on(case_of(NAIVE_SOFTMAX, 5, 3)).pair())  # imports, and whatever is made once a process
    subject = right_on(case_of(NAIVE_SOFTMAX, V, d))
    seconds, grown = [], []
    for _ in range(1 if due > FEW_CALLS else REPEATS):
        pair = subject.pair()
        before, start = resident_now(), perf_counter()
        checker.verdict(pair)
        seconds.append(perf_counter() - start)
        grown.append(None if before is None else resident_peak() - before)
    return {"seconds": median(seconds), "bytes": None if None in grown else max(g for g in grown if g is not None)}


def seconds_a_call(V: int, d: int) -> float:
    """The median of some calls of the implementation itself."""
    pair = right_on(case_of(NAIVE_SOFTMAX, V, d)).pair()
    inputs, seconds = pair.inputs, []
    for _ in range(50):
        start = perf_counter()
        pair(*inputs)
        seconds.append(perf_counter() - start)
    return median(seconds)
