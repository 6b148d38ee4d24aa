"""What every loss is made of: hidden vectors, and the targets that each of them predicts.

A pair, a window and a batch differ only in how the hidden vector h comes about and how many targets share it:
h is a centre vector (the pair losses, skipgram) or the sum or mean of the context rows of V_c (cbow). The
reference, the bounds and the differences all start from this one decomposition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gradgate.case import Case
from gradgate.interface import NAIVE_SOFTMAX


@dataclass(frozen=True, eq=False)
class Target:
    """One prediction: a word against all V words (signs is None), or n logistic terms -log sigmoid(sign * u_row . h).

    rows (n,) of U: that word alone; the outside word and then its negatives; or the inner nodes of a path. signs (n,):
    +1 for the outside word and -1 for its negatives; those of the path.
    """

    rows: np.ndarray
    signs: np.ndarray | None = None

    @property
    def outside(self) -> int:
        """The word that is predicted against all V, or against negatives."""
        return int(self.rows[0])


def against_all(outside: int) -> Target:
    """The word against all V words."""
    return Target(np.array([outside]))


def against(outside: int, negatives: np.ndarray) -> Target:
    """The word against its negatives (K,)."""
    signs = np.full(len(negatives) + 1, -1.0)
    signs[0] = 1.0
    return Target(np.append(outside, negatives).astype(np.int64), signs)


@dataclass(frozen=True, eq=False)
class Group:
    """The targets that share one hidden vector h = (sum of `vectors`) / divisor.

    vectors (m, d) in float64; rows (m,) says which rows of V_c they are (repeats allowed), or which row of `centers`.
    divisor is 1, or C for the mean of a context. pair is the number b of the group within the batch (0 without one).
    """

    vectors: np.ndarray
    rows: np.ndarray
    divisor: int
    targets: tuple[Target, ...]
    pair: int


@lru_cache(maxsize=256)  # a case is asked for its groups by every bound and every law
def groups(case: Case) -> tuple[Group, ...]:
    """The groups of a case of any function that takes U. A window without context words gives no group."""
    return tuple(_groups(case))


def _groups(case: Case) -> list[Group]:
    given = case.inputs
    match case.function:
        case "naive_softmax":
            return [_single(case.wide("center"), 0, [against_all(given["outside"])])]
        case "negative_sampling":
            return [_single(case.wide("center"), 0, [against(given["outside"], given["negatives"])])]
        case "hierarchical_softmax":
            path = Target(np.asarray(given["path"], np.int64), np.asarray(given["signs"], np.float64))
            return [_single(case.wide("center"), 0, [path])]
        case "naive_softmax_batch":
            targets = [against_all(o) for o in given["outsides"]]
            return [_single(h, b, [t]) for b, (h, t) in enumerate(zip(case.wide("centers"), targets, strict=True))]
        case "negative_sampling_batch":
            shared = np.broadcast_to(given["negatives"], (len(given["outsides"]), given["negatives"].shape[-1]))
            targets = [against(o, k) for o, k in zip(given["outsides"], shared, strict=True)]
            return [_single(h, b, [t]) for b, (h, t) in enumerate(zip(case.wide("centers"), targets, strict=True))]
        case "skipgram" | "step":
            windows = [(given["center"], slice(None))]
        case "skipgram_batch":
            windows = [(int(c), s) for c, s in zip(given["centers"], _slices(given["offsets"]), strict=True)]
        case "cbow":
            return _contexts(case, given["context"], [slice(None)], [given["target"]], [given["negatives"]])
        case "cbow_batch":
            negatives = [None] * len(given["targets"]) if given["negatives"] is None else given["negatives"]
            return _contexts(case, given["contexts"], _slices(given["offsets"]), given["targets"], negatives)
        case "steps":
            return _shared(case)
        case other:
            raise ValueError(f"{other} has no hidden vector")
    V_c = case.wide("V_c")
    negatives = [None] * len(given["outsides"]) if given["loss"] == NAIVE_SOFTMAX else given["negatives"]
    everything = [_target(o, k) for o, k in zip(given["outsides"], negatives, strict=True)]
    return [
        Group(V_c[[row]], np.array([row]), 1, tuple(everything[span]), b)
        for b, (row, span) in enumerate(windows)
        if everything[span]
    ]


@lru_cache(maxsize=256)
def touched_rows(case: Case, quantity: str) -> np.ndarray | None:
    """The rows of a matrix gradient that may differ from zero, ascending and distinct; None where all may."""
    if quantity not in ("grad_U", "grad_V_c"):
        return None
    parts = groups(case)
    if quantity == "grad_V_c":
        return np.unique(np.concatenate([np.empty(0, np.int64), *[g.rows for g in parts]]))
    targets = [target for group in parts for target in group.targets]
    if any(target.signs is None for target in targets):
        return None
    return np.unique(np.concatenate([np.empty(0, np.int64), *[target.rows for target in targets]]))


def _target(outside: int, negatives: np.ndarray | None) -> Target:
    return against_all(outside) if negatives is None else against(outside, negatives)


def _single(vector: np.ndarray, pair: int, targets: list[Target]) -> Group:
    return Group(vector[None, :], np.array([pair]), 1, tuple(targets), pair)


def _contexts(case: Case, flat: np.ndarray, spans: list[slice], targets, negatives) -> list[Group]:
    V_c, mean = case.wide("V_c"), case.inputs["reduce"] == "mean"
    return [
        Group(V_c[rows], rows, len(rows) if mean else 1, (_target(target, drawn),), b)
        for b, (rows, target, drawn) in enumerate(zip([flat[s] for s in spans], targets, negatives, strict=True))
        if len(rows)
    ]


def _shared(case: Case) -> list[Group]:
    """The windows of steps: the words of a window share its negatives, each of which so counts once a word."""
    given, V_c = case.inputs, case.wide("V_c")
    windows = zip(given["centers"], _slices(given["offsets"]), given["negatives"], strict=True)
    return [
        Group(V_c[[row]], np.array([row]), 1, tuple(against(o, drawn) for o in given["outsides"][span]), b)
        for b, (row, span, drawn) in enumerate(windows)
        if len(given["outsides"][span])
    ]


def _slices(offsets: np.ndarray) -> list[slice]:
    return [slice(int(start), int(end)) for start, end in zip(offsets[:-1], offsets[1:], strict=True)]
