"""The value of a formula in one case: in balls, in power series of balls, or in float64 where only a guess is needed.

Arrays are NumPy's, of Python objects where the numbers are balls: their own arithmetic is what @ and sum then do."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_series, fmpq

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

Value = Any  # an object array of balls or series, or one of them; in float64 arithmetic an array or a number
Indices = Mapping[str, int]
NO_INDICES: Indices = {}
_MOST_FACTORS = 64  # of a power that is multiplied out


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
                return _joined(operator, self.value(left, layout, indices), self.value(right, layout, indices))
            case Negative(inner=inner):
                return -self.value(inner, layout, indices)
            case Transposed(inner=inner):
                value = self.value(inner, layout, indices)
                return value.T if isinstance(value, np.ndarray) else value
            case Call(function=function, arguments=arguments):
                return _called(function, [self.value(argument, layout, indices) for argument in arguments])
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


def boxed(value: Value) -> Value:
    """A power series in an array without axes: NumPy would take its coefficients for entries."""
    if not isinstance(value, arb_series):
        return value
    box = np.empty((), object)
    box[()] = value
    return box


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


def _joined(operator: str, left: Value, right: Value) -> Value:
    left, right = boxed(left), boxed(right)
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "@":
            return left @ right
    return _power(left, right)


def _power(base: Value, exponent: Value) -> Value:
    """base ** exponent. Whole exponents by multiplication: a ball around zero has a square, and no logarithm."""
    if not (isinstance(exponent, arb) and exponent.is_integer()) or abs(exponent) > _MOST_FACTORS:
        return base**exponent
    factors = abs(int(exponent.unique_fmpz()))
    found = 0 * base + 1
    for _ in range(factors):
        found = found * base
    return found if exponent >= 0 else _joined("/", arb(1), found)


def _taken(value: Value, index: Any, axis: int) -> Value:
    return value[index] if axis == 0 else value[:, index]


def _called(function: str, given: list[Value]) -> Value:
    first = boxed(given[0])
    match function:
        case "sigma":
            return 1 / (1 + np.exp(boxed(-first)))
        case "exp" | "log" | "sqrt":
            return getattr(np, function)(first)
        case "softmax":
            weights = np.exp(first)
            return weights / boxed(weights.sum())
        case "sum":
            return first.sum()
        case "norm":
            return np.sqrt(boxed(first @ first))
        case "diag":
            spread = np.full((len(first), len(first)), 0 * first[0], first.dtype)
            np.fill_diagonal(spread, first)
            return spread
        case "outer":
            return np.outer(first, given[1])
    return _extreme(function, given)


def _extreme(function: str, given: list[Value]) -> Value:
    """max(a, b) entry by entry; the largest or smallest entry of one."""
    if function == "max":
        return np.frompyfunc(_larger, 2, 1)(*given) if _has_objects(given) else np.maximum(*given)
    entries = list(np.asarray(given[0]).ravel())
    sign = 1 if function == "largest" else -1
    found = sign * entries[0]
    for entry in entries[1:]:
        found = _larger(found, sign * entry)
    return sign * found


def _has_objects(given: list[Value]) -> bool:
    return any(isinstance(value, arb) or getattr(value, "dtype", np.dtype(float)).hasobject for value in given)


def _larger(one: Any, other: Any) -> Any:
    return one.max(other) if isinstance(one, arb) else max(one, other)
