"""Faults on trial: each planted into one implementation, and put to the gate's own laws on the gate's own cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gradgate.calling.calls import Call
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.calling.loading import load
from gradgate.case import Case
from gradgate.draws import generated
from gradgate.evidence import Evidence
from gradgate.examining.examination import Examination, arithmetic_of
from gradgate.examining.judging import Plan, laws_for, plan
from gradgate.faults import Fault, Faulty
from gradgate.laws import BY_NAME, LAWS
from gradgate.laws.law import Law
from gradgate.verdicts import FRAGILE, REFUTED
from gradgate.witness import Witness

CRASH = "no result"  # what kills a fault that gives no result to judge
CAUGHT, EXCUSED, SURVIVES = "caught", "excused", "survives"
BASES = {"numpy_dense": "numpy_rows", "numpy_rows": "numpy_dense"}  # what is spoilt, and the peer beside it
SEED = 0
CASES = 200  # as many as the gate puts by default

# The laws take turns of forty cases: one ten out of each forty lets every law meet every kind of input.
SPREAD = tuple(40 * turn + 10 * (turn % 4) + kind for turn in range(CASES // 40) for kind in range(10))
_ORDER = (*SPREAD, *(index for index in range(CASES) if index not in SPREAD))


@dataclass(frozen=True)
class Kill:
    """The first case on which a law failed a fault. verdict: refuted, or fragile where the failure is excused."""

    law: str
    function: str
    index: int
    verdict: str

    @property
    def binds(self) -> bool:
        """Whether it stands for a stranger's implementation too."""
        return self.law == CRASH or BY_NAME[self.law].binds_strangers


@dataclass
class Trial:
    """What became of one fault in one base and dtype: by law, the first kill, a refutation before a fragility."""

    fault: Fault
    base: str
    dtype: str
    kills: dict[str, Kill] = field(default_factory=dict)

    def note(self, kill: Kill) -> None:
        known = self.kills.get(kill.law)
        if known is None or (known.verdict == FRAGILE and kill.verdict == REFUTED):
            self.kills[kill.law] = kill

    @property
    def killers(self) -> list[str]:
        """The laws that catch it: those that bind and refute it; of a fragility, those too that call it fragile."""
        enough = (REFUTED, FRAGILE) if self.fault.fragile else (REFUTED,)
        return [k.law for k in self.kills.values() if k.verdict in enough and (k.binds or self.fault.edge)]

    @property
    def caught(self) -> bool:
        return bool(self.killers)

    @property
    def status(self) -> str:
        """Caught; excused, where it fails but the second opinion calls a wrong formula fragile; or survives."""
        return CAUGHT if self.caught else EXCUSED if self.kills else SURVIVES

    def examination(self, right: Performer, function: str) -> Examination:
        """The gate's own examination of the fault, planted into the right implementation."""
        faulty = Faulty(right, self.fault)
        return Examination(function, self.dtype, right.particulars, faulty.perform, shipped=True, tier="default")

    def refuted_by(self, law: Law) -> bool:
        return law.name in self.kills and self.kills[law.name].verdict == REFUTED


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
    for done, index in enumerate(_ORDER[:most]):
        still = [i for i, trial in enumerate(trials) if done < whole or not trial.caught]
        if not still:
            return
        hearing = Hearing(generated(function, dtype, SEED, index), right, peer)
        for i in still:
            for kill in hearing.kills(trials[i], examinations[i]):
                trials[i].note(kill)


class Hearing:
    """One case, with what does not depend on the fault: the witness, the laws' calls, and the peer's evidence."""

    def __init__(self, case: Case, right: Performer, peer: Performer) -> None:
        self.witness = Witness(case, arithmetic_of(right.particulars, case.dtype))
        self.full = plan(laws_for(LAWS, case), self.witness)
        self.needs = {law.name: {call.variant for call in plan([law], self.witness).calls} for law in self.full.laws}
        [outcome] = peer.perform([Call("base", case)])
        self.peers = {peer.name: Evidence(self.witness, {"base": outcome}, peer.particulars)}

    def kills(self, trial: Trial, examination: Examination) -> Iterator[Kill]:
        """What the laws that have not refuted the fault before say of it on this case."""
        laws = [law for law in self.full.laws if not trial.refuted_by(law)]
        before = {law.name: dict(examination.laws[law.name].outcomes) for law in LAWS}
        crashes = examination.crashes
        examination.put(self.witness, self._planned(laws), self.peers)
        case = self.witness.case
        for name, then in before.items():
            for verdict in (REFUTED, FRAGILE):
                if examination.laws[name].outcomes[verdict] > then.get(verdict, 0):
                    yield Kill(name, case.function, case.index, verdict)
        if examination.crashes > crashes:
            yield Kill(CRASH, case.function, case.index, REFUTED)

    def _planned(self, laws: list[Law]) -> Plan:
        needed = {"base"}.union(*(self.needs[law.name] for law in laws))
        return Plan([call for call in self.full.calls if call.variant in needed], laws, [])
