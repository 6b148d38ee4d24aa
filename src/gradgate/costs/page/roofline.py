"""The roofline: what each implementation makes of the machine, over how many operations a call has for each byte.

The roof is what the machine allows: few operations a byte, and memory is the limit, a slope; many, and it is the
rate of a matrix product, level. A second slope is that of data that stays in a cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradgate.costs import units
from gradgate.costs.limits import Limits
from gradgate.costs.measuring import Measurement
from gradgate.costs.page.blocks import Table
from gradgate.costs.page.chart import Axis, Figure, Line, Panel, at
from gradgate.costs.page.digest import Digest, is_of_pairs
from gradgate.costs.page.figures import LOSSES, pairs
from gradgate.costs.page.tables import AT_A_GLANCE
from gradgate.costs.roofline import MEMORY, fastest, share
from gradgate.costs.tables import SHARES, share_rows, threads_sentences

_CAPTION = (
    "Each point is one implementation at its largest V. Up: operations a second in its fastest round. Right: "
    "operations that a call needs for each byte that it must move. Work is what the task needs, whatever a program "
    "does beside it. Dotted, what the machine allows: "
)


def roofline(digest: Digest) -> Figure:
    """In the dtype that most of the run is in."""
    known, limits = _largest(digest), digest.run.limits
    dtypes = [m.dtype for m in known]
    dtype = max(dtypes, key=dtypes.count, default="")
    panels, caption = [], ""
    for (loss, B), own in _by_loss_and_batch(m for m in known if m.dtype == dtype):
        assert limits is not None
        points = [_point(digest, m) for m in own]
        roof = _roof(limits, limits.flops[dtype], [_intensity(m) for m in own])
        panels.append(Panel(f"{LOSSES[loss]}, {pairs(B)}, {dtype}", (*points, *roof)))
        caption = _CAPTION + _rates(limits, dtype)
    missing = "" if panels else "the run does not hold what its machine can do, or what its calls need"
    x, y = Axis("operations for each byte that must move", "rate"), Axis("operations a second", "rate")
    return Figure("roofline", "The roofline", caption, x, y, tuple(panels), missing)


def _rates(limits: Limits, dtype: str) -> str:
    return (
        f"a copy in memory, {units.rate(limits.memory)}B/s; one in the fastest cache, "
        f"{units.rate(limits.bandwidth(1))}B/s; a {dtype} matrix product, {units.rate(limits.flops[dtype])}FLOP/s."
    )


def share_table(digest: Digest) -> Table | None:
    """None where no share is known."""
    title = "Share of the machine's limit, at the largest V and with the fewest negatives"
    rows = tuple(share_rows(digest.run))
    return Table(title, SHARES, rows, (2, 3, 4, 6, 8, 9, 10, 11), long=len(rows) > AT_A_GLANCE) if rows else None


def nearest(digest: Digest) -> Iterator[str]:
    """A sentence for each loss and batch: who comes nearest to the limit at the largest V."""
    for (loss, B), own in _by_loss_and_batch(_largest(digest)):
        V = max(m.V for m in own)
        every = [(m, found) for m in own if m.V == V and (found := share(m, digest.run.limits))]
        m, found = max(every, key=lambda pair: pair[1].task)
        wanted = "bytes" if found.bound == MEMORY else "operations"
        cold = "" if found.cold is None else f", {units.percent(found.cold)} with emptied caches"
        yield (
            f"{LOSSES[loss].capitalize()}, {pairs(B)}, V = {V:,}: {m.implementation} comes nearest, with "
            f"{units.percent(found.task)} of what its {wanted} allow{cold}."
        )


def more_threads(digest: Digest) -> Iterator[str]:
    """Of whom a share says less."""
    return (f"{told}." for told in threads_sentences(digest.run) if digest.run.limits)


def explained(digest: Digest) -> Iterator[str]:
    """How to read a share."""
    if digest.run.limits is None:
        return
    yield (
        "A call takes at least as long as its bytes take at the rate of a copy, and as its operations take at the rate "
        "of a matrix product. The longer of the two is its limit; the limit over the time of its fastest round is its "
        "share. The rate of a copy is that of as many bytes as the call must move, which may stay in a cache; with "
        "emptied caches it is that of memory. What returns a gradient in a larger form than it needs, a dense one or "
        "rows that repeat, has a share of what that form allows beside it."
    )
    yield (
        "A small call cannot come near: a pair of negative sampling moves a few kilobytes, which a cache does in less "
        "time than a library takes to be called. A large one is kept away by memory that is taken anew for each "
        "result, by arrays that are written and read in between, and by exponentials, which are not counted."
    )


def _largest(digest: Digest) -> list[Measurement]:
    """Of each implementation and batch the largest V, with the fewest negatives, where the limits are known."""
    found: dict[tuple[object, ...], Measurement] = {}
    for m in sorted(digest.run.measurements, key=lambda m: (m.V, -(m.K or 0))):
        if is_of_pairs(m) and share(m, digest.run.limits):
            found[m.implementation, m.loss, m.B, m.dtype] = m
    return list(found.values())


def _by_loss_and_batch(measurements: Iterable[Measurement]) -> list[tuple[tuple[str, int], list[Measurement]]]:
    groups: dict[tuple[str, int], list[Measurement]] = {}
    for m in measurements:
        groups.setdefault((m.loss, m.B), []).append(m)
    return sorted(groups.items())


def _point(digest: Digest, m: Measurement) -> Line:
    made = at(_intensity(m), (m.least_operations or 0) / fastest(m))
    return Line(m.implementation, (made,), digest.implementations.index(m.implementation))


def _roof(limits: Limits, flops: float, intensities: list[float]) -> list[Line]:
    """From the left to the ridge, where arithmetic becomes the limit, and on from there."""
    cache = limits.bandwidth(1)
    ridge, left = flops / limits.memory, min(*intensities, flops / cache) / 2
    right = 2 * max(*intensities, ridge)
    slopes = [("memory", limits.memory)] + [("cache", cache)] * (cache > limits.memory)
    lines = [Line(name, (at(left, left * rate), at(flops / rate, flops)), None) for name, rate in slopes]
    return [*lines, Line("arithmetic", (at(flops / cache, flops), at(right, flops)), None)]


def _intensity(m: Measurement) -> float:
    """Operations a byte."""
    assert m.least_operations is not None
    assert m.least_bytes is not None
    return m.least_operations / m.least_bytes
