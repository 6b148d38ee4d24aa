"""The examination of one function of the counts: case after case, to a verdict and its smallest counterexample."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gradgate.calling.calls import ENDED, Call, Outcome
from gradgate.calling.implementation import Particulars
from gradgate.case import Case
from gradgate.counts.evidence import CountEvidence
from gradgate.counts.laws import BY_NAME, DECISIVE, LAWS
from gradgate.counts.shrink import shrink
from gradgate.counts.witness import CountWitness
from gradgate.examining.findings import CALL, Counterexample, Failure, Findings, Measured, Tally, faulty
from gradgate.examining.judging import (
    FAILED,
    NOT_APPLICABLE,
    NOT_JUDGED,
    Judgement,
    judge,
    laws_for,
    plan,
)
from gradgate.laws.law import Law
from gradgate.verdicts import BLOCKED, CRASHED, INCONCLUSIVE, REFUTED, TIMED_OUT, VERIFIED, gravest

Perform = Callable[[list[Call]], list[Outcome]]
_VERDICTS = {"timed out": TIMED_OUT, "blocked": BLOCKED}
_SPARSE = ("stored_cells", "stored_values")  # laws for files that declare a sparse form


class CountExamination(Findings):
    """Collects what the laws of the counts say. Unlike the losses' no failure is fragile: right counts lose nothing."""

    def __init__(
        self,
        function: str,
        dtype: str,
        particulars: Particulars,
        perform: Perform,
        *,
        shipped: bool,
        laws: Sequence[Law] = LAWS,
    ) -> None:
        super().__init__(function, dtype, {law.name: Tally() for law in LAWS})
        self.particulars = particulars
        self._perform, self._shipped, self._laws = perform, shipped, laws
        self._failures: list[Failure] = []
        self._measured: defaultdict[str, set[int]] = defaultdict(set)  # by quantity, the cases that it was measured on
        self._ended = ""

    def put(self, case: Case) -> None:
        """Puts one case to the implementation and records what each law says."""
        laws = self._due(case)
        if self._ended:
            self._expect(laws)
            self._leave(laws, self._ended)
            return
        self.cases += 1
        outcome, judgements = self._judged(laws, case)
        self._expect([judgement.law for judgement in judgements] or laws)
        if outcome.fault:
            self._fault(case, outcome, laws)
        for judgement in judgements:
            self._record(judgement, case)

    def conclude(self) -> None:
        """Settles the verdict, and shrinks what is shown for it."""
        self.failed = Counter((f.law, f.cause, f.verdict) for f in self._failures)
        decided = any(tally.decided for tally in self.laws.values())
        self.verdict = (
            gravest(f.verdict for f in self._failures) if self._failures else (VERIFIED if decided else INCONCLUSIVE)
        )
        self.counterexamples = [self._counterexample(failures) for failures in self._shown()]
        if self.counterexamples:
            self.sentence = _worded(self.counterexamples)
        elif self.verdict == INCONCLUSIVE:
            self.sentence = "no case could be judged"

    def _due(self, case: Case) -> list[Law]:
        sparse = self.particulars.sparse
        return [law for law in laws_for(self._laws, case) if sparse or law.name not in _SPARSE]

    def _judged(self, laws: Sequence[Law], case: Case) -> tuple[Outcome, list[Judgement]]:
        """The fatal or base outcome, and a judgement a law; none where the call itself gave nothing to judge."""
        witness = CountWitness(case)
        planned = plan(laws, witness)
        outcomes = dict(zip([call.variant for call in planned.calls], self._perform(planned.calls), strict=True))
        fatal = next((o for o in outcomes.values() if o.fault_kind in ENDED), outcomes["base"])
        if fatal.fault:
            return fatal, []
        return fatal, judge(planned, CountEvidence(witness, outcomes, self.particulars))

    def _fault(self, case: Case, outcome: Outcome, laws: Sequence[Law]) -> None:
        """Files a call that gave no result; a case that cannot be put to the file is none of its failures."""
        self._leave(laws, outcome.fault)
        if outcome.fault_kind == "not posed":
            return
        malformed = outcome.fault_kind in ("malformed", "refuted")
        verdict = REFUTED if malformed else _VERDICTS.get(outcome.fault_kind, CRASHED)
        law = "promised_form" if malformed else CALL
        self._failures.append(Failure(law, faulty(outcome), case, verdict, outcome.fault_kind, outcome.exception))
        if outcome.fault_kind in ENDED:
            self._ended = outcome.fault
        if malformed:
            self.laws[law].outcomes[NOT_JUDGED] -= 1
            self.laws[law].outcomes[REFUTED] += 1

    def _expect(self, laws: Sequence[Law]) -> None:
        for law in laws:
            self.laws[law.name].expected += 1

    def _leave(self, laws: Sequence[Law], reason: str) -> None:
        for law in laws:
            self.laws[law.name].outcomes[NOT_JUDGED] += 1
            self.laws[law.name].reasons[reason] += 1

    def _record(self, judgement: Judgement, case: Case) -> None:
        law, tally = judgement.law, self.laws[judgement.law.name]
        if judgement.reason:
            tally.reasons[judgement.reason] += 1
        if judgement.status == FAILED and not law.binds_strangers and not self._shipped:
            tally.outcomes["remark"] += 1
            failed = next(check for check in judgement.checks if not check.passed)
            self.remarks[f"{law.name}: {failed.sentence or law.statement}"] += 1
            return
        tally.outcomes[REFUTED if judgement.status == FAILED else judgement.status] += 1
        if judgement.status != FAILED:
            tally.worst_ratio = max([tally.worst_ratio, *(check.ratio for check in judgement.checks)])
            tally.decided += any(check.decided for check in judgement.checks)
        self._measure(judgement, case)
        self._failures += [
            Failure(law.name, check, case, REFUTED, check.cause or "beyond the bound")
            for check in judgement.checks
            if not check.passed
        ]

    def _measure(self, judgement: Judgement, case: Case) -> None:
        for check in judgement.checks if judgement.law.name in DECISIVE else ():
            measured = self.quantities.setdefault(check.quantity, Measured())
            self._measured[check.quantity].add(case.index)
            measured.cases = len(self._measured[check.quantity])
            measured.components += check.components
            measured.decided += check.decided
            measured.refuted += not check.passed
            if check.passed:
                measured.worst_ratio = max(measured.worst_ratio, check.ratio)

    def _shown(self) -> list[list[Failure]]:
        """The failures to show: crashes and the laws that decide, or else the first law that failed."""
        groups: dict[tuple[str, str], list[Failure]] = {}
        for failure in self._failures:
            groups.setdefault((failure.law, failure.check.quantity), []).append(failure)
        order = [CALL, "promised_form", *BY_NAME]
        ranked = sorted(groups.values(), key=lambda failures: order.index(failures[0].law))
        return [failures for failures in ranked if failures[0].law in (CALL, *DECISIVE)] or ranked[:1]

    def _counterexample(self, failures: list[Failure]) -> Counterexample:
        worst = max(failures, key=lambda f: np.inf if np.isnan(f.check.ratio) else f.check.ratio)
        smallest = min(failures, key=lambda f: f.case.size)
        return Counterexample(smallest if self._ended else self._smallest(smallest), worst, len(failures))

    def _smallest(self, failure: Failure) -> Failure:
        found = [failure]

        def fails(case: Case) -> bool:
            again = self._again(failure, case)
            found.extend([] if again is None else [again])
            return again is not None

        shrink(failure.case, fails)
        return found[-1]

    def _again(self, failure: Failure, case: Case) -> Failure | None:
        """The same failure on a smaller case; None where there is none."""
        law = BY_NAME.get(failure.law)
        outcome, judgements = self._judged([] if law is None else [law], case)
        if outcome.fault:
            same = (outcome.fault_kind, outcome.exception) == (failure.cause, failure.exception)
            return replace(failure, check=faulty(outcome), case=case) if same else None
        checks = [check for judgement in judgements if judgement.status != NOT_APPLICABLE for check in judgement.checks]
        check = next((c for c in checks if not c.passed and c.quantity == failure.check.quantity), None)
        return None if check is None else Failure(failure.law, check, case, REFUTED, check.cause or "beyond the bound")


def _worded(counterexamples: Sequence[Counterexample]) -> str:
    """What is wrong, by quantity."""
    smallest = counterexamples[0].smallest
    if smallest.law == CALL or smallest.check.sentence:
        return smallest.check.sentence
    wrong = sorted({found.smallest.check.quantity for found in counterexamples})
    return f"{' and '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} wrong"
