"""One mutant before the gate: the laws of `gradgate verify` on its cases, until one of them refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.calling.loading import load
from gradgate.draws import generated
from gradgate.evidence import Evidence
from gradgate.examining.examination import Examination, plan_case
from gradgate.examining.judging import Plan
from gradgate.examining.peers import PEERS, peer_evidence
from gradgate.power.trials import ORDER, SEED
from gradgate.verdicts import CRASHED, FRAGILE, INCONCLUSIVE, REFUTED
from gradgate.witness import Witness

Prepared = tuple[Witness, Plan, dict[str, Evidence]]

SURVIVES = "survives"


@dataclass(frozen=True)
class Finding:
    """What became of a mutant in a dtype, and what showed it first: the law, the function and the case.

    cases of each function were put, and that took so many seconds of processor time.
    """

    status: str
    law: str = ""
    function: str = ""
    index: int = -1
    cases: int = 0
    seconds: float = 0.0


class Docket:
    """The gate's cases in one dtype and arithmetic: what a file is judged by depends on the case alone."""

    def __init__(self, dtype: str, arithmetic: Arithmetic) -> None:
        self.dtype, self.arithmetic = dtype, arithmetic
        self._peers = {name: InProcess(load(name)) for name in PEERS}
        self._prepared: dict[tuple[str, int], Prepared] = {}

    def case(self, function: str, index: int, name: str) -> Prepared:
        """What an examination of the file of that name is given for one case; made when it is first asked for.

        The file is no peer of its own mutants.
        """
        if (function, index) not in self._prepared:
            case = generated(function, self.dtype, SEED, index)
            witness = Witness(case, self.arithmetic)
            self._prepared[function, index] = witness, plan_case(witness), peer_evidence(case, witness, self._peers)
        witness, planned, peers = self._prepared[function, index]
        return witness, planned, {peer: evidence for peer, evidence in peers.items() if peer != name}


def judge(
    subject: Performer, functions: Iterable[str], docket: Docket, cases: int, alive: Callable[[], None]
) -> Finding:
    """Puts so many cases to the functions in turn, and stops at the first refutation or crash.

    alive is called before each case. What is only called fragile is put to all of them, as a refutation may follow.
    """
    examinations = {
        function: Examination(
            function, docket.dtype, subject.particulars, subject.perform, shipped=True, tier="default"
        )
        for function in functions
    }
    fragile: Finding | None = None
    for done, index in enumerate(ORDER[:cases], 1):
        for function, examination in examinations.items():
            alive()
            examination.put(*docket.case(function, index, subject.name))
            if examination.crashes:
                return Finding(CRASHED, "", function, index, done)
            if law := _first(examination, REFUTED):
                return Finding(REFUTED, law, function, index, done)
            if fragile is None and (law := _first(examination, FRAGILE)):
                fragile = Finding(FRAGILE, law, function, index, cases)
    return fragile or _settled(examinations.values(), cases)


def _first(examination: Examination, verdict: str) -> str:
    return next((name for name, tally in examination.laws.items() if tally.outcomes[verdict]), "")


def _settled(examinations: Iterable[Examination], cases: int) -> Finding:
    """Where no law has failed: what raised only where an overflow excuses it is fragile."""
    for examination in examinations:
        examination.settle()
        if examination.verdict in (FRAGILE, CRASHED, INCONCLUSIVE):
            return Finding(examination.verdict, _first(examination, FRAGILE), examination.function, cases=cases)
    return Finding(SURVIVES, cases=cases)
