"""What a call costs besides time: the bytes it allocates at its peak, and the work that it hands back."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradgate.calling.calls import Outcome
from gradgate.costs.least import BYTES
from gradgate.interface import is_matrix_gradient

_MEMORY_EVENT = "[memory]"  # how torch's profiler names an allocation or, negative, a release


@dataclass(frozen=True)
class Work:
    """What a call returns. rows: of the gradients of matrices, V for a dense one; bytes: of all its numbers."""

    rows: int
    bytes: int


def work_of(outcome: Outcome) -> Work:
    """The work in an outcome that holds results."""
    rows = sum(len(result.values) for quantity, result in outcome.results.items() if is_matrix_gradient(quantity))
    size = 0
    for result in outcome.results.values():
        size += result.values.size * BYTES.get(result.dtype, result.values.itemsize)  # bfloat16 comes as float32
        size += 0 if result.rows is None else result.rows.nbytes
    return Work(rows, size)


def peak_bytes(call: Callable[[], Any], device: str = "cpu") -> int:
    """The most bytes that the call holds at once, its results among them, beyond what it was given.

    NumPy's arrays and Python's objects as tracemalloc counts them, torch's tensors as its profiler does, or, on CUDA,
    its allocator. The call is made twice: the first time for what is set up only once.
    """
    call()
    gc.collect()
    tracemalloc.start()
    try:
        call()
        traced = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    torch = sys.modules.get("torch")
    if torch is None:
        return traced
    if device.startswith("cuda"):
        return traced + _peak_on_cuda(torch, call)
    return traced + _peak_of_tensors(torch, call)


def _peak_of_tensors(torch: Any, call: Callable[[], Any]) -> int:
    """Allocations and releases in their order, added up."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        result = call()
    events = [event for event in recorded.profiler.kineto_results.events() if event.name() == _MEMORY_EVENT]
    held = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        held += event.nbytes()
        most = max(most, held)
    del result
    return most


def _peak_on_cuda(torch: Any, call: Callable[[], Any]) -> int:
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    result = call()
    torch.cuda.synchronize()
    del result
    return int(torch.cuda.max_memory_allocated() - before)
