"""The noise certificate of a run: how far the same code was from itself, and what slowdown could have been seen.

In CPU time, as the gates measure, at one moment of the run; in wall time, as the benchmarks do, all through it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.costs.pairing import calls_a_sample, ratios, time_calls

_TRIES = 5
_BLOCK = 20  # samples, of a millisecond each
_FEWEST, _OF_PAIRS = 7, 0.95  # seven blocks make 21 pairs


@dataclass(frozen=True)
class WallNoise:
    """What the same call took in wall time at many moments of the run, each a block of samples and their median.

    spread: the factor that 19 of 20 pairs of blocks are within; widest: the slowest block over the fastest;
    smallest_slowdown: the factor that a wall median must be slower by, so that it still is beyond the spread where
    noise of that size has hidden some of it.
    """

    blocks: int
    spread: float
    widest: float
    smallest_slowdown: float


@dataclass(frozen=True)
class Certificate:
    """What the same call gave against itself, in CPU time; and in wall time, where there were
    moments enough.

    medians: the median ratio of each try, 1 without noise; spread: the widest single ratio, as a factor above 1;
    smallest_slowdown: the factor that a call must be slower by, so that the median of as many ratios shows it beyond
    what the tries differ by.
    """

    medians: tuple[float, ...]
    spread: float
    smallest_slowdown: float
    wall: WallNoise | None = None


class WallControl:
    """One call that is timed again and again while a run goes on."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call, self._count = call, calls_a_sample(call)
        self._medians: list[float] = []

    def take(self) -> None:
        """One more block: some hundredths of a second."""
        samples = time_calls(self._call, self._count, _BLOCK, time.perf_counter)
        self._medians.append(float(np.median(samples)))

    def found(self) -> WallNoise | None:
        """None while there are too few blocks to speak of 19 of 20 pairs."""
        if len(self._medians) < _FEWEST:
            return None
        logs = np.log(self._medians)
        apart = np.abs(np.subtract.outer(logs, logs))[np.triu_indices(len(logs), 1)]
        spread = float(np.exp(np.quantile(apart, _OF_PAIRS)))
        widest = float(np.exp(apart.max()))
        return WallNoise(len(logs), round(spread, 4), round(widest, 4), round(spread**2, 4))


def certify(call: Callable[[], Any], pairs: int = 20) -> Certificate:
    """Times the call against itself, several times over."""
    tries = [ratios(call, call, pairs) for _ in range(_TRIES)]
    medians = [float(np.median(found)) for found in tries]
    away = max(max(median, 1 / median) for median in medians)
    widest = max(float(max(found.max(), 1 / found.min())) for found in tries)
    return Certificate(tuple(round(median, 4) for median in medians), round(widest, 4), round(away**2, 4))
