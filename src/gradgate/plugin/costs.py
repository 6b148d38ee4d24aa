"""What a run of benchmarks measured: kept as it comes, summed up at the end, and written where that was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from gradgate.adapters import NotPosed
from gradgate.calling.inprocess import Performer
from gradgate.case import Case
from gradgate.costs.document import Run, document
from gradgate.costs.items import Item, case_of, items
from gradgate.costs.limits import Limits, as_json, measured_limits
from gradgate.costs.machine import machine
from gradgate.costs.measuring import Measurement, measure, measure_epoch
from gradgate.costs.noise import Certificate, WallControl, certify
from gradgate.costs.rivals import rival
from gradgate.costs.tables import lines
from gradgate.costs.yardstick import gensim_epoch
from gradgate.errors import CannotRun
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.report.document import surroundings
from gradgate.report.target import write_report

_CONTROLLED = items(NEGATIVE_SAMPLING)[0]
_LIBRARIES = ("gradgate", "numpy", "torch", "numba", "jax", "gensim", "pytest-benchmark")


class Costs:
    """The measurements of one session, and why others are missing."""

    def __init__(self, seed: int, target: str | None, *, full: bool = False) -> None:
        self.measurements: list[Measurement] = []
        self.skipped: Counter[str] = Counter()
        self.failed: list[str] = []
        self.floor: tuple[float, ...] = ()
        self.complete = False  # until the session has come to its end
        self._seed, self._target, self._full = seed, target, full
        self._noise: Certificate | None = None
        self._limits: Limits | None = None
        self._control: WallControl | None = None

    def measure(self, benchmark: Any, device: str, implementation: Performer, item: Item) -> None:
        """One benchmark. Skips what is not offered or takes too long; fails, and times nothing, for what is wrong."""
        reason = item.left_out_for(implementation.name, full=self._full)
        if item.function not in implementation.offers:
            reason = f"not offered: {Path(implementation.name).name} defines no {item.function}"
        elif item.dtype not in implementation.particulars.dtypes:
            item = item.in_dtype(implementation.particulars.dtypes[0])
        if reason:
            self._skip(reason)
        self.keep()  # before each: whatever it does to this process, what was measured is not lost
        self._take_control()
        try:
            self.measurements.append(measure(benchmark, implementation, item, device))
        except NotPosed as reason:
            self._skip(f"cannot be put: {reason}")
        except AssertionError as error:
            self.failed.append(str(error).splitlines()[0])
            raise

    def measure_peer(self, benchmark: Any, device: str, path: Path, item: Item) -> None:
        """The same for a peer. Skips, and says so, where its library is not installed."""
        try:
            peer = rival(path)
        except CannotRun as absent:
            self._skip(f"absent: {absent}")
        self.measure(benchmark, device, peer, item)

    def measure_training(self, benchmark: Any) -> None:
        """The yardstick's throughput. Skips, and says so, where it is not installed."""
        try:
            epoch = gensim_epoch()
        except CannotRun as absent:
            self._skip(f"absent: {absent}")
        self.measurements.append(measure_epoch(benchmark, epoch))

    def measure_floor(self, benchmark: Any, device: str) -> None:
        case = case_of(_CONTROLLED)
        benchmark(partial(lambda *arguments: None, *case.inputs.values()))
        self.floor = tuple(float(f"{q:.3g}") for q in np.quantile(benchmark.stats.stats.data, (0, 0.5, 1)))
        self._limits = measured_limits(device)
        self._noise = certify(_product(case))

    def _take_control(self) -> None:
        """Between benchmarks: the same call once more, so that the run can say how far it was from itself."""
        if self._control is None:
            self._control = WallControl(_product(case_of(_CONTROLLED)))
        self._control.take()

    def _skip(self, reason: str) -> NoReturn:
        self.skipped[reason] += 1
        pytest.skip(reason)

    def run(self) -> Run:
        return Run(
            name="this run",
            seed=self._seed,
            machine={**machine(), "limits": None if self._limits is None else as_json(self._limits)},
            versions=surroundings(_LIBRARIES)["versions"],
            measurements=tuple(self.measurements),
            skipped=dict(sorted(self.skipped.items())),
            failed=tuple(self.failed),
            floor=self.floor,
            noise=self._certificate(),
            complete=self.complete,
        )

    def _certificate(self) -> Certificate | None:
        wall = None if self._control is None else self._control.found()
        return None if self._noise is None else replace(self._noise, wall=wall)

    def lines(self) -> Iterator[str]:
        """The summary in the terminal."""
        if self.measurements:
            yield from lines(self.run())

    def keep(self) -> None:
        """Writes what there is, where that was asked for."""
        if self._target:
            write_report(self._target, document(self.run(), fitted=self.complete))


def _product(case: Case) -> Callable[[], Any]:
    """A product that fits the second cache: what the certificate times."""
    return partial(np.dot, case.inputs["U"], case.inputs["center"])


COSTS = pytest.StashKey[Costs]()


@pytest.fixture
def cost(benchmark: Any, request: pytest.FixtureRequest) -> Callable[[Performer, Item], None]:
    """cost(implementation, item) checks, counts, times and keeps one benchmark."""
    return partial(request.config.stash[COSTS].measure, benchmark, request.config.getoption("device"))


@pytest.fixture
def cost_of_peer(benchmark: Any, request: pytest.FixtureRequest) -> Callable[[Path, Item], None]:
    """cost_of_peer(path, item) does the same with a file of bench/peers."""
    return partial(request.config.stash[COSTS].measure_peer, benchmark, request.config.getoption("device"))


@pytest.fixture
def cost_of_training(benchmark: Any, request: pytest.FixtureRequest) -> Callable[[], None]:
    """cost_of_training() times an epoch of gensim."""
    return partial(request.config.stash[COSTS].measure_training, benchmark)


@pytest.fixture
def floor(benchmark: Any, request: pytest.FixtureRequest) -> Callable[[], None]:
    """floor() times a call that does nothing, and certifies how noisy the machine is."""
    return partial(request.config.stash[COSTS].measure_floor, benchmark, request.config.getoption("device"))
