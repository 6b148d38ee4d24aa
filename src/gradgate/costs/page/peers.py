"""The implementations beside what one would write otherwise: the peers of the run, at the sizes that both have."""

from __future__ import annotations

from collections.abc import Iterator

from gradgate.costs import units
from gradgate.costs.fits import ratio
from gradgate.costs.measuring import Measurement
from gradgate.costs.page.blocks import Table
from gradgate.costs.page.digest import Digest, is_of_pairs, median
from gradgate.costs.page.throughput import pairs_per_second
from gradgate.costs.rivals import rivals
from gradgate.interface import NEGATIVE_SAMPLING

_HEADINGS = ("peer", "function", "V", "K", "B", "its time", "the fastest here", "its time", "peer / fastest", "95 %")
_TRAINING = "training"  # the function of a yardstick that trains, and does not only compute gradients


def peer_table(digest: Digest) -> Table | None:
    """None where the run holds no peer beside an implementation."""
    names = {path.stem for path in rivals()}
    found = [m for m in digest.run.measurements if is_of_pairs(m)]
    pairs = [(m, _fastest(m, [o for o in found if o.implementation not in names])) for m in found]
    rows = tuple(_row(m, fastest) for m, fastest in pairs if fastest is not None and m.implementation in names)
    title = "What one would write otherwise, and the fastest implementation of the run"
    return Table(title, _HEADINGS, rows, (2, 3, 4, 5, 7, 8, 9)) if rows else None


def yardstick(digest: Digest) -> Iterator[str]:
    """The throughput of a loop that trains, beside gradients of negative sampling with as many negatives."""
    for trained in (m for m in digest.run.measurements if m.function == _TRAINING):
        others = [m for m in digest.run.measurements if is_of_pairs(m) and m.loss == NEGATIVE_SAMPLING]
        alike = [m for m in others if (m.K, m.d) == (trained.K, trained.d)]
        if not alike:
            continue
        best = max(alike, key=pairs_per_second)
        yield (
            f"{trained.implementation} trains {units.rate(pairs_per_second(trained))} pairs a second (V = "
            f"{trained.V:,}, d = {trained.d}, K = {trained.K}, one thread): it draws its negatives and updates its "
            f"vectors too, and computes no loss. {best.implementation} computes loss and gradients of "
            f"{units.rate(pairs_per_second(best))} pairs a second, {best.B} in a call, at V = {best.V:,}."
        )


def _fastest(peer: Measurement, others: list[Measurement]) -> Measurement | None:
    sizes = ("function", "V", "d", "K", "B", "dtype", "device")
    alike = [m for m in others if all(getattr(m, name) == getattr(peer, name) for name in sizes)]
    return min(alike, key=median, default=None)


def _row(peer: Measurement, fastest: Measurement) -> tuple[str, ...]:
    found = ratio({peer.V: peer.seconds}, {peer.V: fastest.seconds}, peer.V)
    sizes = (f"{peer.V:,}", "" if peer.K is None else str(peer.K), str(peer.B))
    times = (units.seconds(median(peer)), fastest.implementation, units.seconds(median(fastest)))
    interval = f"[{units.times(found.low)}, {units.times(found.high)}]"
    return (peer.implementation, peer.called, *sizes, *times, f"{units.times(found.value)} ×", interval)
