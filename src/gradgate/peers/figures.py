"""What the page and the picture take from a record: the cell of a checker at a size, and the smallest error caught."""

from __future__ import annotations

import math
from statistics import median

from gradgate.peers.comparison import Record

GATE, SLOW = "gradgate", "gradcheck, slow"
CLAIMED = (1000, 50)  # the size that the README shows
GROUPS = {"the gradients alone": "grad", "the loss alone": "loss", "both, or the call itself": ""}


def cell_at(record: Record, checker: str, V: int, d: int) -> Record | None:
    """The cell of a checker at a size; None where the checker was absent."""
    found = (cell for cell in record["cells"] if (cell["checker"], cell["V"], cell["d"]) == (checker, V, d))
    return next(found, None)


def largest_complete(record: Record) -> Record:
    """The last size at which every checker that is here was put to every fault."""

    def is_complete(cell: Record) -> bool:
        return not cell["not_run"] and cell["faults"]["run"] == cell["faults"]["show"]

    return [
        size
        for size in record["sizes"]
        if all(is_complete(cell) for cell in record["cells"] if (cell["V"], cell["d"]) == (size["V"], size["d"]))
    ][-1]


def smallest_error(cell: Record, quantity: str) -> tuple[float, float]:
    """The relative error in one component that passes, and the one that is caught: medians over the components tried.

    0 where none passed, infinity where none was caught, NaN where the calls did not suffice for one component.
    """
    tried = [error for error in cell["errors"] if error["quantity"] == quantity]
    if not tried:
        return math.nan, math.nan
    passes = median(error["passes"] or 0.0 for error in tried)
    caught = median(math.inf if error["caught"] is None else error["caught"] for error in tried)
    return passes, caught


def advantage(record: Record, checker: str) -> tuple[float, float] | None:
    """How many times sharper and faster the gate is at CLAIMED: the error that still passes the checker over the one
    that the gate catches, and the ratio of the seconds. None where the checker was not run."""
    theirs, ours = cell_at(record, checker, *CLAIMED), cell_at(record, GATE, *CLAIMED)
    if theirs is None or ours is None or theirs["not_run"]:
        return None
    sharper = smallest_error(theirs, "grad_U")[0] / smallest_error(ours, "grad_U")[1]
    return sharper, theirs["seconds"] / ours["seconds"]


def caught_by_group(size: Record, cell: Record) -> dict[str, tuple[int, int]]:
    """By where the catalogue says that a fault is: how many of those run were caught, and how many were run."""
    missed = {tuple(entry) for entry in cell["faults"]["missed"]}
    counts = {group: [0, 0] for group in GROUPS}
    for fault, function, quantity in size["faults"][: cell["faults"]["run"]]:
        group = next(group for group, prefix in GROUPS.items() if _is_in(quantity, prefix))
        counts[group][0] += (fault, function) not in missed
        counts[group][1] += 1
    return {group: (caught, run) for group, (caught, run) in counts.items()}


def _is_in(quantity: str, prefix: str) -> bool:
    return quantity == prefix if prefix == "loss" else quantity.startswith(prefix)
