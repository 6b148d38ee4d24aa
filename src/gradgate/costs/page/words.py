"""Why the curves look as they do, for somebody who sees them for the first time. Every figure is the run's own."""

from __future__ import annotations

from collections.abc import Iterator

from gradgate.costs import units
from gradgate.costs.measuring import Measurement
from gradgate.costs.page.digest import Digest, dense_bytes, is_row_sparse, median
from gradgate.costs.page.tables import ends_of_negative_sampling
from gradgate.costs.page.throughput import bound, pairs_per_second
from gradgate.costs.roofline import ARITHMETIC, MEMORY
from gradgate.costs.summary import Growth, Series
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING


def work(digest: Digest) -> Iterator[str]:
    """What the formulas ask for."""
    yield (
        "Naive softmax scores every word of the vocabulary: it reads all V rows of U, d numbers each, and its "
        "gradient has as many. That is O(V d) work, so that twice the vocabulary costs twice as much: the exponent "
        "of V is 1. Negative sampling reads the row of the outside word and those of K negatives, and its gradient "
        "is zero in every other row: O(K d), whatever V. Its exponent of V is 0."
    )
    if counted := [growth.returned.value for growth in _softmax(digest) if growth.returned is not None]:
        low, high = min(counted), max(counted)
        span = f"V^{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"between V^{low:.2f} and V^{high:.2f}"
        yield f"Counted, it is so: the bytes that naive softmax returns grow as {span}. Time follows less exactly."


def overhead(digest: Digest) -> Iterator[str]:
    """Why the curves begin flat."""
    growths = _softmax(digest)
    if not growths:
        return
    flat, steep = (pick(growths, key=lambda growth: growth.slopes[0][1]) for pick in (min, max))
    if flat.slopes[0][1] >= 1:
        return
    first, second = flat.series.measurements[:2]
    text = (
        f"The curves begin flat. From V = {first.V:,} to {second.V:,} {flat.series.implementation}'s slope is "
        f"{flat.slopes[0][1]:z.2f}: {units.times(second.V / first.V)} times the words for "
        f"{units.times(median(second) / median(first))} times the time."
    )
    if allowed := bound(digest, first, ARITHMETIC):
        text += (
            f" At V = {first.V:,} a pair is {first.least_operations:,} operations, {units.seconds(1 / allowed)} at "
            "this machine's best rate."
        )
    text += (
        f" The call at V = {first.V:,} takes {units.seconds(median(first))}. What is not its work is overhead, paid "
        "once a call: the interpreter, the dispatch to the library, small allocations. It does not grow with V, and "
        "hides the work until that has outgrown it."
    )
    if steep is not flat:
        text += (
            " Overhead that is paid once a number, as by a loop in the interpreter, grows as the work does and "
            f"flattens nothing: the steepest first step is {steep.series.implementation}'s, with "
            f"{steep.slopes[0][1]:z.2f}."
        )
    yield text


def floor(digest: Digest) -> Iterator[str]:
    """What no time can be below."""
    if digest.run.floor:
        fastest, *_ = digest.run.floor
        yield f"A call that does nothing takes {units.seconds(fastest)} here: no time near that means anything."


def exponent(digest: Digest) -> Iterator[str]:
    """Why it reads 1.1 and not 1."""
    growths = _softmax(digest)
    if not growths:
        return
    low, high = (pick(growths, key=lambda growth: growth.time.value) for pick in (min, max))
    read = " to ".join(f"{g.time.value:.2f} ({g.series.implementation})" for g in dict.fromkeys((low, high)))
    yield (
        f"The exponent of a fitted line reads {read}, where the work has 1. The line runs through a curve that is flat "
        "where overhead rules, below 1, and steep where the data outgrows a cache, above 1. Its interval says how well "
        "the line is known, not whether a line is the right curve; the local slopes show the curve."
    )


def caches(digest: Digest) -> Iterator[str]:
    """Why a slope can exceed 1."""
    steep = [(slope, size, growth.series) for growth in _softmax(digest) for size, slope in growth.slopes]
    if not steep:
        return
    slope, size, series = max(steep, key=lambda found: found[0])
    if slope <= 1:
        return
    sizes = [m.V for m in series.measurements]
    before, after = max(V for V in sizes if size > V), min(V for V in sizes if size < V)
    a_word = dense_bytes(series.measurements[0]) / series.measurements[0].V
    yield (
        f"The steepest step is that of {series.implementation} from V = {before:,} to {after:,}, with slope "
        f"{slope:.2f}: there U grows from {units.size(before * a_word)} to {units.size(after * a_word)}, and a call "
        "touches U and a gradient of the same size. While both stay in a cache, the next call finds them near; once "
        "they do not, each row comes from farther away and costs more than before. So the cost of a row rises while "
        "the number of rows does, and the slope exceeds 1 until all of it comes from memory."
    )
    held = [(name, cache) for name, cache in digest.caches().items() if before * a_word < cache / 2 <= after * a_word]
    for name, cache in held:
        V = cache / 2 / a_word
        yield f"In this step lies {name}: U and a gradient fill its {units.size(cache)} at V = {V:,.0f}."


def allocation(digest: Digest) -> Iterator[str]:
    """First touch."""
    dense = [pair for pair in ends_of_negative_sampling(digest) if not is_row_sparse(pair[1])]
    if not dense:
        return
    small, large = max(dense, key=lambda pair: pair[1].V)
    yield (
        "A dense gradient has a price of its own. Small arrays are carved out of memory that the process already "
        "has; a large one is asked of the operating system, which hands it out page by page, zeroed, when it is "
        f"first touched, and takes it back afterwards. {large.implementation}'s negative sampling shows it alone: it "
        f"computes {_rows(large)} rows, but fills {units.size(dense_bytes(large))} of gradient at V = {large.V:,}, "
        f"and takes {units.seconds(median(large))} there against {units.seconds(median(small))} at V = {small.V:,}."
    )


def trap(digest: Digest) -> Iterator[str]:
    ends = ends_of_negative_sampling(digest)
    dense = [large for _, large in ends if not is_row_sparse(large)]
    sparse = [large for _, large in ends if is_row_sparse(large)]
    one = max(dense, key=lambda m: m.V, default=None)
    alike = [m for m in sparse if one is not None and m.V == one.V]
    if one is None or not alike:
        return
    other = min(alike, key=median)
    yield (
        f"With K = {one.K}, {_rows(one)} rows of U take part. {one.implementation} returns all {one.rows:,} rows at "
        f"V = {one.V:,}, nearly all of them zero, and takes {units.seconds(median(one))}; {other.implementation} "
        f"returns the {other.rows} that are not, and takes {units.seconds(median(other))}: "
        f"{units.times(median(one) / median(other))} times less. The formula is O(K d); a dense gradient makes the "
        "program O(V d) again, and nobody sees it in the loss."
    )


def flat(digest: Digest) -> Iterator[str]:
    """Why negative sampling is a horizontal line."""
    found = [g for g in digest.growths if _is_sparse_sampling(g.series)]
    if found:
        low, high = (pick(growth.time.value for growth in found) for pick in (min, max))
        names = ", ".join(dict.fromkeys(growth.series.implementation for growth in found))
        yield (
            f"Where the gradient is row-sparse ({names}), the exponents of negative sampling lie between {low:z.2f} "
            f"and {high:z.2f}: a call touches the same number of rows at every V, and what it costs is overhead and "
            "those rows."
        )


def limits(digest: Digest) -> Iterator[str]:
    """How near naive softmax comes to the machine's bandwidth, at the largest V, where nothing stays in a cache."""
    rates, calls = digest.run.limits, [growth.series.measurements[-1] for growth in _softmax(digest)]
    if rates is None or not calls:
        return
    best = max(calls, key=lambda m: (m.V, pairs_per_second(m)))
    if (allowed := bound(digest, best, MEMORY)) is None:
        return
    made = pairs_per_second(best)
    yield (
        f"Memory copies at {units.rate(rates.memory)}B/s here, read and written. One pair of naive softmax must move "
        f"{units.size(best.least_bytes or 0)} at V = {best.V:,}: at most {units.times(allowed)} pairs a second. "
        f"{best.implementation} makes {units.times(made)}, {made / allowed:.0%} of it. "
    ) + (
        "What keeps it below: temporary arrays that are written and read again, memory touched for the first time, "
        "and, on a shared machine, the neighbours."
        if made <= allowed
        else "More than a copy allows: part of it came out of a cache, or the copy was measured in a worse moment."
    )


def _softmax(digest: Digest) -> list[Growth]:
    """Naive softmax of one pair over V."""
    return [g for g in digest.growths if (g.series.loss, g.series.B, g.series.over) == (NAIVE_SOFTMAX, 1, "V")]


def _is_sparse_sampling(series: Series) -> bool:
    return (series.loss, series.over) == (NEGATIVE_SAMPLING, "V") and is_row_sparse(series.measurements[-1])


def _rows(measurement: Measurement) -> str:
    assert measurement.K is not None
    return str(measurement.K + 1)
