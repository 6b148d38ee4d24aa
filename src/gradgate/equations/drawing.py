"""Drawing the cases of a setting: a ladder of readable ones, smallest first, then the gate's own kinds of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.draws import Sizes, build, generator
from gradgate.equations.setting import Drawn

KINDS = ("digits", "normal", "wide", "tiny", "cancelling", "heavy-tailed")
"""Of gradgate.draws.KINDS. "huge" and "subnormal" are about the ends of a floating-point format; a formula has none."""
_LADDER = ((2, 1, 1, 1), (3, 1, 2, 2), (2, 2, 1, 2), (3, 2, 2, 2), (4, 2, 2, 3))  # V, d, K, C
_STEPS = 16  # cases on each rung
_DIGITS = (0.0, 1.0, -1.0, 2.0, 0.5)


def draw_sizes(rng: np.random.Generator, index: int, small: bool) -> Sizes:
    """Sizes up to (V, d, K, C) = (8, 4, 4, 4); V > K, so that K negatives can differ from the outside word."""
    if small:
        V, d, K, C = _LADDER[min(index // _STEPS, len(_LADDER) - 1)]
        return Sizes(V, d, K, C, C)
    K = int(rng.integers(1, 5))
    return Sizes(
        int(rng.integers(K + 1, 9)), int(rng.integers(1, 5)), K, int(rng.integers(1, 5)), int(rng.integers(1, 4))
    )


def digits(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers that can be read at a glance."""
    return rng.choice(_DIGITS, shape)


def one_hot(words: Any, V: int) -> np.ndarray:
    """A row of zeros and a one for every word."""
    return np.eye(V)[words]


def call_drawer(
    function: str, change: Callable[[Case, Sizes, np.random.Generator], dict[str, Any]]
) -> Callable[[int, int, bool], tuple[Case, Sizes, np.random.Generator]]:
    """Draws a call of the contract's function; change gives the inputs that the setting wants otherwise."""

    def draw(seed: int, index: int, small: bool) -> tuple[Case, Sizes, np.random.Generator]:
        rng = generator(seed, f"equations {function} {small}", index)
        sizes = draw_sizes(rng, index, small)
        kind = "digits" if small else KINDS[index % len(KINDS)]
        case = build(function, "float64", kind, sizes, rng, seed, index)
        if small:
            floats = [name for name in ("center", "centers", "V_c", "U") if np.ndim(case.inputs.get(name, 0)) > 0]
            case = case.with_inputs(**{name: digits(rng, np.shape(case.inputs[name])) for name in floats})
        return case.with_inputs(**change(case, sizes, rng)), sizes, rng

    return draw


def drawn(case: Case, sizes: Sizes, names: str, **values: Any) -> Drawn:
    """The case as a drawn one, with the sizes that the setting names."""
    return Drawn({name: getattr(sizes, name) for name in names}, values, case)
