"""Which entries of a quantity are wrong, and what stands there instead: zeros, a limit, another row, one entry only."""

from __future__ import annotations

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation


def entries(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The first pattern that the wrong entries of all failing exhibits share."""
    if np.ndim(failing[0].seen[quantity]) == 0:
        return None
    return next((found for look in _PATTERNS if (found := look(failing, passing, quantity))), None)


def _wrong(exhibit: Exhibit, quantity: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        return ~(np.abs(exhibit.seen[quantity] - exhibit.due[quantity]) <= exhibit.radius[quantity])


def _single(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """One entry of many, each time the largest."""
    sizes = [each.due[quantity].size for each in failing]
    alone = all(np.count_nonzero(_wrong(each, quantity)) == 1 for each in failing)
    if not alone or max(sizes) < 8 or len(failing) < 2 or not quantity.startswith("grad_"):
        return None
    largest = all(np.argmax(np.abs(e.due[quantity])) == np.argmax(_wrong(e, quantity)) for e in failing)
    return Relation("one entry off", f"wrong in a single entry{', the largest' if largest else ''}")


def _cut(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """Entries beyond a limit are that limit."""
    seen = np.concatenate([np.abs(e.seen[quantity][_wrong(e, quantity)]) for e in failing])
    due = np.concatenate([np.abs(e.due[quantity][_wrong(e, quantity)]) for e in failing])
    if len(seen) < 2 or len(set(seen)) > 1 or seen[0] == 0 or not (due > seen[0]).all():
        return None
    return Relation("clipping", f"cut at {seen[0]:g}: no entry is larger")


def _dropped(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """Small entries are zero, and no entry as small is left."""
    lost = np.concatenate([np.abs(e.due[quantity][_wrong(e, quantity)]) for e in failing])
    zero = all(np.all(e.seen[quantity][_wrong(e, quantity)] == 0) for e in failing)
    kept = np.concatenate([np.abs(e.seen[quantity][e.seen[quantity] != 0]) for e in (*failing, *passing)])
    if not zero or not len(lost) or not len(kept) or lost.max() >= kept.min():
        return None
    return Relation("clipping", f"zeros where entries below {kept.min():.1g} are due")


def _columns(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The last components are zero, of every row."""
    for each in failing:
        columns = np.flatnonzero(_wrong(each, quantity).reshape(-1, each.due[quantity].shape[-1]).any(axis=0))
        d = each.due[quantity].shape[-1]
        if d < 2 or list(columns) != [d - 1] or each.seen[quantity][..., -1].any():
            return None
    return Relation("never written", "zeros in its last component")


def _rows(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """Whole rows are zero: those beyond a limit, the first one, the last one, or all but the outside word's."""
    if quantity not in ("grad_U", "grad_V_c", "grad_centers"):
        return None
    rows = [(len(e.due[quantity]), np.flatnonzero(_wrong(e, quantity).any(axis=1)), e) for e in failing]
    if any(e.seen[quantity][wrong].any() for _, wrong, e in rows):
        return None
    if all(list(wrong) == [0] for _, wrong, _ in rows):
        return Relation("never written", "zeros in its first row")
    if all(list(wrong) == [count - 1] for count, wrong, _ in rows):
        return Relation("never written", "zeros in its last row")
    if quantity == "grad_U" and all(_all_but_outside(wrong, e) for _, wrong, e in rows):
        return Relation("never written", "zeros in all rows but the outside word's")
    return _beyond(failing, passing, quantity, [int(wrong.min()) for _, wrong, _ in rows])


def _all_but_outside(wrong: np.ndarray, exhibit: Exhibit) -> bool:
    written = np.flatnonzero(exhibit.seen["grad_U"].any(axis=1))
    return "outside" in exhibit.case.inputs and set(written) <= {exhibit.case.inputs["outside"]} and len(wrong) > 0


def _beyond(failing: Exhibits, passing: Exhibits, quantity: str, firsts: list[int]) -> Relation | None:
    """The rows from one on are zero, the same one in every exhibit."""
    written = [np.flatnonzero(e.seen[quantity].any(axis=1)) for e in (*failing, *passing)]
    last = max((int(rows.max()) for rows in written if len(rows)), default=-1)
    if last < 1 or min(firsts) <= last:
        return None
    return Relation("never written", f"zeros in the rows from {last + 1} on")


def _moved(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The right row at another place: what is due there stands in rows where nothing is due."""
    if quantity != "grad_V_c":
        return None
    for each in failing:
        due, seen = each.due[quantity], each.seen[quantity]
        source = np.flatnonzero(due.any(axis=1))
        if len(source) != 1 or not seen.any():
            return None
        vector, allowed = due[source[0]], 2 * each.radius[quantity][source[0]]
        written = np.flatnonzero(seen.any(axis=1))
        if list(written) == list(source) or not all((np.abs(seen[row] - vector) <= allowed).all() for row in written):
            return None
    case = failing[0].case
    written = np.flatnonzero(failing[0].seen[quantity].any(axis=1))
    source = np.flatnonzero(failing[0].due[quantity].any(axis=1))
    where = f"rows {', '.join(map(str, written[:4]))}" if len(written) > 1 else f"row {written[0]}"
    words = f"the gradient of row {source[0]} stands in {where}, with V = {len(case.inputs['U'])}"
    return Relation("wrong row", words)


def _stray(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """Only rows are wrong in which zero is due, and there one small number stands."""
    strays = []
    for each in failing:
        wrong = _wrong(each, quantity)
        if each.due[quantity][wrong].any():
            return None
        strays.append(each.seen[quantity][wrong])
    values = np.concatenate(strays)
    if len(set(values)) != 1:
        return None
    return Relation("stray write", f"{values[0]:.1e} in rows that take no part, where zero is due")


_PATTERNS = (_columns, _single, _cut, _dropped, _moved, _rows, _stray)
