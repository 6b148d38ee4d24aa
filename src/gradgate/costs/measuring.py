"""One benchmark: checked on the very arrays that are timed, counted, timed by pytest-benchmark, and kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gradgate.calling.calls import Call
from gradgate.calling.inprocess import Performer
from gradgate.costs.counters import peak_bytes, work_of
from gradgate.costs.items import Item, case_of
from gradgate.costs.machine import blas, load
from gradgate.costs.yardstick import Epoch
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.suite.timing import checked_call

QUANTILES = 21  # of the rounds, kept of each benchmark: enough for a bootstrap, few enough to commit
NULL = "null"  # a call that does nothing: the floor of the clock


@dataclass(frozen=True)
class Measurement:
    """One implementation at one size: B pairs, or the B windows of a skipgram_batch.

    seconds: quantiles of the time of one call, from the fastest round to the slowest; bytes: the most that the call
    holds at once, beyond its arguments, None where its library's memory cannot be seen; rows and returned: of the
    gradients of matrices, and the bytes of all results. verified: value and gradients were right on these very arrays.
    load: processes that wanted to run before it.
    """

    implementation: str
    function: str
    loss: str
    V: int
    d: int
    K: int | None
    B: int
    dtype: str
    device: str
    seconds: tuple[float, ...]
    rounds: int
    bytes: int | None
    rows: int | None
    returned: int | None
    verified: bool
    load: float | None


def measure(benchmark: Any, implementation: Performer, item: Item, device: str) -> Measurement:
    """Runs one benchmark. Raises AssertionError, and times nothing, where the implementation is wrong."""
    case = case_of(item)
    call = checked_call(implementation, case, device)
    [outcome] = implementation.perform([Call("base", case)])
    work, busy = work_of(outcome), load()
    counted = peak_bytes(call, device)
    peak = counted if counted >= work.bytes else None  # what is returned was held: JAX's memory is not seen
    sizes = {name: value for name, value in asdict(item).items() if name != "of_text"}
    about = {
        **sizes,
        "function": item.function,
        "device": device,
        "bytes": peak,
        "rows": work.rows,
        "returned": work.bytes,
        "load": busy,
    }
    library = blas() or {}
    benchmark.extra_info.update(
        about,
        implementation=implementation.name,
        verified=True,
        threads=library.get("threads"),
        blas=library.get("name"),
        core=library.get("core"),
        unit="seconds a call",
        pairs=item.B,
    )
    benchmark(call)
    seconds, rounds = _quantiles(benchmark)
    return Measurement(implementation.name, seconds=seconds, rounds=rounds, verified=True, **about)


def measure_epoch(benchmark: Any, epoch: Epoch) -> Measurement:
    """Times an epoch of a training loop: B is its number of pairs. Its values are nobody's to verify."""
    benchmark.extra_info.update(
        pairs=epoch.pairs, V=epoch.V, d=epoch.d, K=epoch.K, verified=False, unit="seconds an epoch"
    )
    busy = load()
    benchmark.pedantic(epoch.call, rounds=5, warmup_rounds=1)
    seconds, rounds = _quantiles(benchmark)
    return Measurement(
        implementation="gensim",
        function="training",
        loss=NEGATIVE_SAMPLING,
        V=epoch.V,
        d=epoch.d,
        K=epoch.K,
        B=epoch.pairs,
        dtype="float32",
        device="cpu",
        seconds=seconds,
        rounds=rounds,
        bytes=None,
        rows=None,
        returned=None,
        verified=False,
        load=busy,
    )


def _quantiles(benchmark: Any) -> tuple[tuple[float, ...], int]:
    data = np.asarray(benchmark.stats.stats.data, np.float64)
    kept = np.quantile(data, np.linspace(0, 1, QUANTILES)) if len(data) > QUANTILES else np.sort(data)
    return tuple(float(f"{value:.4g}") for value in kept), len(data)
