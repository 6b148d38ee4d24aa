"""Drawing cases: sizes, indices and values, from the easy to the hard, for `verify` and for Hypothesis alike.

A case depends on (seed, function, index) and on nothing else: each has a Philox generator of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.formats import FORMATS, Format, round_to
from gradgate.huffman import huffman_tree
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING, SIGNATURES, has_batch, has_window

KINDS = ("digits", "normal", "wide", "huge", "tiny", "cancelling", "heavy-tailed", "subnormal")
"""digits: multiples of 1/8, logits of order 1; normal: full mantissas, logits of order 1; wide: logits of order 5,
or in every other case all of them from 8 to 40 in size, where log(1 + e^-|z|) fades into the rounding;
huge: logits up to 1e4, or in every other case to 300, where exp and log still hold but clipping shows;
tiny: logits of order 2^-20; cancelling: dot products of large terms with a small sum;
heavy-tailed: entries over twelve binades; subnormal: outside vectors around the smallest normal number."""

_SCHEDULE = ("digits", "normal", "wide", "digits", "huge", "normal", "tiny", "cancelling", "heavy-tailed", "subnormal")
_LARGE_EVERY = 10  # every tenth case has V >= 1000
HUGE_LOGIT, STEEP_LOGIT = 1e4, 300.0
RATES = (0.5, 0.3, 0.025, 2.0)  # learning rates: a digit, an assignment's, word2vec.c's, and one that overshoots


@dataclass(frozen=True)
class Sizes:
    """V words, d dimensions, K negatives (or nodes of a path that is no Huffman tree's), C context words, B pairs."""

    V: int
    d: int
    K: int
    C: int
    B: int


def sizes_of(function: str) -> list[str]:
    """The sizes that the function has at all."""
    parameters = SIGNATURES[function].parameters
    has = {
        "V": True,
        "d": "U" in parameters,
        "K": "negatives" in parameters or "path" in parameters,
        "C": has_window(function),
        "B": has_batch(function) or "U" not in parameters,
    }
    return [name for name, does in has.items() if does]


def generator(seed: int, function: str, index: int) -> np.random.Generator:
    """The random numbers of one case."""
    digest = hashlib.sha256(f"{seed}/{function}/{index}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], np.uint64)))


def generated(function: str, dtype: str, seed: int, index: int) -> Case:
    """Case number `index` of a function: the same inputs for every dtype, up to their rounding into it."""
    rng = generator(seed, function, index)
    sizes = _stretched(function, _sizes(rng, index), generator(seed, f"sizes {function}", index))
    return build(function, dtype, _SCHEDULE[index % len(_SCHEDULE)], sizes, rng, seed, index)


def build(function: str, dtype: str, kind: str, sizes: Sizes, rng: np.random.Generator, seed: int, index: int) -> Case:
    """A case of the given kind and sizes; indices and values from rng."""
    form = FORMATS[dtype]
    if function in ("sigmoid", "softmax"):
        inputs = _elementwise(function, kind, sizes, rng, form)
    else:
        inputs = _loss_inputs(function, kind, sizes, rng, form, index)
    return Case(function, dtype, inputs, kind, seed, index)


def _sizes(rng: np.random.Generator, index: int) -> Sizes:
    large = index % _LARGE_EVERY == 1
    V = int(rng.integers(1000, 1200)) if large else int(rng.choice([1, 2, 3, 5, 8, 13, 24, 50], p=_FAVOUR_SMALL))
    d = int(rng.choice([4, 10, 50]) if large else rng.choice([1, 2, 3, 4, 5, 8, 10]))
    K, C, B = int(rng.integers(1, 9)), int(rng.integers(1, 5)), int(rng.integers(1, 4))
    return Sizes(V, d, K, min(C, 2) if large else C, min(B, 2) if large else B)


def _stretched(function: str, sizes: Sizes, rng: np.random.Generator) -> Sizes:
    """In one case of four, one of the sizes goes to a power of two or next to it: there kernels change their path."""
    if rng.integers(0, 4):
        return sizes
    name = "V" if sizes.V >= 1000 else str(rng.choice(sizes_of(function)))
    low, high = (10, 11) if sizes.V >= 1000 else _STRETCHES[name]
    changed = replace(sizes, **{name: int(2 ** rng.integers(low, high + 1) + rng.integers(-1, 2))})
    return replace(changed, d=min(changed.d, 10)) if changed.V >= 1000 else changed


_STRETCHES = {"V": (6, 9), "d": (4, 8), "K": (3, 6), "C": (3, 5), "B": (3, 5)}  # exponents: from 2^6 - 1 to 2^9 + 1
_FAVOUR_SMALL = (0.03, 0.07, 0.2, 0.2, 0.2, 0.15, 0.1, 0.05)


def _loss_inputs(
    function: str, kind: str, sizes: Sizes, rng: np.random.Generator, form: Format, index: int
) -> dict[str, Any]:
    V, d, K, C, B = sizes.V, sizes.d, sizes.K, sizes.C, sizes.B
    hidden_count = V if has_window(function) else B
    vectors, U = _vectors(kind, hidden_count, V, d, rng, form)
    loss = (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)[(index + index // 10) % 2]  # so that each form meets each kind
    reduce = ("sum", "mean")[(index // 2 + index // 20) % 2]

    negatives: np.ndarray | None

    def words(*shape: int) -> np.ndarray:
        return rng.integers(0, V, shape)

    match function:
        case "naive_softmax":
            return {"center": vectors[0], "outside": int(words()), "U": U}
        case "negative_sampling":
            outside = int(words())
            return {"center": vectors[0], "outside": outside, "negatives": _negatives(rng, V, K, outside), "U": U}
        case "hierarchical_softmax":
            path, signs = _path(rng, V, K)
            return {"center": vectors[0], "path": path, "signs": signs, "U": U}
        case "naive_softmax_batch":
            return {"centers": vectors, "outsides": words(B), "U": U}
        case "negative_sampling_batch":
            negatives = words(K) if index % 3 == 0 else words(B, K)
            return {"centers": vectors, "outsides": words(B), "negatives": negatives, "U": U}
        case "skipgram":
            negatives = words(C, K) if loss == NEGATIVE_SAMPLING else None
            return _window({"center": int(words()), "outsides": words(C)}, vectors, U, loss, negatives)
        case "step":
            return {"V_c": vectors, "U": U, **_step(rng, V, K, C, loss)}
        case "steps":
            return {"V_c": vectors, "U": U, **_steps(rng, V, K, C, min(B, V))}
        case "cbow":
            negatives = words(K) if loss == NEGATIVE_SAMPLING else None
            window = _window({"context": words(C), "target": int(words())}, vectors, U, loss, negatives)
            return {**window, "reduce": reduce}
    offsets = np.cumsum([0, *rng.integers(1, C + 1, B)])
    count = int(offsets[-1])
    if function == "skipgram_batch":
        negatives = words(count, K) if loss == NEGATIVE_SAMPLING else None
        given = {"centers": words(B), "outsides": words(count), "offsets": offsets}
        return _window(given, vectors, U, loss, negatives)
    negatives = words(B, K) if loss == NEGATIVE_SAMPLING else None
    given = {"contexts": words(count), "offsets": offsets, "targets": words(B)}
    return {**_window(given, vectors, U, loss, negatives), "reduce": reduce}


def _step(rng: np.random.Generator, V: int, K: int, C: int, loss: str) -> dict[str, Any]:
    """What a step is taken on: in one case of two a word fills half of the window, and is among its negatives."""
    outsides = rng.integers(0, V, C)
    negatives = rng.integers(0, V, (C, K)) if loss == NEGATIVE_SAMPLING else None
    if rng.integers(0, 2):
        outsides[: C // 2 + 1] = outsides[0]
        if negatives is not None:
            negatives[-1, -1] = outsides[0]
    rate = float(rng.choice(RATES))
    given = {"center": int(rng.integers(0, V)), "outsides": outsides, "loss": loss, "negatives": negatives}
    return {**given, "rate": rate}


def _steps(rng: np.random.Generator, V: int, K: int, C: int, B: int) -> dict[str, Any]:
    """Windows of which no two touch the same row, each with words of its own: so what all of them lead to is known. In
    one case of two a window's first word fills half of it, and is among its negatives."""
    owned = np.array_split(rng.permutation(V), B)
    counts = rng.integers(1, C + 1, B)
    windows = [rng.choice(words, count) for words, count in zip(owned, counts, strict=True)]
    negatives = np.stack([rng.choice(words, K) for words in owned])
    if rng.integers(0, 2):
        for window, drawn in zip(windows, negatives, strict=True):
            window[: len(window) // 2 + 1] = drawn[-1] = window[0]
    return {
        "centers": rng.permutation(V)[:B],
        "outsides": np.concatenate(windows),
        "offsets": np.cumsum([0, *counts]),
        "negatives": negatives,
        "rate": float(rng.choice(RATES)),
    }


def _window(
    indices: Mapping[str, Any], V_c: np.ndarray, U: np.ndarray, loss: str, negatives: np.ndarray | None
) -> dict[str, Any]:
    return {**indices, "V_c": V_c, "U": U, "loss": loss, "negatives": negatives}


def _negatives(rng: np.random.Generator, V: int, K: int, outside: int) -> np.ndarray:
    """K words; in one case of four the outside word is among them, in another one word fills half of them, in a third
    the vocabulary's last word is drawn."""
    negatives = rng.integers(0, V, K)
    special = rng.integers(0, 4)
    if special == 0:
        negatives[rng.integers(0, K)] = outside
    elif special == 1:
        negatives[: K // 2 + 1] = negatives[0]
    elif special == 2:
        negatives[-1] = V - 1
    return negatives


def _path(rng: np.random.Generator, V: int, K: int) -> tuple[np.ndarray, np.ndarray]:
    """A path and its signs: of a word in the Huffman tree of Zipfian counts; in one case of four K nodes at random, in
    another K nodes of which half are one and the same, in a third they end in the last row of U."""
    special = rng.integers(0, 4)
    if special == 3:
        tree, word = huffman_tree(rng.zipf(1.5, V).clip(max=2**40)), rng.integers(0, V)
        return tree.paths[word], tree.signs[word]
    path, signs = rng.integers(0, V, K), rng.choice([-1, 1], K)
    if special == 1:
        path[: K // 2 + 1] = path[0]
    elif special == 2:
        path[-1] = V - 1
    return path, signs


def _elementwise(
    function: str, kind: str, sizes: Sizes, rng: np.random.Generator, form: Format
) -> dict[str, np.ndarray]:
    shape = (sizes.V,) if sizes.B == 1 else (sizes.B, sizes.V)
    scale = {"wide": 5.0, "huge": HUGE_LOGIT / 4, "tiny": 2.0**-20, "subnormal": form.smallest}.get(kind, 1.0)
    values = rng.standard_normal(shape) * scale
    if kind == "digits":
        values = np.rint(values * 16) / 8
    elif kind == "heavy-tailed":
        values = values * 2.0 ** rng.integers(-12, 5, shape)
    return {"x" if function == "sigmoid" else "logits": round_to(values, form)}


def _vectors(
    kind: str, count: int, V: int, d: int, rng: np.random.Generator, form: Format
) -> tuple[np.ndarray, np.ndarray]:
    """The hidden side's vectors (count, d) and U (V, d), with logits of the kind's size."""
    centers, U = rng.standard_normal((count, d)), rng.standard_normal((V, d)) / np.sqrt(d)
    match kind:
        case "digits":
            centers, U = np.rint(centers * 8) / 8, np.rint(U * 16) / 8
        case "wide" if rng.integers(0, 2):
            U = U * 5
        case "wide":  # every vector lies near the first one, and U's share along it is set: so the logits are set too
            center = centers[0]
            centers = center + centers / 16
            sizes = rng.uniform(8, 40, V) * rng.choice([-1.0, 1.0], V)
            U = U + np.outer((sizes - U @ center) / max(1e-3, float(center @ center)), center)
        case "huge":
            reach = HUGE_LOGIT if rng.integers(0, 2) else STEEP_LOGIT
            U = U * (reach / max(1e-3, float(np.abs(U @ centers.T).max())))
        case "tiny":
            U = U * 2.0**-20
        case "cancelling" if d >= 2:  # the first two terms of every dot product cancel but for the sum of their noise
            large = np.rint(rng.standard_normal((V, 1)) * 256)
            U[:, :2] = np.rint(U[:, :2] * 8) / 8 + large * np.array([[1.0, -1.0]])
            centers[:, 1] = centers[:, 0]
        case "heavy-tailed":
            U = U * 2.0 ** rng.integers(-10, 3, U.shape)
        case "subnormal":
            U = U * (form.smallest * 4)
    limit = form.largest / 16  # a huge logit from a tiny centre can ask for more than float16 holds
    return round_to(centers, form), round_to(np.clip(U, -limit, limit), form)
