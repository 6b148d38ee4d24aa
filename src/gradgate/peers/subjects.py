"""What is put to the checkers: the catalogue's faults, right implementations, and one component that is a little off.

Every order in here is fixed beforehand: by the digest of a name where one has to be drawn."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np

from gradgate.calling.implementation import Implementation
from gradgate.calling.loading import load
from gradgate.case import Case
from gradgate.draws import Sizes, build, generator
from gradgate.faults import Fault, catalogue, moved, planted
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING, SIGNATURES
from gradgate.peers.pair import Pair

FUNCTIONS = (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)
BASE = "numpy_dense"
K = 5
RIGHT = ("numpy_dense", "numpy_rows", "torch_autograd", "torch_rows", "pure_python")
RIGHT_KINDS = ("normal", "wide", "huge")  # logits of order 1, of order 5 to 40, and to 300 or 10^4
RIGHT_SEEDS = 3
PURE_PYTHON_UP_TO = 5  # words: beyond it a call of lists takes too long for thousands of calls


@dataclass(frozen=True, eq=False)
class Subject:
    """An implementation on one case."""

    name: str
    implementation: Implementation
    case: Case

    def pair(self) -> Pair:
        return Pair(self.implementation, self.case)


@cache
def case_of(function: str, V: int, d: int, kind: str = "normal", seed: int = 0) -> Case:
    """A pair with K negatives: one word three times, and the outside word, so that miscounted repeats show."""
    rng = generator(seed, f"{function} {kind} {d}", V)
    case = build(function, "float64", kind, Sizes(V=V, d=d, K=K, C=1, B=1), rng, seed, V)
    if function == NEGATIVE_SAMPLING:
        case.inputs["negatives"][:3] = case.inputs["negatives"][0]
        case.inputs["negatives"][-1] = case.inputs["outside"]
    return case


class Remembering:
    """The right function as a plant sees it. Its memory lasts as long as the plant: over all calls of a checker."""

    def __init__(self, implementation: Implementation, function: str) -> None:
        self.memory: dict[str, Any] = {}
        self.dtypes: list[np.dtype] = []
        self._names = SIGNATURES[function].parameters
        self._function = getattr(implementation.module, function)

    def __call__(self, **inputs: Any) -> list[np.ndarray]:
        outputs = [np.array(output) for output in self._function(*(inputs[name] for name in self._names))]
        self.dtypes = [output.dtype for output in outputs]
        return outputs


def right_on(case: Case) -> Subject:
    """The right implementation that faults are planted into."""
    return Subject(f"{BASE} {case.function}", _loaded(BASE), case)


def named(fault: str, function: str, V: int, d: int) -> Subject:
    """The fault of that name in the function, at this size."""
    [found] = (entry for entry in catalogue() if entry.name == fault)
    return faulty(found, case_of(function, V, d))


def faulty(fault: Fault, case: Case) -> Subject:
    """The fault, freshly planted into BASE."""
    function = planted(fault, case.function, Remembering(_loaded(BASE), case.function))
    name = f"{BASE} with {fault.name}"
    return Subject(name, Implementation(name, SimpleNamespace(**{case.function: function})), case)


def shown(V: int, d: int) -> list[tuple[str, str]]:
    """Every fault of the catalogue and function of a pair in which it shows at this size, by name.

    Left out are those of the form alone (another shape or dtype), which no gradient checker is meant for.
    """
    meant = [
        (fault, function)
        for fault, function in product(catalogue(), FUNCTIONS)
        if function in fault.functions and "float64" in fault.dtypes and not fault.form
    ]
    drawn = sorted(meant, key=lambda entry: _digest(f"{entry[0].name} {entry[1]}"))
    return [(fault.name, function) for fault, function in drawn if shows(fault, case_of(function, V, d))]


def shows(fault: Fault, case: Case) -> bool:
    """Whether anything differs from the right function over two calls on the same arrays, the second a little on."""
    expected, found = _twice(right_on(case)), _twice(faulty(fault, case))
    return len(found) != len(expected) or not all(map(np.array_equal, found, expected))


def _twice(subject: Subject) -> list[np.ndarray]:
    """What two calls return: less where one raises."""
    fresh = {name: np.array(v) if isinstance(v, np.ndarray) else v for name, v in subject.case.inputs.items()}
    pair = Pair(subject.implementation, subject.case.with_inputs(**fresh))
    center, U = pair.inputs
    found: list[np.ndarray] = []
    with suppress(Exception):
        for _ in range(2):
            found += [np.array(output) for output in pair(center, U)]
            center *= 1 + 2.0**-20
    return found


def right(V: int, d: int) -> list[Subject]:
    """Right implementations on cases with logits of every size, several seeds each."""
    names = [name for name in RIGHT if name != "pure_python" or V <= PURE_PYTHON_UP_TO]
    drawn = product(names, FUNCTIONS, RIGHT_KINDS, range(RIGHT_SEEDS))
    return [
        Subject(f"{name} {function} {kind} seed {seed}", _loaded(name), case_of(function, V, d, kind, seed))
        for name, function, kind, seed in sorted(drawn, key=lambda entry: _digest(" ".join(map(str, entry))))
    ]


def one_component_off(case: Case, quantity: str, index: tuple[int, ...], error: float) -> Subject:
    """One component of one gradient times 1 + error."""
    shape = np.shape(case.inputs[quantity.removeprefix("grad_")])
    place = int(np.ravel_multi_index(index, shape))
    return faulty(moved(case.function, quantity, place, error), case)


def component_at(case: Case, quantity: str, quantile: float) -> tuple[int, ...]:
    """The component of a gradient whose size is at the quantile of all its sizes that are not zero."""
    pair = right_on(case).pair()
    sizes = np.abs(pair(*pair.inputs)[SIGNATURES[case.function].returns.index(quantity)])
    order = np.argsort(sizes, axis=None)
    order = order[sizes.ravel()[order] > 0]
    place = order[round(quantile * (order.size - 1))]
    return tuple(int(i) for i in np.unravel_index(place, sizes.shape))


@cache
def _loaded(name: str) -> Implementation:
    return load(name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
