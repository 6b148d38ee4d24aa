"""One benchmark: checked on the very arrays that are timed, counted, timed by pytest-benchmark, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from gradgate.calling.calls import MAPPED, Call
from gradgate.calling.inprocess import Performer
from gradgate.case import Case
from gradgate.costs.counters import peak_bytes, work_of
from gradgate.costs.device import Cuda, place
from gradgate.costs.items import Item, case_of
from gradgate.costs.least import least
from gradgate.costs.machine import blas, load
from gradgate.costs.threads import hold_to_one_thread
from gradgate.costs.yardstick import Epoch
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.suite.timing import checked_call, how_checked, implementation_of

QUANTILES = 21  # of the rounds, kept of each benchmark: enough for a bootstrap, few enough to commit
_COLD, _BY_EVENTS = 3, 50  # calls: to empty the caches takes longer than most of them
NULL = "null"  # a call that does nothing: the floor of the clock


@dataclass(frozen=True)
class Measurement:
    """One implementation at one size: B pairs, or the B windows of a skipgram_batch.

    seconds: quantiles of the time of one call, from the fastest round to the slowest; bytes: the most that the call
    holds at once, beyond its arguments, None where its library's memory cannot be seen; rows and returned: of the
    gradients of matrices, and the bytes of all results. verified: value and gradients were right on these very arrays.
    check: what every number was held against. load: processes that wanted to run before it. lifted: the batch is the
    harness's loop over the single form.

    least_bytes and least_operations are what anybody's call needs, form_bytes what a call needs that returns what this
    one does (costs/least.py). cold_seconds: single calls, each after the caches were emptied. device_seconds: calls by
    the events of a device, empty on a CPU; `seconds` there is what the caller waits.
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
    check: str | None = None
    lifted: bool = False
    least_bytes: int | None = None
    form_bytes: int | None = None
    least_operations: int | None = None
    cold_seconds: tuple[float, ...] = ()
    device_seconds: tuple[float, ...] = ()

    @property
    def called(self) -> str:
        """The function, as it is named to people."""
        return f"{self.function} (lifted)" if self.lifted else self.function


def measure(benchmark: Any, implementation: Performer, item: Item, device: str) -> Measurement:
    """Runs one benchmark. Raises AssertionError, and times nothing, where the implementation is wrong."""
    case = case_of(item)
    call = checked_call(implementation, case, device)
    hold_to_one_thread()
    about = {
        "implementation": implementation.name,
        "function": item.function,
        **{name: value for name, value in asdict(item).items() if name != "of_text"},
        "device": device,
        **_counted(implementation, case, call, device),
        **_alone(implementation, case, call, device),
        "verified": True,
        "check": how_checked(case),
        "lifted": item.function in implementation_of(implementation).lifted,
        "load": load(),
    }
    benchmark.extra_info.update(about, **_surroundings(), unit="seconds a call", pairs=item.B)
    if about["lifted"]:
        benchmark.name, benchmark.fullname = (f"{name} (lifted)" for name in (benchmark.name, benchmark.fullname))
    benchmark(call)
    return Measurement(**_rounds(benchmark), **about)


def _counted(implementation: Performer, case: Case, call: Callable[[], Any], device: str) -> dict[str, int | None]:
    """What of a Measurement is counted: held, returned, and needed at least."""
    [outcome] = implementation.perform([Call("base", case, MAPPED)])  # mapped: what it returned is not kept
    work = work_of(outcome)
    del outcome  # at a large V gigabytes, which are not to be there while bytes are counted
    held = peak_bytes(call, device)
    peak = held if held >= work.bytes else None  # what is returned was held: JAX's memory is not seen
    due = least(case)
    return {
        "bytes": peak,
        "rows": work.rows,
        "returned": work.bytes,
        "least_bytes": due.read + due.written,
        "form_bytes": due.read + work.bytes,
        "least_operations": due.operations,
    }


def _alone(implementation: Performer, case: Case, call: Callable[[], Any], device: str) -> dict[str, Any]:
    """The times of single calls: with emptied caches, and by a device's own clock."""
    on = _place(device)
    if on is None:
        return {}
    if not isinstance(on, Cuda):
        return {"cold_seconds": _rounded(on.seconds(call, _COLD, cold=True))}
    call = implementation_of(implementation).prepared(case, device, wait=False)
    cold, hot = on.seconds(call, _BY_EVENTS, cold=True), on.seconds(call, _BY_EVENTS)
    return {"cold_seconds": _quantiles(cold), "device_seconds": _quantiles(hot)}


_place = cache(place)  # the memory that empties the caches is taken once


def _surroundings() -> dict[str, Any]:
    """Threads, BLAS and its core type."""
    library = blas() or {}
    return {"threads": library.get("threads"), "blas": library.get("name"), "core": library.get("core")}


def measure_epoch(benchmark: Any, epoch: Epoch) -> Measurement:
    """Times an epoch of a training loop: B is its number of pairs. Its values are nobody's to verify."""
    about: dict[str, Any] = {
        "implementation": "gensim",
        "function": "training",
        "loss": NEGATIVE_SAMPLING,
        **{name: getattr(epoch, name) for name in ("V", "d", "K")},
        "B": epoch.pairs,
        "dtype": "float32",
        "device": "cpu",
        **dict.fromkeys(("bytes", "rows", "returned")),
        "verified": False,
        "load": load(),
    }
    benchmark.extra_info.update(about, **_surroundings(), unit="seconds an epoch", pairs=epoch.pairs)
    benchmark.pedantic(epoch.call, rounds=5, warmup_rounds=1)
    return Measurement(**_rounds(benchmark), **about)


def _rounds(benchmark: Any) -> dict[str, Any]:
    """seconds and rounds of a Measurement."""
    data = benchmark.stats.stats.data
    return {"seconds": _quantiles(data), "rounds": len(data)}


def _quantiles(seconds: Sequence[float]) -> tuple[float, ...]:
    data = np.asarray(seconds, np.float64)
    return _rounded(np.quantile(data, np.linspace(0, 1, QUANTILES)) if len(data) > QUANTILES else np.sort(data))


def _rounded(seconds: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(f"{value:.4g}") for value in seconds)
