"""A run of the gate: every implementation, function and dtype on the same cases, divided over a few processes.

A unit is one function in one dtype. Units go to the lanes (processes) in a fixed order, so that a run is the same
whatever the machine does; each lane keeps one worker per implementation."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import Any

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.host import Worker, end_all, one_thread
from gradgate.calling.implementation import Particulars
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import Source, load
from gradgate.case import Case
from gradgate.counts.run import dtypes_of, examine_counts
from gradgate.draws import generated
from gradgate.errors import Broken, CannotRun, Late
from gradgate.examining.examination import Examination, arithmetic_of, plan_case
from gradgate.examining.judging import Plan
from gradgate.examining.peers import PEERS, peer_evidence
from gradgate.examining.strength import measure_strength
from gradgate.examining.subjects import Settings, Subject, noting_failure
from gradgate.interface import COUNTS
from gradgate.text import TEXT_FUNCTIONS, Corpus, build_corpus, gate_corpus, read_text, text_case
from gradgate.text.corpus import GATE_VOCABULARY
from gradgate.witness import Witness

Unit = tuple[str, str]  # function, dtype


def run(sources: list[Source], settings: Settings, progress: Callable[[int, int], None]) -> list[Subject]:
    """Examines every source; the subjects come in the order of the sources, their examinations in that of the contract.

    progress is told how many examined cases are done, of how many, about five times a second.
    """
    if settings.text is not None:
        read_text(settings.text)  # a text that cannot be read must be said before anything is started
    units = [(function, dtype) for function in settings.functions for dtype in _dtypes_of(function, settings)]
    if not units:
        asked = ", ".join(settings.functions)
        raise CannotRun(f"{asked}: not examined in {', '.join(settings.dtypes)}, but in float64 and float32")
    lanes = [units[lane :: settings.jobs] for lane in range(min(settings.jobs, len(units)))]
    total = sum(_cases_of(function, settings) for function, _ in units)
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q", 0)
    others = set(multiprocessing.active_children())
    with one_thread(), ProcessPoolExecutor(len(lanes), context, _begin_lane, (counter,)) as pool:
        try:
            futures = [pool.submit(_lane, lane, sources, settings) for lane in lanes]
            pending = set(futures)
            while pending:
                _, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                progress(counter.value, total)
            return _merge([future.result() for future in futures], units)
        except BrokenProcessPool as error:
            raise CannotRun("a process of the run was killed, perhaps for want of memory; try --jobs 1") from error
        except BaseException:  # an interruption, or a lane that failed: the others need not finish
            for lane_process in set(multiprocessing.active_children()) - others:
                lane_process.terminate()
            raise


def _dtypes_of(function: str, settings: Settings) -> tuple[str, ...]:
    return dtypes_of(function, settings.dtypes) if function in COUNTS else settings.dtypes


def _merge(parts: list[list[Subject]], units: list[Unit]) -> list[Subject]:
    """One subject from its share in each lane."""
    merged = []
    for shares in zip(*parts, strict=True):
        whole = shares[0]
        found = [examination for share in shares for examination in share.examinations]
        whole.examinations = sorted(found, key=lambda e: units.index((e.function, e.dtype)))
        whole.remarks = sorted({remark for share in shares for remark in share.remarks})
        whole.cannot_run = next((share.cannot_run for share in shares if share.cannot_run), "")
        whole.broken = next((share.broken for share in shares if share.broken), "")
        whole.late = any(share.late for share in shares)
        merged.append(whole)
    return merged


_counter: Any = None  # how many cases all lanes have done; set once in each process of the pool


def _begin_lane(counter: Any) -> None:
    global _counter  # noqa: PLW0603  # the pool's only way to hand a shared value to its processes
    _counter = counter
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one ends the others
    signal.signal(signal.SIGTERM, lambda *_: _end_lane())
    threading.Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    """Ends this process when the one that started it is gone, however it went."""
    if (run_process := multiprocessing.parent_process()) is not None:
        run_process.join()
        _end_lane()


def _end_lane() -> None:
    end_all()
    os._exit(1)


def _lane(units: list[Unit], sources: list[Source], settings: Settings) -> list[Subject]:
    """Examines all sources on the lane's units, one unit after the other."""
    corpus = _corpus(settings) if settings.text_cases else None
    subjects = [Subject(source) for source in sources]
    peers = {name: InProcess(load(name)) for name in PEERS}  # our own, and trusted to return
    with ExitStack() as stack:
        started = [stack.enter_context(launch(source, settings)) for source in sources]  # all of them load at once
        workers = {s.source: greet(s, worker, settings) for s, worker in zip(subjects, started, strict=True)}
        for function, dtype in units:
            _examine_unit(function, dtype, subjects, workers, peers, settings, corpus)
        for subject in subjects:
            if (worker := workers[subject.source]) is not None:
                subject.remarks = worker.remarks
    return subjects


def _corpus(settings: Settings) -> Corpus:
    if settings.text is None:
        return gate_corpus()
    return build_corpus(read_text(settings.text), max_size=GATE_VOCABULARY)


def launch(source: Source, settings: Settings) -> Worker:
    """A worker that may still be loading."""
    limits = (settings.time_limit, settings.device, settings.load_limit)
    return Worker(source, settings.seed, *limits, wait=False)


def greet(subject: Subject, worker: Worker, settings: Settings) -> Worker | None:
    """The worker once it is loaded, and its subject told what it offers; None, and the subject told why not."""
    try:
        worker.ready()
    except CannotRun as error:
        subject.cannot_run = str(error)
        return None
    except Broken as error:
        subject.broken, subject.late = str(error), isinstance(error, Late)
        return None
    subject.offers, subject.particulars = worker.offers, worker.particulars
    if settings.device.partition(":")[0] not in worker.devices:
        name, here = subject.source.name, ", ".join(worker.devices)
        subject.cannot_run = (
            f"{name} cannot run on {settings.device} here: it runs on {here}"
            if here
            else f"no device: {name} runs on {', '.join(worker.particulars.devices)}, which this machine does not have"
        )
        return None
    return worker


def _examine_unit(
    function: str,
    dtype: str,
    subjects: list[Subject],
    workers: dict[Source, Worker | None],
    peers: dict[str, InProcess],
    settings: Settings,
    corpus: Corpus | None,
) -> None:
    if function in COUNTS:
        examine_counts(function, dtype, subjects, workers, settings, _count)
        return
    open_now: list[tuple[Subject, Examination]] = []
    for subject in subjects:
        worker = workers[subject.source]
        if (
            worker is None
            or subject.cannot_run
            or function not in subject.offers
            or dtype not in subject.particulars.dtypes
        ):
            continue
        worker.reseed(settings.seed)
        examination = Examination(
            function,
            dtype,
            subject.particulars,
            worker.perform,
            shipped=subject.source.shipped,
            tier=settings.tier,
        )
        open_now.append((subject, examination))
    if not open_now:
        _count(_cases_of(function, settings))
    for case in _cases(function, dtype, settings, corpus) if open_now else ():
        _examine_case(case, open_now, peers, settings)
        _count(1)
    for subject, examination in open_now:
        with noting_failure(subject):
            examination.conclude()
            subject.examinations.append(examination)
    judged = [(worker, e) for subject, e in open_now if (worker := workers[subject.source]) and not subject.cannot_run]
    measure_strength(judged, _cases(function, dtype, settings, corpus))


def _count(cases: int) -> None:
    if _counter is not None:
        with _counter.get_lock():
            _counter.value += cases


def _cases_of(function: str, settings: Settings) -> int:
    """How many cases `_cases` yields: sigmoid and softmax take no word of a text."""
    return settings.cases + (settings.text_cases if function in TEXT_FUNCTIONS else 0)


def _cases(function: str, dtype: str, settings: Settings, corpus: Corpus | None) -> Iterator[Case]:
    for index in range(settings.cases):
        yield generated(function, dtype, settings.seed, index)
    if corpus is not None and function in TEXT_FUNCTIONS:
        for index in range(settings.text_cases):
            yield text_case(function, dtype, corpus, settings.seed, index)


def _examine_case(
    case: Case, open_now: list[tuple[Subject, Examination]], peers: dict[str, InProcess], settings: Settings
) -> None:
    """One witness and one plan for all implementations of one arithmetic; the peers' evidence for all of them."""
    plans: dict[Arithmetic, tuple[Witness, Plan]] = {}
    first = Witness(case, arithmetic_of(Particulars(), case.dtype), settings.tier)
    seen = peer_evidence(case, first, peers)
    for subject, examination in list(open_now):
        if examination.arithmetic not in plans:
            witness = Witness(case, examination.arithmetic, settings.tier)
            witness.share(first)
            plans[examination.arithmetic] = (witness, plan_case(witness))
        others = {name: evidence for name, evidence in seen.items() if name != subject.source.name}
        with noting_failure(subject):
            examination.put(*plans[examination.arithmetic], others)
        if subject.cannot_run:
            open_now.remove((subject, examination))
