"""The settings of a window: skip-gram with either loss, and the average over the positions of a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.draws import Sizes
from gradgate.equations.drawing import call_drawer, drawn, one_hot
from gradgate.equations.setting import Drawn, Setting, Symbol
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING

VECTORS = {
    "U": Symbol("the outside vectors, one row a word", ("V", "d"), turns=True),
    "V_c": Symbol("the centre vectors, one row a word", ("V", "d"), turns=True),
    "v_w": Symbol("the centre vector of any word w", formula="V_c[w]"),
    "u_w": Symbol("the outside vector of any word w", formula="U[w]"),
}
_WINDOW = {
    "c": Symbol("the centre word", counts="V"),
    "v": Symbol("the centre word's vector", formula="V_c[c]"),
    "h": Symbol("the hidden layer: the same", formula="v"),
    "x": Symbol("one-hot: 1 at the centre word", ("V",)),
    "outsides": Symbol("the window's words", ("C",), counts="V"),
    "U_out": Symbol("the outside vectors of the window's words", formula="U[outsides]", turns=True),
    "u_j": Symbol("the outside vector of the window's word j", formula="U_out[j]"),
    "u_c": Symbol("the outside vector of the centre word", formula="U[c]"),
    "parameters": Symbol("how many parameters the model has: the entries of U and of V_c"),
}
_WINDOW_SOFTMAX = {
    "theta": Symbol("the logits", formula="U @ v"),
    "y_hat": Symbol("the probabilities softmax(U v)", formula="softmax(theta)"),
    "Y": Symbol("one-hot rows: 1 at the window's word j", ("C", "V")),
    "y_j": Symbol("row j of Y", formula="Y[j]"),
    "e_j": Symbol("the prediction error of the window's word j", formula="y_hat - y_j"),
    "EI": Symbol("the errors added over the window", formula="sum_j(e_j)"),
    "eta": Symbol("the learning rate"),
    "multi_hot": Symbol("1 at every word of the window, however often it stands there", ("V",)),
    "I_CV": Symbol("1 where the word's number is that of the window's place", ("C", "V")),
    "ones_C": Symbol("a one for every place of the window", ("C",)),
    "J": Symbol("the loss", formula="sum_j(-log(y_hat @ y_j))"),
}
_WINDOW_NEGATIVE = {
    "negatives": Symbol("K negatives for each of the window's words", ("C", "K"), counts="V"),
    "u_jk": Symbol("the vector of the k-th negative of the window's word j", formula="U[negatives][j][k]"),
    "J": Symbol("the loss", formula="sum_j(-log(sigma(u_j @ v)) - sum_k(log(sigma(-u_jk @ v))))"),
}
EXACT = {"J": "loss", "dJ/dV_c": "grad_V_c", "dJ/dU": "grad_U"}


def with_loss(loss: str) -> Callable[[Case, Sizes, np.random.Generator], dict[str, Any]]:
    def change(case: Case, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        shape = (sizes.C, sizes.K) if case.function == "skipgram" else (sizes.K,)
        return {"loss": loss, "negatives": rng.integers(0, sizes.V, shape) if loss == NEGATIVE_SAMPLING else None}

    return change


def _skipgram_values(case: Case, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
    given = case.inputs
    V, C = sizes.V, sizes.C
    Y = one_hot(given["outsides"], V)
    return {
        "U": case.wide("U"),
        "V_c": case.wide("V_c"),
        "c": given["center"],
        "outsides": given["outsides"],
        "x": one_hot(given["center"], V),
        "Y": Y,
        "multi_hot": Y.max(axis=0),
        "I_CV": np.eye(C, V),
        "ones_C": np.ones(C),
        "eta": float(rng.choice([0.5, 0.25, 0.025])),
        "negatives": given["negatives"],
        "parameters": float(case.wide("U").size + case.wide("V_c").size),
    }


def _skipgram(loss: str, names: str) -> Callable[[int, int, bool], Drawn]:
    call = call_drawer("skipgram", with_loss(loss))

    def draw(seed: int, index: int, small: bool) -> Drawn:
        case, sizes, rng = call(seed, index, small)
        return drawn(case, sizes, names, **_skipgram_values(case, sizes, rng))

    return draw


# ---- the average over a text

_TEXT = {
    "U": Symbol("the context vectors, one row a word", ("V", "d"), turns=True),
    "centers": Symbol("the target's vector at each of the T positions", ("T", "d"), turns=True),
    "v_t": Symbol("the target's vector at position t", formula="centers[t]"),
    "Y": Symbol("one-hot rows: 1 at the context word of position t", ("T", "V")),
    "y_t": Symbol("row t of Y", formula="Y[t]"),
    "y_hat_t": Symbol("the probabilities P[c | t] at position t", formula="softmax(U @ v_t)"),
    "J": Symbol("the sum of the losses", formula="sum_t(-log(y_hat_t @ y_t))"),
    "L": Symbol("the loss of the text: their average", formula="J / T"),
}


def _text() -> Callable[[int, int, bool], Drawn]:
    call = call_drawer("naive_softmax_batch", lambda case, sizes, rng: {})

    def draw(seed: int, index: int, small: bool) -> Drawn:
        case, sizes, _ = call(seed, index, small)
        values = {
            "U": case.wide("U"),
            "centers": case.wide("centers"),
            "Y": one_hot(case.inputs["outsides"], sizes.V),
        }
        return Drawn({"V": sizes.V, "d": sizes.d, "T": sizes.B}, values, case)

    return draw


SETTINGS = (
    Setting(
        "skipgram",
        "skip-gram over a window, naive softmax",
        VECTORS | _WINDOW | _WINDOW_SOFTMAX,
        _skipgram(NAIVE_SOFTMAX, "VdC"),
        ("V", "d", "C"),
        {"w": "V", "j": "C"},
        EXACT,
    ),
    Setting(
        "skipgram_negative",
        "skip-gram over a window, negative sampling",
        VECTORS | _WINDOW | _WINDOW_NEGATIVE,
        _skipgram(NEGATIVE_SAMPLING, "VdCK"),
        ("V", "d", "C", "K"),
        {"w": "V", "j": "C", "k": "K"},
        EXACT,
    ),
    Setting(
        "text",
        "softmax averaged over the positions of a text",
        _TEXT,
        _text(),
        ("V", "d", "T"),
        {"t": "T"},
        {"J": "losses", "dJ/dU": "grad_U", "dJ/dcenters": "grad_centers"},
    ),
)
