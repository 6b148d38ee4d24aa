"""From a failing case to a smaller one that still fails: halving V, d, K, C, B and the digits of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.formats import round_to
from gradgate.interface import draws_by_window, has_batch, has_window, is_float

STEPS = 80  # calls of `fails` that one shrinking may cost

LARGE = 10_000  # words: such a vocabulary is given up at one go, as half of it is no easier to read
_IN_U = ("outside", "negatives", "outsides", "target", "targets", "path")
_IN_V_C = ("context", "contexts")


def shrink(case: Case, fails: Callable[[Case], bool], steps: int = STEPS) -> Case:
    """The smallest case of a loss found that `fails`; the given one if no smaller one does."""
    return descend(case, fails, _smaller, steps)


def descend(
    case: Case, fails: Callable[[Case], bool], smaller: Callable[[Case], Iterator[Case]], steps: int = STEPS
) -> Case:
    """From a failing case to the first of its smaller ones that fails too, and on from there."""
    current, left, progress = case, steps, True
    while progress and left > 0:
        progress = False
        for candidate in smaller(current):
            left -= 1
            if fails(candidate):
                current, progress = candidate, True
                break
            if left <= 0:
                break
    return current


def _smaller(case: Case) -> Iterator[Case]:
    if "U" in case.inputs and len(case.inputs["U"]) >= LARGE:
        yield from _fewer_words(case)
        return
    for reduced in (_fewer_pairs, _fewer_context, _fewer_terms, _fewer_words, _fewer_dimensions, _fewer_digits):
        yield from reduced(case)


def _halves(count: int) -> list[slice]:
    """Both halves, then all but one; nothing where one is left."""
    middle = count // 2
    if count < 2:
        return []
    return [slice(0, middle), slice(middle, count)] + ([slice(0, count - 1)] if count > 2 else [])


def _fewer_pairs(case: Case) -> Iterator[Case]:
    given = case.inputs
    if case.function in ("sigmoid", "softmax"):
        name = "x" if case.function == "sigmoid" else "logits"
        if given[name].ndim == 2:
            yield from (case.with_inputs(**{name: given[name][row]}) for row in range(len(given[name])))
        else:
            yield from (case.with_inputs(**{name: given[name][..., s]}) for s in _halves(given[name].shape[-1]))
        return
    if not has_batch(case.function):
        return
    first = "centers" if "centers" in given else "targets"
    for part in _halves(len(given[first])):
        yield case.with_inputs(**_pairs(case, part))


def _pairs(case: Case, part: slice) -> dict[str, Any]:
    given = case.inputs
    changed = {name: given[name][part] for name in ("centers", "targets") if name in given}
    if "offsets" not in given:
        changed["outsides"] = given["outsides"][part]
        if "negatives" in given and given["negatives"].ndim == 2:
            changed["negatives"] = given["negatives"][part]
        return changed
    offsets = given["offsets"][part.start : part.stop + 1]
    flat = "outsides" if "outsides" in given else "contexts"
    span = slice(int(offsets[0]), int(offsets[-1]))
    changed |= {"offsets": offsets - offsets[0], flat: given[flat][span]}
    if given["negatives"] is not None:
        changed["negatives"] = given["negatives"][part if draws_by_window(case.function) else span]
    return changed


def _fewer_context(case: Case) -> Iterator[Case]:
    """Fewer words in the window; in a batch only once a single window is left."""
    given = case.inputs
    name = next((name for name in ("outsides", "context", "contexts") if name in given), "")
    if not has_window(case.function) or len(given.get("offsets", ())) > 2:
        return
    for part in _halves(len(given[name])):
        changed: dict[str, Any] = {name: given[name][part]}
        if "offsets" in given:
            changed["offsets"] = np.array([0, len(changed[name])])
        if not draws_by_window(case.function) and name == "outsides" and given["negatives"] is not None:
            changed["negatives"] = given["negatives"][part]
        yield case.with_inputs(**changed)


def _fewer_terms(case: Case) -> Iterator[Case]:
    """Fewer negatives, or fewer nodes in the path."""
    if "path" in case.inputs:
        path, signs = case.inputs["path"], case.inputs["signs"]
        yield from (case.with_inputs(path=path[s], signs=signs[s]) for s in _halves(len(path)))
    negatives = case.inputs.get("negatives")
    if negatives is not None:
        yield from (case.with_inputs(negatives=negatives[..., s]) for s in _halves(negatives.shape[-1]))


def _fewer_words(case: Case) -> Iterator[Case]:
    """Drops rows that no index names: all of them, or half of them; indices are renumbered."""
    if "U" not in case.inputs:
        return
    V = len(case.inputs["U"])
    needed = named_rows(case)
    spare = np.setdiff1d(np.arange(V), needed)
    for kept_spare in (spare[:0], spare[:1], *([spare[: len(spare) // 2]] if V < LARGE else [])):
        kept = np.sort(np.append(needed, kept_spare))
        if 0 < len(kept) < V:
            yield with_rows(case, kept)


def named_rows(case: Case) -> np.ndarray:
    """The rows of U and of V_c that some index names, ascending and distinct."""
    used = [np.ravel(case.inputs[name]) for name in _indices(case)]
    return np.unique(np.concatenate(used)).astype(int)


def with_rows(case: Case, kept: np.ndarray) -> Case:
    """The case with only the kept rows of U and V_c, every index renumbered; kept are ascending, and hold the named."""
    changed: dict[str, Any] = {name: case.inputs[name][kept] for name in ("U", "V_c") if name in case.inputs}
    for name in _indices(case):
        value = np.searchsorted(kept, case.inputs[name])
        changed[name] = value if isinstance(case.inputs[name], np.ndarray) else int(value)
    return case.with_inputs(**changed)


def _indices(case: Case) -> list[str]:
    """The parameters of the case that name rows."""
    names = [*_IN_U, *_IN_V_C, *(["center", "centers"] if "V_c" in case.inputs else [])]
    return [name for name in names if case.inputs.get(name) is not None]


def _fewer_dimensions(case: Case) -> Iterator[Case]:
    if "U" not in case.inputs:
        return
    names = [n for n in ("center", "centers", "V_c", "U") if n in case.inputs and is_float(case.function, n)]
    for part in _halves(np.shape(case.inputs["U"])[1]):
        yield case.with_inputs(**{name: case.inputs[name][..., part].copy() for name in names})


def _fewer_digits(case: Case) -> Iterator[Case]:
    """Rounds every number to integers, then to quarters, then to three significant digits."""
    names = [name for name in case.inputs if is_float(case.function, name)]
    quarters = all(np.array_equal(case.wide(name), _rounded(case.wide(name), 0.25)) for name in names)
    for step in (1.0,) if quarters else (1.0, 0.25, None):  # 12.25 to three digits is 12.2, which is 12.25 in quarters
        changed = {name: round_to(_rounded(case.wide(name), step), case.form) for name in names}
        if any(not np.array_equal(changed[name], case.inputs[name]) for name in names):
            yield case.with_inputs(**changed)


def _rounded(values: np.ndarray, step: float | None) -> np.ndarray:
    if step is not None:
        return np.rint(values / step) * step + 0.0  # -0.3 becomes 0.0 and not -0.0, which a reader would wonder at
    with np.errstate(all="ignore"):  # zero has no leading digit, and the smallest numbers have no scale
        scale = 10.0 ** (2 - np.floor(np.log10(np.abs(values))))
        return np.where(np.isfinite(scale) & (scale > 0), np.rint(values * scale) / scale, 0.0)
