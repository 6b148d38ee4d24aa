"""How many parameters one loss touches: rows of V_c and U whose gradient is not zero, by the implementation's own.

Naive softmax touches the centre's row and all V outside rows; over a text all 2 V, so 2 d V numbers. Negative sampling
touches the centre, the outside word and its negatives: at most K + 2 rows, and so many only where all are distinct."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gradgate.bridge.calling import Learner
from gradgate.bridge.counted import Counted
from gradgate.calling.calls import Outcome
from gradgate.draws import generator
from gradgate.errors import CannotRun
from gradgate.formats import FORMATS, round_to
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.verdicts import REFUTED, VERIFIED

DIMENSION = 10


@dataclass(frozen=True)
class Touched:
    """One statement about rows: how many are touched, how many should be, and how many numbers were returned."""

    what: str
    loss: str
    rows: int
    due: int
    numbers: int
    verdict: str


def examine(learner: Learner, counted: Counted, K: int, seed: int) -> list[Touched]:
    """A text's words as centres of the softmax, and pairs with distinct negatives and with repeated ones."""
    learner.require([NAIVE_SOFTMAX, NEGATIVE_SAMPLING])
    rng, V = generator(seed, "bridge parameters", counted.V), counted.V
    if V < K + 1:
        raise CannotRun(
            f"{K} negatives cannot differ from one another and from their target among {V} words: take fewer"
        )
    vectors = round_to(rng.normal(size=(2 * V, DIMENSION)) / math.sqrt(DIMENSION), FORMATS[learner.dtype])
    V_c, U = vectors[:V], vectors[V:]
    pairs = [{"center": V_c[t], "outside": int(counted.conditional[t].argmax()), "U": U} for t in range(V)]
    softmax = learner.outcomes(NAIVE_SOFTMAX, pairs)
    found = [
        _softmax("one pair: the centre and every outside word", softmax[:1], V + 1),
        _softmax("every word as a centre: both matrices, 2 V rows", softmax, 2 * V),
    ]
    words = rng.permutation(V)[: K + 1]
    for what, negatives in (
        ("K distinct negatives: K + 2 rows", words[1:]),
        ("a negative drawn twice: K + 1", np.append(words[1:-1], words[1])),
        ("the outside word among the negatives: K + 1", np.append(words[1:-1], words[0])),
    ):
        given = {"center": V_c[0], "outside": int(words[0]), "U": U, "negatives": negatives}
        rows = 1 + len({int(words[0]), *negatives.tolist()})
        found.append(_touched(what, NEGATIVE_SAMPLING, learner.outcomes(NEGATIVE_SAMPLING, [given]), rows))
    return found


def _softmax(what: str, outcomes: list[Outcome], due: int) -> Touched:
    return _touched(what, NAIVE_SOFTMAX, outcomes, due)


def _touched(what: str, loss: str, outcomes: list[Outcome], due: int) -> Touched:
    """A centre row a call, and the outside rows of all calls together."""
    rows = sum(bool(np.any(outcome.results["grad_center"].values)) for outcome in outcomes)
    rows += len(set().union(*(_rows(outcome) for outcome in outcomes)))
    numbers = sum(outcome.results[q].values.size for outcome in outcomes for q in ("grad_center", "grad_U"))
    return Touched(what, loss, rows, due, numbers, VERIFIED if rows == due else REFUTED)


def _rows(outcome: Outcome) -> set[int]:
    """The rows of U that a gradient touches, whether it is dense or row-sparse."""
    result = outcome.results["grad_U"]
    held = np.flatnonzero(np.any(result.values != 0, axis=1))
    return set((held if result.rows is None else result.rows[held]).tolist())
