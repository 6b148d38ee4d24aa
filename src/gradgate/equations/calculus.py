"""The settings of matrix calculus: a linear map with either layout of its matrix, and functions entry by entry."""

from __future__ import annotations

import numpy as np

from gradgate.case import Case
from gradgate.draws import generator
from gradgate.equations.drawing import KINDS, digits, draw_sizes
from gradgate.equations.setting import Drawn, Setting, Symbol

_LINEAR = {
    "x": Symbol("the input", ("m",)),
    "g": Symbol("weights of the outputs", ("n",)),
    "W": Symbol("a matrix for z = W x", ("n", "m")),
    "z": Symbol("the output W x", formula="W @ x"),
    "L": Symbol("a smooth loss of z", formula="g @ log(1 + exp(z))"),
    "delta": Symbol("dL/dz, a row", formula="g * sigma(z)"),
    "W_r": Symbol("a matrix for z = x W", ("m", "n")),
    "z_r": Symbol("the output x W", formula="x @ W_r"),
    "L_r": Symbol("the same loss of it", formula="g @ log(1 + exp(z_r))"),
    "delta_r": Symbol("its derivative, a row", formula="g * sigma(z_r)"),
}
_ENTRYWISE = {
    "x": Symbol("the input", ("n",)),
    "t": Symbol("a single number", formula="x[0]"),
    "s": Symbol("the sigmoid of x, entry by entry", formula="sigma(x)"),
    "s_t": Symbol("the sigmoid of t", formula="sigma(t)"),
    "e": Symbol("another function, entry by entry", formula="exp(-x ** 2)"),
    "f": Symbol("and its derivative", formula="-2 * x * exp(-x ** 2)"),
    "ones": Symbol("a one for every entry", ("n",)),
}


def _numbers(rng: np.random.Generator, index: int, small: bool, *shape: int) -> np.ndarray:
    if small:
        return digits(rng, shape)
    values = rng.standard_normal(shape) * {"wide": 8.0, "tiny": 2.0**-20}.get(KINDS[index % len(KINDS)], 1.0)
    return np.rint(values * 16) / 8 if index % len(KINDS) == 0 else values


def _linear(seed: int, index: int, small: bool) -> Drawn:
    rng = generator(seed, f"equations linear {small}", index)
    sizes = draw_sizes(rng, index, small)
    n, m = sizes.d, min(sizes.V, 5)
    shapes = {"x": (m,), "g": (n,), "W": (n, m), "W_r": (m, n)}
    return Drawn({"n": n, "m": m}, {name: _numbers(rng, index, small, *shape) for name, shape in shapes.items()})


def _entrywise(seed: int, index: int, small: bool) -> Drawn:
    rng = generator(seed, f"equations entrywise {small}", index)
    n = draw_sizes(rng, index, small).V
    x = _numbers(rng, index, small, n)
    case = Case("sigmoid", "float64", {"x": x}, "equations", seed, index)
    return Drawn({"n": n}, {"x": x, "ones": np.ones(n)}, case)


SETTINGS = (
    Setting("linear", "matrix calculus: linear maps", _LINEAR, _linear, ("n", "m")),
    Setting("entrywise", "functions entry by entry", _ENTRYWISE, _entrywise, ("n",), {}, {"s": "sigmoid"}),
)
