"""The settings of counts: PMI and its optimum, the precept's example, expectations over the noise, and cosines."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gradgate.draws import generator
from gradgate.equations.drawing import digits
from gradgate.equations.setting import Drawn, Setting, Symbol

_COUNTS = {
    "W": Symbol("counts of the pairs (t, c)", ("V", "V")),
    "ones": Symbol("a one for every word", ("V",)),
    "N": Symbol("how many pairs there are", formula="sum(W)"),
    "n_t": Symbol("how often each t stands in a pair", formula="W @ ones"),
    "n_c": Symbol("how often each c stands in a pair", formula="ones @ W"),
    "P": Symbol("p(t, c)", formula="W / N"),
    "p_t": Symbol("p(t)", formula="n_t / N"),
    "p_c": Symbol("p(c)", formula="n_c / N"),
    "ratio": Symbol("p(t, c) / p(t) p(c)", formula="P / outer(p_t, p_c)"),
}
_POSITIVE = {
    "PMI": Symbol("pointwise mutual information", formula="log(ratio)"),
    "S": Symbol("a score u_c . v_t for every pair", ("V", "V")),
    "a": Symbol("a number for every t", ("V",)),
    "F": Symbol(
        "the expected negative-sampling loss of scores S, K negatives a pair, drawn from p(c)",
        formula="-sum(W * log(sigma(S))) - K * sum(outer(n_t, p_c) * log(sigma(-S)))",
    ),
    "G": Symbol("the softmax loss of scores S", formula="-sum_w(W[w] @ log(softmax(S[w])))"),
}
_PRECEPT = {
    **{word: Symbol(f"the word {word}", counts="V") for word in ("I", "cats", "dogs")},
}
_NOISE = {
    "U": Symbol("the outside vectors, one row a word", ("V", "d"), turns=True),
    "v": Symbol("the centre word's vector", ("d",)),
    "o": Symbol("the outside word", counts="V"),
    "y": Symbol("one-hot: 1 at the outside word", ("V",)),
    "u_o": Symbol("the outside word's vector", formula="U[o]"),
    "u_w": Symbol("the vector of any word w", formula="U[w]"),
    "u_x": Symbol("the vector of any word x", formula="U[x]"),
    "f": Symbol("frequencies of the words", ("V",)),
    "q": Symbol("the noise: their shares", formula="f / sum(f)"),
    "q_w": Symbol("the noise's probability of w", formula="q[w]"),
    "q_x": Symbol("the noise's probability of x", formula="q[x]"),
    "y_w": Symbol("1 where w is the outside word", formula="y[w]"),
    "y_x": Symbol("1 where x is the outside word", formula="y[x]"),
    "l": Symbol("the loss of every word as a negative", formula="-log(sigma(-U @ v))"),
    "l_w": Symbol("the loss of w as a negative", formula="l[w]"),
    "l_x": Symbol("the loss of x as a negative", formula="l[x]"),
    "E_keep": Symbol(
        "the loss averaged over every pair of draws, the outside word kept among them",
        formula="-log(sigma(u_o @ v)) + sum_w(sum_x(q_w * q_x * (l_w + l_x)))",
    ),
    "E_reject": Symbol(
        "the same, where the outside word is drawn again",
        formula="-log(sigma(u_o @ v)) + "
        "sum_w(sum_x((1 - y_w) * q_w * (1 - y_x) * q_x * (l_w + l_x))) / (1 - q[o]) ** 2",
    ),
    "mean_keep": Symbol("the mean of its losses over 4,000 draws of two negatives"),
    "mean_reject": Symbol("the mean of the losses over 4,000 draws, the outside word drawn again"),
    "mean_skip": Symbol("the mean of the losses over 4,000 draws, the outside word left out"),
    "reach": Symbol("how far such a mean is from its expectation at most, but for one case in 10^12 (Hoeffding 1963)"),
    "E_skip": Symbol(
        "the same, where the outside word is left out and not drawn again",
        formula="-log(sigma(u_o @ v)) + sum_w(sum_x(q_w * q_x * ((1 - y_w) * l_w + (1 - y_x) * l_x)))",
    ),
}
_K, _DRAWS, _RISK = 2, 4000, 1e-12
_COSINE = {
    "a": Symbol("a vector, not zero", ("d",)),
    "b": Symbol("another", ("d",)),
    "s": Symbol("a positive number"),
    "cos": Symbol("their cosine similarity", formula="a @ b / (norm(a) * norm(b))"),
}


def _counts(zeros: bool) -> Callable[[int, int, bool], Drawn]:
    def draw(seed: int, index: int, small: bool) -> Drawn:
        rng = generator(seed, f"equations counts {small}", index)
        V = 2 if small and index < 32 else int(rng.integers(2, 4))
        W = rng.integers(1, 4 if small else 100, (V, V)).astype(float)
        if zeros:
            W = W * (rng.integers(0, 3, (V, V)) > 0) + np.eye(V)  # the diagonal keeps every word in some pair
        K = int(rng.integers(1, 3 if small else 16))
        values = {"W": W, "ones": np.ones(V), "S": digits(rng, (V, V)), "a": digits(rng, (V,))}
        return Drawn({"V": V, "K": K}, values)

    return draw


def _precept(seed: int, index: int, small: bool) -> Drawn:
    """I beside cats and beside dogs 10 times each, cats beside dogs 40 times. Each pair counts both ways: N = 120."""
    W = np.array([[0.0, 10.0, 10.0], [10.0, 0.0, 40.0], [10.0, 40.0, 0.0]])
    return Drawn({"V": 3}, {"W": W, "ones": np.ones(3), "I": 0, "cats": 1, "dogs": 2})


def _noise(seed: int, index: int, small: bool) -> Drawn:
    rng = generator(seed, f"equations noise {small}", index)
    V, d = (2, 1) if small and index < 32 else (int(rng.integers(2, 5)), int(rng.integers(1, 4)))
    o = int(rng.integers(0, V))
    vectors = {"U": digits(rng, (V, d)), "v": digits(rng, (d,))}
    if not small:
        vectors = {name: rng.standard_normal(value.shape) for name, value in vectors.items()}
    frequencies = rng.integers(1, 4 if small else 50, V).astype(float)
    values = {**vectors, "o": o, "y": np.eye(V)[o], "f": frequencies}
    return Drawn({"V": V, "d": d, "K": _K}, values | _means(rng, vectors["U"] @ vectors["v"], o, frequencies))


def _means(rng: np.random.Generator, logits: np.ndarray, o: int, frequencies: np.ndarray) -> dict[str, float]:
    """Monte Carlo: the mean loss of many draws under each convention about the outside word, and its reach."""
    losses = np.logaddexp(0.0, logits)
    own = np.logaddexp(0.0, -logits[o])
    others = np.where(np.arange(len(losses)) == o, 0.0, frequencies)
    kept = rng.choice(len(losses), (_DRAWS, _K), p=frequencies / frequencies.sum())
    again = rng.choice(len(losses), (_DRAWS, _K), p=others / others.sum())
    sums = {
        "mean_keep": losses[kept].sum(axis=1),
        "mean_reject": losses[again].sum(axis=1),
        "mean_skip": np.where(kept == o, 0.0, losses[kept]).sum(axis=1),
    }
    # A sum of K losses lies between 0 and K times the largest; and a mean of float64 numbers is off by its roundings.
    largest = _K * float(losses.max())
    reach = largest * math.sqrt(math.log(2 / _RISK) / (2 * _DRAWS)) + (largest + own) * (_DRAWS + 20) * 2.0**-52
    return {name: float(own + total.mean()) for name, total in sums.items()} | {"reach": reach}


def _cosine(seed: int, index: int, small: bool) -> Drawn:
    rng = generator(seed, f"equations cosine {small}", index)
    d = 1 + index % 4
    a, b = (digits(rng, (d,)), digits(rng, (d,))) if small else rng.standard_normal((2, d))
    a[0], b[-1] = a[0] or 1.0, b[-1] or 2.0
    return Drawn({"d": d}, {"a": a, "b": b, "s": float(rng.choice([0.5, 2.0, 3.0]))})


SETTINGS = (
    Setting(
        "counts", "counts of pairs, none of them zero", _COUNTS | _POSITIVE, _counts(False), ("V", "K"), {"w": "V"}
    ),
    Setting("counts_with_zeros", "counts of pairs, some of them zero", _COUNTS, _counts(True), ("V", "K")),
    Setting(
        "precept", "the precept's example: counts 10, 10 and 40", _COUNTS | _PRECEPT, _precept, ("V",), constant=True
    ),
    Setting("noise", "the expectation over K = 2 negatives", _NOISE, _noise, ("V", "d", "K"), {"w": "V", "x": "V"}),
    Setting("cosine", "two vectors", _COSINE, _cosine, ("d",)),
)
