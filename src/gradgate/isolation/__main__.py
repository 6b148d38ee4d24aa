"""`python -m gradgate.isolation`: which tiers this machine allows, what each lacks, and what a cell costs in it."""

from __future__ import annotations

import statistics
import time

import numpy as np

from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.errors import CannotRun
from gradgate.isolation import Isolation, Submission
from gradgate.isolation.tiers import TIERS

_SUBMISSION = Submission("identity.py", b"def sigmoid(x):\n    return x\n")
_CALL = Call("base", Case("sigmoid", "float64", {"x": np.zeros(3)}, "trial", 0, 0))
_CELLS = 20


def main() -> None:
    with Isolation() as strongest:
        print(f"submissions are graded as: {strongest.tier}")
    for tier in TIERS:
        with Isolation(tier=tier.name) as isolation:
            try:
                print(f"{isolation.tier}: {_cost(isolation) * 1e3:.1f} ms a cell (median of {_CELLS})")
            except CannotRun as error:
                print(error)
                continue
            for sentence in isolation.missing:
                print(f"  {sentence}")


def _cost(isolation: Isolation) -> float:
    """Seconds from asking for a cell until its process is gone, with one call made in between."""
    taken = []
    for _ in range(_CELLS):
        start = time.perf_counter()
        with isolation.cell(_SUBMISSION) as cell:
            cell.perform([_CALL])
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
