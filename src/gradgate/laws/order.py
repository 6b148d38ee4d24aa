"""Several steps: each is taken from where the one before it has led.

A case's windows touch no row twice, so that all of its steps are known from the start. Here they go on: the centres
come again, each with the words and negatives of the window before its own, so that every row has moved already, and the
order counts. What is due is the exact step from the very matrices that the implementation has reached by then. The last
pass that is judged comes after so many that no room made for a few windows is enough."""

from __future__ import annotations

import numpy as np

from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.formats import round_to
from gradgate.interface import STEPS
from gradgate.laws.exact import exact_claim
from gradgate.laws.law import Claim, Law, NotApplicable
from gradgate.witness import Witness

PASSES = ("base", "second pass", "third pass", "fourteenth pass", "fifteenth pass")
TURNS = (0, 1, 2, 13, 14)
JUDGED = ((0, 1), (1, 2), (3, 4))  # of PASSES: what came before, and the pass itself
_MATRICES = ("V_c", "U")


def _is_steps(case: Case) -> bool:
    return case.function == STEPS


def windows_of_pass(case: Case, turn: int) -> Case:
    """The windows of one pass: those of the case, in which centre b has got the words of window b - turn."""
    given = case.inputs
    parts = np.split(given["outsides"], given["offsets"][1:-1])
    parts = [parts[b - turn % len(parts)] for b in range(len(parts))]
    return case.with_inputs(
        outsides=np.concatenate(parts),
        offsets=np.cumsum([0, *map(len, parts)]),
        negatives=np.roll(given["negatives"], turn, axis=0),
    )


def _joined(cases: list[Case]) -> Case:
    """The windows of all the cases, one after the other, from where the first one starts."""
    ends = np.cumsum([0, *(len(case.inputs["outsides"]) for case in cases)])
    offsets = [case.inputs["offsets"][1:] + end for case, end in zip(cases, ends, strict=False)]
    flat = {
        name: np.concatenate([case.inputs[name] for case in cases]) for name in ("centers", "outsides", "negatives")
    }
    return cases[0].with_inputs(**flat, offsets=np.concatenate([[0], *offsets]))


def _passes(witness: Witness) -> list[Call]:
    parts = [windows_of_pass(witness.case, turn) for turn in range(TURNS[-1] + 1)]
    return [Call(name, _joined(parts[: turn + 1])) for name, turn in zip(PASSES[1:], TURNS[1:], strict=True)]


def _one_after_another(evidence: Evidence) -> list[Claim]:
    claims = []
    for before, after in JUDGED:
        reached = {name: evidence.values(PASSES[before], f"new_{name}") for name in _MATRICES}
        if not all(np.isfinite(matrix).all() for matrix in reached.values()):
            raise NotApplicable("the steps before have led out of the dtype's range")
        case = windows_of_pass(evidence.case, TURNS[after])
        case = case.with_inputs(**{name: round_to(matrix, case.form) for name, matrix in reached.items()})
        witness = Witness(case, evidence.witness.arithmetic, evidence.witness.tier)
        last = Evidence(
            witness, {"base": evidence.outcomes[PASSES[after]]}, evidence.particulars, lenient=evidence.lenient
        )
        claims += [exact_claim(last, quantity) for quantity in case.returns]
    return claims


def _empty_calls(witness: Witness) -> list[Call]:
    """A window without words before the last one: its negatives count once a word, and so not at all."""
    given = witness.case.inputs
    place = len(given["offsets"]) - 2
    changed = {name: np.insert(given[name], place, given[name][place], axis=0) for name in ("centers", "negatives")}
    offsets = np.insert(given["offsets"], place, given["offsets"][place])
    return [Call("empty window", witness.case.with_inputs(**changed, offsets=offsets))]


def _empty(evidence: Evidence) -> list[Claim]:
    return [
        Claim(quantity, evidence.ball("empty window", quantity), evidence.ball("base", quantity))
        for quantity in evidence.case.returns
    ]


LAWS = (
    Law(
        "one_after_another",
        "each step starts where the one before it has led",
        _is_steps,
        _one_after_another,
        _passes,
        every=2,
    ),
    Law(
        "empty_window_stays",
        "a step on a window without words moves nothing",
        _is_steps,
        _empty,
        _empty_calls,
        every=5,
        binds_strangers=False,
    ),
)
