"""Causes that lie in the program and not in the formula: read off the laws that failed, without a look at numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.causes.dossier import Dossier
from gradgate.causes.program.form import wrong_form
from gradgate.causes.program.repeated import changes_with_calls, remembers
from gradgate.causes.when import when
from gradgate.examining.findings import CALL, Failure
from gradgate.laws import BY_NAME
from gradgate.verdicts import TIMED_OUT


def program_cause(dossier: Dossier) -> Cause | None:
    """The gravest thing that the program does wrong, whatever it computes."""
    return next((cause for reading in _READINGS if (cause := reading(dossier))), None)


def after_the_numbers(dossier: Dossier) -> Cause | None:
    """What is left where every value and gradient is right as called: other layouts, other calls before, the edges."""
    return next((cause for reading in (_order, _layout, remembers, _edge) if (cause := reading(dossier))), None)


def _of_law(dossier: Dossier, law: str) -> list[Failure]:
    return [failure for failure in dossier.failures if failure.law == law]


def _no_return(dossier: Dossier) -> Cause | None:
    failures = _of_law(dossier, CALL)
    if not failures:
        return None
    where = when(dossier, [failure.case for failure in failures])
    if late := [failure for failure in failures if failure.verdict == TIMED_OUT]:
        return Cause("endless", "a call does not return: a loop that does not end?", LIKELY, late[0].check.sentence)
    said = failures[0].check.sentence
    said = f"exit() is called: {said}" if failures[0].exception == "SystemExit" else said
    return Cause("crash", said, CERTAIN, where)


def _form(dossier: Dossier) -> Cause | None:
    failures = _of_law(dossier, "promised_form")
    return wrong_form(dossier, failures) if failures else None


def _input_changed(dossier: Dossier) -> Cause | None:
    failures = _of_law(dossier, "inputs_unchanged")
    if not failures:
        return None
    names = sorted({failure.check.sentence.partition(" ")[0] for failure in failures})
    which = " and ".join(names)
    sentence = (
        f"{which} {'is' if len(names) == 1 else 'are'} written to: work on a copy ({names[0]} = {names[0]}.copy())"
    )
    return Cause("input changed", sentence, CERTAIN, when(dossier, [failure.case for failure in failures]))


def _state(dossier: Dossier) -> Cause | None:
    failures = _of_law(dossier, "no_state")
    return changes_with_calls(dossier, failures) if failures else None


def _layout(dossier: Dossier) -> Cause | None:
    for law in ("read_only", "strided"):
        failures = _of_law(dossier, law)
        if not failures:
            continue
        said = failures[0].check.sentence
        count = when(dossier, [failure.case for failure in failures])
        if law == "read_only" and "read-only" in said.removeprefix("read-only arrays"):
            return Cause("input changed", f"an input is written to, even if it is put back: {said}", CERTAIN, count)
        what = said or f"{failures[0].check.quantity} differs when the inputs are views of larger arrays"
        return Cause("memory layout", f"the inputs are taken to be contiguous: {what}", CERTAIN, count)
    return None


def _order(dossier: Dossier) -> Cause | None:
    failures = _of_law(dossier, "one_after_another")
    if not failures:
        return None
    said = "each step is right by itself, but does not start where the one before it has led"
    return Cause("updated too late", said, LIKELY, when(dossier, [failure.case for failure in failures]))


_EDGES = {
    "bad_index": "bad index accepted",
    "bad_choice": "bad choice accepted",
    "refusal_says_why": "refusal without a word",
    "no_negatives": "empty input",
    "empty_window": "empty input",
    "empty_path": "empty input",
    "empty_window_stays": "empty input",
}


def _edge(dossier: Dossier) -> Cause | None:
    for law, name in _EDGES.items():
        if failures := _of_law(dossier, law):
            said = failures[0].check.sentence or f"it does not hold that {BY_NAME[law].statement}"
            return Cause(name, said, CERTAIN, _counted(failures))
    return None


def _counted(failures: Sequence[Failure]) -> str:
    count = len({id(failure.case) for failure in failures})
    return f"on {count} case{'' if count == 1 else 's'}"


_READINGS: tuple[Callable[[Dossier], Cause | None], ...] = (_no_return, _form, _input_changed, _state)
