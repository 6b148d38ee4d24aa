"""What a machine can do at best, in one thread of a CPU or on a device: how fast it copies, and how fast it multiplies.

A copy is timed at many sizes: one that fits into a cache is several times as fast as one that does not, and a call is
to be held to what its own amount of data allows. Each rate is the best of several tries, on a CPU in the CPU time of
the process, so that neighbours on the machine take little away."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from gradgate.costs.device import Host, Place, place

_TRIES = 7


@dataclass(frozen=True)
class Limits:
    """copies: bytes of a copy's source and target, and the bytes read and written in a second; flops: operations in a
    second of a matrix product, by dtype."""

    copies: tuple[tuple[int, float], ...]
    flops: Mapping[str, float]

    @property
    def memory(self) -> float:
        """Bytes a second where no cache helps."""
        return self.copies[-1][1]

    def bandwidth(self, size: float) -> float:
        """Bytes a second of a call that moves so many, between two measured sizes by their logarithms.

        What a larger copy reached, a smaller one can: a slower one was disturbed, or too short.
        """
        best, above = 0.0, []
        for measured, rate in reversed(self.copies):
            best = max(best, rate)
            above.append((float(measured), best))
            if measured <= size:
                break
        if len(above) == 1 or above[-1][0] > size:
            return above[-1][1]
        (right, slow), (left, fast) = above[-2:]
        return slow * exp(log(fast / slow) * log(right / size) / log(right / left))

    def seconds(self, size: float, operations: float, dtype: str, *, cold: bool = False) -> tuple[float, float] | None:
        """The least time of moving so many bytes, and of so many operations; None where the dtype's rate is unknown."""
        if (rate := self.flops.get(dtype)) is None:
            return None
        return size / (self.memory if cold else self.bandwidth(size)), operations / rate


def measured_limits(device: str) -> Limits | None:
    """None for a device that has no clock here."""
    on = Host(time.process_time) if device == "cpu" else place(device)
    return None if on is None else limits(on)


def limits(on: Place, sizes: Sequence[int] | None = None) -> Limits:
    """Measured at the place's sizes, in its dtypes."""
    copies = []
    for size in on.sizes if sizes is None else sizes:
        call, times = on.copying(size)
        copies.append((size, _rounded(size * times / min(on.seconds(call, _TRIES)))))
    flops = {}
    for dtype in on.dtypes:
        if product := on.product(dtype):
            call, operations = product
            flops[dtype] = _rounded(operations / min(on.seconds(call, _TRIES)))
    return Limits(tuple(copies), flops)


def as_json(found: Limits) -> dict[str, Any]:
    """copy_bytes_per_second is that of memory, flops_per_second that of float32."""
    return {
        "copy_bytes_per_second": found.memory,
        "flops_per_second": found.flops.get("float32"),
        "copy_by_size": [list(copy) for copy in found.copies],
        "flops_by_dtype": dict(found.flops),
    }


def from_json(found: Any) -> Limits | None:
    """What a run's machine holds; of its first documents one rate of copying and one of float32. None where nothing
    of it can be used."""
    try:
        copies = found.get("copy_by_size") or [(1, found["copy_bytes_per_second"])]
        flops = found.get("flops_by_dtype") or {"float32": found["flops_per_second"]}
        known = Limits(
            tuple((int(size), float(rate)) for size, rate in copies),
            {str(dtype): float(rate) for dtype, rate in flops.items() if rate},
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return known if known.copies and all(rate > 0 for _, rate in known.copies) else None


def _rounded(rate: float) -> float:
    return float(f"{rate:.4g}")
