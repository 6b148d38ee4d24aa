"""The whole catalogue on trial: every fault in every function that it is for, on the gate's own cases."""

from __future__ import annotations

from collections.abc import Iterable

from gradgate.calling.calls import Call
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.case import Case
from gradgate.draws import generated
from gradgate.evidence import Evidence
from gradgate.examining.examination import arithmetic_of
from gradgate.examining.trial import Hearing, Trial
from gradgate.faults import Fault
from gradgate.witness import Witness

BASES = {"numpy_dense": "numpy_rows", "numpy_rows": "numpy_dense"}  # what is spoilt, and the peer beside it
SEED = 0
CASES = 200  # as many as the gate puts by default

# The laws take turns of forty cases: one ten out of each forty lets every law meet every kind of input.
SPREAD = tuple(40 * turn + 10 * (turn % 4) + kind for turn in range(CASES // 40) for kind in range(10))
ORDER = (*SPREAD, *(index for index in range(CASES) if index not in SPREAD))


def try_faults(faults: Iterable[Fault], base: str, dtype: str, whole: int, most: int = CASES) -> list[Trial]:
    """Every fault in every function that it is for: on `whole` cases, and on up to `most` while it is not caught.

    The cases are the gate's own, those of SPREAD first.
    """
    trials = [Trial(fault, base, dtype) for fault in faults]
    for function in dict.fromkeys(f for trial in trials for f in trial.fault.functions):
        docket = [trial for trial in trials if function in trial.fault.functions]
        _try_function(function, docket, base, dtype, whole, most)
    return trials


def _try_function(function: str, trials: list[Trial], base: str, dtype: str, whole: int, most: int) -> None:
    right, peer = (InProcess(load(name)) for name in (base, BASES[base]))
    examinations = [trial.examination(right, function) for trial in trials]
    for done, index in enumerate(ORDER[:most]):
        still = [i for i, trial in enumerate(trials) if done < whole or not trial.caught]
        if not still:
            return
        hearing = hear(generated(function, dtype, SEED, index), right, peer)
        for i in still:
            for kill in hearing.kills(trials[i], examinations[i]):
                trials[i].note(kill)


def hear(case: Case, right: InProcess, peer: InProcess) -> Hearing:
    """The hearing of one case, in the right implementation's arithmetic, with one peer beside it."""
    witness = Witness(case, arithmetic_of(right.particulars, case.dtype))
    [outcome] = peer.perform([Call("base", case)])
    return Hearing(witness, {peer.name: Evidence(witness, {"base": outcome}, peer.particulars)})
