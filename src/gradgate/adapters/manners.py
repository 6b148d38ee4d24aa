"""How a file's own pair function likes its centre, (d,), (1, d) or (d, 1), and in what shapes it answers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.adapters import shapes
from gradgate.adapters.conventions import plain_inputs

_SHAPES = {"(d,)": (-1,), "(1, d)": (1, -1), "(d, 1)": (-1, 1)}
V, D, OUTSIDE = 5, 3, 1  # the assignment's sizes: files that have them written into their code are understood too


@dataclass(frozen=True)
class Answer:
    """What came back for one shape of the centre: the shapes of the loss and of grad_center, and how good it was.

    rank 0: it raised, or the shapes fit nowhere; 1: they fit; 2: the values are right too.
    """

    rank: int = 0
    loss_shape: tuple[int, ...] = ()
    gradient_is: str = ""


@dataclass(frozen=True)
class Manners:
    """The answers to a centre of each shape; empty where the file has no such function."""

    answers: dict[str, Answer]

    @property
    def wants(self) -> str:
        """The shape of the centre that the function does best with; (d,) where it makes no difference."""
        return max(_SHAPES, key=self._rank)

    def shaped(self, center: np.ndarray) -> np.ndarray:
        """The centre (d,) as the function wants it; no copy, so that what is written to it is seen."""
        return center.reshape(_SHAPES[self.wants])

    def dress(self, center: np.ndarray, loss: Any, gradient: np.ndarray) -> tuple[Any, np.ndarray]:
        """A loss and a gradient (d,) in the shapes in which the file's own function would return them.

        Window code is written for these: `gradIn[i] += gradPred[0]` is right beside a function that returns (1, d).
        """
        fitting = [kind for kind, shape in _SHAPES.items() if gradient.reshape(shape).shape == np.shape(center)]
        answer = self.answers.get(max(fitting, key=self._rank), Answer())  # for d = 1 two of them fit
        if not answer.rank:
            return loss, gradient.reshape(np.shape(center))
        if answer.loss_shape:
            loss = np.reshape(loss, answer.loss_shape)
        return loss, gradient.reshape(_SHAPES[answer.gradient_is])

    def _rank(self, kind: str) -> int:
        return self.answers.get(kind, Answer()).rank


def learn(call: Callable[[np.ndarray, int, np.ndarray], Any], right: shapes.Triple) -> Manners:
    """Ask the function once for each shape of the centre; right is what it should return for `inputs()`."""
    center, U = inputs()
    answers = {}
    for kind, shape in _SHAPES.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answers[kind] = _answer(call(center.reshape(shape).copy(), OUTSIDE, U.copy()), right)
        except (Exception, SystemExit):  # the file's own; if it raises for every shape, the cases will show it
            answers[kind] = Answer()
    return Manners(answers)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    """The centre (d,) and U (V, d) that `learn` asks with."""
    return plain_inputs(V, D)


def _answer(returned: Any, right: shapes.Triple) -> Answer:
    if not shapes.is_triple(returned):
        return Answer()
    loss, gradient, grad_U = returned
    kinds = {(D,): "(d,)", (1, D): "(1, d)", (D, 1): "(d, 1)"}
    if np.size(loss) != 1 or np.shape(gradient) not in kinds or np.shape(grad_U) != (V, D):
        return Answer()
    pairs = zip((loss, gradient, grad_U), right, strict=True)
    # this only ranks the shapes that the file answers to; what it answers is judged on the cases, by bounds
    close = all(np.allclose(np.ravel(got), np.ravel(due), rtol=1e-4) for got, due in pairs)
    return Answer(1 + close, np.shape(loss), kinds[np.shape(gradient)])
