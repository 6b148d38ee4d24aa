"""The operators and functions of the language, on arrays of balls, of power series of balls, or of float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, arb_series

Value = Any  # an object array of balls or series, or one of them; in float64 arithmetic an array or a number
_MOST_FACTORS = 64  # of a power that is multiplied out


def boxed(value: Value) -> Value:
    """A power series in an array without axes: NumPy would take its coefficients for entries."""
    if not isinstance(value, arb_series):
        return value
    box = np.empty((), object)
    box[()] = value
    return box


def joined(operator: str, left: Value, right: Value) -> Value:
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
    return found if exponent >= 0 else joined("/", arb(1), found)


def called(function: str, given: list[Value]) -> Value:
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
