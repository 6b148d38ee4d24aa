"""A run of benchmarks in lines for a terminal: how each cost grows, which loss wins from where, and the noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradgate.costs.document import Run
from gradgate.costs.fits import Interval
from gradgate.costs.measuring import Measurement
from gradgate.costs.roofline import Share, share
from gradgate.costs.summary import Comparison, Growth, comparisons, growths
from gradgate.costs.units import percent, seconds, times


def lines(run: Run) -> Iterator[str]:
    """The tables, as `pytest --benchmark-only` and `gradgate bench` print them."""
    found = growths(run.measurements)
    if found:
        yield ""
        yield "how the cost grows: cost ~ size^exponent, with its 95 % interval; bytes: held at the peak, and returned"
        yield from _columns(GROWTH, [growth_cells(growth) for growth in found])
    if compared := comparisons(run.measurements):
        yield ""
        yield "naive softmax against negative sampling, the same implementation"
        yield from _columns(COMPARED, [comparison_cells(comparison) for comparison in compared])
    if shares := list(share_rows(run)):
        yield ""
        yield "share of this machine's limit: the least time that bytes and operations allow, over the fastest round"
        yield from _columns(SHARES, shares)
        yield from threads_sentences(run)
    if run.noise is not None:
        yield ""
        yield noise_sentence(run)
        yield wall_sentence(run)
    for reason, count in run.skipped.items():
        yield f"  {count} × not run: {reason}"


GROWTH = ("implementation", "function", "over", "at", "time", "95 %", "bytes held", "returned")
COMPARED = ("implementation", "K", "B", "negative sampling wins from V =", "95 %", "ratio", "95 %", "at V =")

SHARES = ("implementation", "function", "V", "K", "B", "dtype", "limit", "by", "time", "share", "of its form", "cold")


def share_rows(run: Run) -> Iterator[tuple[str, ...]]:
    """Rows below SHARES: of each implementation and function the largest V with the fewest negatives, best first."""
    fewest: dict[tuple[object, ...], tuple[Measurement, Share]] = {}
    for m in sorted(run.measurements, key=lambda m: (m.V, -(m.K or 0))):
        if (found := share(m, run.limits)) is not None:
            fewest[m.implementation, m.function, m.loss, m.B, m.d, m.dtype, m.device] = m, found
    groups = sorted(fewest.values(), key=lambda pair: (pair[0].function, pair[0].loss, pair[0].B, -pair[1].task))
    return (share_cells(m, found) for m, found in groups)


def share_cells(m: Measurement, found: Share) -> tuple[str, ...]:
    """One row below SHARES."""
    function = m.called if m.function.startswith(m.loss) else f"{m.called}, {m.loss}"
    sizes = (f"{m.V:,}", "" if m.K is None else str(m.K), f"{m.B:,}", m.dtype)
    shares = ("" if part is None else percent(part) for part in (found.task, found.form, found.cold))
    return (m.implementation, function, *sizes, seconds(found.limit), found.bound, seconds(found.seconds), *shares)


def growth_cells(growth: Growth) -> tuple[str, ...]:
    """One row below GROWTH."""
    series = growth.series
    at = [f"K={series.K}"] * (series.K is not None) + [f"V={series.V}"] * (series.V is not None)
    at += [f"B={series.B}"] * (series.B > 1) + [f"d={series.d}"] * (series.d != 100)
    at += [series.dtype] * (series.dtype != "float32")
    exponents = (growth.bytes, growth.returned)
    time = f"{growth.time.value:z.2f}"
    return (
        series.implementation,
        series.called,
        series.over,
        " ".join(at),
        time,
        interval(growth.time),
        *("unseen" if e is None else f"{e.value:z.2f}" for e in exponents),
    )


def comparison_cells(found: Comparison) -> tuple[str, ...]:
    """One row below COMPARED."""
    wins = found.wins_from
    where = ("never here", "")
    if wins is not None:
        at_least = "" if wins.value > found.smallest else "≤ "
        where = (f"{at_least}{wins.value:,.0f}", f"[{wins.low:,.0f}, {wins.high:,.0f}]")
    ratio = (times(found.ratio.value), f"[{times(found.ratio.low)}, {times(found.ratio.high)}]")
    return (found.implementation, str(found.K), str(found.B), *where, *ratio, f"{found.at:,}")


def threads_sentences(run: Run) -> Iterator[str]:
    """Which libraries had more than the one thread that the limits are those of."""
    found = run.machine.get("threads")
    many = {name: n for name, n in found.items() if n > 1} if isinstance(found, dict) else {}
    for name, n in many.items():
        yield f"{name} may use {n} threads and cannot be held to one: its shares are still of one thread's limit"


def noise_sentence(run: Run) -> str:
    """The noise certificate of the gates' clock in a sentence."""
    assert run.noise is not None
    medians = ", ".join(f"{median:.3f}" for median in run.noise.medians)
    return (
        f"noise in CPU time: the same call against itself, five times: {medians} (single ratios up to "
        f"{run.noise.spread:.2f}); a slowdown of {100 * (run.noise.smallest_slowdown - 1):.1f} % or more would have "
        "been seen"
    )


def wall_sentence(run: Run) -> str:
    """The part of the certificate that the wall times of the benchmarks are to be read with."""
    wall = run.noise and run.noise.wall
    if not wall:
        return "noise in wall time: not certified, for it needs seven benchmarks and the floor"
    return (
        f"noise in wall time: the same call at {wall.blocks} moments of the run: 19 of 20 pairs of medians within a "
        f"factor of {wall.spread:.3f}, the widest {wall.widest:.2f}; a slowdown of a wall median by "
        f"{100 * (wall.smallest_slowdown - 1):.1f} % or more would have been seen"
    )


def interval(found: Interval, places: int = 2) -> str:
    return f"[{found.low:z.{places}f}, {found.high:z.{places}f}]"


def _columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in (headings, *rows)) for place in range(len(headings))]
    for row in (headings, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
