"""The noise certificate of a run: how far the same code was from itself, and what slowdown could have been seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.costs.pairing import ratios

_TRIES = 5


@dataclass(frozen=True)
class Certificate:
    """What the same call gave against itself, in the CPU time of its thread.

    medians: the median ratio of each try, 1 without noise; spread: the widest single ratio, as a factor above 1;
    smallest_slowdown: the factor that a call must be slower by, so that the median of as many ratios shows it beyond
    what the tries differ by.
    """

    medians: tuple[float, ...]
    spread: float
    smallest_slowdown: float


def certify(call: Callable[[], Any], pairs: int = 20) -> Certificate:
    """Times the call against itself, several times over."""
    tries = [ratios(call, call, pairs) for _ in range(_TRIES)]
    medians = [float(np.median(found)) for found in tries]
    away = max(max(median, 1 / median) for median in medians)
    widest = max(float(max(found.max(), 1 / found.min())) for found in tries)
    return Certificate(tuple(round(median, 4) for median in medians), round(widest, 4), round(away**2, 4))
