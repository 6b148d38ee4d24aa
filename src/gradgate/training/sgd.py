"""Stochastic gradient descent on the two matrices, a step at a time, with the assignment's running cost.

Source: CS224n, assignment 2, `sgd.py` and `word2vec_sgd_wrapper`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

import numpy as np

from gradgate.errors import Broken
from gradgate.training.batch import Batch, Draws
from gradgate.training.descent import descend_rows
from gradgate.training.gradients import Gradients
from gradgate.training.recipe import Recipe

EVERY = 10  # steps between two entries of the running cost: `PRINT_EVERY` of the assignment's run


class Diverged(Broken):
    """The loss or the vectors are no numbers any more: one sentence that says at which step and what to do."""


class Learner:
    """One implementation and the vectors that it learns: V_c and U (V, d)."""

    def __init__(self, gradients: Gradients, V_c: np.ndarray, U: np.ndarray) -> None:
        self.gradients = gradients
        self.name = gradients.name
        self.V_c, self.U = V_c, U
        self._lent_V_c, self._lent_U = _read_only(V_c), _read_only(U)  # what the implementation gets to see
        descend_rows(V_c, np.zeros(0, np.int64), V_c[:0], V_c.dtype.type(0))  # so that no step waits for a compiler

    def learn(self, batch: Batch, rate: float) -> float:
        """One step down the mean gradient of the windows, in place. Returns their mean loss before it, in nats.

        Where that is not finite, no step is taken.
        """
        loss, grad_V_c, grad_U = self.gradients(batch, self._lent_V_c, self._lent_U)
        if isfinite(loss):
            grad_V_c.descend(self.V_c, rate / len(batch))
            grad_U.descend(self.U, rate / len(batch))
        return loss / len(batch)

    def is_finite(self) -> bool:
        return bool(np.isfinite(self.V_c).all() and np.isfinite(self.U).all())


def _read_only(matrix: np.ndarray) -> np.ndarray:
    view = matrix.view()
    view.flags.writeable = False
    return view


class Training:
    """A run: its learners on one stream of draws, and the losses of the first of them.

    losses (steps,): of each step the mean loss of its windows, in nats, NaN for those to come; done: how many came.
    """

    def __init__(self, recipe: Recipe, draws: Draws, learners: Sequence[Learner]) -> None:
        self.recipe, self.draws, self.learners = recipe, draws, tuple(learners)
        self.done = 0
        self.losses = np.full(recipe.steps, np.nan)

    def step(self) -> tuple[Batch, list[float]]:
        """One step of every learner: the batch, and their losses. Raises Diverged, and what the gradients raise."""
        batch = self.draws.batch()
        rate = self.recipe.rate_at(self.done + 1)
        losses = [learner.learn(batch, rate) for learner in self.learners]
        for learner, loss in zip(self.learners, losses, strict=True):
            if not isfinite(loss):
                raise self._diverged(learner, f"the loss is {loss}")
        self.losses[self.done] = losses[0]
        self.done += 1
        return batch, losses

    def run(self, interval: int, stepped: Callable[[Batch, list[float]], None], keep: Callable[[], None]) -> None:
        """The steps that are left. `stepped` is told of each; `keep` is called after each interval and at the end."""
        while self.done < self.recipe.steps:
            stepped(*self.step())
            if self.done % interval == 0 or self.done == self.recipe.steps:
                self.require_finite()
                keep()

    def require_finite(self) -> None:
        """Raises Diverged where a vector is not finite, so that none such is ever kept."""
        for learner in self.learners:
            if not learner.is_finite():
                raise self._diverged(learner, "a vector is not finite")

    @property
    def costs(self) -> np.ndarray:
        """The running cost after every EVERY steps so far."""
        return running_costs(self.losses[: self.done])

    def _diverged(self, learner: Learner, what: str) -> Diverged:
        rate = self.recipe.rate_at(self.done + 1)
        cure = f"take a smaller --rate, or look whether `gradgate verify {learner.name}` finds something"
        return Diverged(
            f"{learner.name}: at step {self.done + 1} {what}: the run diverges at the rate {rate:g}; {cure}"
        )


def running_costs(losses: np.ndarray) -> np.ndarray:
    """cost <- 0.95 cost + 0.05 loss at every EVERY-th step, from the first such loss on."""
    costs = losses[EVERY - 1 :: EVERY].copy()
    for n in range(1, len(costs)):
        costs[n] = running_cost(costs[n - 1], costs[n])
    return costs


def running_cost(cost: float, loss: float) -> float:
    return 0.95 * cost + 0.05 * loss
