"""The windows of an assignment, judged apart from its pair losses by what they do with their callback.

Two callbacks are passed, for two questions. The **linear probe** returns, for a target o, the loss a_o·h + <B_o, U>
with known integers a_o and B_o. No real loss equals it, so a window that ignores its callback, or looks at which one it
got, is caught; sums of integers are exact, so what the window did to them is read off without a tolerance. The **right
pair** then stands for the loss that the case asks for, so that the result is the contract's skipgram or cbow, whatever
the file's own pair losses are worth; alone it would let through a window that ignores it and calls its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradgate.adapters import pairs, shapes
from gradgate.adapters.manners import Manners
from gradgate.adapters.problems import WrongWindow

Loss = Callable[[np.ndarray, int, np.ndarray], shapes.Triple]

_NAMES = (
    {"centerWordVec", "center_word_vec", "predicted"},
    {"outsideWordIdx", "outside_word_idx", "target"},
    {"outsideVectors", "outside_vectors", "outputVectors"},
)


def as_callback(loss: Loss, manners: Manners, names: Sequence[str]) -> Callable[..., shapes.Triple]:
    """The loss (center (d,), outside, U) in the assignment's calling convention.

    names are the parameters of the file's own pair function, for windows that pass by keyword.
    """

    def callback(*given: Any, **named: Any) -> shapes.Triple:
        center, outside, U = _bound(given, named, names)
        row = np.ravel(np.asarray(center))
        if np.ndim(center) > 2 or np.ndim(U) != 2 or len(row) != np.shape(U)[1]:
            raise WrongWindow(f"the callback got a centre of shape {np.shape(center)}, for vectors {np.shape(U)}")
        value, gradient, grad_U = loss(row, _index(outside), np.asarray(U))
        return *manners.dress(center, value, gradient), grad_U

    return callback


def _bound(given: tuple[Any, ...], named: dict[str, Any], names: Sequence[str]) -> list[Any]:
    values = list(given[:3])
    for position in range(len(values), 3):
        known = _NAMES[position] | set(names[position : position + 1])
        found = [value for name, value in named.items() if name in known]
        if not found:
            count = len(given) + len(named)
            raise WrongWindow(f"the callback was called with {count} arguments; it takes centre, word, U and dataset")
        values.append(found[0])
    return values


def _index(outside: Any) -> int:
    if isinstance(outside, str):
        raise WrongWindow(f"the callback got the word {outside!r} where its index is due")
    return int(outside)


class RightPair:
    """The right loss of each target of a window; its negatives are those that the case holds for that target."""

    def __init__(self, targets: Sequence[int], negatives: np.ndarray | None) -> None:
        self._negatives: list[tuple[int, np.ndarray]] | None = None
        if negatives is not None:
            self._negatives = list(zip(targets, negatives, strict=True))

    def __call__(self, center: np.ndarray, outside: int, U: np.ndarray) -> shapes.Triple:
        if self._negatives is None:
            return pairs.naive_softmax(center, outside, U)
        # by the word, not by the number of the call: a window may go through its words in any order
        for position, (target, drawn) in enumerate(self._negatives):
            if target == outside:
                del self._negatives[position]
                return pairs.negative_sampling(center, outside, drawn, U)
        raise WrongWindow(f"the callback was called for word {outside} more often than the window holds it")
