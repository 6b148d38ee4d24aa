"""A case: one function's inputs in one dtype, with where they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from gradgate.cells import Cells
from gradgate.formats import FORMATS, Format
from gradgate.interface import CALLABLE


@dataclass(frozen=True, eq=False)
class Case:
    """Inputs of one call.

    inputs maps each parameter of the function to its value: float arrays in the carrier dtype of `dtype` (every
    number in them a value of that format), matrices as Cells, int64 arrays, numbers, strings, or None. kind names the
    distribution ("normal", "huge", "text", ...); (seed, index) repeat a generated case.
    """

    function: str
    dtype: str
    inputs: Mapping[str, Any]
    kind: str
    seed: int
    index: int

    @property
    def form(self) -> Format:
        return FORMATS[self.dtype]

    @property
    def returns(self) -> tuple[str, ...]:
        return CALLABLE[self.function].returns

    def with_inputs(self, **changed: Any) -> Case:
        """The same case with some inputs replaced."""
        return replace(self, inputs={**self.inputs, **changed})

    def wide(self, parameter: str) -> np.ndarray:
        """A float input in float64 (exact)."""
        return np.asarray(self.inputs[parameter], np.float64)

    @cached_property
    def key(self) -> CaseKey:
        """Equal for equal inputs of one function and dtype, whatever they come from: to keep what was worked out."""
        content = hashlib.blake2b(f"{self.function} {self.dtype}".encode(), digest_size=16)
        for name in sorted(self.inputs):
            value = self.inputs[name]
            if isinstance(value, np.ndarray):
                content.update(f"{name} {value.dtype.str} {value.shape}".encode())
                content.update(np.ascontiguousarray(value).data.cast("B") if value.size else b"")
            else:
                content.update(f"{name} {value!r}".encode())
        return CaseKey(content.digest(), self)

    @property
    def size(self) -> int:
        """How many numbers a reader would have to look at."""
        arrays = (value.places if isinstance(value, Cells) else value for value in self.inputs.values())
        return sum(np.size(value) for value in arrays if isinstance(value, np.ndarray | int))

    def describe(self) -> str:
        """The sizes and indices in one line: "V=3 d=4 outside=1 seed=7 index=12 (normal)"."""
        words = []
        if "U" in self.inputs:
            V, d = np.shape(self.inputs["U"])
            words += [f"V={V}", f"d={d}"]
        for name, value in self.inputs.items():
            if isinstance(value, int | float | str):
                words.append(f"{name}={value}")
            elif isinstance(value, np.ndarray) and value.dtype.kind == "i":
                words.append(f"{name}={value.tolist()}" if value.size <= 12 else f"{name}: {value.shape}")
            elif isinstance(value, Cells):
                words.append(f"{name}: {value.shape}, {len(value.values)} cells")
            elif name in ("x", "logits"):
                words.append(f"{name}: {np.shape(value)}")
        return " ".join([*words, f"seed={self.seed}", f"index={self.index}", f"({self.kind})"])


@dataclass(frozen=True)
class CaseKey:
    """A case in a table of what is known: found by its contents."""

    content: bytes
    case: Case = field(compare=False)
