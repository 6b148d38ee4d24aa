"""The examination of a function on large cases: a failure names its row among all, and what it took is counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from gradgate.case import Case
from gradgate.causes.dossier import Dossier
from gradgate.evidence import Evidence
from gradgate.examining.examination import Examination
from gradgate.examining.findings import Cost, Failure
from gradgate.examining.judging import Judgement, Plan
from gradgate.examining.opinion import Opinion
from gradgate.examining.subjects import Subject
from gradgate.large.calls import Caller
from gradgate.large.memory import Watch
from gradgate.large.named import NamedCalls, NamedRows
from gradgate.large.pairs import Pairs
from gradgate.large.witness import SoftmaxWitness
from gradgate.shrink import LARGE
from gradgate.witness import Witness


class LargeExamination(Examination):
    """As any other, but that calls are made on all of U; what fails is shrunk and explained on a few of its rows."""

    def __init__(self, function: str, dtype: str, subject: Subject, call: Caller, tier: str, watch: Watch) -> None:
        shipped = subject.source.shipped
        super().__init__(function, dtype, subject.particulars, call.worker.perform, shipped=shipped, tier=tier)
        self.took = self.cost = Cost(call.V, call.d)
        self._call, self._watch = call, watch
        self._large: list[NamedCalls] = []

    def put_pairs(self, witness: SoftmaxWitness) -> None:
        """Puts a case in which every word takes part."""
        pairs = Pairs(witness, self._call)
        with self._counting():
            self.put(witness, pairs.plan(), {}, pairs.perform, pairs.judge)

    def put_named(self, rows: NamedRows, witness: Witness) -> None:
        """Puts a case in which only the words take part that its indices name."""
        calls = NamedCalls(rows, self._call)
        self._large.append(calls)
        with self._counting():
            self.put(witness, rows.plan(witness), {}, calls.perform)

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Adds up what a case takes, and lets the worker's memory go when it is over."""
        start = time.perf_counter()
        try:
            with self._watch.over(self._call.worker.process_id):
                yield
        finally:
            self._call.worker.release()
            self.took.calls, self.took.seconds["calls"] = self._call.calls, self._call.seconds
            self.took.seconds["examination"] += time.perf_counter() - start
            self.took.peak_bytes = max(self.took.peak_bytes or 0, self._watch.most) if self._watch.knows else None

    def conclude(self) -> None:
        """Settles the verdict; the rows of a counterexample that is not a smaller case are those of the large one."""
        super().conclude()
        self.counterexamples = [
            replace(found, smallest=self._in_the_large(found.smallest), worst=self._in_the_large(found.worst))
            for found in self.counterexamples
        ]

    def excuses(self, evidence: Evidence) -> bool:
        """Where all words take part nothing overflows: logits are of order 5 at most."""
        return not isinstance(evidence.witness, SoftmaxWitness) and super().excuses(evidence)

    def second_opinion(self, judgement: Judgement, evidence: Evidence, planned: Plan) -> Opinion:
        """At such logits the fragile tier admits no more than the default one: a failure there is none of digits."""
        if not isinstance(evidence.witness, SoftmaxWitness):
            return super().second_opinion(judgement, evidence, planned)
        failed = next(check for check in judgement.checks if not check.passed)
        return Opinion(False, failed.cause or "beyond the bound")

    def dossier(self) -> Dossier:
        """A cause is inferred from the small cases that failures were brought down to, where they were."""
        shown = [found.smallest for found in self.counterexamples]
        return replace(super().dossier(), failures=[failure for failure in shown if self._is_small(failure.case)])

    @staticmethod
    def _is_small(case: Case) -> bool:
        return len(case.inputs["U"]) < LARGE

    def _in_the_large(self, failure: Failure) -> Failure:
        for calls in self._large:
            failure = calls.in_the_large(failure)
        return failure
