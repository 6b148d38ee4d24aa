"""What every checker is given: one case's loss as a function of its two float inputs, as an implementation has it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from gradgate.calling.implementation import Implementation
from gradgate.case import Case
from gradgate.interface import SIGNATURES

Gradients = tuple[Any, np.ndarray, np.ndarray]


class Exited(Exception):
    """The function tried to end the process."""


class Pair:
    """An implementation's loss of one case as a function of center (d,) and U (V, d), in float64.

    Returns the loss, grad_center (d,) and grad_U (V, d), dense, without copying what NumPy hands over. Indices and
    negatives are the case's own arrays: what a call writes to them stays. calls counts the calls of the implementation,
    those that a checker makes of `implementation` itself too.
    """

    def __init__(self, implementation: Implementation, case: Case) -> None:
        self.case = case
        self.calls = 0
        self._module = implementation.module
        names = {**vars(implementation.module), case.function: self._counted}
        self.implementation = Implementation(implementation.name, SimpleNamespace(**names))

    def __call__(self, center: np.ndarray, U: np.ndarray) -> Gradients:
        given = {**self.case.inputs, "center": center, "U": U}
        arguments = [self._own(given[name]) for name in SIGNATURES[self.case.function].parameters]
        try:
            loss, grad_center, grad_U = self._counted(*arguments)
        except SystemExit as error:
            raise Exited("the function ends the process") from error
        return self._numbers(loss), self._numbers(grad_center), self._dense(grad_U, U.shape)

    @property
    def inputs(self) -> tuple[np.ndarray, np.ndarray]:
        """Copies of the case's center and U."""
        return self.case.inputs["center"].copy(), self.case.inputs["U"].copy()

    def _counted(self, *arguments: Any) -> Any:
        self.calls += 1
        return getattr(self._module, self.case.function)(*arguments)

    def _own(self, value: Any) -> Any:
        own = getattr(self._module, "asarray", None)
        if own is None or not isinstance(value, np.ndarray):
            return value
        return own(value, value.dtype.name, "cpu")

    def _numbers(self, value: Any) -> np.ndarray:
        own = getattr(self._module, "asnumpy", None)
        return np.asarray(own(value) if own else value, np.float64)

    def _dense(self, gradient: Any, shape: tuple[int, ...]) -> np.ndarray:
        if not isinstance(gradient, tuple):
            return self._numbers(gradient)
        rows, values = gradient
        full = np.zeros(shape)
        np.add.at(full, np.asarray(rows), self._numbers(values))
        return full
