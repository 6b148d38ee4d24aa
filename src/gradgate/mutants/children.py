"""Work in forked children: they share what their parent has prepared, and none can hang or break another.

A child that is silent for too long is ended by its own alarm, so that it ends even where the parent is gone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from gradgate.errors import CannotRun

T = TypeVar("T")
R = TypeVar("R")
Alive = Callable[[], None]


@dataclass(frozen=True)
class Ended:
    """A child that gave no result. late where its alarm ended it."""

    late: bool
    sentence: str


def each_in_a_child(
    work: Callable[[T, Alive], R], tasks: Iterable[T], jobs: int, limit: int
) -> Iterator[tuple[T, R | Ended]]:
    """What work(task, alive) returns for each task, as they are done, `jobs` at a time.

    work calls alive() at least every `limit` seconds, or it is ended. Raises CannotRun where a process cannot fork.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        raise CannotRun("mutants are judged in forked processes, which this system does not have")
    running: dict[Connection, tuple[T, Any]] = {}
    left = iter(tasks)
    try:
        while True:
            while len(running) < jobs and (task := next(left, None)) is not None:
                inbox, child = _start(work, task, limit)
                running[inbox] = task, child
            if not running:
                return
            ready = wait(list(running))
            for inbox in [inbox for inbox in running if inbox in ready]:
                task, child = running.pop(inbox)
                yield task, _result(inbox, child)
    finally:
        for _, child in running.values():
            child.kill()


def _start(work: Callable[[T, Alive], R], task: T, limit: int) -> tuple[Connection, Any]:
    inbox, outbox = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_child, args=(work, task, limit, outbox), daemon=True)
    child.start()
    outbox.close()
    return inbox, child


def _child(work: Callable[[T, Alive], R], task: T, limit: int, outbox: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one ends the others
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.dont_write_bytecode = True  # two mutants of one size and second would share what is cached of them

    def alive() -> None:
        signal.alarm(limit)

    outbox.send(work(task, alive))


def _result(inbox: Connection, child: Any) -> Any:
    try:
        found = inbox.recv()
    except EOFError:
        child.join()
        late = child.exitcode == -signal.SIGALRM
        return Ended(late, "no end in sight" if late else f"the process ended with {child.exitcode}")
    child.join()
    return found
