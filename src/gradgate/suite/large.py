"""The check of one pair, or of a batch of pairs, where U holds more numbers than the exact reference is quick with.

Every number is compared here too, as `gradgate verify --vocabulary` compares it: naive softmax with a float64 pass
whose radius is proven, negative sampling with the exact reference on the rows that it names, and with zero on all
others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from gradgate.adapters import NotPosed
from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.examining.examination import arithmetic_of
from gradgate.examining.findings import Failure
from gradgate.examining.judging import FAILED, Judgement, Plan, judge, plan
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.large.calls import Caller
from gradgate.large.here import Here
from gradgate.large.named import NamedCalls, NamedRows
from gradgate.large.pairs import Pairs
from gradgate.large.witness import SoftmaxWitness
from gradgate.laws.law import Law
from gradgate.report.wording import message
from gradgate.verdicts import REFUTED
from gradgate.witness import Witness

MOST = 10**6  # numbers of U: beyond them the exact reference takes seconds, and gigabytes

Said = tuple[list[Judgement], Callable[[Failure], Failure]]  # and how a failure names the row that it is in


def is_large(case: Case) -> bool:
    """Whether a case of pairs is checked here."""
    return case.function.startswith((NAIVE_SOFTMAX, NEGATIVE_SAMPLING)) and np.size(case.inputs["U"]) > MOST


def check_large(performer: Performer, case: Case, laws: Sequence[Law]) -> list[Judgement]:
    """What the laws say of the call. Raises AssertionError, worded, where one fails or the call gave no result."""
    __tracebackhide__ = True
    host = Here(performer) if isinstance(performer, InProcess) else performer.worker  # type: ignore[attr-defined]
    V, d = np.shape(case.inputs["U"])
    put = _put_pairs if case.function.startswith(NAIVE_SOFTMAX) else _put_named
    try:
        judgements, in_the_large = put(Caller(host, V, d), case, laws)
    finally:
        host.release()
    for judgement in judgements:
        if judgement.status == FAILED:
            check = next(check for check in judgement.checks if not check.passed)
            failure = in_the_large(Failure(judgement.law.name, check, case, REFUTED, check.cause))
            raise AssertionError(message(performer.name, failure))
    return judgements


def _put_pairs(call: Caller, case: Case, laws: Sequence[Law]) -> Said:
    witness = SoftmaxWitness(case, arithmetic_of(call.worker.particulars, case.dtype))
    witness.share(_pass_of(case))
    pairs = Pairs(witness, call)
    planned = Plan([Call("base", case)], list(laws), [])
    return pairs.judge(planned, _evidence(call, witness, pairs.perform(planned.calls))), lambda failure: failure


def _put_named(call: Caller, case: Case, laws: Sequence[Law]) -> Said:
    rows, known = _rows_of(case)
    witness = Witness(rows.small, arithmetic_of(call.worker.particulars, case.dtype))
    witness.share(known)
    planned, calls = plan(laws, witness), NamedCalls(rows, call)
    judgements = judge(planned, _evidence(call, witness, calls.perform(planned.calls)))
    return judgements, lambda failure: calls.in_the_large(replace(failure, case=rows.small))


def _evidence(call: Caller, witness: Witness, outcomes: Sequence[Outcome]) -> Evidence:
    __tracebackhide__ = True
    [base] = outcomes
    if base.fault_kind == "not posed":
        raise NotPosed(base.fault)
    assert not base.fault, f"{call.worker.name}: {base.fault}  [{witness.case.describe()}]"
    return Evidence(witness, {"base": base}, call.worker.particulars)


@lru_cache(maxsize=1)  # every implementation is held to the same exact values
def _pass_of(case: Case) -> SoftmaxWitness:
    return SoftmaxWitness(case, Arithmetic(case.form))


@lru_cache(maxsize=1)
def _rows_of(case: Case) -> tuple[NamedRows, Witness]:
    rows = NamedRows(case)
    return rows, Witness(rows.small, Arithmetic(case.form))
