"""Faults on trial: what the laws say of an implementation with a fault planted into it, on the gate's own cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gradgate.calling.inprocess import Performer
from gradgate.evidence import Evidence
from gradgate.examining.examination import Examination
from gradgate.examining.judging import Plan, laws_for, plan
from gradgate.faults import Fault, Faulty
from gradgate.laws import BY_NAME, LAWS
from gradgate.laws.law import Law
from gradgate.verdicts import FRAGILE, REFUTED
from gradgate.witness import Witness

CRASH = "no result"  # what kills a fault that gives no result to judge
CAUGHT, EXCUSED, SURVIVES = "caught", "excused", "survives"


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

    def examination(self, right: Performer, function: str, *, tier: str = "default") -> Examination:
        """The gate's own examination of the fault, planted into the right implementation."""
        faulty = Faulty(right, self.fault)
        return Examination(function, self.dtype, right.particulars, faulty.perform, shipped=True, tier=tier)

    def refuted_by(self, law: Law) -> bool:
        return law.name in self.kills and self.kills[law.name].verdict == REFUTED


class Hearing:
    """One case, with what does not depend on the fault: the witness, the laws' calls, and the peers' evidence."""

    def __init__(self, witness: Witness, peers: Mapping[str, Evidence], laws: Sequence[Law] = LAWS) -> None:
        self.witness = witness
        self.full = plan(laws_for(laws, witness.case), witness)
        self.needs = {law.name: {call.variant for call in plan([law], witness).calls} for law in self.full.laws}
        self.peers = dict(peers)

    def kills(self, trial: Trial, examination: Examination, laws: Sequence[Law] = LAWS) -> Iterator[Kill]:
        """What these laws, but those that have refuted the fault before, say of it on this case."""
        chosen = [law for law in self.full.laws if law in laws and not trial.refuted_by(law)]
        before = {law.name: dict(examination.laws[law.name].outcomes) for law in LAWS}
        crashes = examination.crashes
        examination.put(self.witness, self._planned(chosen), self.peers)
        case = self.witness.case
        for name, then in before.items():
            for verdict in (REFUTED, FRAGILE):
                if examination.laws[name].outcomes[verdict] > then.get(verdict, 0):
                    yield Kill(name, case.function, case.index, verdict)
        if examination.crashes > crashes:
            yield Kill(CRASH, case.function, case.index, REFUTED)

    def _planned(self, laws: Sequence[Law]) -> Plan:
        needed = {"base"}.union(*(self.needs[law.name] for law in laws))
        return Plan([call for call in self.full.calls if call.variant in needed], list(laws), [])
