"""What stands on top of a right quantity: a weight decay, a small constant, or the rounding to a coarser lattice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.formula.shares import shares_of


def added(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """A multiple of U itself, of h in every row, or of 1 in every entry, on top of what is due."""
    for words, name, what in _ADDED:
        try:
            tops = [what(each, quantity) for each in failing]
        except (KeyError, ValueError, IndexError):
            continue
        clearest = max(range(len(failing)), key=lambda n: float(np.max(np.abs(tops[n]), initial=0.0)))
        top, each = tops[clearest], failing[clearest]
        if top.shape != each.due[quantity].shape or not top.any():
            continue
        place = np.unravel_index(int(np.argmax(np.abs(top))), top.shape)
        number = float((each.seen[quantity] - each.due[quantity])[place] / top[place])
        if (
            np.isfinite(number)
            and len(failing) > 1
            and all(e.agrees(quantity, e.due[quantity] + number * what(e, quantity)) for e in (*failing, *passing))
        ):
            return Relation(name, words.format(number=number))
    return None


_ADDED: tuple[tuple[str, str, Callable[[Exhibit, str], np.ndarray]], ...] = (
    (
        "{number:.3g} U stands on top, as of a weight decay",
        "another formula",
        lambda e, q: _only(q, "grad_U", e.case.wide("U")),
    ),
    (
        "{number:.3g} v stands on top in every row",
        "stray constant",
        lambda e, q: _only(q, "grad_U", np.ones((len(e.case.wide("U")), 1)) * shares_of(e)[0].h),
    ),
    (
        "{number:.3g} Σ u_w stands on top",
        "stray constant",
        lambda e, q: _only(q, "grad_center", e.case.wide("U").sum(axis=0)),
    ),
    ("{number:.3g} stands on top of every entry", "stray constant", lambda e, q: np.ones_like(e.due[q])),
)


def _only(quantity: str, wanted: str, values: np.ndarray) -> np.ndarray:
    if quantity != wanted:
        raise KeyError(quantity)
    return values


def rounded(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """Every number is one of a coarser lattice: of single or half precision, or of a few decimals."""
    values = np.concatenate([np.ravel(each.seen[quantity]) for each in failing])
    near = all(
        np.max(np.abs(e.seen[quantity] - e.due[quantity])) <= np.max(np.abs(e.due[quantity])) / 8 for e in failing
    )
    if not near or values.size < 2:
        return None
    for name, narrow in _LATTICES.items():
        if np.dtype(narrow).itemsize < np.dtype(failing[0].case.form.carrier).itemsize and _are(values, narrow):
            return Relation("low precision", f"{name} numbers only, and the error is that of {name}")
    for decimals in range(1, 10):
        if np.array_equal(values, np.round(values, decimals)):
            return Relation("low precision", f"rounded to {decimals} decimals")
    return None


_LATTICES: dict[str, type[np.floating[Any]]] = {"float16": np.float16, "float32": np.float32}


def _are(values: np.ndarray, narrow: type[np.floating[Any]]) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.array_equal(np.asarray(values, narrow).astype(np.float64), values))
