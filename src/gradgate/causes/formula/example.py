"""One coefficient as it is and as it should be, from a small failing case: what a reader can check by hand."""

from __future__ import annotations

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits
from gradgate.causes.formula.shares import Share, shares_of

_VISIBLE = 1e-2  # a relative difference that shows in three digits


def example(failing: Exhibits) -> str:
    """`row 3 of grad_U is +0.31 h where −0.69 h is due`, or the like; "" where no coefficient shows the difference."""
    with np.errstate(all="ignore"):
        for each in failing:
            if len(each.witness.groups) == 1 and (found := _in_rows(each) or _in_hidden(each)):
                return found
    return next((found for each in failing if (found := _in_loss(each))), "")


def _in_rows(exhibit: Exhibit) -> str:
    """The row whose coefficient of h is the furthest off."""
    h = exhibit.witness.reference.groups[0].hidden
    length = float(h @ h)
    if "grad_U" not in exhibit.failing or not length:
        return ""
    seen, due = exhibit.seen["grad_U"] @ h / length, exhibit.due["grad_U"] @ h / length
    along = np.abs(exhibit.seen["grad_U"] - np.outer(seen, h)).max() <= _VISIBLE * np.abs(exhibit.seen["grad_U"]).max()
    row = int(np.argmax(np.abs(seen - due)))
    vector = "v" if "center" in exhibit.case.inputs else "h"
    return _pair(f"row {row} of grad_U is", seen[row], due[row], f" {vector}") if along else ""


def _in_hidden(exhibit: Exhibit) -> str:
    """The row of U whose coefficient in the hidden gradient is the furthest off, where the rows are independent."""
    shares, U = shares_of(exhibit), exhibit.case.wide("U")
    if "grad_center" not in exhibit.failing or not shares:
        return ""
    rows = np.unique(np.concatenate([share.rows for share in shares]))
    if np.linalg.matrix_rank(U[rows]) < len(rows):
        return ""
    seen = np.linalg.lstsq(U[rows].T, exhibit.seen["grad_center"], rcond=None)[0]
    if not np.allclose(seen @ U[rows], exhibit.seen["grad_center"], rtol=_VISIBLE, atol=0):
        return ""
    due = _due(rows, shares)
    place = int(np.argmax(np.abs(seen - due)))
    return _pair(f"in grad_center u_{rows[place]} enters with", seen[place], due[place], "")


def _due(rows: np.ndarray, shares: list[Share]) -> np.ndarray:
    due = np.zeros(len(rows))
    for share in shares:
        due[np.searchsorted(rows, share.rows)] += share.coefficients
    return due


def _in_loss(exhibit: Exhibit) -> str:
    if "loss" not in exhibit.failing:
        return ""
    return _pair("the loss is", float(exhibit.seen["loss"]), float(exhibit.due["loss"]), "")


def _pair(what: str, seen: float, due: float, of: str) -> str:
    if not np.isfinite(seen) or abs(seen - due) <= _VISIBLE * max(abs(seen), abs(due)):
        return ""
    return f"{what} {_number(seen)}{of} where {_number(due)}{of} is due"


def _number(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−") if value else "0"
