"""What the report asks of a run, worked out once: its series, their fits, and how the two losses compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradgate.costs.document import Run
from gradgate.costs.least import BYTES
from gradgate.costs.measuring import Measurement
from gradgate.costs.summary import Comparison, Growth, Series, comparisons, growths, series_of
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING


@dataclass(frozen=True)
class Digest:
    """A run with everything that is derived from it. Only pairs are compared over V and K: windows have one size."""

    run: Run
    growths: tuple[Growth, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def implementations(self) -> list[str]:
        """In the order of the run, which is that of the colours."""
        return list(dict.fromkeys(m.implementation for m in self.run.measurements))

    def series(self, over: str) -> list[Series]:
        """What was measured at two sizes or more, in the dimension that most of the run is in."""
        found = [s for s in series_of(self.run.measurements, over) if len(s.measurements) > 1 and is_of_pairs(s)]
        dimensions = [s.d for s in found]
        return [s for s in found if s.d == max(dimensions, key=dimensions.count)]

    def growth(self, series: Series) -> Growth | None:
        return next((growth for growth in self.growths if growth.series == series), None)

    def batches(self) -> list[int]:
        return sorted({series.B for series in self.series("V")})

    def caches(self) -> dict[str, int]:
        found = self.run.machine.get("caches")
        known = found.items() if isinstance(found, dict) else ()
        return {str(name): size for name, size in known if isinstance(size, int) and size > 0}


def digest(run: Run) -> Digest:
    return Digest(run, tuple(growths(run.measurements)), tuple(comparisons(run.measurements)))


def is_of_pairs(series: Series | Measurement) -> bool:
    """Not of a text's windows."""
    return series.loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING) and series.function.startswith(series.loss)


def median(measurement: Measurement) -> float:
    """Seconds of a call."""
    return float(np.median(measurement.seconds))


def dense_bytes(measurement: Measurement) -> int:
    """What U takes, and a dense gradient of it."""
    return measurement.V * measurement.d * BYTES.get(measurement.dtype, 2)


def is_row_sparse(measurement: Measurement) -> bool:
    """Whether fewer rows of gradient came back than U has: at a small V a batch touches more."""
    return measurement.rows is not None and measurement.rows < measurement.V


def is_of_windows(measurement: Measurement) -> bool:
    """Whether its B counts the windows of a text, and not pairs."""
    return measurement.function.startswith(("skipgram", "cbow"))
