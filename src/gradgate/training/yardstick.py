"""How much faster a run is than the textbook's loop, on the same draws and with the same loss: both are checked."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from gradgate.bounds import bounds
from gradgate.case import Case
from gradgate.costs.machine import load
from gradgate.errors import Broken, CannotRun
from gradgate.estimate import estimate
from gradgate.examining.examination import arithmetic_of
from gradgate.text import Corpus
from gradgate.training.batch import Batch
from gradgate.training.gradients import Gradients
from gradgate.training.plain import PlainDraws, Window
from gradgate.training.recipe import CS224N, Recipe
from gradgate.training.sgd import Learner
from gradgate.training.textbook import textbook_step
from gradgate.training.witness import small_inputs


@dataclass(frozen=True)
class Yardstick:
    """The textbook's loop on the first steps of a run.

    seconds and cpu_seconds: of one of its steps, the draws included; worst_ratio: the largest difference of the two
    losses on the same vectors, over its bound; apart: the largest difference of the losses of the two runs.
    """

    steps: int
    seconds: float
    cpu_seconds: float
    worst_ratio: float
    apart: float
    load: float | None


def measure(recipe: Recipe, corpus: Corpus, gradients: Gradients, steps: int) -> Yardstick:
    """Times the textbook's loop from the beginning of the run. Raises Broken where a loss is not the same."""
    if recipe.name != CS224N or recipe.dtype != "float64":
        raise CannotRun("--textbook times the assignment's own loop: it is for --recipe cs224n in float64")
    steps = min(steps, recipe.steps)
    draws, own_draws = PlainDraws(corpus, *recipe.course()), recipe.draws(corpus)
    book = recipe.first_vectors(len(corpus.vocabulary))
    own = Learner(gradients, *recipe.first_vectors(len(corpus.vocabulary)))
    seconds = cpu_seconds = worst = apart = 0.0
    for step in range(1, steps + 1):
        batch = own_draws.batch()
        same_loss, bound = gradients(batch, *book)[0] / len(batch), loss_bound(gradients, batch, *book)
        started, cpu_started = time.perf_counter(), time.process_time()
        loss, windows = textbook_step(*book, draws, recipe.batch, recipe.rate_at(step))
        cpu_seconds += time.process_time() - cpu_started
        seconds += time.perf_counter() - started
        require_same_draws(batch, windows, step)
        worst = max(worst, abs(loss - same_loss) / bound)
        apart = max(apart, abs(own.learn(batch, recipe.rate_at(step)) - loss))
        if not worst <= 1:
            raise Broken(
                f"{gradients.name}: at step {step} the loss is {same_loss!r} and the textbook's {loss!r}, "
                f"which the bound {bound:.1e} does not allow"
            )
    return Yardstick(steps, seconds / steps, cpu_seconds / steps, worst, apart, load())


def loss_bound(gradients: Gradients, batch: Batch, V_c: np.ndarray, U: np.ndarray) -> float:
    """How far two mean losses of the batch may lie apart by rounding, in nats: the gate's bound, once for each."""
    case = Case("skipgram_batch", "float64", small_inputs(batch, V_c, U), "training", 0, 0)
    found = bounds(case, estimate(case), arithmetic_of(gradients.implementation.particulars, "float64"), "default")
    total = float(found.values["losses"].sum())
    # the sum over the windows rounds too, in any order, as does the division of each loss by their number
    losses = float(np.abs(gradients(batch, V_c, U)[0])) * (len(batch) + 2) * 2.0**-53
    return 2 * (total + losses) / len(batch)


def require_same_draws(batch: Batch, windows: list[Window], step: int) -> None:
    """Raises RuntimeError, a fault of ours, where the fast draws are not the plain ones."""
    centers = [center for center, _, _ in windows]
    outsides = [outside for _, own, _ in windows for outside in own]
    negatives = [row for _, _, own in windows for row in own]
    same = centers == batch.centers.tolist() and outsides == batch.outsides.tolist()
    if not (same and negatives == batch.negatives.tolist()):
        raise RuntimeError(f"the draws of step {step} are not those of the assignment's own code")
