"""How a cost grows: its exponent with a confidence interval, its local slopes, and where two costs cross.

cost = c size^a is a line in logarithms. An interval comes from a bootstrap: every point's samples are drawn anew with
replacement, their median taken, and the line fitted again (Efron 1979); its seed is fixed: one run, one
result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_REPLICATES = 1000
_SEED = 0
_INTERVAL = (2.5, 97.5)  # percent

Samples = Mapping[int, Sequence[float]]  # size -> what was measured there


class TooFew(Exception):
    """A line needs two sizes: the sentence says what is missing."""


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def exponent(samples: Samples) -> Interval:
    """The exponent of growth over all sizes."""
    sizes = _sizes(samples)
    slopes = _slopes(sizes, _resampled(samples, sizes))
    return _interval(float(_slopes(sizes, _medians(samples, sizes)[None])[0]), slopes)


def local_slopes(samples: Samples) -> list[tuple[float, float]]:
    """Between each size and the next: the middle of the two (geometric), and the slope there."""
    sizes = _sizes(samples)
    logs, steps = _medians(samples, sizes), np.log2(sizes)
    slopes = np.diff(logs) / np.diff(steps)
    return [(float(2**m), float(s)) for m, s in zip((steps[:-1] + steps[1:]) / 2, slopes, strict=True)]


def ratio(samples: Samples, others: Samples, size: int) -> Interval:
    """The first cost over the second at one size."""
    draws = [_resampled(of, np.array([size]), stream) for stream, of in enumerate((samples, others))]
    value = _medians(samples, np.array([size])) - _medians(others, np.array([size]))
    return _interval(float(2 ** value[0]), 2 ** (draws[0] - draws[1])[:, 0])


def crossing(rising: Samples, flat: Samples) -> Interval | None:
    """The size from which the rising cost is above the flat one, between measured sizes; None where it never is.

    Where it is above from the smallest size on, that size is the value: it wins at least from there.
    """
    sizes = _sizes({size: values for size, values in rising.items() if size in flat})
    found = _crossing(sizes, _medians(rising, sizes) - _medians(flat, sizes))
    if found is None:
        return None
    draws = [_crossing(sizes, logs) for logs in _resampled(rising, sizes) - _resampled(flat, sizes, stream=1)]
    return _interval(found, np.array([draw for draw in draws if draw is not None]))


def _crossing(sizes: np.ndarray, above: np.ndarray) -> float | None:
    """Where the difference of logarithms becomes positive for good."""
    if above[-1] <= 0:
        return None
    below = np.flatnonzero(above <= 0)
    if len(below) == 0:
        return float(sizes[0])
    left = below[-1]
    share = -above[left] / (above[left + 1] - above[left])
    steps = np.log2(sizes)
    return float(2 ** (steps[left] + share * (steps[left + 1] - steps[left])))


def _sizes(samples: Samples) -> np.ndarray:
    if len(samples) < 2:
        raise TooFew(f"a fit needs two sizes, {len(samples)} was measured: {', '.join(map(str, samples)) or 'none'}")
    return np.array(sorted(samples))


def _medians(samples: Samples, sizes: np.ndarray) -> np.ndarray:
    return np.log2([np.median(samples[int(size)]) for size in sizes])


def _resampled(samples: Samples, sizes: np.ndarray, stream: int = 0) -> np.ndarray:
    """log2 of the medians (replicates, sizes) of samples drawn anew.

    Two costs that are compared need a stream each: drawn alike they would rise and fall together, and the interval of
    their ratio would be too narrow.
    """
    rng = np.random.Generator(np.random.Philox(_SEED).jumped(stream))
    columns = []
    for size in sizes:
        values = np.asarray(samples[int(size)], np.float64)
        columns.append(np.median(rng.choice(values, (_REPLICATES, len(values))), axis=1))
    return np.log2(np.column_stack(columns))


def _slopes(sizes: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """The slopes (n,) of the lines through logs (n, sizes)."""
    return np.polyfit(np.log2(sizes), logs.T, 1)[0]


def _interval(value: float, draws: np.ndarray) -> Interval:
    low, high = np.percentile(draws, _INTERVAL) if len(draws) else (value, value)
    return Interval(value, float(low), float(high))
