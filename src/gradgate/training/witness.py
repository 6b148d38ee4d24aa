"""Training as a witness: two implementations that learn from the same draws must stay together, number by number.

A fault in the gradient that the cost does not show (two runs end at 9.576 and 9.577) parts their vectors at the first
step that meets it. The batch where they part is then put to the gate, window by window: it says which of the two is
wrong, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgate.calling.inprocess import InProcess
from gradgate.case import Case
from gradgate.errors import Broken
from gradgate.examining.examination import Examination
from gradgate.examining.judging import laws_for, plan
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.laws import LAWS
from gradgate.report.wording import likely_cause, message
from gradgate.training.batch import Batch
from gradgate.training.sgd import Learner, Training
from gradgate.verdicts import VERIFIED
from gradgate.witness import Witness

APART = 1e-10  # how far two right implementations may come apart in float64: as stated for the assignment's run
WINDOWS = 20  # of a batch that are put to the gate one by one, before the whole batch is
FUNCTIONS = ("negative_sampling", "skipgram", "negative_sampling_batch", "skipgram_batch")  # the smallest first


@dataclass(frozen=True)
class Opinion:
    """What the gate says of one implementation on the batch: verdict, who is wrong, the likely cause, the example."""

    name: str
    function: str
    verdict: str
    sentence: str
    cause: str
    example: str


class Parted(Broken):
    """Two learners came apart: one sentence; step, quantity and difference say where; opinions, what the gate says."""

    def __init__(self, sentence: str, step: int, quantity: str, difference: float, opinions: list[Opinion]) -> None:
        super().__init__(sentence)
        self.step, self.quantity, self.difference, self.opinions = step, quantity, difference, opinions


class Lockstep:
    """Compares the first two learners of a run after each step; worst is the largest difference so far."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.worst = 0.0

    def compare(self, batch: Batch, losses: list[float]) -> None:
        """Raises Parted where the losses, or the vectors of the batch's words, differ by more than APART."""
        first, second = self.training.learners[:2]
        outer = np.concatenate([batch.outsides, batch.negatives.ravel()])
        differences = {
            "U": _largest(first.U, second.U, outer),
            "V_c": _largest(first.V_c, second.V_c, batch.centers),
            "the loss": abs(losses[0] - losses[1]),
        }
        for quantity, difference in differences.items():
            if not difference <= APART:  # NaN parts them too
                raise self._parted(batch, quantity, difference)
            self.worst = max(self.worst, difference)

    def _parted(self, batch: Batch, quantity: str, difference: float) -> Parted:
        first, second = self.training.learners[:2]
        at = next((learner for learner in (first, second) if learner.is_finite()), None)
        opinions = [opinion(learner, batch, at) for learner in (first, second)] if at else []
        step = self.training.done
        sentence = (
            f"{first.name} and {second.name} part at step {step}: {quantity} differs by {difference:.1e} > {APART:g}"
        )
        return Parted(sentence, step, quantity, difference, opinions)


def _largest(first: np.ndarray, second: np.ndarray, rows: np.ndarray) -> float:
    return float(np.abs(first.take(rows, axis=0) - second.take(rows, axis=0)).max(initial=0.0))


def opinion(learner: Learner, batch: Batch, at: Learner) -> Opinion:
    """The gate's examination of a learner on the windows of a batch, at the vectors of `at`.

    The function of a pair comes before those of windows and batches: the smallest wrong one is shown, or what the run
    calls where none is wrong.
    """
    offers = learner.gradients.implementation.offers
    functions = [name for name in FUNCTIONS if name in offers and name != learner.gradients.route]
    for function in (*functions, learner.gradients.route):
        examination = _examine(learner, function, batch, at)
        if examination.verdict != VERIFIED:
            break
    shown = examination.counterexamples
    return Opinion(
        name=learner.name,
        function=function,
        verdict=examination.verdict,
        sentence=examination.sentence,
        cause=likely_cause(examination.cause) if examination.cause else "",
        example=message(learner.name, shown[0].smallest) if shown else "",
    )


def _examine(learner: Learner, function: str, batch: Batch, at: Learner) -> Examination:
    gradients = learner.gradients
    performer = InProcess(gradients.implementation, gradients.device)
    examination = Examination(
        function, gradients.dtype, performer.particulars, performer.perform, shipped=False, tier="default"
    )
    for case in cases(function, gradients.dtype, batch, at):
        witness = Witness(case, examination.arithmetic)
        examination.put(witness, plan(laws_for(LAWS, case), witness), {})
    examination.conclude()
    return examination


def cases(function: str, dtype: str, batch: Batch, at: Learner) -> Iterator[Case]:
    """The first windows of the batch as cases of their own for a function; then the whole batch, where the function
    takes one. A case holds the rows that it touches and no others."""
    parts = [_window(batch, b) for b in range(min(WINDOWS, len(batch)))]
    if function.endswith("_batch"):
        parts.append(batch)
    for index, part in enumerate(parts):
        for inputs in _inputs(function, *_small(part, at.V_c, at.U)):
            yield Case(function, dtype, inputs, "training", 0, index)


def _window(batch: Batch, b: int) -> Batch:
    own = slice(batch.offsets[b], batch.offsets[b + 1])
    outsides = batch.outsides[own]
    return Batch(batch.centers[b : b + 1], outsides, np.array([0, len(outsides)]), batch.negatives[own])


def small_inputs(batch: Batch, V_c: np.ndarray, U: np.ndarray) -> dict[str, object]:
    """The arguments of `skipgram_batch` for the batch, with the rows that it touches and no others."""
    [inputs] = _inputs("skipgram_batch", *_small(batch, V_c, U))
    return inputs


def _small(batch: Batch, V_c: np.ndarray, U: np.ndarray) -> tuple[Batch, np.ndarray, np.ndarray]:
    """The batch with its words numbered anew, and their vectors V_c and U."""
    words = np.concatenate([batch.centers, batch.outsides, batch.negatives.ravel()])
    rows, numbers = np.unique(words, return_inverse=True)
    B, N = len(batch.centers), len(batch.outsides)
    centers, outsides, negatives = np.split(numbers.astype(np.int64), [B, B + N])
    small = Batch(centers, outsides, batch.offsets, negatives.reshape(batch.negatives.shape))
    return small, V_c[rows], U[rows]


def _inputs(function: str, batch: Batch, V_c: np.ndarray, U: np.ndarray) -> Iterator[dict[str, object]]:
    """The arguments of the function for the batch; one call for each pair where it takes a pair."""
    rows = np.repeat(batch.centers, np.diff(batch.offsets))
    window = {"outsides": batch.outsides, "V_c": V_c, "U": U, "loss": NEGATIVE_SAMPLING, "negatives": batch.negatives}
    if function == "skipgram_batch":
        yield {**window, "centers": batch.centers, "offsets": batch.offsets}
    elif function == "skipgram":
        yield {**window, "center": int(batch.centers[0])}
    elif function == "negative_sampling_batch":
        yield {"centers": V_c[rows], "outsides": batch.outsides, "negatives": batch.negatives, "U": U}
    else:
        for row, outside, negatives in zip(rows, batch.outsides, batch.negatives, strict=True):
            yield {"center": V_c[row], "outside": int(outside), "negatives": negatives, "U": U}
