"""The setting of hierarchical softmax: a random binary tree whose leaves are the words."""

from __future__ import annotations

import numpy as np

from gradgate.case import Case
from gradgate.draws import generator
from gradgate.equations.drawing import digits, draw_sizes
from gradgate.equations.setting import Drawn, Setting, Symbol

_TREE = {
    "U": Symbol("the inner nodes' vectors, one row a node", ("I", "d"), turns=True),
    "v": Symbol("the centre word's vector", ("d",)),
    "o": Symbol("the outside word: a leaf", counts="V"),
    "path": Symbol("the inner nodes from the root to that leaf", ("L",), counts="I"),
    "signs": Symbol("1 where the path turns left, -1 where it turns right", ("L",)),
    "u_l": Symbol("the vector of the path's node l", formula="U[path][l]"),
    "s_l": Symbol("the turn that the path takes there", formula="signs[l]"),
    "S": Symbol("the turn at every inner node on the way to every word, 0 off its path", ("V", "I")),
    "S_w": Symbol("row w of S", formula="S[w]"),
    "theta": Symbol("the inner nodes' logits", formula="U @ v"),
    "p_w": Symbol("the probability of w", formula="exp(sum(S_w * S_w * log(sigma(S_w * theta))))"),
    "p_o": Symbol("the probability of the outside word", formula="exp(sum(S[o] * S[o] * log(sigma(S[o] * theta))))"),
    "J": Symbol("the loss", formula="-sum_l(log(sigma(s_l * (u_l @ v))))"),
}


def _turns(V: int, rng: np.random.Generator) -> np.ndarray:
    """S (V, V - 1) of a random tree: groups of leaves are joined, two at a time, below a new inner node."""
    S = np.zeros((V, V - 1))
    groups = [[word] for word in range(V)]
    for node in reversed(range(V - 1)):  # the last one made, the root, is node 0
        left, right = (groups.pop(int(rng.integers(len(groups)))) for _ in range(2))
        S[left, node], S[right, node] = 1.0, -1.0
        groups.append(left + right)
    return S


def _tree(seed: int, index: int, small: bool) -> Drawn:
    rng = generator(seed, f"equations tree {small}", index)
    sizes = draw_sizes(rng, index, small)
    V, d = sizes.V, sizes.d
    S, o = _turns(V, rng), int(rng.integers(V))
    U, v = (
        (digits(rng, (V - 1, d)), digits(rng, (d,)))
        if small
        else (rng.standard_normal((V - 1, d)), rng.standard_normal(d))
    )
    path = np.flatnonzero(S[o])
    inputs = {"center": v, "path": path, "signs": S[o, path].astype(np.int64), "U": U}
    case = Case("hierarchical_softmax", "float64", inputs, "equations", seed, index)
    values = {"U": U, "v": v, "o": o, "path": path, "signs": S[o, path], "S": S}
    return Drawn({"V": V, "d": d, "I": V - 1, "L": len(path)}, values, case)


SETTINGS = (
    Setting(
        "hierarchical_softmax",
        "hierarchical softmax of a pair, on a random tree",
        _TREE,
        _tree,
        ("V", "d", "I", "L"),
        {"w": "V", "l": "L"},
        {"J": "loss", "dJ/dv": "grad_center", "dJ/dU": "grad_U"},
    ),
)
