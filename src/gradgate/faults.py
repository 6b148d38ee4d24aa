"""The fault catalogue: known faults, each planted into any implementation from outside.

A file of `corpus/faults/` lists tuples (name, functions, quantity, cause, origin, sentence, plant[, limits]). cause
is what the fault is called when it is found in a stranger's file, one of `gradgate.causes.names`; after a slash come
other names that are true of it as well. plant is

- a function (right, given) -> outputs, where given holds the inputs by name and right(**inputs) makes the right call,
  its matrix gradients dense; right.memory is a dict that lasts as long as the plant;
- or {"loss" | "hidden" | "grad_U" | "value": change}, where change(output, given) returns the wrong output: hidden is
  the gradient of the hidden side, value what sigmoid and softmax return;
- or {INPUT: change}, where change(input, given) returns what the right function is given in its place.

limits: "dtypes" that the fault exceeds the precision of; "fragile", where the formula is right and only loses digits or
overflows; "edge", where it breaks a promise that does not bind strangers; "form", where it changes dtype or shape (the
outputs of every other one get the right dtype)."""

from __future__ import annotations

import builtins
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from gradgate.calling.calls import Call, Outcome, Result
from gradgate.calling.implementation import Implementation, Particulars
from gradgate.calling.inprocess import Performer
from gradgate.case import Case
from gradgate.interface import SIGNATURES
from gradgate.places import folder

Plant = Callable[..., Any]
ORIGINS = {"seen": "seen in real work", "published": "published derivation", "invented": "invented"}
OUTPUTS = {"loss": 0, "value": 0, "hidden": 1, "grad_U": 2}


@dataclass(frozen=True)
class Fault:
    """One fault: where it is (functions, quantity), what it is (a sentence), its origin, and how it is planted.

    cause is what it is called, also the other names that are true of it; dtypes are those whose precision it exceeds;
    fragile, edge and form as in this file's head.
    """

    name: str
    family: str
    functions: tuple[str, ...]
    quantity: str
    cause: str
    origin: str
    sentence: str
    plant: Plant
    also: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ("float64", "float32")
    fragile: bool = False
    edge: bool = False
    form: bool = False

    def __repr__(self) -> str:
        return self.name


@cache
def catalogue() -> tuple[Fault, ...]:
    """Every fault of `corpus/faults/`, file by file in alphabetical order."""
    return tuple(fault for path in sorted(folder("corpus").glob("faults/*.py")) for fault in _family(str(path)))


def _family(path: str) -> list[Fault]:
    spec = importlib.util.spec_from_file_location("gradgate_loaded_faults", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path}: Python has no loader for such a file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    family = path.replace("\\", "/").rpartition("/")[2].removesuffix(".py")
    return [_fault(family, *entry) for entry in module.FAULTS]


def _fault(
    family: str,
    name: str,
    functions: str,
    quantity: str,
    cause: str,
    origin: str,
    sentence: str,
    plant: Plant | Mapping[str, Plant],
    limits: Mapping[str, Any] | None = None,
) -> Fault:
    where = tuple(functions.split())
    if unknown := set(where) - set(SIGNATURES):
        raise ValueError(f"{name}: no such function: {', '.join(sorted(unknown))}")
    plants = plant if callable(plant) else _changing(dict(plant))
    called, *also = cause.split(" / ")
    return Fault(
        name, family, where, quantity, called, ORIGINS[origin], sentence, plants, tuple(also), **(limits or {})
    )


def _changing(changes: Mapping[str, Plant]) -> Plant:
    """The plant that changes the named outputs; where a name is no output's, the inputs of that name."""

    def plant(right: Plant, given: Mapping[str, Any]) -> Any:
        fed = {n: f(given[n], given) for n, f in changes.items() if n not in OUTPUTS and given.get(n) is not None}
        outputs = right(**{**given, **fed})
        for name in changes.keys() & OUTPUTS.keys():
            outputs[OUTPUTS[name]] = changes[name](outputs[OUTPUTS[name]], given)
        return outputs

    return plant


def moved(function: str, quantity: str, place: int, error: float) -> Fault:
    """A relative error in one component: the place is that in the flattened quantity."""

    def move(output: Any, given: Any) -> np.ndarray:
        moved = np.array(output, order="C")
        moved.ravel()[place] *= 1 + error
        return moved

    kind = quantity if quantity == "grad_U" else "hidden" if quantity.startswith("grad_") else "loss"
    sentence = f"One component of {quantity} is off by {error:.1e} of itself."
    return Fault("moved", "moved", (function,), quantity, "scale", "", sentence, _changing({kind: move}))


class Right:
    """The right function as a plant sees it: it takes inputs by name, and returns a list of dense arrays."""

    def __init__(self, performer: Performer, memory: dict[str, Any]) -> None:
        self.memory = memory
        self.ended: Outcome | None = None  # what no plant can go on from: a time-out, a case that cannot be posed
        self._performer = performer
        self._call: Call | None = None
        self.dtypes: list[np.dtype] = []

    def about(self, call: Call) -> None:
        """Says which call the next ones stand for."""
        self._call = call

    def __call__(self, **inputs: Any) -> list[np.ndarray]:
        assert self._call is not None
        case = Case(self._call.case.function, self._call.case.dtype, inputs, "", 0, 0)
        [outcome] = self._performer.perform([Call("right", case)])
        if outcome.fault:
            self.ended = None if outcome.fault_kind == "raised" else outcome
            raise getattr(builtins, outcome.exception, RuntimeError)(outcome.fault)
        outputs = [_dense(outcome.results[q], q, case) for q in case.returns]
        self.dtypes = [output.dtype for output in outputs]
        return outputs


def _dense(result: Result, quantity: str, case: Case) -> np.ndarray:
    dtype = case.form.carrier if result.dtype == "float" else result.values.dtype
    if result.rows is None:
        return np.array(result.values, dtype)
    full = np.zeros(np.shape(case.inputs[quantity.removeprefix("grad_")]), dtype)
    np.add.at(full, result.rows, result.values)
    return full


class Faulty:
    """A performer with a fault planted into the functions that it is for. What it remembers lasts for one `perform`."""

    def __init__(self, performer: Performer, fault: Fault) -> None:
        self.fault = fault
        self.offers = tuple(name for name in performer.offers if name in fault.functions)
        self.particulars: Particulars = replace(performer.particulars, layout="V×d")  # the performer transposes
        self._performer = performer

    @property
    def name(self) -> str:
        return f"{self._performer.name} with {self.fault.name}"

    def perform(self, calls: Sequence[Call]) -> list[Outcome]:
        """Makes the calls, each through the plant; they share one memory, and the next `perform` starts afresh."""
        right = Right(self._performer, {})
        functions = {f: planted(self.fault, f, right) for f in self.offers}
        implementation = Implementation(self.name, SimpleNamespace(**functions))
        return [self._one(implementation, right, call) for call in calls]

    def _one(self, implementation: Implementation, right: Right, call: Call) -> Outcome:
        if call.case.function not in self.offers:  # all else is right
            return self._performer.perform([call])[0]
        right.about(call)
        right.ended = None
        outcome = implementation.perform(call)
        if right.ended is not None:
            return right.ended
        carrier = call.case.form.carrier.name  # a format that NumPy has no dtype for travels in a wider one
        named = {q: replace(r, dtype=call.case.dtype) if r.dtype == carrier else r for q, r in outcome.results.items()}
        return replace(outcome, results=named)


def planted(fault: Fault, function: str, right: Right | Any) -> Plant:
    """The function with the fault in it. right makes the right calls, and remembers the dtypes of their outputs."""
    names = SIGNATURES[function].parameters

    def faulty(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            outputs = fault.plant(right, dict(zip(names, arguments, strict=True)))
        if not fault.form and isinstance(outputs, list | tuple):
            outputs = [np.asarray(o, d) for o, d in zip(outputs, right.dtypes, strict=True)]
        return tuple(outputs) if isinstance(outputs, list) and len(outputs) > 1 else _only(outputs)

    return faulty


def _only(outputs: Any) -> Any:
    return outputs[0] if isinstance(outputs, list) and len(outputs) == 1 else outputs
