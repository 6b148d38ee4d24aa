"""The executors that grade: one thread of this process, some processes of this machine, or a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from gradgate.errors import CannotRun
from gradgate.grading.running import Crew

_PATIENCE = 5  # seconds in which a scheduler answers
_AHEAD = 2  # submissions a worker has in hand, so that it never waits for the next


def local(jobs: int) -> Crew:
    """Processes of this machine; for one job a thread of this process, which needs no second import of everything."""
    if jobs == 1:
        return Crew(partial(_pool, ThreadPoolExecutor, 1), ahead=1)
    spawn = multiprocessing.get_context("spawn")  # a fork would copy the threads of the progress bar in mid-step
    start = partial(_pool, ProcessPoolExecutor, jobs, mp_context=spawn, initializer=_end_with_parent)
    return Crew(start, ahead=_AHEAD * jobs)


def _end_with_parent() -> None:
    """A process of the pool would outlive one that is killed: it holds both ends of the pipe that it waits at."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(process: Any) -> None:
    process.join()
    os._exit(1)


@contextmanager
def _pool(kind: Callable[..., Executor], *arguments: Any, **settings: Any) -> Iterator[Executor]:
    """An executor that, where the run is ended, does not first do what it has in hand."""
    executor = kind(*arguments, **settings)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def cluster(address: str, gate: Callable[[], dict[str, Any]]) -> Iterator[tuple[Crew, dict[str, Any]]]:
    """The workers of a Dask scheduler, and what gate() says on them. Where a worker dies, Dask gives its work to
    another one.

    Raises CannotRun where Dask is not installed, the scheduler does not answer, no worker has come to it, or its
    workers do not all judge alike.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import get_address_host_port
    except ImportError as error:
        raise CannotRun("--scheduler needs Dask, which is not installed: pip install 'gradgate[cluster]'") from error
    _silence("distributed")
    try:
        socket.create_connection(get_address_host_port(address), _PATIENCE).close()  # Client would not give up quietly
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise CannotRun(f"--scheduler {address}: no Dask scheduler answers there") from error
    with client:
        workers = client.nthreads()
        if not workers:
            raise CannotRun(f"--scheduler {address}: it has no workers: start some with `dask worker {address}`")
        crew = Crew(partial(_submitting, client), _AHEAD * sum(workers.values()), (BrokenExecutor, KilledWorker))
        yield crew, _agreed(client, gate, address)


def _agreed(client: Any, gate: Callable[[], dict[str, Any]], address: str) -> dict[str, Any]:
    """What all workers say of themselves. A class must not be judged by two gates."""
    try:
        told = client.run(gate)
    except Exception as error:  # whatever their Python lacks
        raise CannotRun(f"--scheduler {address}: its workers cannot grade ({error}): install gradgate there") from error
    first, *others = sorted(told.items())
    for worker, other in others:
        if keys := [key for key in first[1] if other.get(key) != first[1][key] and key != "missing"]:
            raise CannotRun(f"--scheduler {address}: {first[0]} and {worker} differ in {', '.join(keys)}")
    return dict(first[1])


@contextmanager
def _submitting(client: Any) -> Iterator[Executor]:
    # pure=False: a file that was graded before, for another class or with another fault, is graded again
    executor = client.get_executor(pure=False)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False)


def _silence(package: str) -> None:
    """What becomes of workers is told in our own words. The package gave each of its loggers a level of its own."""
    for name in [package, *(name for name in logging.root.manager.loggerDict if name.startswith(f"{package}."))]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
