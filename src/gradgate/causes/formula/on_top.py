"""What stands on top of a right quantity: a weight decay, a small constant, or the rounding to a coarser lattice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation


def added(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """A multiple of U itself, of h in every row, or of 1 in every entry, on top of what is due."""
    for where, words, name, what in _ADDED:
        if where not in ("", quantity) or quantity == "loss" or (where and not failing[0].witness.groups):
            continue
        tops = [what(each) * np.ones_like(each.due[quantity]) for each in (*failing, *passing)]
        number = _multiple(failing, tops, quantity)
        together = zip((*failing, *passing), tops, strict=True)
        if (
            len(failing) > 1
            and np.isfinite(number)
            and all(e.agrees(quantity, e.due[quantity] + number * top) for e, top in together)
        ):
            return Relation(name, words.format(number=number))
    return None


def _multiple(exhibits: Exhibits, tops: Sequence[np.ndarray], quantity: str) -> float:
    """The multiple of top that was added, from the entry at which rounding blurs it the least."""
    best, number = 0.0, np.nan
    for each, top in zip(exhibits, tops, strict=False):
        clear = np.abs(top) / (each.radius[quantity] + each.case.form.roundoff * np.abs(top))
        clear = np.where(np.isnan(clear), 0.0, clear)
        place = np.unravel_index(int(np.argmax(clear)), np.shape(clear))
        if clear[place] > best:
            best, number = float(clear[place]), float((each.seen[quantity] - each.due[quantity])[place] / top[place])
    return number


def _in_every_row(exhibit: Exhibit) -> np.ndarray:
    h = exhibit.witness.reference.groups[0].hidden
    return np.tile(h, (len(exhibit.case.wide("U")), 1))


_ADDED: tuple[tuple[str, str, str, Callable[[Exhibit], np.ndarray]], ...] = (
    ("grad_U", "{number:.3g} U stands on top, as of a weight decay", "another formula", lambda e: e.case.wide("U")),
    ("grad_U", "{number:.3g} h stands on top in every row", "stray constant", _in_every_row),
    ("grad_center", "{number:.3g} Σ u_w stands on top", "stray constant", lambda e: e.case.wide("U").sum(axis=0)),
    ("", "{number:.3g} is added to every entry", "stray constant", lambda e: np.ones(())),
)


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
