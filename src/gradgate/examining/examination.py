"""The examination of one function of one implementation in one dtype: case after case, to a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import ENDED, Outcome
from gradgate.calling.implementation import Particulars
from gradgate.case import Case
from gradgate.causes.dossier import Dossier
from gradgate.causes.naming import name_cause
from gradgate.draws import KINDS
from gradgate.evidence import Evidence
from gradgate.examining.adjudication import settle, who_is_wrong, why_fragile, why_inconclusive
from gradgate.examining.findings import CALL, Counterexample, Failure, Findings, Measured, Tally, faulty
from gradgate.examining.judging import (
    FAILED,
    NOT_JUDGED,
    PASSED,
    UNDECIDED,
    Check,
    Judgement,
    Plan,
    judge,
    judge_one,
    laws_for,
    plan,
)
from gradgate.examining.opinion import Opinion, Perform, excused_outcomes, is_coarse, opinion
from gradgate.examining.repeating import Repeating
from gradgate.formats import FORMATS
from gradgate.laws import BY_NAME, LAWS
from gradgate.laws.law import Law
from gradgate.verdicts import BLOCKED, CRASHED, FRAGILE, INCONCLUSIVE, REFUTED, TIMED_OUT, gravest
from gradgate.witness import Witness

EXACT = ("exact_value", "exact_gradient")
_COARSE_TRIES = 3  # failing cases that are asked whether a lower precision is at work


class Examination(Findings):
    """Collects what the laws say; `conclude` shrinks what failed, settles the verdict and names the cause.

    perform makes calls and returns their outcomes; binding laws are all of them for a shipped implementation.
    """

    def __init__(
        self, function: str, dtype: str, particulars: Particulars, perform: Perform, *, shipped: bool, tier: str
    ) -> None:
        super().__init__(function, dtype, {law.name: Tally() for law in LAWS})
        self.particulars, self.tier = particulars, tier
        self.arithmetic = arithmetic_of(particulars, dtype)
        self.ended = ""  # why no more cases are put: a time-out, or the end of the process
        self._perform, self._shipped = perform, shipped
        self._posed: list[tuple[str, int]] = []  # the kind and the index of each case that could be put
        self._failures: list[Failure] = []
        self._excused: list[Failure] = []  # what raised where an overflow may be the reason
        self._coarse: list[bool] = []
        self._doubtful = 0

    def put(
        self,
        witness: Witness,
        planned: Plan,
        peers: dict[str, Evidence],
        perform: Perform | None = None,
        judging: Callable[[Plan, Evidence], list[Judgement]] = judge,
    ) -> None:
        """Puts one case to the implementation and records what each law says.

        perform makes the calls of this case, and judging puts the laws, where that is not done as for any other.
        """
        expected = [*planned.laws, *(judgement.law for judgement in planned.not_applicable)]
        for law in expected:
            self.laws[law.name].expected += 1
        if self.ended:
            self._count_unjudged(expected, self.ended)
            return
        self.cases += 1
        given = (perform or self._perform)(planned.calls)
        outcomes = dict(zip([call.variant for call in planned.calls], given, strict=True))
        self._posed += [(witness.case.kind, witness.case.index)] if outcomes["base"].fault_kind != "not posed" else []
        fatal = next((o for o in outcomes.values() if o.fault_kind in ENDED), None)
        if fatal is not None:
            self.ended = fatal.fault
            self._failures.append(_crash(witness.case, fatal))
            self._count_unjudged(expected, fatal.fault)
            return
        evidence = Evidence(witness, outcomes, self.particulars, peers)
        if outcomes["base"].fault:
            filed = self._note_fault(evidence)
            if filed and filed not in [law.name for law in expected]:
                self.laws[filed].expected += 1
            self._count_unjudged([law for law in expected if law.name != filed], outcomes["base"].fault)
            return
        for judgement in judging(planned, evidence):
            self._record(judgement, evidence, planned)

    def settle(self) -> None:
        """Settles the verdict alone, without a counterexample: no more cases may be put."""
        self._settle_excused()
        self.verdict = settle(self._failures, self.quantities, doubtful=self._doubtful > 0)
        self.failed = Counter((f.law, f.cause, f.verdict) for f in self._failures)

    def conclude(self) -> None:
        """Settles the verdict, shrinks what is shown for it, words it, and names the likely cause."""
        self.settle()
        self.counterexamples = [self._counterexample(failures) for failures in self._shown()]
        self.sentence = self._word()
        self.cause = name_cause(self.dossier())

    @property
    def has_failed(self) -> bool:
        """Whether a law that binds has failed so far."""
        return bool(self._failures or self._excused)

    def dossier(self) -> Dossier:
        """What a cause is inferred from, once the verdict is settled."""
        return Dossier(
            function=self.function,
            dtype=self.dtype,
            verdict=self.verdict,
            tier=self.tier,
            particulars=self.particulars,
            arithmetic=self.arithmetic,
            failures=self._failures,
            cases=len(self._posed),
            indices=[index for kind, index in self._posed if kind in KINDS],
            perform=self._perform,
            ended=bool(self.ended),
        )

    @property
    def crashes(self) -> int:
        """On how many cases so far the call gave no result, without an excuse."""
        return sum(failure.law == CALL for failure in self._failures)

    def _settle_excused(self) -> None:
        """What raises where nothing overflows as well raises for that reason: no overflow is to be looked for."""
        crashes = {failure.exception for failure in self._failures if failure.law == CALL}
        tally = self.laws["finite_when_huge"]
        for failure in self._excused:
            if failure.exception in crashes:
                self._failures.append(replace(failure, law=CALL, verdict=CRASHED, cause=failure.check.cause))
                tally.outcomes[NOT_JUDGED] += 1
                tally.reasons[failure.check.sentence] += 1
            else:
                self._failures.append(failure)
                tally.outcomes[FRAGILE] += 1

    def _shown(self) -> list[list[Failure]]:
        """The failures to show, by law and quantity: crashes, the exact laws, or else the first law that failed."""
        groups: dict[tuple[str, str], list[Failure]] = {}
        for failure in self._failures:
            groups.setdefault((failure.law, failure.check.quantity), []).append(failure)
        order = [CALL, "promised_form", *BY_NAME]  # without the promised form the other laws say little
        ranked = sorted(groups.values(), key=lambda failures: order.index(failures[0].law))
        if self.verdict != FRAGILE:
            ranked = [failures for failures in ranked if any(f.verdict != FRAGILE for f in failures)]
        return [failures for failures in ranked if failures[0].law in (CALL, *EXACT)] or ranked[:1]

    def _note_fault(self, evidence: Evidence) -> str:
        """Files a base call that gave no result. Returns the law under which it is counted, "" where under none."""
        base = evidence.outcomes["base"]
        case = evidence.case
        if base.fault_kind == "not posed":
            return ""
        check = faulty(base)
        if base.fault_kind in ("malformed", "refuted"):
            self._failures.append(Failure("promised_form", check, case, REFUTED, base.fault_kind))
            self.laws["promised_form"].outcomes[REFUTED] += 1
            return "promised_form"
        if self.excuses(evidence):
            self._excused.append(Failure("finite_when_huge", check, case, FRAGILE, "overflow", base.exception))
            return "finite_when_huge"
        self._failures.append(_crash(case, base))
        return ""

    def excuses(self, evidence: Evidence) -> bool:
        """Whether a call raised where an overflow may be the reason."""
        return excused_outcomes(evidence.outcomes, evidence.witness)

    def _count_unjudged(self, laws: Sequence[Law], reason: str) -> None:
        for law in laws:
            self.laws[law.name].outcomes[NOT_JUDGED] += 1
            self.laws[law.name].reasons[reason] += 1

    def _record(self, judgement: Judgement, evidence: Evidence, planned: Plan) -> None:
        tally = self.laws[judgement.law.name]
        if judgement.reason:
            tally.reasons[judgement.reason] += 1
        if judgement.status != FAILED:
            tally.outcomes[judgement.status] += 1
            tally.worst_ratio = max([tally.worst_ratio, *(check.ratio for check in judgement.checks)])
            tally.decided += any(check.decided for check in judgement.checks)
            self._measure(judgement, PASSED)
            return
        if not judgement.law.binds_strangers and not self._shipped:
            tally.outcomes["remark"] += 1
            self.remarks[f"{judgement.law.name}: {_first_failed(judgement).sentence or judgement.law.statement}"] += 1
            return
        if self._peers_fail_too(judgement, evidence):
            self._doubtful += 1
            tally.outcomes[UNDECIDED] += 1
            return
        found = self.second_opinion(judgement, evidence, planned)
        verdict = FRAGILE if found.fragile else REFUTED
        tally.outcomes[verdict] += 1
        self._measure(judgement, verdict)
        for check in judgement.checks:
            if not check.passed:
                self._failures.append(Failure(judgement.law.name, check, evidence.case, verdict, found.cause))

    def second_opinion(self, judgement: Judgement, evidence: Evidence, planned: Plan) -> Opinion:
        """Whether a failure is excused as fragile, and its cause."""
        numeric = any(not check.cause for check in judgement.checks if not check.passed)
        if numeric and len(self._coarse) < _COARSE_TRIES:
            self._coarse.append(is_coarse(evidence.case, self.arithmetic, self._perform))
        return opinion(judgement, evidence, planned.calls, coarse=2 * sum(self._coarse) > len(self._coarse))

    def _peers_fail_too(self, judgement: Judgement, evidence: Evidence) -> bool:
        """Where every other implementation fails the same way, the check is in doubt and not the implementation."""
        if judgement.law.name not in EXACT or not evidence.peers:
            return False
        return all(judge_one(judgement.law, peer).status == FAILED for peer in evidence.peers.values())

    def _measure(self, judgement: Judgement, verdict: str) -> None:
        if judgement.law.name not in EXACT:
            return
        for check in judgement.checks:
            strength = self.quantities.setdefault(check.quantity, Measured())
            strength.cases += 1
            strength.components += check.components
            strength.decided += check.decided
            if check.passed:
                strength.worst_ratio = max(strength.worst_ratio, check.ratio)
            elif verdict == REFUTED:
                strength.refuted += 1
            else:
                strength.fragile += 1

    def _counterexample(self, failures: list[Failure]) -> Counterexample:
        worst = max(failures, key=lambda f: np.inf if np.isnan(f.check.ratio) else f.check.ratio)
        verdict = gravest(failure.verdict for failure in failures)
        smallest = min((f for f in failures if f.verdict == verdict), key=lambda f: f.case.size)
        if not self.ended and smallest.law != "agreement":
            again = Repeating(self._perform, self.arithmetic, self.tier, self.particulars, self.second_opinion)
            smallest = again.smallest(smallest)
        return Counterexample(smallest, worst, len(failures))

    def _word(self) -> str:
        shown = self.counterexamples[0].smallest if self.counterexamples else None
        if shown and shown.law == CALL:
            return shown.check.sentence
        if self.verdict == INCONCLUSIVE:
            reasons = [reason for tally in self.laws.values() for reason in tally.reasons]
            return why_inconclusive(self.dtype, self.quantities, reasons, doubtful=self._doubtful > 0)
        if self.verdict == FRAGILE:
            return why_fragile(self._failures)
        return who_is_wrong(self.function, self._failures, shown, self.laws) if shown else ""


def arithmetic_of(particulars: Particulars, dtype: str) -> Arithmetic:
    """The arithmetic that an implementation declares for a dtype."""
    return Arithmetic(
        storage=FORMATS[dtype],
        accumulation=FORMATS[particulars.accumulation.get(dtype, dtype)],
        flushes_subnormals=particulars.flushes_subnormals,
        summation=particulars.summation,
    )


def plan_case(witness: Witness) -> Plan:
    """All laws that are due for a case."""
    return plan(laws_for(LAWS, witness.case), witness)


def _first_failed(judgement: Judgement) -> Check:
    return next(check for check in judgement.checks if not check.passed)


def _crash(case: Case, outcome: Outcome) -> Failure:
    verdict = {"timed out": TIMED_OUT, "blocked": BLOCKED}.get(outcome.fault_kind, CRASHED)
    return Failure(CALL, faulty(outcome), case, verdict, outcome.fault_kind, outcome.exception)
