"""What a file does with a sampled negative that equals the outside word: a convention to be named, not a fault."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradgate.adapters.tape import Tape

DONE_WITH_TARGET = {"reject": "redrawn", "skip": "dropped", "keep": "used"}

# V, d, K: the second are the assignment's own, for files that have them written into their code.
_SIZES = ((16, 4, 5), (5, 3, 10))
_OUTSIDE = 2

Draw = Callable[[np.ndarray, int, np.ndarray, Any, int], Any]


def recognise(draw: Draw) -> tuple[str | None, str]:
    """The convention ("reject", "skip", "keep", or None where it cannot be told) and a sentence for the report.

    draw(center, outside, U, dataset, K) calls the file. Only the number of samples and equality of two results are
    looked at, so a file with a wrong formula is recognised too.
    """
    reasons = []
    for sizes in _SIZES:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                convention = _probe(draw, *sizes)
        except (
            Exception,
            SystemExit,
        ) as problem:  # the file's own; its calls on the cases will raise it again, and be judged
            reasons.append(f"the probe ended with {type(problem).__name__}: {problem}")
            continue
        if convention in DONE_WITH_TARGET:
            done = DONE_WITH_TARGET[convention]
            return convention, f"the negatives equal to the outside word are {done} (convention: {convention})"
        reasons.append(convention)
    return None, f"what becomes of negatives equal to the outside word could not be told: {reasons[0]}"


def not_posed(convention: str | None) -> str:
    """Why a case whose negatives hold the outside word is not put to a file of this convention."""
    if convention is None:
        return "the negatives hold the outside word, and what the file does with such a one could not be told"
    return f"the negatives hold the outside word, and such a one is {DONE_WITH_TARGET[convention]} ({convention})"


def plain_inputs(V: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """A centre (d,) and U (V, d) of moderate, distinct numbers."""
    return np.cos(np.arange(d) + 0.5), np.sin(np.arange(V * d) + 1.0).reshape(V, d)


def _probe(draw: Draw, V: int, d: int, K: int) -> str:
    center, U = plain_inputs(V, d)
    others = [word for word in range(V) if word != _OUTSIDE]
    without = (others * K)[: K - 1]
    tape = Tape([without[0], _OUTSIDE, *without[1:]], _OUTSIDE, V)
    seen = draw(center, _OUTSIDE, U, tape, K)
    if tape.consumed == K + 1:
        return "reject"
    if tape.consumed != K:
        return f"drew {tape.consumed} samples where K={K}"
    fewer = Tape(without, _OUTSIDE, V)
    dropped = draw(center, _OUTSIDE, U, fewer, K - 1)
    if fewer.consumed != K - 1:
        return f"drew {fewer.consumed} samples where K={K - 1}"
    # A sample that is used adds at least its log(1 + exp(z)) to the loss, so float32 inside does not matter.
    same = all(np.allclose(one, other, rtol=1e-4, atol=1e-6) for one, other in zip(seen, dropped, strict=True))
    return "skip" if same else "keep"
