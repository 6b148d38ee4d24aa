"""Each fault of the catalogue planted, examined, and called by a name: the name that is due, another one, or none.

The faults are planted into one implementation, and tried as hypotheses in another. Beside the full naming, each fault
is held out of the hypotheses: what is said then rests on the formula, the program, and the other faults."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from gradgate.calling.host import one_thread
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.calling.loading import load
from gradgate.causes.cause import Cause
from gradgate.causes.dossier import Dossier
from gradgate.causes.hypotheses import BASE as OF_HYPOTHESES
from gradgate.causes.hypotheses import predicted
from gradgate.causes.naming import name_cause
from gradgate.draws import generated
from gradgate.examining.examination import Examination
from gradgate.examining.trial import Hearing
from gradgate.faults import Fault, Faulty, catalogue
from gradgate.power.trials import BASES, ORDER, SEED, SPREAD, hear
from gradgate.report.wording import likely_cause

Record = dict[str, Any]
Names = tuple[str, str, str]  # of a trial: the fault, the function, the dtype
PLANTED_IN = BASES[OF_HYPOTHESES]  # another implementation than that of the hypotheses: it rounds otherwise
DTYPES = ("float64", "float32")
SETTING = {"seed": SEED, "cases": len(SPREAD), "planted_in": PLANTED_IN, "hypotheses_in": OF_HYPOTHESES}
RIGHT, TWIN, KIN, NONE, WRONG = "right", "twin", "kin", "none", "wrong"


@dataclass(frozen=True)
class Trial:
    """One fault in one function and dtype."""

    fault: Fault
    function: str
    dtype: str


def trials(faults: Sequence[Fault] | None = None) -> list[Trial]:
    """Every fault in every function that it is for, in each dtype whose precision it exceeds."""
    faults = catalogue() if faults is None else faults
    return [
        Trial(fault, function, dtype)
        for dtype in DTYPES
        for function in dict.fromkeys(f for fault in faults for f in fault.functions)
        for fault in faults
        if function in fault.functions and dtype in fault.dtypes
    ]


def measure(
    chosen: Sequence[Trial], jobs: int = 1, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Record]:
    """A row for each trial that the gate catches, in their order. progress is told how many of how many are done.

    jobs is the number of processes.
    """
    parts = [list(names) for names in _parts([(t.fault.name, t.function, t.dtype) for t in chosen])]
    rows: list[Record] = []
    done = 0
    with one_thread(), ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        for part, found in zip(parts, pool.map(_rows_of, parts), strict=True):
            rows += found
            done += len(part)
            progress(done, len(chosen))
    return rows


def _parts(names: Sequence[Names]) -> Iterator[Sequence[Names]]:
    """Up to twenty trials of one function and dtype, which share the cases."""
    for _, group in groupby(names, key=lambda name: name[1:]):
        together = list(group)
        yield from (together[start : start + 20] for start in range(0, len(together), 20))


def _rows_of(names: Sequence[Names]) -> list[Record]:
    faults = {fault.name: fault for fault in catalogue()}
    found = (row_of(Trial(faults[name], function, dtype)) for name, function, dtype in names)
    return [row for row in found if row is not None]


def example() -> str:
    """What is printed for the fault that is met most often."""
    [fault] = [fault for fault in catalogue() if fault.name == "repeats_counted_once"]
    dossier = examined(Trial(fault, "negative_sampling", "float64"))
    cause = name_cause(dossier) if dossier else None
    return likely_cause(cause) if cause else ""


def row_of(trial: Trial) -> Record | None:
    """What the fault is called, in full and held out; None where it is not caught."""
    dossier = examined(trial)
    if dossier is None:
        return None
    fault = trial.fault
    return {
        "fault": fault.name,
        "function": trial.function,
        "dtype": trial.dtype,
        "due": [fault.cause, *fault.also],
        "named": _said(name_cause(dossier), trial),
        "held_out": _said(name_cause(dossier, without=(fault.name,)), trial),
        "formula_alone": _said(name_cause(dossier, catalogue=False), trial),
    }


def examined(trial: Trial) -> Dossier | None:
    """The dossier of the fault planted; None where it is not caught."""
    faulty = Faulty(InProcess(load(PLANTED_IN)), trial.fault)
    return after_the_cases(faulty, trial.function, trial.dtype, edge=trial.fault.edge)


def after_the_cases(performer: Performer, function: str, dtype: str, *, edge: bool) -> Dossier | None:
    """The dossier of an examination on some of the gate's cases, or on more while nothing has failed; None then.

    edge: the laws that do not bind strangers bind too.
    """
    examination = Examination(function, dtype, performer.particulars, performer.perform, shipped=edge, tier="default")
    for done, hearing in enumerate(_hearings(function, dtype)):
        if done >= len(SPREAD) and examination.has_failed:
            break
        examination.put(hearing.witness, hearing.full, hearing.peers)
    examination.settle()
    return examination.dossier() if examination.has_failed else None


_heard: dict[tuple[str, str], list[Hearing]] = {}  # trials come function by function: only the last one's are kept


def _hearings(function: str, dtype: str) -> Iterator[Hearing]:
    """The gate's cases with what does not depend on the fault."""
    if (function, dtype) not in _heard:
        _heard.clear()
        _heard[function, dtype] = []
    known = _heard[function, dtype]
    right, peer = (InProcess(load(name)) for name in (PLANTED_IN, OF_HYPOTHESES))
    for place, index in enumerate(ORDER):
        if place == len(known):
            known.append(hear(generated(function, dtype, SEED, index), right, peer))
        yield known[place]


def _said(cause: Cause | None, trial: Trial) -> Record:
    """The outcome, and what was said, where that is not the fault's own sentence."""
    if cause is None:
        return {"outcome": NONE}
    fault = trial.fault
    found = {"outcome": _outcome(cause, trial), "name": cause.name, "confidence": cause.confidence}
    return found if cause.sentence == fault.sentence.removesuffix(".") else {**found, "sentence": cause.sentence}


def _outcome(cause: Cause, trial: Trial) -> str:
    """Wrong where the name is not true of the fault; a twin or kin where the sentence is that of another fault."""
    fault = trial.fault
    if cause.name not in (fault.cause, *fault.also):
        return WRONG
    others = [f for f in catalogue() if f.sentence.removesuffix(".") == cause.sentence and f.sentence != fault.sentence]
    if not others:
        return RIGHT
    return TWIN if any(are_twins(fault, other, trial) for other in others) else KIN


def are_twins(one: Fault, other: Fault, trial: Trial) -> bool:
    """Whether two faults give the same bytes on every case of the gate."""
    for index in ORDER:
        case = generated(trial.function, trial.dtype, SEED, index)
        answers = predicted(one, case), predicted(other, case)
        if answers[0].keys() != answers[1].keys():
            return False
        if not all(np.array_equal(answers[0][q], answers[1][q], equal_nan=True) for q in answers[0]):
            return False
    return True
