"""Where arrays live, as something that times calls: with caches as they are, or emptied before each call.

`place(device)` gives a `Host` or, for torch's CUDA, a `Cuda`. Both promise the same:

- `seconds(call, samples, cold=...)`: the time of each call alone, after one call that is not counted;
- `sizes` and `copying(size)`: a copy whose source and target together take so many bytes;
- `dtypes` and `product(dtype)`: a matrix product, None where it cannot be held to one thread.

`Cuda` times by the device's events, recorded on the current stream around each call; calls are not waited for in
between, so that launches overlap with the work before them. A call that waits for the device, or that the host is
slower to launch than the device to run, takes the host's time by this clock too. Its products are exact float32: no
TF32."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from gradgate.costs.machine import caches

Call = Callable[[], Any]


class Place(Protocol):
    """What the module says above. sizes are bytes, in rising order: the last is one that no cache holds."""

    @property
    def sizes(self) -> Sequence[int]: ...

    @property
    def dtypes(self) -> Sequence[str]: ...

    def seconds(self, call: Call, samples: int, *, cold: bool = False) -> list[float]: ...

    def copying(self, size: int) -> tuple[Call, int]:
        """A call, and how many copies it makes."""
        ...

    def product(self, dtype: str) -> tuple[Call, int] | None:
        """A call, and its floating-point operations."""
        ...


def place(device: str) -> Place | None:
    """None for a device that has no clock of its own here: neither the CPU nor one of torch's CUDA."""
    if device == "cpu":
        return Host()
    torch = sys.modules.get("torch")
    return Cuda(torch, device) if device.startswith("cuda") and torch and torch.cuda.is_available() else None


class Host:
    """The CPU, in wall time, or by another clock of seconds."""

    dtypes = ("float32", "float64")
    _SMALLEST, _LARGEST = 2**12, (2**27, 2**29)  # bytes: the largest at least so much, at most so much
    _TIMES_THE_CACHE = 8
    _N = 1024  # of an n by n product: its 2 n^3 operations hide all else

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._scrub: np.ndarray | None = None

    @property
    def sizes(self) -> list[int]:
        least, most = self._LARGEST
        largest = int(np.clip(self._TIMES_THE_CACHE * max(caches().values(), default=0), least, most))
        return [2**power for power in range(self._SMALLEST.bit_length() - 1, largest.bit_length())]

    def seconds(self, call: Call, samples: int, *, cold: bool = False) -> list[float]:
        call()
        found = []
        for _ in range(samples):
            if cold:
                self._empty_caches()
            start = self._clock()
            call()
            found.append(self._clock() - start)
        return found

    def copying(self, size: int) -> tuple[Call, int]:
        """Small blocks are copied many times in one call, as an element so large: the call itself takes longer."""
        block = size // 2
        times = max(1, self._LARGEST[0] // 2 // block)
        source, target = (np.ndarray((times,), f"V{block}", np.ones(block, np.uint8), strides=(0,)) for _ in range(2))
        return lambda: np.copyto(target, source), times

    def product(self, dtype: str) -> tuple[Call, int] | None:
        try:
            from threadpoolctl import ThreadpoolController
        except ImportError:
            return None
        held = ThreadpoolController()  # looks for the libraries: milliseconds, not to be timed
        left, right = (np.ones((self._N, self._N), dtype) for _ in range(2))
        out = np.empty_like(left)

        def call() -> None:
            with held.limit(limits=1, user_api="blas"):
                np.matmul(left, right, out=out)

        return call, 2 * self._N**3

    def _empty_caches(self) -> None:
        """Fills them with something else: twice the last cache is written."""
        if self._scrub is None:
            self._scrub = np.zeros(2 * max(caches().values(), default=self._LARGEST[0] // 2), np.uint8)
        self._scrub += 1


class Cuda:
    """A device of torch's CUDA, by its own events."""

    dtypes = ("float32", "float64", "bfloat16")
    _POWERS = (20, 32)  # of two: the smallest and the largest of the sizes
    _SHARE = 4  # a quarter of the device's memory at most
    _TIMES_THE_CACHE, _COPIES, _N = 4, 20, 8192

    def __init__(self, torch: Any, device: str = "cuda") -> None:
        self._torch, self._device = torch, torch.device(device)
        self._about = torch.cuda.get_device_properties(self._device)
        self._scrub: Any = None

    @property
    def sizes(self) -> list[int]:
        least, most = self._POWERS
        return [2**p for p in range(least, most + 1, 2) if 2**p <= self._about.total_memory // self._SHARE]

    def seconds(self, call: Call, samples: int, *, cold: bool = False) -> list[float]:
        event = self._torch.cuda.Event
        with self._torch.cuda.device(self._device):
            call()
            marks = []
            for _ in range(samples):
                if cold:
                    self._empty_cache()
                begin, end = event(enable_timing=True), event(enable_timing=True)
                begin.record()
                call()
                end.record()
                marks.append((begin, end))
            self._torch.cuda.synchronize()
        return [begin.elapsed_time(end) / 1000 for begin, end in marks]  # it tells milliseconds

    def copying(self, size: int) -> tuple[Call, int]:
        source, target = (self._filled(size // 2) for _ in range(2))

        def call() -> None:
            for _ in range(self._COPIES):
                target.copy_(source)

        return call, self._COPIES

    def product(self, dtype: str) -> tuple[Call, int] | None:
        torch = self._torch
        shape, kind = (self._N, self._N), getattr(torch, dtype)
        # random numbers: on ones fewer bits change, and a device that is held to its power multiplies faster
        left, right = (torch.rand(shape, dtype=kind, device=self._device) for _ in range(2))
        out = torch.empty_like(left)

        def call() -> None:
            before = torch.get_float32_matmul_precision()
            torch.set_float32_matmul_precision("highest")
            try:
                torch.matmul(left, right, out=out)
            finally:
                torch.set_float32_matmul_precision(before)

        return call, 2 * self._N**3

    def _empty_cache(self) -> None:
        """The second-level cache: several times as much is written."""
        if self._scrub is None:
            self._scrub = self._filled(self._TIMES_THE_CACHE * self._about.L2_cache_size)
        self._scrub.zero_()

    def _filled(self, size: int) -> Any:
        return self._torch.ones(size, dtype=self._torch.uint8, device=self._device)
