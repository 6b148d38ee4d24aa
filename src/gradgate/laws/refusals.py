"""What must be refused, and how: an index that is no row, a loss, a reduction or a sign that nobody knows."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.laws.law import Breach, Law, NotApplicable, has_matrix
from gradgate.witness import Witness

_CHOICES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "loss": ("hinge", (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)),
    "reduce": ("max", ("sum", "mean")),
    "signs": (0, (1, -1)),  # word2vec.c writes a path as bits
}
"""By parameter: a value that is none of its choices, and the choices."""


def _bad_rows(V: int) -> dict[str, int]:
    """Rows next to those that there are, and one further out: who asks for `row != V` refuses the first alone."""
    return {"V": V, "-1": -1, "V + 1": V + 1, "-V": -V}


def _bad_index_calls(witness: Witness) -> list[Call]:
    case, calls = witness.case, []
    V = len(case.inputs["U"])
    rows = ("outside", "negatives", "outsides", "context", "contexts", "target", "targets", "path")
    in_V_c = ("center", "centers") if "V_c" in case.inputs else ()
    for name in (*rows, *in_V_c):
        value = case.inputs.get(name)
        if value is None or np.size(value) == 0:
            continue
        for told, bad in _bad_rows(V).items():
            calls.append(Call(f"{name} = {told}", case.with_inputs(**{name: _spoilt(value, bad)})))
    return calls


def _spoilt(value: Any, bad: Any) -> Any:
    """The bad value, as the last entry of an array."""
    if not isinstance(value, np.ndarray):
        return bad
    changed = value.copy()
    changed.flat[-1] = bad
    return changed


def _bad_index(evidence: Evidence) -> list[Breach]:
    return _accepted(evidence, _bad_index_calls(evidence.witness), "IndexError", "bad index accepted")


def _bad_choice_calls(witness: Witness) -> list[Call]:
    case = witness.case
    return [
        Call(f"{name} = {bad!r}", case.with_inputs(**{name: _spoilt(case.inputs[name], bad)}))
        for name, (bad, _) in _CHOICES.items()
        if np.size(case.inputs.get(name, ()))
    ]


def _bad_choice(evidence: Evidence) -> list[Breach]:
    if evidence.particulars.adapter:
        raise NotApplicable("an assignment file is not told the loss by name")
    return _accepted(evidence, _bad_choice_calls(evidence.witness), "ValueError", "bad choice accepted")


def _accepted(evidence: Evidence, calls: list[Call], due: str, cause: str) -> list[Breach]:
    breaches = []
    for call in calls:
        outcome = evidence.outcomes[call.variant]
        if outcome.exception != due:
            what = f"{outcome.exception} was raised" if outcome.exception else outcome.fault or "it was accepted"
            breaches.append(Breach("inputs", f"with {call.variant}: {what} where {due} is due", cause))
    return breaches


def _wording_calls(witness: Witness) -> list[Call]:
    return [*_bad_index_calls(witness), *_bad_choice_calls(witness)]


def _wording(evidence: Evidence) -> list[Breach]:
    """What NumPy itself says of an index names no argument: only a file that refuses on its own account is judged."""
    if _bad_index(evidence) or _bad_choice(evidence):
        raise NotApplicable("it does not refuse all that it should")
    breaches = []
    for call in _wording_calls(evidence.witness):
        told = evidence.outcomes[call.variant].fault
        for part in _due_in(evidence.case, call):
            if not _says(told, part):
                sentence = f"with {call.variant}: the message does not say {part}: {told}"
                breaches.append(Breach("inputs", sentence, "refusal without a reason"))
    return breaches


def _due_in(case: Case, call: Call) -> list[str]:
    """The parts of a good message: the argument, what is wrong in it, and what would be right."""
    name, _, value = call.variant.partition(" = ")
    if name in _CHOICES:
        bad, choices = _CHOICES[name]
        return [name, str(bad), *map(str, choices)]
    V = len(case.inputs["U"])
    return [name, str(_bad_rows(V)[value]), str(V)]


def _says(sentence: str, part: str) -> bool:
    """Whether the sentence has the part as a word of its own; `center` and `centers` are one word."""
    word = re.escape(part.removesuffix("s")) + "s?"
    return re.search(rf"(?<![^\W_]){word}(?![^\W_])", sentence) is not None


def _has_choices(case: Case) -> bool:
    return any(name in case.inputs for name in _CHOICES)


LAWS = (
    Law(
        "bad_index",
        "an index outside [0, V) is refused with IndexError",
        has_matrix,
        _bad_index,
        _bad_index_calls,
        every=10,
        binds_strangers=False,
    ),
    Law(
        "bad_choice",
        "another loss, reduction or sign than those of the contract is refused with ValueError",
        _has_choices,
        _bad_choice,
        _bad_choice_calls,
        every=10,
        binds_strangers=False,
    ),
    Law(
        "refusal_says_why",
        "a refusal names the argument, the value that is wrong and what would be right",
        has_matrix,
        _wording,
        _wording_calls,
        every=10,
        binds_strangers=False,
    ),
)
