"""The implementations under test: shipped ones in this process, all others in a worker with a deadline.

One that is several processes is in a worker too, which starts them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pytest

from gradgate.calling.calls import Call, Outcome
from gradgate.calling.host import Worker
from gradgate.calling.implementation import Particulars
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.calling.loading import Source, load_source, require_one_process, resolve, shipped_losses
from gradgate.errors import Broken, CannotRun


class Stranger:
    """Somebody else's implementation in a worker. A function that was late once, or ended its process, is not called
    again: Hypothesis would wait for the deadline at every step of its shrinking."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.name = worker.name
        self._ended: dict[str, Outcome] = {}

    def __repr__(self) -> str:
        return self.name

    @property
    def offers(self) -> tuple[str, ...]:
        return self.worker.offers

    @property
    def particulars(self) -> Particulars:
        return self.worker.particulars

    def perform(self, calls: list[Call]) -> list[Outcome]:
        function = calls[0].case.function
        if function in self._ended:
            return [self._ended[function]] * len(calls)
        self.worker.reseed(calls[0].case.seed)  # the same case, put again, draws the same numbers of its own
        outcomes = self.worker.perform(calls)
        if ended := [outcome for outcome in outcomes if outcome.fault_kind in ("timed out", "died")]:
            self._ended[function] = ended[0]
        return outcomes


@dataclass(frozen=True)
class Unloadable:
    """Stands where an implementation should, when its file cannot even be loaded: one test fails with the sentence."""

    name: str
    sentence: str


@dataclass
class Subjects:
    """The implementations of a run. Those asked for by name are loaded at once; CannotRun where one cannot be."""

    specs: list[str]
    device: str
    seed: int
    time_limit: float
    lift: bool = False  # whether batched forms that are lacking are lifted, for benchmarks
    named: dict[Source, Performer | Unloadable] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)

    def load_named(self) -> None:
        for spec in self.specs:
            source = resolve(spec)
            if source not in self.named:
                self.named[source] = self._load(source)

    @cached_property
    def parameters(self) -> list[Any]:
        """What `implementation` stands for, one test each. Shipped ones that cannot run here are skips with reasons."""
        found: list[Any] = [pytest.param(subject, id=subject.name) for subject in self.named.values()]
        for name in [] if self.specs else shipped_losses():
            try:
                found.append(pytest.param(self._load(resolve(name)), id=name))
            except CannotRun as reason:
                found.append(pytest.param(None, id=name, marks=pytest.mark.skip(reason=str(reason))))
        return found

    @property
    def can_run(self) -> bool:
        """Whether there is anything to put a law to."""
        return any(parameter.values[0] is not None for parameter in self.parameters)

    def close(self) -> None:
        for worker in self.workers:
            worker.close()

    def _load(self, found: Source) -> Performer | Unloadable:
        source = replace(found, lift=self.lift)
        try:
            return self._load_shipped(source) if source.shipped else self._start(source)
        except Broken as error:
            return Unloadable(source.name, str(error))

    def _load_shipped(self, source: Source) -> Performer:
        implementation = load_source(source, ranks=True)
        if implementation.particulars.ranks > 1:
            return self._start(source)
        for library in ("torch", "numba"):  # small arrays: more threads only get into each other's way
            if loaded := sys.modules.get(library):
                loaded.set_num_threads(1)
        self._require_device(source.name, implementation.devices_here())
        return InProcess(implementation, self.device)

    def _start(self, source: Source) -> Stranger:
        worker = Worker(source, self.seed, self.time_limit, self.device)
        self.workers.append(worker)
        self._require_device(source.name, worker.devices)
        if self.lift:  # benchmarks call it in this process
            require_one_process(source.name, worker.particulars)
        return Stranger(worker)

    def _require_device(self, name: str, devices: tuple[str, ...]) -> None:
        if self.device not in devices:
            raise CannotRun(f"{name} cannot run on {self.device} here, only on {', '.join(devices)}")
