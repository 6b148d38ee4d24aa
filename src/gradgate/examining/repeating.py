"""From a failure to the smallest case that shows it: the call is put again, and must fail for the same reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import ENDED, Call
from gradgate.calling.implementation import Particulars
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.examining.findings import CALL, Failure, faulty
from gradgate.examining.judging import FAILED, Judgement, Plan, judge_one, plan
from gradgate.examining.opinion import Opinion, Perform, excused_outcomes
from gradgate.laws import BY_NAME
from gradgate.shrink import shrink
from gradgate.verdicts import FRAGILE, REFUTED
from gradgate.witness import Witness


@dataclass(frozen=True, eq=False)
class Repeating:
    """What it takes to put a case again: the calls, and how what comes back is judged."""

    perform: Perform
    arithmetic: Arithmetic
    tier: str
    particulars: Particulars
    opinion: Callable[[Judgement, Evidence, Plan], Opinion]

    def smallest(self, failure: Failure) -> Failure:
        """The failure on the smallest case found; itself where no smaller one shows it."""
        found = [failure]

        def fails(case: Case) -> bool:
            again = self._crashes_again(failure, case) if failure.law == CALL else self._fails_again(failure, case)
            if again is not None:
                found.append(again)
            return again is not None

        shrink(failure.case, fails)
        return found[-1]

    def _crashes_again(self, failure: Failure, case: Case) -> Failure | None:
        """The same exception on a smaller case; None where there is none, or where an overflow excuses it."""
        [base] = self.perform([Call("base", case)])
        same = base.fault_kind == failure.cause and base.exception == failure.exception
        if not same or excused_outcomes({"base": base}, Witness(case, self.arithmetic, self.tier)):
            return None
        return Failure(CALL, faulty(base), case, failure.verdict, failure.cause, failure.exception)

    def _fails_again(self, failure: Failure, case: Case) -> Failure | None:
        """The same law and quantity failing on a smaller case with the same verdict; None where it does not."""
        witness = Witness(case, self.arithmetic, self.tier)
        planned = plan([BY_NAME[failure.law]], witness)
        if not planned.laws:
            return None
        outcomes = dict(zip([call.variant for call in planned.calls], self.perform(planned.calls), strict=True))
        base = outcomes["base"]
        if any(outcome.fault_kind in ENDED for outcome in outcomes.values()):
            return None
        if base.fault:
            same = base.fault_kind == failure.cause and failure.check.cause == failure.cause
            return Failure(failure.law, faulty(base), case, failure.verdict, failure.cause) if same else None
        evidence = Evidence(witness, outcomes, self.particulars)
        judgement = judge_one(BY_NAME[failure.law], evidence)
        check = next((c for c in judgement.checks if not c.passed and c.quantity == failure.check.quantity), None)
        if judgement.status != FAILED or check is None:
            return None
        again = self.opinion(judgement, evidence, planned)
        verdict = FRAGILE if again.fragile else REFUTED
        return Failure(failure.law, check, case, verdict, again.cause) if verdict == failure.verdict else None
