"""The laws put to one case of one implementation, for tests and benchmarks: what is wrong raises AssertionError.

Nothing passes by default: a call that raises, that is late, or that returns something else than numbers fails too. What
could not be judged is returned as such, so that the caller can tell it from what holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from gradgate.calling.calls import Outcome
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.calling.loading import load, shipped
from gradgate.case import Case
from gradgate.draws import generated
from gradgate.evidence import Evidence
from gradgate.examining.examination import EXACT, arithmetic_of
from gradgate.examining.findings import Failure
from gradgate.examining.judging import (
    FAILED,
    NOT_APPLICABLE,
    NOT_JUDGED,
    PASSED,
    UNDECIDED,
    Judgement,
    Plan,
    judge,
    plan,
)
from gradgate.examining.opinion import excused_outcomes, is_coarse, opinion
from gradgate.examining.peers import PEERS, peer_evidence
from gradgate.laws import LAWS
from gradgate.laws.law import Law
from gradgate.report.wording import is_readable, message, snippet, statement
from gradgate.verdicts import CRASHED, FRAGILE, REFUTED, TIMED_OUT
from gradgate.witness import Witness

REMARK = "remark"  # a law that binds shipped implementations only has failed on somebody else's
_PROBES = (0, 2, 5)  # small cases: few digits, logits of order 5, full mantissas


def check_case(
    implementation: Implementation | Performer,
    case: Case,
    laws: Sequence[Law] | None = None,
    known: Witness | None = None,
) -> list[Judgement]:
    """Puts the laws (all that are meant for the case, by default) to the implementation.

    known is a witness of this very case, whose exact values are taken over: those of a large case take seconds.

    Returns a judgement a law: "passed", "not applicable", "not judged", "undecided"; "remark" for a failure that does
    not bind, and "fragile" where a file that came through an adapter has the right formula and loses its digits.
    Raises AssertionError, with the message, the law and a snippet, for everything else.
    """
    __tracebackhide__ = True
    subject = InProcess(implementation) if isinstance(implementation, Implementation) else implementation
    asked = LAWS if laws is None else laws
    meant = [law for law in asked if law.applies(case)]
    witness = Witness(case, arithmetic_of(subject.particulars, case.dtype))
    if known is not None:
        witness.share(known)
    planned = plan(meant, witness)
    outcomes = dict(zip([call.variant for call in planned.calls], subject.perform(planned.calls), strict=True))
    peers = _peers(case, witness, subject.name) if any(law.name == "agreement" for law in meant) else {}
    evidence = Evidence(witness, outcomes, subject.particulars, peers)
    judged = _faulty(subject, evidence, planned) or judge(planned, evidence)
    found = [_settled(judgement, subject, evidence, planned) for judgement in judged]
    if laws is not None:
        foreign = [law for law in laws if law not in meant]
        found += [Judgement(law, NOT_APPLICABLE, reason="the law is not meant for such a case") for law in foreign]
    return found


def is_shipped(subject: Performer) -> bool:
    """Whether the implementation is one of gradgate's own, which every law binds."""
    return subject.name in shipped()


def _faulty(subject: Performer, evidence: Evidence, planned: Plan) -> list[Judgement]:
    """What follows from calls that gave no result; empty where there is something to judge."""
    __tracebackhide__ = True
    base = evidence.outcomes["base"]
    ended = next((o for o in evidence.outcomes.values() if o.fault_kind in ("timed out", "died")), None)
    if ended is None and not base.fault:
        return []
    if ended is None and base.fault_kind == "not posed":
        return [*planned.not_applicable, *(Judgement(law, NOT_JUDGED, reason=base.fault) for law in planned.laws)]
    if ended is None and subject.particulars.adapter and excused_outcomes(evidence.outcomes, evidence.witness):
        return [*planned.not_applicable, *(Judgement(law, FRAGILE, reason=base.fault) for law in planned.laws)]
    raise AssertionError(f"{subject.name}: {_sentence(ended or base)}  [{evidence.case.describe()}]")


def _sentence(outcome: Outcome) -> str:
    verdict = {"timed out": TIMED_OUT, "died": CRASHED, "raised": CRASHED}.get(outcome.fault_kind, REFUTED)
    return f"{verdict}: {outcome.fault}"


def _settled(judgement: Judgement, subject: Performer, evidence: Evidence, planned: Plan) -> Judgement:
    """The judgement as it binds this implementation. Raises AssertionError where it failed and nothing excuses it."""
    __tracebackhide__ = True
    if judgement.status == PASSED and judgement.law.name in EXACT and not any(c.decided for c in judgement.checks):
        return replace(judgement, status=UNDECIDED, reason="the bound is as large as the quantity itself")
    if judgement.status != FAILED:
        return judgement
    failed = next(check for check in judgement.checks if not check.passed)
    if not judgement.law.binds_strangers and not is_shipped(subject):
        return replace(judgement, status=REMARK, reason=failed.sentence or judgement.law.statement)
    coarse = not failed.cause and _is_coarse(subject, evidence.case.function, evidence.case.dtype)
    found = opinion(judgement, evidence, planned.calls, coarse=coarse)
    if found.fragile and subject.particulars.adapter:
        return replace(judgement, status=FRAGILE, reason=found.cause)
    verdict = FRAGILE if found.fragile else REFUTED
    raise AssertionError(
        _worded(subject.name, Failure(judgement.law.name, failed, evidence.case, verdict, found.cause))
    )


@cache
def _is_coarse(subject: Performer, function: str, dtype: str) -> bool:
    """Whether a lower precision is at work, asked on fixed cases: a search would find one that does not show it."""
    arithmetic = arithmetic_of(subject.particulars, dtype)
    probes = [generated(function, dtype, seed=0, index=index) for index in _PROBES]
    return 2 * sum(is_coarse(case, arithmetic, subject.perform) for case in probes) > len(probes)


def _worded(name: str, failure: Failure) -> str:
    """The message, the law that failed, and the lines that repeat it where they are few enough to read."""
    shown = snippet(name, failure) if is_readable(failure.case) else "the inputs are too many to print"
    return f"{message(name, failure)}\n{failure.verdict}; {statement(failure)}\n\n{shown}"


def _peers(case: Case, witness: Witness, name: str) -> dict[str, Evidence]:
    return peer_evidence(case, witness, {other: peer for other, peer in _loaded_peers().items() if other != name})


@cache
def _loaded_peers() -> Mapping[str, Performer]:
    return {name: InProcess(load(name)) for name in PEERS}
