"""What a law is: the calls that it needs for a case, and its judgement of what they gave. It calls nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.balls import Ball
from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.interface import HIERARCHICAL_SOFTMAX, NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.witness import Witness


class NotApplicable(Exception):
    """The law cannot be put to this case; the sentence says why, and the manifest counts it."""


@dataclass(frozen=True, eq=False)
class Claim:
    """Two balls that must meet: what follows from the implementation's output, and what it should be.

    value and due are what a message shows, where that is not the two balls' middles.
    """

    quantity: str
    got: Ball
    expected: Ball
    value: np.ndarray | None = None
    due: np.ndarray | None = None


@dataclass(frozen=True)
class Breach:
    """A promise broken that no number measures: one sentence, and its cause in a word or two."""

    quantity: str
    sentence: str
    cause: str


@dataclass(frozen=True, eq=False)
class Law:
    """A property that every right implementation has.

    statement is the formula in a line; applies says for which cases it is meant; calls lists the variants that it
    needs beside the base (NotApplicable where they cannot be had exactly); judge compares. It is put to every
    `every`-th case. A law that does not bind strangers is reported to them as a remark.
    """

    name: str
    statement: str
    applies: Callable[[Case], bool]
    judge: Callable[[Evidence], Sequence[Claim | Breach]]
    calls: Callable[[Witness], list[Call]] = lambda witness: []
    every: int = 1
    binds_strangers: bool = True


def has_matrix(case: Case) -> bool:
    return "U" in case.inputs


def is_loss(case: Case) -> bool:
    """Whether the function returns a loss and its gradients."""
    return case.returns[0] in ("loss", "losses")


def is_softmax(case: Case) -> bool:
    return case.function.startswith(NAIVE_SOFTMAX) or case.inputs.get("loss") == NAIVE_SOFTMAX


def is_negative_sampling(case: Case) -> bool:
    return case.function.startswith(NEGATIVE_SAMPLING) or case.inputs.get("loss") == NEGATIVE_SAMPLING


def has_path(case: Case) -> bool:
    return case.function == HIERARCHICAL_SOFTMAX


def is_batch(case: Case) -> bool:
    return case.function.endswith("_batch")


def has_one_hidden_vector(case: Case) -> bool:
    return is_loss(case) and not is_batch(case)
