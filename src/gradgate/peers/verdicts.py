"""What one checker says at one size: the faults that it catches, its false alarms, the smallest error that it catches.

Every figure is a verdict of the checker itself. What a slow one may be asked is limited by calls of the implementation
and never by seconds, so that the same subjects are put to it on every machine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from gradgate.interface import NAIVE_SOFTMAX
from gradgate.peers.checkers import Checker
from gradgate.peers.subjects import Subject, case_of, component_at, named, one_component_off, right, right_on

FAULT_CALLS, RIGHT_CALLS, ERROR_CALLS = 410_000, 210_000, 610_000  # for each part of a cell
MOST_ENTRIES = 2 * 10**7  # of U, over the faults of a size, and over its right implementations: for all alike
PROBES = ((5, 3), (50, 10))  # the sizes from which the calls of a check at any other one follow
QUANTITIES = ("grad_U", "grad_center")
QUANTILES = (0.5, 0.25, 0.75)
LEAST, MOST = -52.0, 40.0  # log2 of the relative errors that are tried
STEPS = 6  # bisections: to a factor of 2.7
LIMITS = {
    "calls_for_faults": FAULT_CALLS,
    "calls_for_right": RIGHT_CALLS,
    "calls_for_errors": ERROR_CALLS,
    "entries": MOST_ENTRIES,
    "bisections": STEPS,
}
Record = dict[str, Any]


def calls_due(checker: Checker, V: int, d: int) -> int:
    """How many calls an acceptance takes at (V, d): so many for a check, and so many for each input of it."""
    (first, second) = ((W + 1) * e for W, e in PROBES)
    few, many = (_calls(checker, right_on(case_of(NAIVE_SOFTMAX, *probe))) for probe in PROBES)
    return round(few + (many - few) / (second - first) * ((V + 1) * d - first))


def _calls(checker: Checker, subject: Subject) -> int:
    pair = subject.pair()
    if not checker.verdict(pair):
        raise AssertionError(f"{checker.name} refuses {subject.name}, which is right")
    return pair.calls


def verdicts(checker: Checker, V: int, d: int, shown: Sequence[tuple[str, str]]) -> Record:
    """The cell of one checker at one size; shown are the faults that show there."""
    due = calls_due(checker, V, d)
    if due > FAULT_CALLS:
        return {"calls": due, "not_run": f"a check takes {due:,} calls; {FAULT_CALLS:,} are made at most"}
    return {
        "calls": due,
        "not_run": "",
        "faults": _caught(checker, V, d, due, shown),
        "right": _alarms(checker, V, d, due),
        "errors": list(_smallest_errors(checker, V, d, ERROR_CALLS // due)),
    }


def _caught(checker: Checker, V: int, d: int, due: int, shown: Sequence[tuple[str, str]]) -> Record:
    subjects = (named(*entry, V, d) for entry in shown[: MOST_ENTRIES // (V * d)])
    run = list(_within(checker, due, FAULT_CALLS, subjects))
    missed = [entry for entry, (_, accepted) in zip(shown, run, strict=False) if accepted]
    return {"show": len(shown), "run": len(run), "caught": len(run) - len(missed), "missed": missed}


def _alarms(checker: Checker, V: int, d: int, due: int) -> Record:
    subjects = right(V, d)
    run = list(_within(checker, due, RIGHT_CALLS, subjects[: MOST_ENTRIES // (V * d)]))
    return {"of": len(subjects), "run": len(run), "alarms": [subject.name for subject, accepted in run if not accepted]}


def _within(checker: Checker, due: int, calls: int, subjects: Iterable[Subject]) -> Iterator[tuple[Subject, bool]]:
    """The subjects in turn with their verdicts, while the calls suffice for one that is accepted."""
    for subject in subjects:
        if calls < due:
            return
        pair = subject.pair()
        yield subject, checker.verdict(pair)
        calls -= pair.calls


def _smallest_errors(checker: Checker, V: int, d: int, checks: int) -> Iterator[Record]:
    """For each quantile and quantity, while the checks suffice: the largest error that passed, the smallest caught."""
    case = case_of(NAIVE_SOFTMAX, V, d)
    places = [(quantile, quantity) for quantile in QUANTILES for quantity in QUANTITIES]
    for quantile, quantity in places[: checks // STEPS]:
        index = component_at(case, quantity, quantile)

        def passes(error: float, quantity: str = quantity, index: tuple[int, ...] = index) -> bool:
            return checker.verdict(one_component_off(case, quantity, index, error).pair())

        low, high = bisect(passes, STEPS)
        yield {"quantity": quantity, "quantile": quantile, "index": list(index), "passes": low, "caught": high}


def bisect(passes: Callable[[float], bool], steps: int) -> tuple[float | None, float | None]:
    """The largest error tried that passes and the smallest that does not, of 2^LEAST to 2^MOST; None where none did."""
    low, high = LEAST, MOST
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if passes(2.0**middle) else (low, middle)
    return (None if low == LEAST else math.exp2(low), None if high == MOST else math.exp2(high))
