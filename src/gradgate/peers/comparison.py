"""The whole comparison as data: every checker at every size, each cell in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from time import perf_counter
from typing import Any

from gradgate.calling.host import one_thread
from gradgate.faults import catalogue
from gradgate.peers.checkers import CHECKERS, Checker
from gradgate.peers.costs import costs, seconds_a_call
from gradgate.peers.subjects import shown
from gradgate.peers.verdicts import LIMITS, verdicts
from gradgate.report.document import surroundings

SCHEMA = "gradgate.peers/1"
SIZES = ((5, 3), (50, 10), (1000, 50), (10_000, 100))
Size = tuple[int, int]
Record = dict[str, Any]
Progress = Callable[[str, int, int], None]  # what was done last, how many are done, and of how many


def measure(
    sizes: Sequence[Size] = SIZES,
    checkers: Sequence[Checker] = CHECKERS,
    jobs: int = 2,
    progress: Progress = lambda *state: None,
) -> Record:
    """Verdicts first, `jobs` cells at a time; then the costs, one cell after the other and nothing beside them."""
    start, load = perf_counter(), os.getloadavg()
    present = [checker for checker in checkers if not checker.absent]
    tasks = 2 * len(sizes) * len(present)
    with one_thread():
        shows = {size: shown(*size) for size in sizes}
        cells = _verdicts(present, shows, jobs, lambda what, done: progress(what, done, tasks))
        _add_costs(present, cells, lambda what, done: progress(what, tasks // 2 + done, tasks))
        calls = {size: _alone(seconds_a_call, *size) for size in sizes}
    return {
        "schema": SCHEMA,
        "limits": LIMITS,
        "jobs": jobs,
        "load": [round(load[0], 1), round(os.getloadavg()[0], 1)],
        **surroundings(("gradgate", "numpy")),
        "checkers": [_about(checker) for checker in checkers],
        "sizes": [_size(size, shows[size], calls[size]) for size in sizes],
        "cells": cells,
        "seconds": round(perf_counter() - start),
    }


def _about(checker: Checker) -> Record:
    return {name: getattr(checker, name) for name in ("name", "package", "version", "rule", "absent")}


def _size(size: Size, shows: Sequence[tuple[str, str]], seconds: float) -> Record:
    quantities = {fault.name: fault.quantity for fault in catalogue()}
    faults = [[fault, function, quantities[fault]] for fault, function in shows]
    return {"V": size[0], "d": size[1], "seconds_a_call": seconds, "faults": faults}


def _verdicts(
    present: Sequence[Checker],
    shows: dict[Size, list[tuple[str, str]]],
    jobs: int,
    progress: Callable[[str, int], None],
) -> list[Record]:
    with _processes(jobs) as pool:
        futures: dict[Future[Record], Record] = {}
        for (V, d), faults in sorted(shows.items(), reverse=True):  # what takes longest first
            for checker in present:
                cell = {"checker": checker.name, "V": V, "d": d}
                futures[pool.submit(verdicts, checker, V, d, faults)] = cell
        for done, future in enumerate(as_completed(futures), 1):
            cell = futures[future]
            cell.update(future.result())
            progress(f"{cell['checker']} at V={cell['V']}", done)
    order = [(*size, checker.name) for size in shows for checker in present]
    return sorted(futures.values(), key=lambda cell: order.index((cell["V"], cell["d"], cell["checker"])))


def _add_costs(checkers: Sequence[Checker], cells: Sequence[Record], progress: Callable[[str, int], None]) -> None:
    named = {checker.name: checker for checker in checkers}
    for done, cell in enumerate(cells, 1):
        if not cell["not_run"]:
            cell.update(_alone(costs, named[cell["checker"]], cell["V"], cell["d"], cell["calls"]))
        progress(f"the costs of {cell['checker']} at V={cell['V']}", done)


def _alone(function: Callable[..., Any], *arguments: Any) -> Any:
    with _processes(1) as pool:
        return pool.submit(function, *arguments).result()


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
