"""Another step than that along the gradient: of other inputs, or a multiple of the way that is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.hypotheses import right_values

_STEPS: tuple[tuple[str, str, Callable[[Mapping[str, Any]], dict[str, Any]]], ...] = (
    ("scale", "the rate takes no part: it is 1 whatever it was", lambda given: {"rate": 1.0}),
    ("scale", "the rate enters twice", lambda given: {"rate": given["rate"] ** 2}),
    ("sign", "uphill: old + rate * gradient", lambda given: {"rate": -given["rate"]}),
    ("scale", "half of the way that is due", lambda given: {"rate": given["rate"] / 2}),
    ("scale", "twice the way that is due", lambda given: {"rate": given["rate"] * 2}),
    ("mean for sum", "1/C of the way that is due", lambda given: {"rate": given["rate"] / max(_words(given), 1)}),
    ("never written", "nothing moves", lambda given: {"rate": 0.0}),
    ("not accumulated", "only the last word of the window counts", lambda given: _of_words(given, slice(-1, None))),
    ("not accumulated", "only the first word of the window counts", lambda given: _of_words(given, slice(0, 1))),
    (
        "repeats counted once",
        "a word that stands twice in the window counts once",
        lambda given: _of_words(given, np.sort(np.unique(given["outsides"], return_index=True)[1])),
    ),
)


def another_step(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """The step that accounts for both matrices at once."""
    if "rate" not in failing[0].case.inputs:
        return None
    return _found((*failing, *passing), None)


def step_scaled(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The step that one matrix takes; or that it takes with what the other one has become already."""
    if found := _found((*failing, *passing), quantity):
        return found
    other = "U" if quantity == "new_V_c" else "V_c"
    if all(_is(e, {other: e.due[f"new_{other}"]}, quantity) for e in (*failing, *passing)):
        return Relation("updated too early", f"the gradient is taken at {other} as the step has left it")
    return None


def _found(exhibits: Exhibits, quantity: str | None) -> Relation | None:
    for name, words, change in _STEPS:
        if all(_is(each, change(each.case.inputs), quantity) for each in exhibits):
            return Relation(name, words)
    return None


def _is(exhibit: Exhibit, changed: Mapping[str, Any], quantity: str | None) -> bool:
    values = right_values(exhibit.case, **changed)
    if quantity is not None and quantity.removeprefix("new_") in changed:
        return False
    return all(exhibit.agrees(q, values[q]) for q in ([quantity] if quantity else exhibit.told))


def _words(given: Mapping[str, Any]) -> int:
    return len(given["outsides"])


def _of_words(given: Mapping[str, Any], kept: slice | np.ndarray) -> dict[str, Any]:
    drawn = given["negatives"]
    if "offsets" in given:  # several windows, each with words of its own
        return {}
    return {"outsides": given["outsides"][kept], "negatives": None if drawn is None else drawn[kept]}
