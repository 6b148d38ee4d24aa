"""The executors that grade: one thread of this process, some processes of this machine, or a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from gradgate.errors import CannotRun
from gradgate.grading.running import Crew

_PATIENCE = 10  # seconds in which a scheduler answers
_AHEAD = 2  # submissions a worker has in hand, so that it never waits for the next


def local(jobs: int) -> Crew:
    """Processes of this machine; for one job a thread of this process, which needs no second import of everything."""
    if jobs == 1:
        return Crew(partial(_pool, ThreadPoolExecutor, 1), ahead=1)
    spawn = multiprocessing.get_context("spawn")  # a fork would copy the threads of the progress bar in mid-step
    return Crew(partial(_pool, ProcessPoolExecutor, jobs, mp_context=spawn), ahead=_AHEAD * jobs)


@contextmanager
def _pool(kind: Callable[..., Executor], *arguments: Any, **settings: Any) -> Iterator[Executor]:
    """An executor that, where the run is ended, does not first do what it has in hand."""
    executor = kind(*arguments, **settings)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def cluster(address: str) -> Iterator[tuple[Crew, Any]]:
    """The workers of a Dask scheduler, and its client. Where a worker dies, Dask gives its work to another one.

    Raises CannotRun where Dask is not installed, the scheduler does not answer, or no worker has come to it.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise CannotRun("--scheduler needs Dask, which is not installed: pip install 'gradgate[cluster]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what happens to workers is told in our own words
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise CannotRun(f"--scheduler {address}: no Dask scheduler answers there") from error
    with client:
        workers = client.nthreads()
        if not workers:
            raise CannotRun(f"--scheduler {address}: it has no workers: start some with `dask worker {address}`")
        ahead = _AHEAD * sum(workers.values())
        yield Crew(partial(_submitting, client), ahead, (BrokenExecutor, KilledWorker)), client


@contextmanager
def _submitting(client: Any) -> Iterator[Executor]:
    # pure=False: a file that was graded before, for another class or with another fault, is graded again
    executor = client.get_executor(pure=False)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False)
