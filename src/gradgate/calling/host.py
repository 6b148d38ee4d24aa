"""The parent's side of a worker process: start it, send it calls, hold the deadline, and say how it ended."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from gradgate.calling.calls import Call, Held, Outcome
from gradgate.calling.implementation import Particulars
from gradgate.calling.loading import Source
from gradgate.calling.messages import Frame, decode_held, decode_outcome, encode_calls, printable
from gradgate.calling.pipes import GONE, how_it_ended, kill_group, read_frames, write_frames
from gradgate.calling.sharing import share
from gradgate.calling.wire import BadFrame
from gradgate.errors import Broken, CannotRun, Late

LOAD_LIMIT = 60.0  # seconds for importing the implementation and what it needs, on top of a call's own limit
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
RANK = "RANK"  # in the environment of a rank, and of no other worker
_running: set[subprocess.Popen[bytes]] = set()  # the workers of this process
Found = TypeVar("Found")


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for the libraries of the processes that are started: such processes fill the cores already.

    The variables are as they were afterwards: libraries that run here look at them again (Numba does).
    """
    before = dict(os.environ)
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Worker:
    """One implementation in a process of its own.

    offers and particulars come from the process itself. `perform` never raises for what the implementation does: a
    call that is late, or that ends the process, becomes the outcome's fault, and so do the calls behind it.
    """

    def __init__(
        self,
        source: Source,
        seed: int,
        time_limit: float,
        device: str = "cpu",
        load_limit: float = LOAD_LIMIT,
        *,
        environment: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> None:
        """Starts the process, with what `environment` adds. With wait=False, `ready` comes before anything else."""
        self.source = source
        self.name = source.name
        self.remarks: list[str] = []
        self.device = device
        self._seed, self._limit, self._load_limit = seed, time_limit, load_limit
        self._environment = dict(environment or {})
        self._launch()
        if wait:
            self.ready()

    def perform(self, calls: list[Call]) -> list[Outcome]:
        if (dead := self._revived()) is not None:
            return [dead] * len(calls)
        self._outbox.put(encode_calls(calls, self.device))
        outcomes: list[Outcome] = []
        while len(outcomes) < len(calls):
            try:
                outcomes.append(self._outcome(self._next(self._limit)))
            except _Ended as end:
                self.close()
                outcomes += [Outcome(fault=str(end), fault_kind=end.kind)] * (len(calls) - len(outcomes))
        return outcomes

    def hold(self, call: Call, *, checksums: bool = True) -> tuple[Outcome, dict[str, Held]]:
        """One call whose dense matrix gradients stay in the process, until the next one or `release`.

        checksums tell what one call returned from what another did; without them they are 0.
        """
        if (dead := self._revived()) is not None:
            return dead, {}
        header, arrays = encode_calls([call], self.device)
        self._outbox.put(({**header, "hold": {"checksums": checksums}}, arrays))
        try:
            frame = self._next(self._limit)
            return self._outcome(frame), _reading(decode_held, frame)
        except _Ended as end:
            self.close()
            return Outcome(fault=str(end), fault_kind=end.kind), {}

    def rows(self, quantity: str, width: int, blocks: Sequence[slice]) -> Iterator[np.ndarray]:
        """Blocks of rows (n, width) of a result that is held, in float64; each is there until the next is asked for.

        Raises CannotRun where they do not come: the call itself is over.
        """
        window = share((2, max(block.stop - block.start for block in blocks), width), np.float64)
        sent = 0
        for turn, block in enumerate(blocks):
            for ahead in range(sent, min(turn + 2, len(blocks))):  # the next one comes while this one is looked at
                asked = {"rows": [quantity, blocks[ahead].start, blocks[ahead].stop], "slot": ahead % 2}
                # only once: a later window may have the name of an earlier one that is gone
                self._outbox.put((asked if ahead else {**asked, "window": [window.name, window.shape]}, []))
                sent += 1
            try:
                self._next(self._limit)
            except _Ended as error:
                self.close()
                raise CannotRun(f"the process of {self.name} did not give what it had returned: {error}") from error
            yield np.asarray(window[turn % 2, : block.stop - block.start])

    @property
    def process_id(self) -> int:
        return self._process.pid

    def release(self) -> None:
        """Lets the results go that the process holds."""
        self._outbox.put(({}, []))

    def _revived(self) -> Outcome | None:
        """Starts the process again if it has ended; an outcome that says why where that fails."""
        if self._process.poll() is not None:
            try:
                self._launch()
                self.ready()
            except (Broken, CannotRun) as error:
                return Outcome(fault=str(error), fault_kind="died")
        return None

    def reseed(self, seed: int) -> None:
        """Seeds the global generators of the process, for implementations that draw numbers of their own."""
        self._seed = seed
        self._outbox.put(({"seed": seed}, []))

    def close(self) -> None:
        """Ends the process and everything it started. Safe to call twice."""
        if self._process.poll() is None:
            kill_group(self._process)
        self._process.wait()
        _running.discard(self._process)
        self._outbox.put(GONE)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _launch(self) -> None:
        environment = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"}
        environment.pop(RANK, None)  # somebody else's
        environment |= self._environment
        self._process = subprocess.Popen(
            # -P: a random.py in the working folder must not become Python's own in the worker
            [sys.executable, "-P", "-m", "gradgate.calling.worker", json.dumps(asdict(self.source)), str(self._seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        _running.add(self._process)
        self._inbox: queue.Queue[Frame | BadFrame | None] = queue.Queue()
        self._outbox: queue.Queue[Frame | None] = queue.Queue()
        threading.Thread(target=read_frames, args=(self._process.stdout, self._inbox), daemon=True).start()
        threading.Thread(target=write_frames, args=(self._process.stdin, self._outbox), daemon=True).start()

    def ready(self) -> None:
        """Waits until the implementation is loaded. Raises CannotRun, Broken or Late where it cannot be."""
        try:
            hello, _ = self._next(self._load_limit + self._limit)
        except _Ended as end:
            self.close()
            kind = Late if end.kind == "timed out" else Broken
            raise kind(f"{self.name}, while it was imported: {end}") from end
        if "CannotRun" in hello or "Broken" in hello:
            self.close()
            told = CannotRun if "CannotRun" in hello else Broken
            raise told(printable(str(hello[told.__name__])))
        try:
            self.offers: tuple[str, ...] = tuple(printable(name) for name in hello["offers"])
            self.devices: tuple[str, ...] = tuple(printable(name) for name in hello["devices"])
            self.particulars = _particulars(hello["particulars"])
        except (KeyError, TypeError, AttributeError) as error:
            self.close()
            raise Broken(f"{self.name} writes to the pipe of its own process when it is imported") from error

    def _outcome(self, frame: Frame) -> Outcome:
        outcome = _reading(decode_outcome, frame)
        # a process that was started again has forgotten what the first one remarked
        remarks = _reading(lambda read: [*map(printable, read[0].get("remarks", []))], frame)
        self.remarks += [remark for remark in remarks if remark not in self.remarks]
        return outcome

    def _next(self, limit: float) -> Frame:
        try:
            frame = self._inbox.get(timeout=limit)
        except queue.Empty:
            raise _Ended("timed out", f"no answer within {limit:g} s") from None
        if frame is GONE:
            raise _Ended("died", how_it_ended(self._process))
        if isinstance(frame, BadFrame):
            raise _Ended("died", f"the process answered with something else: {frame}")
        if "harness" in frame[0]:
            self.close()
            raise CannotRun(f"gradgate itself failed in the process of {self.name}: {frame[0]['harness']}")
        return frame


class _Ended(Exception):
    """The worker gives no more answers. kind is "timed out" or "died"."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


def _reading(decode: Callable[[Frame], Found], frame: Frame) -> Found:
    try:
        return decode(frame)
    except (BadFrame, TypeError, AttributeError) as error:
        raise _Ended("died", f"the process answered with something else: {error}") from error


def end_all() -> None:
    """Ends every worker of this process and what they started, for a process that is about to end itself."""
    for process in list(_running):
        kill_group(process)


def _particulars(told: dict[str, Any]) -> Particulars:
    return Particulars(**{**told, "dtypes": tuple(told["dtypes"]), "devices": tuple(told["devices"])})
