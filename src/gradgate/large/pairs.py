"""Naive softmax at a large V, pair or batch: three calls at most, of which only the first one's gradient is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gradgate.calling.calls import Call, Outcome
from gradgate.evidence import Evidence, Unusable
from gradgate.examining.judging import FAILED, NOT_JUDGED, PASSED, Check, Judgement, Plan, judge_one
from gradgate.large.calls import Caller, Returned
from gradgate.large.own_loss import OwnLoss
from gradgate.large.reading import Rows, read_rows
from gradgate.large.witness import SoftmaxWitness
from gradgate.laws import BY_NAME
from gradgate.laws.contract import wrong_dtype, wrong_shape
from gradgate.laws.exact import exact_claim
from gradgate.laws.law import Breach, Claim
from gradgate.witness import Undecidable

_LAWS = ("exact_value", "exact_gradient", "shift_identity", "promised_form", "no_state", "inputs_unchanged")


class Pairs:
    """The calls of one implementation on one case, and what the laws say of them."""

    def __init__(self, witness: SoftmaxWitness, call: Caller) -> None:
        self.witness, self._call = witness, call
        self._returned: dict[str, Returned] = {}
        self._rows: Rows | None = None
        self._own: Check | None = None
        self._wrong_word = ""

    def plan(self) -> Plan:
        """The second witness is a pair's alone: what a batch sums cannot be told apart by its loss."""
        single = len(self.witness.magnitudes) == 1
        variants = ["base", "shifted", "repeat"] if single else ["base", "repeat"]
        laws = [BY_NAME[name] for name in _LAWS if single or name != "shift_identity"]
        calls = [Call(variant, self.witness.case) for variant in variants]
        self.witness.knows(calls)
        return Plan(calls, laws, [])

    def perform(self, calls: list[Call]) -> list[Outcome]:
        """Makes the calls in their order: the gradient of the base is read before the next call replaces it."""
        outcomes: list[Outcome] = []
        for call in calls:
            if outcomes and outcomes[0].fault:
                outcomes.append(outcomes[0])
            else:
                outcomes.append(self._shifted() if call.variant == "shifted" else self._made(call))
        return outcomes

    def judge(self, planned: Plan, evidence: Evidence) -> list[Judgement]:
        """What each planned law says."""
        said: dict[str, Callable[[Evidence], Judgement]] = {
            "exact_value": self._value,
            "exact_gradient": self._gradient,
            "shift_identity": self._identity,
            "promised_form": lambda evidence: _by("promised_form", self._form, evidence),
            "no_state": lambda evidence: _by("no_state", self._no_state, evidence),
        }
        return [said[law.name](evidence) if law.name in said else judge_one(law, evidence) for law in planned.laws]

    # ---- calls

    def _made(self, call: Call) -> Outcome:
        returned = self._returned[call.variant] = self._call(call.variant, call.case)
        if returned.outcome.fault:
            return returned.outcome
        if wrong := returned.misshapen("grad_U", np.shape(call.case.inputs["U"])):
            return replace(returned.outcome, fault=wrong, fault_kind="malformed")
        if call.variant == "base":
            self._rows = read_rows(returned, self.witness)
        return returned.outcome

    def _shifted(self) -> Outcome:
        assert self._rows is not None
        base = Evidence(self.witness, {"base": self._returned["base"].outcome}, self._call.worker.particulars)
        try:
            own = OwnLoss(self.witness, self._call, self._rows.coefficients, base.loss("base"))
        except (Undecidable, Unusable):  # the laws of the base say so
            return Outcome()
        outcome, self._own = own.of_all_words()
        if self._own and not self._own.passed and self._rows.passed and (found := own.wrong_word()):
            word, self._wrong_word = found
            self._own = replace(self._own, index=(word,), sentence=self._wrong_word)
        return outcome

    # ---- laws

    def _value(self, evidence: Evidence) -> Judgement:
        judgement = judge_one(BY_NAME["exact_value"], evidence)
        if judgement.status != FAILED or not self._wrong_word:
            return judgement
        return replace(judgement, checks=tuple(self._with_word(check) for check in judgement.checks))

    def _with_word(self, check: Check) -> Check:
        how_far = f"error {check.error:.1e} > bound {check.bound:.1e}"
        due = f"{check.quantity} = {check.value!r}, the exact value is {check.due!r}; {how_far}"
        return replace(check, sentence=f"{due}; {self._wrong_word}")

    def _gradient(self, evidence: Evidence) -> Judgement:
        others = [q for q in evidence.case.returns if q.startswith("grad_") and q != "grad_U"]
        judgement = _by("exact_gradient", lambda evidence: [exact_claim(evidence, q) for q in others], evidence)
        if judgement.status not in (PASSED, FAILED) or self._rows is None:
            return judgement
        status = judgement.status if self._rows.passed else FAILED
        return replace(judgement, status=status, checks=(*judgement.checks, *self._rows.checks))

    def _identity(self, evidence: Evidence) -> Judgement:
        judgement = _by("shift_identity", lambda evidence: [], evidence)
        if self._own is None:
            return replace(judgement, status=NOT_JUDGED, reason="the call with shifted logits gave no loss")
        return replace(judgement, status=PASSED if self._own.passed else FAILED, checks=(self._own,))

    def _form(self, evidence: Evidence) -> list[Breach]:
        breaches = []
        for quantity in evidence.case.returns:
            breaches += wrong_dtype(evidence, quantity, self._returned["base"].dtype(quantity))
            if quantity != "grad_U":  # whose shape was seen to before it was read
                breaches += wrong_shape(evidence, quantity, np.shape(evidence.result("base", quantity).values))
        return breaches

    def _no_state(self, evidence: Evidence) -> Sequence[Breach | Claim]:
        first, then = self._returned["base"], self._returned["repeat"]
        if then.outcome.fault:
            raise Unusable("repeat", then.outcome.fault)
        if not evidence.particulars.deterministic:
            small = [q for q in evidence.case.returns if q != "grad_U"]
            return [Claim(q, evidence.ball("repeat", q), evidence.ball("base", q)) for q in small]
        return [
            Breach(q, f"{q} differs when the same call is made again", "state")
            for q in evidence.case.returns
            if not first.same_bytes(then, q)
        ]


def _by(name: str, judge: Callable[[Evidence], Sequence[Breach | Claim]], evidence: Evidence) -> Judgement:
    """A law judged in another way than at ordinary sizes."""
    return judge_one(replace(BY_NAME[name], judge=judge), evidence)
