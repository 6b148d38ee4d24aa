"""From values to pixels, and where the ticks of an axis stand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gradgate.costs import units
from gradgate.costs.page.chart import Axis

_ROOM = 1.35  # beyond the data on a logarithmic axis, as a factor
_APART = 24  # pixels between labels of sizes


@dataclass(frozen=True)
class Scale:
    """A line segment of pixels onto which low..high is mapped."""

    axis: Axis
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        low, high, at = (math.log(v) if self.axis.is_log else v for v in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (at - low) / (high - low)

    def ticks(self, measured: Sequence[float]) -> list[tuple[float, str]]:
        """Values and labels; measured are the sizes that a tick of an axis of words stands at."""
        if self.axis.unit == "words":
            return self._sizes(measured)
        write = {"bytes": units.size, "seconds": units.seconds, "rate": units.rate, "slope": units.times}
        return [(value, write[self.axis.unit](value)) for value in self._values() if self.low <= value <= self.high]

    def _sizes(self, measured: Sequence[float]) -> list[tuple[float, str]]:
        """As many of the measured sizes as have room, the largest first."""
        kept: list[float] = []
        for value in reversed(measured):
            if not kept or abs(self(kept[-1]) - self(value)) >= _APART:
                kept.append(value)
        return [(value, units.power(value)) for value in kept]

    def _values(self) -> Iterable[float]:
        if not self.axis.is_log:
            return (step / 2 for step in range(math.floor(2 * self.low), math.ceil(2 * self.high) + 1))
        base = 16 if self.axis.unit == "bytes" else 10
        first, last = math.floor(math.log(self.low, base)), math.ceil(math.log(self.high, base))
        powers = [float(base) ** exponent for exponent in range(first, last + 1)]
        if sum(self.low <= power <= self.high for power in powers) >= 2:
            return powers[:: 1 + (last - first) // 7]
        return sorted(factor * power for power in powers for factor in (1, 2, 5))


def scale(axis: Axis, values: Iterable[float], start: float, end: float) -> Scale:
    """A scale that holds all the values with some room; one value gets a whole range of its own."""
    found = list(values)
    low, high = min(found), max(found)
    if axis.is_log:
        return Scale(axis, low / _ROOM, high * _ROOM, start, end)
    return Scale(axis, min(low, 0.0) - 0.1, max(high, 1.0) + 0.1, start, end)
