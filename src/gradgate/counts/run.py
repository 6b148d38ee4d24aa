"""A run's share of the counts: one function in one dtype, all implementations on the same cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gradgate.calling.host import Worker
from gradgate.calling.loading import Source
from gradgate.counts.draws import DTYPES, EXACT_DTYPE, count_case
from gradgate.counts.examination import CountExamination
from gradgate.examining.subjects import Settings, Subject, noting_failure


def dtypes_of(function: str, dtypes: Iterable[str]) -> tuple[str, ...]:
    """The dtypes that a function of the counts is examined in: co-occurrences are integers, whatever is asked for."""
    return (EXACT_DTYPE,) if function == "cooccurrence" else tuple(dtype for dtype in dtypes if dtype in DTYPES)


def examine_counts(
    function: str,
    dtype: str,
    subjects: Iterable[Subject],
    workers: Mapping[Source, Worker | None],
    settings: Settings,
    count: Callable[[int], None],
) -> None:
    """Examines every subject that offers the function; `count` is told of each case that is done."""
    open_now: list[tuple[Subject, CountExamination]] = []
    for subject in subjects:
        worker = workers[subject.source]
        if worker is None or subject.cannot_run or function not in subject.offers:
            continue
        if dtype != EXACT_DTYPE and dtype not in subject.particulars.dtypes:
            continue
        worker.reseed(settings.seed)
        shipped = subject.source.shipped
        open_now.append(
            (subject, CountExamination(function, dtype, subject.particulars, worker.perform, shipped=shipped))
        )
    for index in range(settings.cases if open_now else 0):
        case = count_case(function, dtype, settings.seed, index)
        for subject, examination in open_now:
            with noting_failure(subject):
                examination.put(case)
        count(1)
    for subject, examination in open_now:
        with noting_failure(subject):
            examination.conclude()
            subject.examinations.append(examination)
    if not open_now:
        count(settings.cases)
