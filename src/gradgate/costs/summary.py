"""What a run of benchmarks says: exponents in V and in K, where negative sampling wins, and by how much at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradgate.costs.fits import Interval, Samples, TooFew, crossing, exponent, local_slopes, ratio
from gradgate.costs.measuring import Measurement
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING


@dataclass(frozen=True)
class Series:
    """One implementation's measurements of one loss, alike in all but V (over="V") or K (over="K")."""

    implementation: str
    function: str
    loss: str
    over: str
    K: int | None
    V: int | None
    B: int
    d: int
    dtype: str
    device: str
    measurements: tuple[Measurement, ...]

    @property
    def called(self) -> str:
        """The function, as it is named to people."""
        return self.measurements[0].called

    @property
    def seconds(self) -> Samples:
        return {getattr(m, self.over): m.seconds for m in self.measurements}

    def of(self, quantity: str) -> Samples:
        """bytes, rows or returned, by size: counted, not measured, so that each has one sample; empty where unseen."""
        found = {getattr(m, self.over): getattr(m, quantity) for m in self.measurements}
        return {} if None in found.values() else {size: (max(count, 1),) for size, count in found.items()}


@dataclass(frozen=True)
class Growth:
    """How a series grows: the exponents of time, of the bytes held, and of the bytes returned; None where unseen."""

    series: Series
    time: Interval
    bytes: Interval | None
    returned: Interval | None
    slopes: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Comparison:
    """Naive softmax against negative sampling in one implementation.

    smallest: the smallest V that both were measured at; wins_from: the V from which negative sampling is cheaper (the
    smallest where it always is), None where it never is; at: the largest V, and ratio the cost of naive softmax over
    that of negative sampling there.
    """

    implementation: str
    K: int
    B: int
    smallest: int
    wins_from: Interval | None
    at: int
    ratio: Interval


def growths(measurements: Sequence[Measurement]) -> list[Growth]:
    """Every series of three sizes or more, fitted."""
    found = []
    for over in ("V", "K"):
        for series in series_of(measurements, over):
            if len(series.measurements) < 3:
                continue
            time = exponent(series.seconds)
            held, returned = (exponent(part) if (part := series.of(name)) else None for name in ("bytes", "returned"))
            found.append(Growth(series, time, held, returned, tuple(local_slopes(series.seconds))))
    return found


def series_of(measurements: Sequence[Measurement], over: str) -> list[Series]:
    """The measurements grouped by everything but one size, in the order of their first ones."""
    groups: dict[tuple[object, ...], list[Measurement]] = {}
    for m in measurements:
        if getattr(m, over) is None:
            continue
        key = (m.implementation, m.function, m.loss, None if over == "K" else m.K, None if over == "V" else m.V)
        groups.setdefault((*key, m.B, m.d, m.dtype, m.device), []).append(m)
    return [_series(group, over) for group in groups.values()]


def _series(group: Sequence[Measurement], over: str) -> Series:
    first = group[0]
    return Series(
        implementation=first.implementation,
        function=first.function,
        loss=first.loss,
        over=over,
        K=None if over == "K" else first.K,
        V=None if over == "V" else first.V,
        B=first.B,
        d=first.d,
        dtype=first.dtype,
        device=first.device,
        measurements=tuple(sorted(group, key=_by(over))),
    )


def _by(over: str) -> Callable[[Measurement], int]:
    return lambda measurement: int(getattr(measurement, over))


def comparisons(measurements: Sequence[Measurement]) -> list[Comparison]:
    """Both losses of one implementation, at the same sizes."""
    found = []
    every = series_of(measurements, "V")
    for slow in every:
        for fast in every:
            alike = all(
                getattr(slow, name) == getattr(fast, name) for name in ("implementation", "B", "d", "dtype", "device")
            )
            if not alike or slow.loss != NAIVE_SOFTMAX or fast.loss != NEGATIVE_SAMPLING:
                continue
            shared = sorted(slow.seconds.keys() & fast.seconds.keys())
            if len(shared) < 2:
                continue
            assert fast.K is not None
            try:
                wins = crossing(slow.seconds, fast.seconds)
            except TooFew:
                continue
            last = ratio(slow.seconds, fast.seconds, shared[-1])
            found.append(Comparison(slow.implementation, fast.K, slow.B, shared[0], wins, shared[-1], last))
    return found
