"""Large cases: one U, and one V_c, for all that are put in a dtype; a few kinds of words and of hidden vectors.

Like ordinary ones they depend on (seed, function, index) and the sizes alone; the matrices depend on the seed and the
sizes. Their numbers are uniform, with full mantissas, so that the logits are of order 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gradgate.calling.sharing import SharedArray, share
from gradgate.case import Case
from gradgate.draws import generator
from gradgate.formats import FORMATS, Format, round_to
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING, SIGNATURES, STEP, STEPS
from gradgate.large.blocks import spans

KINDS = ("large", "large-edges", "large-wide")
"""large: random words, logits of order 1; large-edges: the first word and the last take part, the target is among its
own negatives, and words repeat; large-wide: random words, logits of order 5."""

FUNCTIONS = tuple(name for name in SIGNATURES if name not in ("sigmoid", "softmax", STEP, STEPS))
PAIRS = (NAIVE_SOFTMAX, f"{NAIVE_SOFTMAX}_batch")  # every word takes part; of the others only those that are named
K, C, B = 10, 3, 2


def matrices_of(functions: tuple[str, ...]) -> tuple[str, ...]:
    """The matrices that cases of these functions take."""
    return tuple(name for name in ("U", "V_c") if any(name in SIGNATURES[f].parameters for f in functions))


def draw_matrix(name: str, V: int, d: int, dtype: str, seed: int) -> SharedArray:
    """U or V_c (V, d): the same numbers for every dtype, up to their rounding into it."""
    form = FORMATS[dtype]
    matrix = share((V, d), form.carrier)
    rng = generator(seed, f"{name} {V} {d}", 0)
    for span in spans(V, d):
        matrix[span] = round_to((2 * rng.random((span.stop - span.start, d)) - 1) * np.sqrt(3 / d), form)
    return matrix


def large_case(function: str, dtype: str, matrices: Mapping[str, SharedArray], seed: int, index: int) -> Case:
    """Case number `index` of a function; windows take negative sampling, whose loss alone can do without all of U."""
    V, d = matrices["U"].shape
    kind, rng = KINDS[index % len(KINDS)], generator(seed, f"large {function} {V} {d}", index)
    vectors = _vectors(kind, B if function.endswith("_batch") else 1, d, rng, FORMATS[dtype])
    return Case(function, dtype, _inputs(function, kind, V, vectors, matrices, rng), kind, seed, index)


def _vectors(kind: str, count: int, d: int, rng: np.random.Generator, form: Format) -> np.ndarray:
    return round_to(rng.standard_normal((count, d)) * (5.0 if kind == "large-wide" else 1.0), form)


def _inputs(
    function: str,
    kind: str,
    V: int,
    vectors: np.ndarray,
    matrices: Mapping[str, SharedArray],
    rng: np.random.Generator,
) -> dict[str, Any]:
    U = matrices["U"]

    def words(*shape: int) -> np.ndarray:
        drawn = rng.integers(0, V, shape)
        if kind == "large-edges" and drawn.size:
            flat = drawn.reshape(-1)
            flat[0], flat[-1] = V - 1, 0 if drawn.size > 1 else V - 1
            flat[1 : 1 + drawn.size // 3] = flat[0]
        return drawn

    match function:
        case "naive_softmax":
            return {"center": vectors[0], "outside": int(words(1)[0]), "U": U}
        case "negative_sampling":
            return {"center": vectors[0], "outside": int(words(1)[0]), "negatives": words(K), "U": U}
        case "hierarchical_softmax":
            return {"center": vectors[0], "path": words(K), "signs": rng.choice([-1, 1], K), "U": U}
        case "naive_softmax_batch":
            return {"centers": vectors, "outsides": words(B), "U": U}
        case "negative_sampling_batch":
            return {"centers": vectors, "outsides": words(B), "negatives": words(B, K), "U": U}
    window = {"V_c": matrices["V_c"], "U": U, "loss": NEGATIVE_SAMPLING}
    offsets = np.arange(B + 1) * C
    match function:
        case "skipgram":
            return {"center": int(words(1)[0]), "outsides": words(C), **window, "negatives": words(C, K)}
        case "cbow":
            given = {"context": words(C), "target": int(words(1)[0]), **window, "negatives": words(K)}
            return {**given, "reduce": _reduce(kind)}
        case "skipgram_batch":
            given = {"centers": words(B), "outsides": words(B * C), "offsets": offsets}
            return {**given, **window, "negatives": words(B * C, K)}
    given = {"contexts": words(B * C), "offsets": offsets, "targets": words(B)}
    return {**given, **window, "negatives": words(B, K), "reduce": _reduce(kind)}


def _reduce(kind: str) -> str:
    return "sum" if kind == "large-wide" else "mean"
