"""Cases of the gate whose indices are real contexts: Zipfian rows, repeated words and negatives, coincidences."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.formats import FORMATS, round_to
from gradgate.huffman import HuffmanTree
from gradgate.interface import HIERARCHICAL_SOFTMAX, NAIVE_SOFTMAX, NEGATIVE_SAMPLING, SIGNATURES, STEPS, has_window
from gradgate.text.corpus import Corpus
from gradgate.text.noise import draw_negatives
from gradgate.text.windows import Window, draw_window

TEXT_FUNCTIONS = tuple(name for name in SIGNATURES if name not in ("sigmoid", "softmax"))
PAIRS = (NAIVE_SOFTMAX, NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX)
WINDOW = 5
RATE = 0.025  # of a step: word2vec.c's
ATTEMPTS = 400  # draws spent on the feature that a case should show; a poor text may not have it


@dataclass(frozen=True, eq=False)
class Plan:
    """What follows from the function and the index alone: the loss, the reduction, and the feature to look for."""

    function: str
    loss: str
    reduce: str
    feature: str

    @property
    def family(self) -> str:
        return self.function.removesuffix("_batch")

    @property
    def batched(self) -> bool:
        return self.function.endswith("_batch")


@dataclass(frozen=True, eq=False)
class Draw:
    """The indices of a case: B windows, and for each the targets (T,) it predicts, with negatives (T, K)."""

    windows: list[Window]
    targets: list[np.ndarray]
    negatives: list[np.ndarray]


def text_case(function: str, dtype: str, corpus: Corpus, seed: int, index: int) -> Case:
    """One case from real contexts, kind "text"; U and V_c are (V, d) with V the vocabulary's size and d 8 to 12.

    Everything is drawn from (seed, function, index), and from the corpus; the dtype only rounds the vectors.
    skipgram and cbow alternate between the losses, cbow between the reductions; batches hold 2 to 4 windows.
    Raises ValueError for a function that takes no index.
    """
    if function not in TEXT_FUNCTIONS:
        raise ValueError(f"{function} takes no word; expected one of {', '.join(TEXT_FUNCTIONS)}")
    rng = np.random.Generator(np.random.Philox(key=_key(function, seed, index)))
    plan = _plan(function, index)
    draw = _search(plan, corpus, rng)
    d = int(rng.integers(8, 13))
    shape = (len(corpus.vocabulary), d)
    # entries of variance 1/sqrt(d) give logits of variance 1 (square roots only: they round alike everywhere)
    scale = 1 / np.sqrt(np.sqrt(d))
    V_c, U = (round_to(rng.standard_normal(shape) * scale, FORMATS[dtype]) for _ in range(2))
    available = _inputs(plan, draw, V_c, corpus.tree) | {
        "V_c": V_c,
        "U": U,
        "loss": plan.loss,
        "reduce": plan.reduce,
        "rate": RATE,
    }
    inputs = {name: available[name] for name in SIGNATURES[function].parameters}
    return Case(function, dtype, inputs, "text", seed, index)


def _key(function: str, seed: int, index: int) -> int:
    return int.from_bytes(hashlib.sha256(f"text {function} {seed} {index}".encode()).digest()[:16], "big")


def _plan(function: str, index: int) -> Plan:
    """Twenty indices show each feature in a row of four: with both losses, each with both reductions."""
    windowed = has_window(function)
    only = NEGATIVE_SAMPLING if function.startswith(NEGATIVE_SAMPLING) or function == STEPS else NAIVE_SOFTMAX
    chooses = "loss" in SIGNATURES[function].parameters
    loss = (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)[(index + index // 10) % 2] if chooses else only
    features = ["any"]
    if loss == NEGATIVE_SAMPLING:
        features += ["target among negatives", "repeated negative"]
    if windowed or function.endswith("_batch"):
        features.append("repeated word")
    if windowed:
        features.append("center in its window")
    return Plan(function, loss, ("sum", "mean")[index // 2 % 2], features[index // 4 % len(features)])


def _search(plan: Plan, corpus: Corpus, rng: np.random.Generator) -> Draw:
    """The first draw that shows the plan's feature; the last one when none of ATTEMPTS does."""
    shows = _FEATURES[plan.feature]
    draw = _draw(plan, corpus, rng)
    for _ in range(ATTEMPTS):
        if shows(draw):
            break
        draw = _draw(plan, corpus, rng)
    return draw


def _draw(plan: Plan, corpus: Corpus, rng: np.random.Generator) -> Draw:
    B = int(rng.integers(2, 5)) if plan.batched else 1
    K = int(rng.integers(2, 9))
    windows = [draw_window(corpus, WINDOW, True, rng) for _ in range(B)]
    if plan.family in PAIRS:  # a pair: one word of the window
        windows = [Window(w.center, rng.choice(w.outsides, 1)) for w in windows]
    targets = [np.array([w.center]) if plan.family == "cbow" else w.outsides for w in windows]
    # "keep": the only convention whose draws hold every coincidence that the contract allows
    rows = draw_negatives(corpus.noise, np.concatenate(targets), K, "keep", rng)
    ends = np.cumsum([len(t) for t in targets])[:-1]
    return Draw(windows, targets, np.split(np.stack(rows), ends))


def _repeats(rows: np.ndarray) -> bool:
    return len(np.unique(rows)) < len(rows)


def _repeats_a_word(draw: Draw) -> bool:
    if all(len(w.outsides) == 1 for w in draw.windows):  # pairs: what can repeat is the batch's outside word
        return _repeats(np.concatenate([w.outsides for w in draw.windows]))
    return any(_repeats(w.outsides) for w in draw.windows)


_FEATURES: dict[str, Callable[[Draw], bool]] = {
    "any": lambda draw: True,
    "repeated word": _repeats_a_word,
    "center in its window": lambda draw: any(w.center in w.outsides for w in draw.windows),
    "repeated negative": lambda draw: any(_repeats(row) for rows in draw.negatives for row in rows),
    "target among negatives": lambda draw: any(
        bool((rows == targets[:, None]).any()) for rows, targets in zip(draw.negatives, draw.targets, strict=True)
    ),
}


def _inputs(plan: Plan, draw: Draw, V_c: np.ndarray, tree: HuffmanTree) -> dict[str, Any]:
    """The index parameters of the plan's function, under the contract's names."""
    centers = np.array([w.center for w in draw.windows], np.int64)
    flat = np.concatenate([w.outsides for w in draw.windows])
    offsets = np.cumsum([0, *(len(w.outsides) for w in draw.windows)]).astype(np.int64)
    negatives = np.concatenate(draw.negatives) if plan.loss == NEGATIVE_SAMPLING else None
    if plan.batched:
        vectors = V_c[centers] if plan.family in PAIRS else centers
        names = {"centers": vectors, "outsides": flat, "contexts": flat, "targets": centers, "offsets": offsets}
        return names | {"negatives": negatives}
    if plan.family == STEPS:  # one window, whose words share the negatives of the first
        return {"centers": centers, "outsides": flat, "offsets": offsets, "negatives": draw.negatives[0][:1]}
    center = int(centers[0])
    if plan.family in PAIRS:
        outside = int(flat[0])
        pair = {"center": V_c[center], "outside": outside, "path": tree.paths[outside], "signs": tree.signs[outside]}
        return pair | {"negatives": None if negatives is None else negatives[0]}
    if plan.family == "cbow":
        return {"context": flat, "target": center, "negatives": None if negatives is None else negatives[0]}
    return {"center": center, "outsides": flat, "negatives": negatives}
