"""A run of the gate on large cases: one implementation after the other on the same U, each in its worker.

What a case is judged by is computed once for all implementations of one arithmetic, as at ordinary sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.host import Worker
from gradgate.calling.implementation import Particulars
from gradgate.calling.loading import Source
from gradgate.calling.sharing import SharedArray
from gradgate.case import Case
from gradgate.errors import CannotRun
from gradgate.examining.examination import arithmetic_of
from gradgate.examining.run import greet, launch
from gradgate.examining.subjects import Settings, Subject, noting_failure
from gradgate.formats import FORMATS
from gradgate.large.calls import Caller
from gradgate.large.draws import FUNCTIONS, PAIRS, draw_matrix, large_case, matrices_of
from gradgate.large.examination import LargeExamination
from gradgate.large.memory import Watch, require_memory
from gradgate.large.named import NamedRows
from gradgate.large.witness import SoftmaxWitness
from gradgate.witness import Witness

VOCABULARY, DIMENSION, CASES = 10_000, 100, 3

Workers = Mapping[Source, Worker | None]
Open = list[tuple[Subject, LargeExamination]]


def run_large(sources: list[Source], settings: Settings, progress: Callable[[int, int], None]) -> list[Subject]:
    """Examines every source on cases of the settings' vocabulary and dimension; subjects and progress as in `run`."""
    functions = tuple(function for function in settings.functions if function in FUNCTIONS)
    if not functions:
        known = ", ".join(FUNCTIONS)
        raise CannotRun(f"--vocabulary is for {known}; this run asks for {', '.join(settings.functions)}")
    V, d = _sizes(settings)
    widest = max(FORMATS[dtype].carrier.itemsize for dtype in settings.dtypes)
    require_memory(V, d, widest, len(matrices_of(functions)))
    subjects = [Subject(source) for source in sources]
    total, done = len(functions) * len(settings.dtypes) * settings.cases, 0
    with ExitStack() as stack:
        started = [stack.enter_context(launch(source, settings)) for source in sources]  # all of them load at once
        workers = {s.source: greet(s, worker, settings) for s, worker in zip(subjects, started, strict=True)}
        watch = Watch(worker.process_id for worker in workers.values() if worker)
        for dtype in settings.dtypes:
            for _ in _examine_dtype(dtype, functions, subjects, workers, settings, watch):
                done += 1
                progress(done, total)
        for subject in subjects:
            if (worker := workers[subject.source]) is not None:
                subject.remarks = worker.remarks
            subject.examinations.sort(key=lambda e: functions.index(e.function))
    return subjects


def sizes(vocabulary: int | None, dimension: int | None) -> tuple[int, int] | tuple[None, None]:
    """V and d of large cases, of which one may be left to its default; None twice where neither is asked for."""
    return (vocabulary or VOCABULARY, dimension or DIMENSION) if vocabulary or dimension else (None, None)


def _sizes(settings: Settings) -> tuple[int, int]:
    assert settings.vocabulary
    assert settings.dimension
    return settings.vocabulary, settings.dimension


def _examine_dtype(
    dtype: str,
    functions: tuple[str, ...],
    subjects: list[Subject],
    workers: Workers,
    settings: Settings,
    watch: Watch,
) -> Iterator[None]:
    """All functions in one dtype, on the same matrices; yields once a case."""
    matrices: dict[str, SharedArray] = {}
    for function in functions:
        open_now = _opened(function, dtype, subjects, workers, settings, watch)
        for name in matrices_of((function,)) if open_now else ():
            if name not in matrices:
                matrices[name] = draw_matrix(name, *_sizes(settings), dtype, settings.seed)
        for index in range(settings.cases):
            if open_now:
                _examine_case(large_case(function, dtype, matrices, settings.seed, index), open_now)
            yield
        for subject, examination in open_now:
            with noting_failure(subject):
                examination.conclude()
                subject.examinations.append(examination)


def _opened(
    function: str, dtype: str, subjects: list[Subject], workers: Workers, settings: Settings, watch: Watch
) -> Open:
    """An examination for every implementation that offers the function in the dtype."""
    opened = []
    for subject in subjects:
        worker = workers[subject.source]
        if worker and not subject.cannot_run and function in subject.offers and dtype in subject.particulars.dtypes:
            worker.reseed(settings.seed)
            call = Caller(worker, *_sizes(settings))
            opened.append((subject, LargeExamination(function, dtype, subject, call, settings.tier, watch)))
    return opened


def _examine_case(case: Case, open_now: Open) -> None:
    """One case for all of them; its exact values are shared."""
    if case.function in PAIRS:
        _put_pairs(case, open_now)
    else:
        _put_named(NamedRows(case), open_now)


def _put_pairs(case: Case, open_now: Open) -> None:
    start = time.perf_counter()
    first = SoftmaxWitness(case, arithmetic_of(Particulars(), case.dtype), open_now[0][1].tier)
    first.share(first)
    seconds = time.perf_counter() - start
    witnesses: dict[Arithmetic, SoftmaxWitness] = {first.arithmetic: first}
    for subject, examination in open_now:
        if examination.arithmetic not in witnesses:
            witness = witnesses[examination.arithmetic] = SoftmaxWitness(case, examination.arithmetic, examination.tier)
            witness.share(first)
        examination.took.seconds["reference"] += seconds
        with noting_failure(subject):
            examination.put_pairs(witnesses[examination.arithmetic])


def _put_named(rows: NamedRows, open_now: Open) -> None:
    first = Witness(rows.small, arithmetic_of(Particulars(), rows.small.dtype), open_now[0][1].tier)
    for subject, examination in open_now:
        witness = Witness(rows.small, examination.arithmetic, examination.tier)
        witness.share(first)
        with noting_failure(subject):
            examination.put_named(rows, witness)
