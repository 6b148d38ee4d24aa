"""The value of a formula in one case: in balls, in power series of balls, or in float64 where only a guess is needed.

Arrays are NumPy's, of Python objects where the numbers are balls: their own arithmetic is what @ and sum then do."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_series, fmpq

from gradgate.equations.functions import Value, boxed, called, joined
from gradgate.equations.setting import D_BY_V, V_BY_D, Drawn, Setting
from gradgate.equations.tree import (
    Binary,
    Call,
    Derivative,
    Item,
    Name,
    Negative,
    Node,
    Number,
    SumOver,
    Transposed,
)

Indices = Mapping[str, int]
NO_INDICES: Indices = {}


class World:
    """The symbols of a setting in one drawn case. in_balls: exact arithmetic; otherwise float64.

    changed replaces symbols by other values, in the layout V×d: whatever is made of them follows.
    """

    def __init__(
        self, setting: Setting, drawn: Drawn, *, in_balls: bool = True, changed: Mapping[str, Value] | None = None
    ) -> None:
        self.setting = setting
        self.drawn = drawn
        self.in_balls = in_balls
        self.changed = dict(changed or {})
        self._made: dict[Hashable, Value] = {}
        self.kept: dict[str, Value] = {}  # what others have found out about this case

    def altered(self, changed: Mapping[str, Value]) -> World:
        return World(self.setting, self.drawn, in_balls=self.in_balls, changed={**self.changed, **changed})

    @cached_property
    def one(self) -> Value:
        return arb(1) if self.in_balls else 1.0

    def symbol(self, name: str, indices: Indices = NO_INDICES) -> Value:
        """The value of a symbol in the layout V×d."""
        if name in self.changed:
            return self.changed[name]
        key = (name, *(indices[letter] for letter in self.setting.free.get(name, ())))
        if key not in self._made:
            self._made[key] = self._make(name, indices)
        return self._made[key]

    def _make(self, name: str, indices: Indices) -> Value:
        if name in self.drawn.sizes:
            return self.one * self.drawn.sizes[name]
        symbol = self.setting.symbols[name]
        if symbol.formula:
            return self.value(symbol.tree, V_BY_D, indices)
        value = self.drawn.values[name]
        return as_balls(value) if self.in_balls and not symbol.counts else value

    def value(self, node: Node, layout: str, indices: Indices = NO_INDICES) -> Value:
        """The value of a formula, whose shapes fit."""
        match node:
            case Name(name=name):
                value = self.symbol(name, indices)
                symbol = self.setting.symbols.get(name)
                return value.T if layout == D_BY_V and symbol is not None and symbol.turns else value
            case Number(text=text):
                return number(text) if self.in_balls else float(text)
            case Binary(operator=operator, left=left, right=right):
                return joined(operator, self.value(left, layout, indices), self.value(right, layout, indices))
            case Negative(inner=inner):
                return -self.value(inner, layout, indices)
            case Transposed(inner=inner):
                value = self.value(inner, layout, indices)
                return value.T if isinstance(value, np.ndarray) else value
            case Call(function=function, arguments=arguments):
                return called(function, [self.value(argument, layout, indices) for argument in arguments])
            case SumOver(index=index, inner=inner):
                count = self.drawn.sizes[self.setting.indices[index]]
                return sum((self.value(inner, layout, {**indices, index: i}) for i in range(count)), 0 * self.one)
            case Item(inner=inner, index=index, axis=axis):
                return _taken(self.value(inner, layout, indices), self._index(index, indices), axis)
            case Derivative(of=of, by=by):
                value = self.derivative(of, by, indices)
                return value.T if layout == D_BY_V and self.setting.symbols[by].turns else value
        raise TypeError(f"no node of a formula: {node!r}")

    def _index(self, index: str, indices: Indices) -> Any:
        if index.isdecimal():
            return int(index)
        return indices[index] if index in indices else self.drawn.values[index]

    def derivative(self, of: str, by: str, indices: Indices = NO_INDICES) -> Value:
        """d of / d by in the layout V×d, by Taylor arithmetic: exact, and a row of it where `by` is a row."""
        if viewed := self.setting.symbols[by].viewed:
            whole = self.derivative(of, viewed, indices)
            return self.altered({viewed: whole}).value(self.setting.symbols[by].tree, V_BY_D, indices)
        key = f"d{of}/d{by}"
        if key not in self._made:
            self._made[key] = self._differentiated(of, by)
        return self._made[key]

    def _differentiated(self, of: str, by: str) -> Value:
        base = np.asarray(self.symbol(by), object)
        columns = []
        for entry in np.ndindex(base.shape):
            moved = base.copy()
            moved[entry] = arb_series([base[entry], 1], 2)
            columns.append(coefficients(self.altered({by: moved if base.shape else moved[()]}).symbol(of), 1))
        found = np.stack(columns, axis=-1)
        return unwrapped(found.reshape(found.shape[:-1] + base.shape))


def as_balls(value: Any) -> Value:
    """Float64 numbers as balls without a radius; what holds balls already stays."""
    array = np.asarray(value)
    if array.dtype == object:
        return value
    balls = np.empty(array.shape, object)
    for place in np.ndindex(array.shape):
        balls[place] = arb(float(array[place]))
    return unwrapped(balls)


def unwrapped(value: np.ndarray) -> Value:
    """An array without axes becomes the number in it."""
    return value if value.shape else value[()]


def coefficients(value: Value, order: int) -> np.ndarray:
    """The coefficient of t^order of every entry."""
    array = np.asarray(boxed(value), object)
    found = np.empty(array.shape, object)
    for place in np.ndindex(array.shape):
        entry = array[place]
        found[place] = entry[order] if isinstance(entry, arb_series) else arb(0)
    return found


def number(text: str) -> arb:
    """The decimal number, enclosed."""
    exact = Fraction(text)
    return arb(fmpq(exact.numerator, exact.denominator))


def _taken(value: Value, index: Any, axis: int) -> Value:
    return value[index] if axis == 0 else value[:, index]
