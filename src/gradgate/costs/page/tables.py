"""The tables of a run: exponents, which loss wins from where, what a call costs, and the dense trap."""

from __future__ import annotations

from collections.abc import Sequence

from gradgate.costs import units
from gradgate.costs.measuring import Measurement
from gradgate.costs.page.blocks import Table
from gradgate.costs.page.digest import Digest, dense_bytes, is_of_windows, is_row_sparse, median
from gradgate.costs.page.throughput import pairs_per_second
from gradgate.costs.tables import COMPARED, GROWTH, comparison_cells, growth_cells
from gradgate.interface import NEGATIVE_SAMPLING

AT_A_GLANCE = 30  # rows: a longer table is folded away
_COSTS = ("implementation", "function", "V", "K", "B", "d", "dtype", "time", "pairs/s", "bytes held", "of U")
_TRAP = ("implementation", "gradient of U", "rows of it", "bytes held", "V =", "time", "V =", "time", "grew")


def exponents(digest: Digest) -> Table:
    """Of time with its interval, and of bytes: cost ~ size^exponent."""
    rows = tuple(growth_cells(growth) for growth in digest.growths)
    return Table("Exponents, with their 95 % intervals", GROWTH, rows, (4, 5, 6, 7), long=len(rows) > AT_A_GLANCE)


def wins(digest: Digest) -> Table:
    rows = tuple(comparison_cells(comparison) for comparison in digest.comparisons)
    title = "Naive softmax against negative sampling, the same implementation"
    return Table(title, COMPARED, rows, (1, 2, 3, 4, 5, 6, 7))


def costs(digest: Digest) -> Table:
    """Each series at its largest V; what was measured at one size only, as it is."""
    groups: dict[tuple[object, ...], Measurement] = {}
    for m in sorted(digest.run.measurements, key=lambda m: m.V):
        groups[m.implementation, m.function, m.loss, m.K, m.B, m.d, m.dtype] = m
    order = digest.implementations
    found = sorted(
        groups.values(), key=lambda m: (m.function, m.loss, m.B, m.K or 0, m.d, order.index(m.implementation))
    )
    title = "A call at the largest V that was measured: time, pairs a second, memory"
    return Table(title, _COSTS, tuple(_cost(m) for m in found), (2, 3, 4, 5, 7, 8, 9, 10), long=True)


def trap(pairs: Sequence[tuple[Measurement, Measurement]]) -> Table:
    """pairs: the smallest and the largest V of each implementation, dense gradients first."""
    title = "The same loss, the same numbers: a dense gradient of U, or only its rows"
    return Table(title, _TRAP, tuple(_trapped(*pair) for pair in pairs), tuple(range(2, 9)))


def ends_of_negative_sampling(digest: Digest) -> list[tuple[Measurement, Measurement]]:
    """One pair with the fewest negatives, at both ends of V, in each implementation."""
    every = [s for s in digest.series("V") if s.loss == NEGATIVE_SAMPLING and s.B == 1]
    fewest = min((series.K or 0 for series in every), default=0)
    ends = [(s.measurements[0], s.measurements[-1]) for s in every if fewest == s.K]
    return sorted(ends, key=lambda pair: (is_row_sparse(pair[1]), pair[1].implementation))


def _trapped(small: Measurement, large: Measurement) -> tuple[str, ...]:
    form = "row-sparse" if is_row_sparse(large) else "dense"
    grew = f"{units.times(median(large) / median(small))} ×"
    held = "unseen" if large.bytes is None else units.size(large.bytes)
    rows = "unseen" if large.rows is None else f"{large.rows:,}"
    ends = [cell for m in (small, large) for cell in (f"{m.V:,}", units.seconds(median(m)))]
    return (large.implementation, form, rows, held, *ends, grew)


def _cost(m: Measurement) -> tuple[str, ...]:
    sizes = (f"{m.V:,}", "" if m.K is None else str(m.K), f"{m.B:,}", str(m.d), m.dtype)
    function = m.called if m.function.startswith(m.loss) else f"{m.called}, {m.loss}"
    rate = units.rate(pairs_per_second(m)) + (" windows/s" if is_of_windows(m) else "")
    held = ("unseen", "") if m.bytes is None else (units.size(m.bytes), f"{units.times(m.bytes / dense_bytes(m))} ×")
    return (m.implementation, function, *sizes, units.seconds(median(m)), rate, *held)
