"""What the machine could do at best, in one thread: the rate of copying memory, and that of a matrix product.

Both are the best of several tries in the CPU time of the thread, so that neighbours on the machine take little away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gradgate.costs.machine import caches

_TRIES = 7
_COPY = (2**26, 2**28)  # bytes: at least, so that no cache holds them; at most, so that a small machine does
_TIMES_THE_CACHE = 4
_N = 1024  # of an n by n product: large enough that its 2 n^3 operations hide all else


def limits() -> dict[str, float | None]:
    """copy_bytes_per_second counts what is read and what is written; flops_per_second is float32, None where the BLAS
    cannot be held to one thread."""
    return {"copy_bytes_per_second": _copy_rate(), "flops_per_second": _product_rate()}


def _copy_rate() -> float:
    size = int(np.clip(_TIMES_THE_CACHE * max(caches().values(), default=0), *_COPY))
    source, target = np.ones(size, np.uint8), np.ones(size, np.uint8)
    return _rounded(2 * size / _fastest(lambda: np.copyto(target, source)))


def _product_rate() -> float | None:
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return None
    left, right = (np.ones((_N, _N), np.float32) for _ in range(2))
    with threadpool_limits(1, user_api="blas"):
        return _rounded(2 * _N**3 / _fastest(lambda: left @ right))


def _fastest(call: Callable[[], Any]) -> float:
    """Seconds of CPU time of the fastest try, after one that is not counted."""
    call()
    found = []
    for _ in range(_TRIES):
        start = time.thread_time()
        call()
        found.append(time.thread_time() - start)
    return min(found)


def _rounded(rate: float) -> float:
    return float(f"{rate:.4g}")
