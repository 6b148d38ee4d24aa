"""What a machine can do at best, and the clock of a device: tried on this CPU, and on a stand-in for torch's CUDA."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.calling.inprocess import InProcess
from gradgate.costs import measuring
from gradgate.costs.device import Cuda, Host, place
from gradgate.costs.limits import Limits, as_json, from_json, limits, measured_limits

LADDER = Limits(((2**12, 2e11), (2**14, 1e11), (2**16, 1.5e11), (2**28, 4e10)), {"float32": 2e11})


class FakeCuda:
    """A device that writes a byte in a nanosecond, copies one in two, multiplies in a picosecond an operation, and
    waits a second for whoever waits for it. `written` are the sizes of what was filled with zeros."""

    def __init__(self) -> None:
        self.now, self.waited, self.precision, self.written = 0.0, 0, "high", []
        self.uint8, self.float32, self.float64, self.bfloat16 = "uint8", "float32", "float64", "bfloat16"
        self.products: list[tuple[str, str]] = []
        about = SimpleNamespace(total_memory=2**28, L2_cache_size=2**20)
        fake = self

        class Event:
            def __init__(self, enable_timing: bool) -> None:
                assert enable_timing

            def record(self) -> None:
                self.at = fake.now

            def elapsed_time(self, end: Event) -> float:
                assert fake.waited, "the events are read before the device has come to them"
                return 1000 * (end.at - self.at)

        self.cuda = SimpleNamespace(
            Event=Event,
            device=lambda _: nullcontext(),
            get_device_properties=lambda _: about,
            is_available=lambda: True,
            synchronize=self._synchronize,
        )

    def _synchronize(self) -> None:
        self.waited += 1
        self.now += 1

    def device(self, name: str) -> str:
        return name

    def ones(self, shape: int | tuple[int, ...], dtype: str, device: str) -> SimpleNamespace:
        size = shape if isinstance(shape, int) else shape[0]
        return SimpleNamespace(size=size, dtype=dtype, zero_=lambda: self._write(size), copy_=self._copy)

    rand = ones
    empty_like = staticmethod(lambda other: other)

    def _write(self, size: int) -> None:
        self.written.append(size)
        self.now += 1e-9 * size

    def _copy(self, source: SimpleNamespace) -> None:
        self.now += 2e-9 * source.size

    def matmul(self, left: SimpleNamespace, right: SimpleNamespace, out: SimpleNamespace) -> None:
        self.products.append((left.dtype, self.precision))
        self.now += 2e-12 * left.size**3

    def get_float32_matmul_precision(self) -> str:
        return self.precision

    def set_float32_matmul_precision(self, precision: str) -> None:
        self.precision = precision


def test_the_events_of_a_device_time_each_call_alone_and_not_the_wait_for_it():
    fake = FakeCuda()

    def call():
        fake.now += 0.25

    assert Cuda(fake).seconds(call, 3) == [0.25] * 3
    assert fake.waited == 1
    assert fake.written == []


def test_a_cold_call_finds_the_cache_written_over_and_the_writing_is_not_timed():
    fake = FakeCuda()

    def call():
        fake.now += 0.25

    assert Cuda(fake).seconds(call, 3, cold=True) == pytest.approx([0.25] * 3)
    assert fake.written == [4 * 2**20] * 3


def test_the_limits_of_a_device_are_its_rates_by_its_own_clock():
    fake = FakeCuda()
    found = limits(Cuda(fake))
    assert [size for size, _ in found.copies] == [2**20, 2**22, 2**24, 2**26]  # a quarter of its memory at most
    assert [rate for _, rate in found.copies] == pytest.approx([1e9] * 4)  # read and written
    assert found.flops == pytest.approx({"float32": 1e12, "float64": 1e12, "bfloat16": 1e12})
    assert {precision for _, precision in fake.products} == {"highest"}, "TF32 is no float32"
    assert fake.precision == "high", "what the user had set is set again"


def test_a_benchmark_on_a_device_is_timed_by_its_events_and_not_waited_for(monkeypatch):
    fake = FakeCuda()

    def call():
        fake.now += 1e-3 if fake.written else 5e-4  # from the first emptied cache on, for the sake of the test

    def prepared(case, device, *, wait):
        assert (device, wait) == ("cuda", False)
        return call

    monkeypatch.setattr(measuring, "_place", lambda device: Cuda(fake, device))
    performer = InProcess(SimpleNamespace(prepared=prepared))
    found = measuring._alone(performer, None, call, "cuda")
    assert found["cold_seconds"][0] == 1e-3
    assert len(found["device_seconds"]) == measuring.QUANTILES


def test_a_device_without_a_clock_here_has_no_limits():
    assert place("tpu") is None
    assert measured_limits("tpu") is None


def test_the_host_copies_fast_in_a_cache_and_slower_in_memory():
    on = Host()
    found = limits(on, (on.sizes[3], on.sizes[-1]))
    (_, near), (_, far) = found.copies
    assert near > far > 1e8
    assert set(found.flops) <= {"float32", "float64"}
    assert on.sizes[-1] >= 2**27


def test_rates_are_what_was_moved_and_computed_by_the_clock_that_was_given():
    ticks = iter(range(1000))
    found = limits(Host(lambda: float(next(ticks))), (2**28,))  # every call takes one second, and copies once
    assert found.memory == pytest.approx(2**28, rel=1e-3)
    for rate in found.flops.values():  # without threadpoolctl nothing holds the BLAS to one thread
        assert rate == pytest.approx(2 * 1024**3, rel=1e-3)


def test_a_copy_on_the_host_copies_the_bytes_that_it_says(monkeypatch):
    made = []
    monkeypatch.setattr(np, "copyto", lambda target, source: made.append((target.nbytes, source.nbytes)))
    call, times = Host().copying(2**14)
    call()
    assert made == [(times * 2**13, times * 2**13)]


def test_a_call_that_needs_the_caches_is_slower_without_them():
    numbers = np.ones(2**17)
    hot, cold = (min(Host().seconds(numbers.sum, 15, cold=cold)) for cold in (False, True))
    assert cold > hot


def test_the_bandwidth_of_a_size_lies_between_those_that_were_measured():
    assert LADDER.bandwidth(1) == LADDER.bandwidth(2**12) == 2e11
    assert LADDER.bandwidth(2**30) == LADDER.memory == 4e10
    assert LADDER.bandwidth(2**14) == 1.5e11, "what a larger copy reached, a smaller one can"
    rates = [LADDER.bandwidth(2.0**power) for power in np.arange(10, 30, 0.25)]
    assert all(larger <= smaller for smaller, larger in pairwise(rates))
    assert LADDER.bandwidth(2**13) == pytest.approx((2e11 * 1.5e11) ** 0.5)


def test_the_least_time_is_that_of_the_bytes_and_that_of_the_operations():
    assert LADDER.seconds(2**28, 2e11, "float32") == (pytest.approx(2**28 / 4e10), 1.0)
    assert LADDER.seconds(2**12, 0, "float32", cold=True) == (2**12 / 4e10, 0.0)
    assert LADDER.seconds(1, 1, "float16") is None


def test_limits_are_read_back_as_they_were_written_and_from_older_documents_as_far_as_these_go():
    assert from_json(as_json(LADDER)) == LADDER
    old = from_json({"copy_bytes_per_second": 4e10, "flops_per_second": None})
    assert old == Limits(((1, 4e10),), {})
    assert [from_json(other) for other in (None, {}, 3, {"copy_by_size": [[1, "fast"]]})] == [None] * 4
