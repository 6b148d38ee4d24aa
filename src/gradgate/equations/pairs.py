"""The settings of one centre word and one outside word: naive softmax and negative sampling."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.draws import Sizes
from gradgate.equations.drawing import call_drawer, digits, drawn, one_hot
from gradgate.equations.setting import Drawn, Setting, Symbol
from gradgate.terms import touched_rows

_BASE = {
    "U": Symbol("the outside vectors, one row a word", ("V", "d"), turns=True),
    "v": Symbol("the centre word's vector", ("d",)),
    "v_c": Symbol("the same", formula="v"),
    "o": Symbol("the outside word", counts="V"),
    "u_o": Symbol("the outside word's vector", formula="U[o]"),
    "u_w": Symbol("the vector of any word w", formula="U[w]"),
    "theta": Symbol("the logits", formula="U @ v"),
}
_TOUCHED = Symbol("how many parameters this loss depends on: the entries of v and of the rows of U in it")
_SOFTMAX = {
    "y": Symbol("one-hot: 1 at the outside word", ("V",)),
    "y_hat": Symbol("the probabilities softmax(U v)", formula="softmax(theta)"),
    "y_w": Symbol("entry w of y", formula="y[w]"),
    "y_hat_w": Symbol("the probability of w", formula="y_hat[w]"),
    "y_hat_o": Symbol("the probability of the outside word", formula="y_hat[o]"),
    "theta_o": Symbol("the outside word's logit", formula="theta[o]"),
    "ones": Symbol("a one for every word", ("V",)),
    "touched": _TOUCHED,
    "J": Symbol("the loss", formula="-log(y_hat @ y)"),
}
_NEGATIVES = {
    "negatives": Symbol("the negatives, K words", ("K",), counts="V"),
    "U_neg": Symbol("the negatives' vectors, one row each", formula="U[negatives]", turns=True),
    "u_k": Symbol("the k-th negative's vector", formula="U_neg[k]"),
    "touched": _TOUCHED,
    "J": Symbol("the loss", formula="-log(sigma(u_o @ v)) - sum_k(log(sigma(-u_k @ v)))"),
}
_MULTIPLICITY = {
    "n": Symbol("how often each negative was drawn", ("K",)),
    "n_k": Symbol("how often the k-th negative was drawn", formula="n[k]"),
}
# What the invariants move the vectors by.
_MOVES = {
    "a": Symbol("a vector", ("d",)),
    "r": Symbol("a vector, not zero", ("d",)),
    "ones": Symbol("a one for every word", ("V",)),
    "P": Symbol("a permutation of the words, as a matrix", ("V", "V")),
    "R": Symbol("a rotation of the space: a reflection by r", ("d", "d"), formula="I_d - 2 * outer(r, r) / (r @ r)"),
    "I_d": Symbol("the identity", ("d", "d")),
}
_EXACT = {"J": "loss", "dJ/dv": "grad_center", "dJ/dU": "grad_U"}


def _as_drawn(case: Case, _sizes: Sizes, _rng: np.random.Generator) -> dict[str, Any]:
    return {}


def _distinct(case: Case, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
    """Negatives that differ from one another and from the outside word, as the assignment assumes."""
    others = np.delete(np.arange(sizes.V), case.inputs["outside"])
    return {"negatives": rng.permutation(others)[: sizes.K]}


def _repeated(case: Case, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
    """Negatives that differ from the outside word, and often repeat."""
    others = np.delete(np.arange(sizes.V), case.inputs["outside"])
    return {"negatives": rng.choice(others[: max(1, sizes.K - 1)], sizes.K)}


_SOFTMAX_CALL = call_drawer("naive_softmax", _as_drawn)
_DISTINCT_CALL = call_drawer("negative_sampling", _distinct)
_REPEATED_CALL = call_drawer("negative_sampling", _repeated)


def _pair(case: Case) -> dict[str, Any]:
    U = case.wide("U")
    rows = touched_rows(case, "grad_U")
    touched = (1 + (len(U) if rows is None else len(rows))) * U.shape[1]
    base = {"U": U, "v": case.wide("center"), "o": case.inputs["outside"], "ones": np.ones(len(U))}
    return base | {"touched": float(touched)}


def _softmax_values(case: Case, sizes: Sizes) -> dict[str, Any]:
    return _pair(case) | {"y": one_hot(case.inputs["outside"], sizes.V)}


def _moves(sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
    r = digits(rng, (sizes.d,))
    r[0] = 1.0
    permutation = np.eye(sizes.V)[rng.permutation(sizes.V)]
    return {"a": digits(rng, (sizes.d,)), "r": r, "P": permutation, "I_d": np.eye(sizes.d)}


def _softmax(seed: int, index: int, small: bool) -> Drawn:
    case, sizes, rng = _SOFTMAX_CALL(seed, index, small)
    return drawn(case, sizes, "Vd", **_softmax_values(case, sizes))


def _softmax_moved(seed: int, index: int, small: bool) -> Drawn:
    case, sizes, rng = _SOFTMAX_CALL(seed, index, small)
    return drawn(case, sizes, "Vd", **_softmax_values(case, sizes), **_moves(sizes, rng))


def _negative_values(case: Case) -> dict[str, Any]:
    return _pair(case) | {"negatives": case.inputs["negatives"]}


def _negative(seed: int, index: int, small: bool) -> Drawn:
    case, sizes, rng = _DISTINCT_CALL(seed, index, small)
    return drawn(case, sizes, "VdK", **_negative_values(case))


def _negative_repeated(seed: int, index: int, small: bool) -> Drawn:
    case, sizes, rng = _REPEATED_CALL(seed, index, small)
    negatives = case.inputs["negatives"]
    times = (negatives[:, None] == negatives).sum(axis=1).astype(float)
    return drawn(case, sizes, "VdK", **_negative_values(case), n=times)


def _negative_moved(seed: int, index: int, small: bool) -> Drawn:
    case, sizes, rng = _REPEATED_CALL(seed, index, small)
    return drawn(case, sizes, "VdK", **_negative_values(case), **_moves(sizes, rng))


_WORDS = {"w": "V"}
SETTINGS = (
    Setting("naive_softmax", "naive softmax of a pair", _BASE | _SOFTMAX, _softmax, ("V", "d"), _WORDS, _EXACT),
    Setting(
        "negative_sampling",
        "negative sampling, the negatives distinct and other than the outside word",
        _BASE | _NEGATIVES,
        _negative,
        ("V", "d", "K"),
        _WORDS | {"k": "K"},
        _EXACT,
    ),
    Setting(
        "negative_sampling_repeated",
        "negative sampling, where a negative may be drawn several times",
        _BASE | _NEGATIVES | _MULTIPLICITY,
        _negative_repeated,
        ("V", "d", "K"),
        _WORDS | {"k": "K"},
        _EXACT,
    ),
    Setting(
        "naive_softmax_moved",
        "naive softmax, and the vectors moved",
        _BASE | _SOFTMAX | _MOVES,
        _softmax_moved,
        ("V", "d"),
        _WORDS,
        _EXACT,
    ),
    Setting(
        "negative_sampling_moved",
        "negative sampling, and the vectors moved",
        _BASE | _NEGATIVES | _MOVES,
        _negative_moved,
        ("V", "d", "K"),
        _WORDS | {"k": "K"},
        _EXACT,
    ),
)
