"""Two calls timed against each other: A B B A in one process, in the CPU time of the process.

Wall time on a shared machine says the same code is 20 % slower than itself; the ratio of two calls that alternate, in
CPU time, stays within a few percent under any load (docs/benchmarks.md). It is the time of all threads of the process,
which has nothing else to do: a library may compute in threads of its own, though it be held to one of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil, comb
from typing import Any

import numpy as np

PAIRS = 40
_SAMPLE = 1e-3  # seconds: shorter samples measure the clock
_LEVEL = 0.99

Call = Callable[[], Any]


def ratios(first: Call, second: Call, pairs: int = PAIRS) -> np.ndarray:
    """The second call's time over the first one's (pairs,), each out of A B B A."""
    counts = [calls_a_sample(call) for call in (first, second)]
    found = []
    for _ in range(pairs):
        a, b, c, d = (_seconds_a_call(call, count) for call, count in _abba(first, second, counts))
        found.append((b + c) / (a + d))
    return np.array(found)


def _abba(first: Call, second: Call, counts: list[int]) -> list[tuple[Call, int]]:
    a, b = (first, counts[0]), (second, counts[1])
    return [a, b, b, a]


def calls_a_sample(call: Call) -> int:
    """How many calls take long enough to be timed together."""
    call()
    once = min(_seconds_a_call(call, 1) for _ in range(3))
    return max(1, ceil(_SAMPLE / max(once, 1e-9)))


def _seconds_a_call(call: Call, count: int, clock: Callable[[], float] = time.process_time) -> float:
    start = clock()
    for _ in range(count):
        call()
    return (clock() - start) / count


def lower_bound(values: np.ndarray, level: float = _LEVEL) -> float:
    """What the median of the distribution behind the values exceeds, with this confidence.

    An order statistic: fewer than k of n values lie below the median with probability sum_{i<k} C(n, i) / 2^n. No
    shape of the noise is assumed. -inf where the values are too few to say anything.
    """
    ordered, n = np.sort(values), len(values)
    below = 0.0
    for k in range(n):
        below += comb(n, k) / 2**n
        if below > 1 - level:
            return float(ordered[k - 1]) if k else -np.inf
    return -np.inf


def time_calls(call: Call, count: int, samples: int, clock: Callable[[], float] = time.process_time) -> list[float]:
    """Seconds of one call, CPU time of the process unless another clock is given; each sample over `count` calls."""
    return [_seconds_a_call(call, count, clock) for _ in range(samples)]
