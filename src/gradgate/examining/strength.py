"""The strength of a run: what would have slipped through it, and the smallest error that it would have caught.

Measured on the very implementation that has just been judged right: faults of the catalogue are planted into it, and
put to the run's own laws on the run's own cases; and single components are moved until the exact laws refute them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Call
from gradgate.calling.inprocess import Performer
from gradgate.case import Case
from gradgate.evidence import Evidence, Unusable
from gradgate.examining.examination import EXACT, Examination
from gradgate.examining.findings import Planted, Sharpness, Strength
from gradgate.examining.trial import Hearing, Trial
from gradgate.faults import Fault, catalogue, moved
from gradgate.formats import FLOAT32, FLOAT64
from gradgate.laws import BY_NAME, LAWS
from gradgate.verdicts import FRAGILE, VERIFIED
from gradgate.witness import Witness

MOST_FAULTS = 12  # planted into a function
_WHOLE = 40  # cases with all laws, which take turns of forty; what they all miss meets the exact laws on the rest
_CASES = 20  # on which the smallest error is sought: each kind of input twice
_GROWTH = 1.25  # how the error grows from the smallest that the bound should show, until it is refuted
_EXACT_LAWS = [BY_NAME[name] for name in EXACT]


def chosen_faults(function: str, dtype: str) -> list[Fault]:
    """Wrong formulas of every family in turn, those seen in real work before the others.

    float64 and float32 get none that is smaller than their precision; 16 bits get those that both of them can see.
    """
    seen_in = {dtype} if dtype in (FLOAT64.name, FLOAT32.name) else {FLOAT64.name, FLOAT32.name}
    due = [
        fault
        for fault in catalogue()
        if function in fault.functions
        and seen_in <= set(fault.dtypes)
        and not (fault.fragile or fault.edge or fault.form)
    ]
    families = [
        sorted(family, key=lambda fault: not fault.origin.startswith("seen"))
        for _, family in groupby(due, key=lambda fault: fault.family)
    ]
    return [fault for turn in zip_longest(*families) for fault in turn if fault is not None][:MOST_FAULTS]


def measure_strength(open_now: Sequence[tuple[Performer, Examination]], cases: Iterable[Case]) -> None:
    """Gives each examination that found nothing wrong its strength. cases are those of the run, in its order."""
    probes = [Probe(*pair) for pair in open_now if pair[1].verdict in (VERIFIED, FRAGILE)]
    for done, case in enumerate(cases):
        waiting = [probe for probe in probes if done < _CASES or probe.waiting]
        if not waiting:
            break
        hearings: dict[Arithmetic, Hearing] = {}
        for probe in waiting:
            arithmetic = probe.examination.arithmetic
            if arithmetic not in hearings:
                laws = LAWS if done < _WHOLE else _EXACT_LAWS
                hearings[arithmetic] = Hearing(Witness(case, arithmetic, probe.examination.tier), {}, laws)
            probe.put(hearings[arithmetic], sharpen=done < _CASES)
    for probe in probes:
        probe.examination.strength = probe.conclude()


class Probe:
    """The faults that are on trial in one implementation's function, and the thresholds that its bounds suggest."""

    def __init__(self, performer: Performer, examination: Examination) -> None:
        self.examination = examination
        self._performer = performer
        self.waiting = [self._trial(f) for f in chosen_faults(examination.function, examination.dtype)]
        self._done: list[tuple[Trial, Examination]] = []
        self._order = [trial.fault.name for trial, _ in self.waiting]
        self._thresholds: dict[str, list[Thresholds]] = {}

    def _trial(self, fault: Fault) -> tuple[Trial, Examination]:
        trial = Trial(fault, self._performer.name, self.examination.dtype)
        return trial, trial.examination(self._performer, self.examination.function, tier=self.examination.tier)

    def put(self, hearing: Hearing, *, sharpen: bool) -> None:
        """One case: the exact laws first, the others where those see nothing."""
        for trial, examination in self.waiting:
            for laws in (_EXACT_LAWS, [law for law in LAWS if law not in _EXACT_LAWS]):
                if not trial.caught:
                    _note(trial, examination, hearing, laws)
        self._done += [pair for pair in self.waiting if pair[0].caught]
        self.waiting = [pair for pair in self.waiting if not pair[0].caught]
        if sharpen:
            for found in _thresholds(hearing, self._performer):
                self._thresholds.setdefault(found.quantity, []).append(found)

    def conclude(self) -> Strength:
        ended = sorted([*self._done, *self.waiting], key=lambda pair: self._order.index(pair[0].fault.name))
        sharpness = {quantity: self._sharpness(found) for quantity, found in self._thresholds.items()}
        return Strength([_planted(trial) for trial, _ in ended], sharpness)

    def _sharpness(self, found: list[Thresholds]) -> Sharpness:
        every = np.concatenate([each.errors for each in found])
        order = np.argsort(every)
        return Sharpness(*(self._refuted_from(found, int(order[rank])) for rank in (0, len(every) // 2)))

    def _refuted_from(self, found: list[Thresholds], place: int) -> float:
        """The relative error at one component, all cases counted through, that the exact laws do refute."""
        for each in found:
            if place < len(each.errors):
                break
            place -= len(each.errors)
        error = float(each.errors[place])
        while error < 1 and not self._refutes(each, int(each.places[place]), error):
            error *= _GROWTH
        return error if error < 1 else np.inf

    def _refutes(self, where: Thresholds, place: int, error: float) -> bool:
        trial, examination = self._trial(moved(self.examination.function, where.quantity, place, error))
        _note(trial, examination, where.hearing, _EXACT_LAWS)
        return trial.caught


@dataclass(frozen=True, eq=False)
class Thresholds:
    """For the components of a quantity that may be told apart from zero: the relative error that must be seen.

    errors (n,), and places (n,) of the components in the flattened quantity.
    """

    quantity: str
    hearing: Hearing
    errors: np.ndarray
    places: np.ndarray


def _thresholds(hearing: Hearing, performer: Performer) -> Iterator[Thresholds]:
    witness = hearing.witness
    [outcome] = performer.perform([Call("base", witness.case)])
    if outcome.fault or witness.bounds().undecidable:
        return
    evidence = Evidence(witness, {"base": outcome}, performer.particulars)
    for quantity in witness.case.returns:
        try:
            value = np.ravel(evidence.values("base", quantity))
        except Unusable:
            continue
        error = np.abs(value - np.ravel(witness.exact(quantity).hi))
        radius = np.ravel(witness.radius("base", quantity)) + np.ravel(witness.exact(quantity).radius)
        with np.errstate(all="ignore"):
            relative = (radius + error) / np.abs(value)
        places = np.flatnonzero((radius > 0) & (relative < 1))
        if len(places):
            yield Thresholds(quantity, hearing, relative[places], places)


def _note(trial: Trial, examination: Examination, hearing: Hearing, laws: Sequence[Any]) -> None:
    for kill in hearing.kills(trial, examination, laws):
        trial.note(kill)


def _planted(trial: Trial) -> Planted:
    if not trial.caught:
        return Planted(trial.fault.name, trial.fault.sentence, "", -1)
    kill = trial.kills[trial.killers[0]]
    return Planted(trial.fault.name, trial.fault.sentence, kill.law, kill.index)
