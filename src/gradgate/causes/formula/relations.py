"""How a wrong quantity relates to the right one: a factor on the whole of it, or on one kind of its terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.factors import FACTORS, Factor, at
from gradgate.causes.formula.shares import NEGATIVE, SUM, TARGET, shares_of, total

Exhibits = Sequence[Exhibit]


@dataclass(frozen=True)
class Relation:
    """What is said of one quantity: the cause's name, and words for what it is."""

    name: str
    words: str


def scaled(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The quantity times a factor: a known one, or a number that is the same on every exhibit."""
    for factor in FACTORS:
        if _holds(failing, quantity, factor):
            return _everywhere(Relation(factor.name, factor.words), passing, quantity, factor)
    clearest = max(failing, key=lambda each: _clarity(each, quantity))
    number = _ratio(clearest, quantity)
    if number is None or len(failing) < 2:
        return None
    factor = Factor("", "scale", lambda sizes: number)
    words = f"{number:.4g} times what is due" if abs(number - 1) > 1e-3 else f"off by {number - 1:.1e} of itself"
    return (
        _everywhere(Relation("scale", words), passing, quantity, factor) if _holds(failing, quantity, factor) else None
    )


def _holds(exhibits: Exhibits, quantity: str, factor: Factor) -> bool:
    numbers = [at(factor, each.case) for each in exhibits]
    return all(
        number is not None and each.agrees(quantity, number * each.due[quantity])
        for each, number in zip(exhibits, numbers, strict=True)
    )


def _everywhere(found: Relation, passing: Exhibits, quantity: str, factor: Factor) -> Relation:
    """Where the passing exhibits do not have the factor, it comes in at some inputs only."""
    if _holds(passing, quantity, factor):
        return found
    sized = factor.name not in ("", "not accumulated", "scale") or "/" in found.words
    return Relation(found.name if sized else "one size only", f"{found.words}, on some inputs only")


def _clarity(exhibit: Exhibit, quantity: str) -> float:
    """How many bounds large the largest entry is."""
    with np.errstate(all="ignore"):
        clear = np.abs(exhibit.due[quantity]) / exhibit.radius[quantity]
    return float(np.max(clear[np.isfinite(clear)], initial=0.0)) if np.ndim(clear) else float(np.nan_to_num(clear))


def _ratio(exhibit: Exhibit, quantity: str) -> float | None:
    due, seen = np.ravel(exhibit.due[quantity]), np.ravel(exhibit.seen[quantity])
    if due.size == 0 or not np.isfinite(seen).all():
        return None
    place = int(np.argmax(np.abs(due)))
    return float(seen[place] / due[place]) if due[place] else None


_PARTS = {
    TARGET: {
        "loss": "the outside word's own term",
        "hidden": "the term of u_o",
        "grad_U": "the outside word's own term",
    },
    SUM: {"loss": "log Z", "hidden": "the expectation Σ ŷ_w u_w", "grad_U": "the softmax's part ŷ v'"},
    NEGATIVE: {"loss": "the negatives' part", "hidden": "the negatives' part", "grad_U": "the negatives' part"},
}
_RIGHT = Factor("is right", "", lambda sizes: 1.0)


def in_parts(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The target's terms times one factor, all other terms times another one."""
    if not failing[0].witness.groups:
        return None
    split = [_split(each, quantity) for each in (*failing, *passing)]
    for of_target in (_RIGHT, *FACTORS):
        for of_rest in (_RIGHT, *FACTORS):
            if of_target is of_rest:
                continue
            wrong = [(p, f) for p, f in ((TARGET, of_target), (split[0][2], of_rest)) if f is not _RIGHT]
            if all(
                _made_of(e, quantity, s, of_target, of_rest) for e, s in zip((*failing, *passing), split, strict=True)
            ):
                words = " and ".join(f"{_PARTS[part][_side(quantity)]} is {_said(factor)}" for part, factor in wrong)
                return Relation(wrong[0][1].of_part or wrong[0][1].name, words)
    return None


def _said(factor: Factor) -> str:
    return {-1.0: "of the wrong sign", 0.0: "missing"}.get(factor.value({}) if not factor.sized else 1.0, factor.words)


def _split(exhibit: Exhibit, quantity: str) -> tuple[np.ndarray, np.ndarray, str]:
    """The quantity's target terms, its other terms, and what kind those are."""
    shares = shares_of(exhibit)
    targets = total(exhibit, quantity, shares, lambda share: share.kind == TARGET)
    rest = total(exhibit, quantity, shares, lambda share: share.kind != TARGET)
    return targets, rest, next((share.kind for share in shares if share.kind != TARGET), SUM)


def _made_of(
    exhibit: Exhibit, quantity: str, split: tuple[np.ndarray, np.ndarray, str], of_target: Factor, of_rest: Factor
) -> bool:
    a, b = at(of_target, exhibit.case), at(of_rest, exhibit.case)
    return a is not None and b is not None and exhibit.agrees(quantity, a * split[0] + b * split[1])


def _side(quantity: str) -> str:
    return {"loss": "loss", "losses": "loss", "grad_U": "grad_U"}.get(quantity, "hidden")


def proportional(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """Both gradients times one factor that changes from case to case, beside another loss."""
    gradients = [q for q in failing[0].case.returns if q.startswith("grad_")]
    if len(gradients) < 2 or not all({"loss", *gradients} <= each.failing for each in failing) or len(failing) < 2:
        return None
    numbers = []
    for each in failing:
        number = _ratio(each, max(gradients, key=lambda q: _clarity(each, q)))
        if not number or not all(each.agrees(q, number * each.due[q]) for q in gradients):
            return None
        numbers.append(number)
    words = (
        f"the gradients are the right ones times {min(numbers):.3g} to {max(numbers):.3g}, and the loss is another one"
    )
    return Relation("another formula", f"{words}: a function of the right loss, with its own gradient")
